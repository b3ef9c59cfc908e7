// Package counted is the library's package of checks once more, with a count of how
// often each of its conditions came to which outcome.
//
// Its source isn't here: a build with the overlay that ../instrument writes puts the
// library's own files, with the counts added, in the place of library.go. Without the
// overlay it is the library itself, and counts nothing.
package counted

import "sync/atomic"

// Condition is a condition in the library's source, with what was counted.
type Condition struct {
	// Function is the function that it stands in.
	Function string
	// Place is its file and line.
	Place string
	// Text is its source.
	Text string
	// OnlyTaken tells that it is a case of a switch over a value: there is no count of where it wasn't taken.
	OnlyTaken bool
	// Entered, True and False are counts: of its function, and of its outcomes.
	Entered, True, False int64
}

// counter has the counts of a condition.
type counter struct{ yes, no atomic.Int64 }

var (
	// table has the conditions, and functions their functions' counters: both are filled in by the copy.
	table     []Condition
	functions map[string]*atomic.Int64
	counters  []counter
)

// register is called by the copy, with its conditions.
func register(conditions []Condition) {
	table = conditions
	counters = make([]counter, len(conditions))
	functions = map[string]*atomic.Int64{}
	for _, condition := range conditions {
		if functions[condition.Function] == nil {
			functions[condition.Function] = &atomic.Int64{}
		}
	}
}

// entered counts that a function runs.
func entered(function string) {
	functions[function].Add(1)
}

// seen counts an outcome of a condition, and gives it.
func seen(index int, outcome bool) bool {
	if outcome {
		counters[index].yes.Add(1)
	} else {
		counters[index].no.Add(1)
	}
	return outcome
}

// Conditions gives every condition with its counts.
func Conditions() []Condition {
	told := make([]Condition, len(table))
	for index, condition := range table {
		condition.Entered = functions[condition.Function].Load()
		condition.True, condition.False = counters[index].yes.Load(), counters[index].no.Load()
		told[index] = condition
	}
	return told
}
