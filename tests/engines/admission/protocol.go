// The protocol: one JSON object a line in each direction, answered in order.
// This file holds its messages and nothing else.

package main

import "encoding/json"

// request is one line from the caller. Which fields count depends on the operation:
// "load", "judge", "time", "opa", "yaml" or "version".
type request struct {
	ID        json.RawMessage `json:"id"`
	Operation string          `json:"op"`

	Set        string            `json:"set"`
	Engine     string            `json:"engine"`
	Documents  []json.RawMessage `json:"documents"`
	Kinds      []kindDescription `json:"kinds"`
	Namespaces []json.RawMessage `json:"namespaces"`
	// Kubernetes is the API server ("1.30") whose environment for new expressions
	// the policies must compile in; empty for the newest.
	Kubernetes string `json:"kubernetes"`
	// TypeCheck false leaves out the type check of ValidatingAdmissionPolicies, which
	// only gives warnings and takes most of a load's time; absent for true.
	TypeCheck *bool `json:"type_check"`

	Requests []admissionRequest `json:"requests"`
	// Costs asks for the cost of each expression in the verdicts.
	Costs bool `json:"costs"`

	// Runs is how often each request is judged (time).
	Runs int `json:"runs"`

	Modules []regoModule `json:"modules"`

	Text string `json:"text"`
}

// kindDescription is a kind that the cluster of a set serves.
type kindDescription struct {
	Group      string `json:"group"`
	Version    string `json:"version"`
	Kind       string `json:"kind"`
	Plural     string `json:"plural"`
	Namespaced bool   `json:"namespaced"`
}

// admissionRequest is one write to a cluster, as a test describes it.
type admissionRequest struct {
	Operation   string          `json:"operation"`
	Subresource string          `json:"subresource"`
	Group       string          `json:"group"`
	Version     string          `json:"version"`
	Kind        string          `json:"kind"`
	Resource    string          `json:"resource"`
	Namespace   string          `json:"namespace"`
	Name        string          `json:"name"`
	Object      json.RawMessage `json:"object"`
	OldObject   json.RawMessage `json:"old_object"`
	// Typed asks for objects as the API server holds them: read strictly into
	// the Go type of a built-in kind, with its defaults.
	Typed bool `json:"typed"`
	// User is the requesting user; absent for defaultUser.
	User *requestingUser `json:"user"`
}

type requestingUser struct {
	Username string   `json:"username"`
	Groups   []string `json:"groups"`
}

type regoModule struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// loadAnswer tells what a cluster would have said on writing the documents.
// A document with an error isn't part of the set.
type loadAnswer struct {
	ID        json.RawMessage `json:"id"`
	Errors    []string        `json:"errors"`
	Warnings  []string        `json:"warnings"`
	Defaulted []string        `json:"defaulted"`
}

type judgeAnswer struct {
	ID       json.RawMessage `json:"id"`
	Verdicts []verdict       `json:"verdicts"`
}

// timeAnswer holds, for each request in order, how long each run took.
type timeAnswer struct {
	ID          json.RawMessage `json:"id"`
	Nanoseconds [][]int64       `json:"nanoseconds"`
}

// verdict is the decision on one admission request.
type verdict struct {
	Allowed    bool        `json:"allowed"`
	Violations []violation `json:"violations"`
	// Refused says why the API server would have refused the request before it asked any policy.
	Refused string `json:"refused,omitempty"`
	// Exempted are the exemptions that the policies leave a trace of; null for Gatekeeper, which can leave none.
	Exempted []string `json:"exempted"`
	// Cost is what the expressions used of their budget, in CEL cost units; absent for Gatekeeper.
	Cost *int64 `json:"cost,omitempty"`
	// Costs are the same by policy and expression, if the caller asks for them.
	Costs []policyCost `json:"costs,omitempty"`
}

type violation struct {
	// Policy is the ValidatingAdmissionPolicy's or the constraint's name; empty for
	// an error that isn't one policy's own.
	Policy string `json:"policy"`
	// Action is "deny", "warn" or "audit".
	Action  string `json:"action"`
	Message string `json:"message"`
	// Error tells that the message is the engine's, about an evaluation that failed.
	Error   bool           `json:"error"`
	Details map[string]any `json:"details,omitempty"`
}

type regoAnswer struct {
	ID json.RawMessage `json:"id"`
	// Formatted has one entry a module; null for one that doesn't parse.
	Formatted []*string `json:"formatted"`
	Errors    []string  `json:"errors"`
}

type yamlAnswer struct {
	ID        json.RawMessage `json:"id"`
	Documents []yamlDocument  `json:"documents"`
}

// yamlDocument is one document as kubectl reads it: its value, or why it can't be read.
type yamlDocument struct {
	JSON  json.RawMessage `json:"json,omitempty"`
	Error string          `json:"error,omitempty"`
	// StrictError is what a reader that refuses duplicate keys says of a document
	// that kubectl reads.
	StrictError string `json:"strict_error,omitempty"`
}

type versionAnswer struct {
	ID       json.RawMessage   `json:"id"`
	Versions map[string]string `json:"versions"`
}

type errorAnswer struct {
	ID    json.RawMessage `json:"id"`
	Error string          `json:"error"`
}

// The actions of a violation.
const (
	actionDeny  = "deny"
	actionWarn  = "warn"
	actionAudit = "audit"
)

// newVerdict makes the verdict of violations: what denies, refuses the request.
func newVerdict(violations []violation) verdict {
	allowed := true
	for _, found := range violations {
		if found.Action == actionDeny {
			allowed = false
		}
	}
	if violations == nil {
		violations = []violation{}
	}
	return verdict{Allowed: allowed, Violations: violations}
}

// refusedVerdict is the verdict on a request that reaches no policy.
func refusedVerdict(reason error) verdict {
	return verdict{Allowed: false, Violations: []violation{}, Refused: reason.Error()}
}
