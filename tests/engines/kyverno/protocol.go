// The protocol that the tests speak with an engine: one JSON object a line on standard input, one
// answer a line on standard output, in the same order. It never prints anything else there.
package main

import (
	"encoding/json"
)

// command is one line of standard input. Which of the fields below `Op` are read depends on it.
type command struct {
	ID int64 `json:"id"`
	// Op is "load", "judge", "time" or "version".
	Op string `json:"op"`
	// Set names the set of policies that is loaded or asked.
	Set string `json:"set"`

	// Engine says which kind of policy the documents are (load).
	Engine string `json:"engine"`
	// Documents are the policies as JSON (load).
	Documents []json.RawMessage `json:"documents"`
	// Kinds are the custom kinds that the cluster serves beside the built-in ones (load).
	Kinds []customKind `json:"kinds"`
	// Namespaces are the Namespace objects that exist (load).
	Namespaces []json.RawMessage `json:"namespaces"`

	// Requests are the admission requests to judge, each on its own (judge, time).
	Requests []admissionRequest `json:"requests"`
	// Runs is how often each request is judged (time).
	Runs int `json:"runs"`
}

// The engines that this program offers.
const (
	engineClusterPolicy    = "kyverno-cluster-policy"
	engineValidatingPolicy = "kyverno-validating-policy"
)

// customKind is a kind that the cluster knows from a CustomResourceDefinition.
type customKind struct {
	Group      string `json:"group"`
	Version    string `json:"version"`
	Kind       string `json:"kind"`
	Plural     string `json:"plural"`
	Namespaced bool   `json:"namespaced"`
}

// admissionRequest is what a client asks of the API server.
type admissionRequest struct {
	// Operation is CREATE, UPDATE, DELETE or CONNECT.
	Operation string `json:"operation"`
	// Subresource is empty for the object itself.
	Subresource string `json:"subresource"`
	Group       string `json:"group"`
	Version     string `json:"version"`
	Kind        string `json:"kind"`
	// Resource is the plural name, without the subresource.
	Resource string `json:"resource"`
	// Namespace is empty for cluster-scoped objects.
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	// Object is null on DELETE.
	Object json.RawMessage `json:"object"`
	// OldObject is null on CREATE and CONNECT.
	OldObject json.RawMessage `json:"old_object"`
	// User is who asks; absent for the usual writer.
	User *requestingUser `json:"user"`
}

// requestingUser is who asks.
type requestingUser struct {
	Username string   `json:"username"`
	Groups   []string `json:"groups"`
}

// loadAnswer says what a cluster would have said to the policies of a set.
type loadAnswer struct {
	ID int64 `json:"id"`
	// Errors are refusals, and expressions that don't compile, each with the name of its policy.
	Errors []string `json:"errors"`
	// Warnings are those of the admission response.
	Warnings []string `json:"warnings"`
	// Defaulted are the fields that the API server would add, as `policy: path`.
	Defaulted []string `json:"defaulted"`
}

// judgeAnswer holds one verdict for each request, in order.
type judgeAnswer struct {
	ID       int64     `json:"id"`
	Verdicts []verdict `json:"verdicts"`
}

// timeAnswer holds, for each request in order, how long each run took.
type timeAnswer struct {
	ID          int64     `json:"id"`
	Nanoseconds [][]int64 `json:"nanoseconds"`
}

// verdict is the answer to one request, with everything that any policy had against it.
type verdict struct {
	Allowed    bool        `json:"allowed"`
	Violations []violation `json:"violations"`
	// Exempted are the exemptions that the policies leave a trace of; null for ClusterPolicies, which can leave none.
	Exempted []string `json:"exempted"`
}

// violation is one rule that didn't pass.
type violation struct {
	Policy string `json:"policy"`
	// Action is "deny", "warn" or "audit": what the policy does about it.
	Action string `json:"action"`
	// Message is the policy's own text, without what the engine writes around it.
	Message string `json:"message"`
	// Error is true if an expression failed, and not the object.
	Error bool `json:"error"`
}

// The actions of a violation.
const (
	actionDeny  = "deny"
	actionWarn  = "warn"
	actionAudit = "audit"
)

// versionAnswer names the versions of the engine and of the libraries that decide its meaning.
type versionAnswer struct {
	ID       int64             `json:"id"`
	Versions map[string]string `json:"versions"`
}

// errorAnswer says that a command can't be carried out.
type errorAnswer struct {
	ID    int64  `json:"id"`
	Error string `json:"error"`
}
