// How long a loaded set takes for a request: the same one judged again and again, one at a time, through
// the API server's choice of webhooks and Kyverno's handlers.
package main

import (
	"fmt"
	"time"
)

// timeAll gives the time of each run of each request.
func (s *policySet) timeAll(asked []admissionRequest, runs int) ([][]int64, error) {
	times := make([][]int64, len(asked))
	for index, one := range asked {
		for range runs {
			began := time.Now()
			if _, err := s.judge(one); err != nil {
				return nil, fmt.Errorf("request %d: %w", index, err)
			}
			times[index] = append(times[index], time.Since(began).Nanoseconds())
		}
	}
	return times, nil
}
