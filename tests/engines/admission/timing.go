// How long a loaded set takes for a request: the same one judged again and again, one at a time.

package main

import (
	"context"
	"fmt"
	"time"
)

// time answers with the time of each run. What only this program does, reading the request, isn't counted.
func (sets policySets) time(ctx context.Context, asked request) (any, error) {
	set, loaded := sets[asked.Set]
	if !loaded {
		return nil, fmt.Errorf("no set `%s` is loaded", asked.Set)
	}
	times := make([][]int64, len(asked.Requests))
	for index, one := range asked.Requests {
		prepared, refused, err := prepareAdmission(one)
		if err == nil {
			err = refused
		}
		if err != nil {
			return nil, fmt.Errorf("request %d: %w", index, err)
		}
		for range asked.Runs {
			began := time.Now()
			set.judge(ctx, prepared)
			times[index] = append(times[index], time.Since(began).Nanoseconds())
		}
	}
	return timeAnswer{ID: asked.ID, Nanoseconds: times}, nil
}
