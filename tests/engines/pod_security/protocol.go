// The protocol: one JSON object a line in each direction, answered in order.
// This file holds its messages and nothing else.

package main

import "encoding/json"

// request is one line from the caller. Which fields count depends on the operation:
// "standards", "judge" or "conditions".
type request struct {
	Operation string `json:"op"`

	// Versions are those of the standards that are asked about: "1.37".
	Versions []string `json:"versions"`

	// Revisions are the names of those that Pods are judged by.
	Revisions []string `json:"revisions"`
	// Pods are whole objects.
	Pods []json.RawMessage `json:"pods"`
}

// standardsAnswer says which checks hold.
type standardsAnswer struct {
	// Library is the library's version: "v0.37.2".
	Library string `json:"library"`
	// Active has the revisions that hold, by level and version.
	Active map[string]map[string][]revisionName `json:"active"`
}

// revisionName names one revision of a check: checks change with the versions.
type revisionName struct {
	// Check is the library's id of the check.
	Check string `json:"check"`
	// Revision is the id and the first version that the revision is for: "procMount@1.35".
	Revision string `json:"revision"`
}

type judgeAnswer struct {
	Verdicts []verdict `json:"verdicts"`
}

// verdict is what the revisions say of one Pod.
type verdict struct {
	// Forbidden are the names of the revisions that forbid the Pod.
	Forbidden []string `json:"forbidden"`
	// Unreadable says why the API server couldn't read the Pod.
	Unreadable string `json:"unreadable,omitempty"`
	// Fault is what must not happen: a copy that counts says something else than the library.
	Fault string `json:"fault,omitempty"`
}

// conditionsAnswer tells how often each condition of the library had each outcome.
type conditionsAnswer struct {
	// Conditions are empty if the program was built without the copy that counts.
	Conditions []condition `json:"conditions"`
}

// condition is a condition in the library's source.
type condition struct {
	Function string `json:"function"`
	Place    string `json:"place"`
	Text     string `json:"text"`
	// Entered is how often its function ran.
	Entered int64 `json:"entered"`
	True    int64 `json:"true"`
	// False is null for a case of a switch over a value, which only is taken or not.
	False *int64 `json:"false"`
}

type errorAnswer struct {
	Error string `json:"error"`
}
