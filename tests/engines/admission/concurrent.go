// Work on many things at once, on all processors.

package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// eachConcurrently calls work for 0 to count-1. A panic counts as an error, since one
// in an engine must not end the program; the error of the lowest number is given, with it.
func eachConcurrently(count int, work func(index int) error) error {
	problems := make([]error, count)
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), count) {
		workers.Go(func() {
			for index := int(next.Add(1)) - 1; index < count; index = int(next.Add(1)) - 1 {
				problems[index] = guarded(func() error { return work(index) })
			}
		})
	}
	workers.Wait()
	for index, problem := range problems {
		if problem != nil {
			return fmt.Errorf("%d: %w", index, problem)
		}
	}
	return nil
}

// guarded turns a panic into an error, and logs where it came from.
func guarded(work func() error) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n%s\n", reason, debug.Stack())
			err = fmt.Errorf("the engine panicked: %v", reason)
		}
	}()
	return work()
}
