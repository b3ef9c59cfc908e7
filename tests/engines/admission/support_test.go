// Helpers of the tests: requests as lines of the protocol, and the answers to them.

package main

import (
	"context"
	"encoding/json"
	"os"
	"testing"
)

const namespacesText = `[
	{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a", "labels": {"level": "strict"}}},
	{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-b"}}]`

const kindsText = `[{"group": "karpenter.sh", "version": "v1", "kind": "NodePool", "plural": "nodepools", "namespaced": false}]`

// conversation is a program that answers line by line.
type conversation struct {
	test *testing.T
	sets policySets
}

func newConversation(test *testing.T) *conversation {
	test.Helper()
	return &conversation{test: test, sets: policySets{}}
}

// send gives the answer to a request as text.
func (c *conversation) send(request map[string]any) []byte {
	c.test.Helper()
	request["id"] = 7
	line, err := json.Marshal(request)
	if err != nil {
		c.test.Fatal(err)
	}
	answered, err := json.Marshal(answer(context.Background(), c.sets, line))
	if err != nil {
		c.test.Fatal(err)
	}
	return answered
}

// fail sends a request that can't be carried out, and gives the error's text.
func (c *conversation) fail(request map[string]any) string {
	c.test.Helper()
	var failed errorAnswer
	if err := json.Unmarshal(c.send(request), &failed); err != nil {
		c.test.Fatal(err)
	}
	return failed.Error
}

// ask sends a request and reads the answer into a value.
func (c *conversation) ask(request map[string]any, answered any) {
	c.test.Helper()
	text := c.send(request)
	var failed errorAnswer
	if err := json.Unmarshal(text, &failed); err == nil && failed.Error != "" {
		c.test.Fatalf("the request failed: %s", failed.Error)
	}
	if err := json.Unmarshal(text, answered); err != nil {
		c.test.Fatalf("%v in %s", err, text)
	}
}

// load loads documents under the engine's own name.
func (c *conversation) load(engine, kubernetes string, documents []json.RawMessage) loadAnswer {
	c.test.Helper()
	var answered loadAnswer
	c.ask(map[string]any{
		"op": "load", "set": engine, "engine": engine, "kubernetes": kubernetes, "documents": documents,
		"namespaces": json.RawMessage(namespacesText), "kinds": json.RawMessage(kindsText),
	}, &answered)
	return answered
}

// loadFile loads a file that must be accepted as it stands.
func (c *conversation) loadFile(engine, path string) {
	c.test.Helper()
	answered := c.load(engine, "", documentsOf(c.test, path))
	if len(answered.Errors)+len(answered.Warnings)+len(answered.Defaulted) > 0 {
		c.test.Fatalf("%s isn't accepted as it stands: %+v", path, answered)
	}
}

func (c *conversation) judge(engine string, requests ...map[string]any) []verdict {
	c.test.Helper()
	var answered judgeAnswer
	c.ask(map[string]any{"op": "judge", "set": engine, "requests": requests}, &answered)
	if len(answered.Verdicts) != len(requests) {
		c.test.Fatalf("%d verdicts on %d requests", len(answered.Verdicts), len(requests))
	}
	return answered.Verdicts
}

// documentsOf reads the documents of a file.
func documentsOf(test *testing.T, path string) []json.RawMessage {
	test.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		test.Fatal(err)
	}
	return documentsIn(test, string(text))
}

func documentsIn(test *testing.T, text string) []json.RawMessage {
	test.Helper()
	var documents []json.RawMessage
	for _, read := range readYAML(text) {
		if read.Error != "" {
			test.Fatal(read.Error)
		}
		documents = append(documents, read.JSON)
	}
	return documents
}

// pod is a Pod with one container, that drops what is listed.
func pod(namespace string, drop ...string) map[string]any {
	return map[string]any{
		"apiVersion": "v1", "kind": "Pod",
		"metadata": map[string]any{"name": "p", "namespace": namespace},
		"spec":     map[string]any{"containers": []any{container("a", drop...)}},
	}
}

func container(name string, drop ...string) map[string]any {
	return map[string]any{
		"name": name, "image": "registry.test/app:1",
		"securityContext": map[string]any{"capabilities": map[string]any{"drop": append([]string{}, drop...)}},
	}
}

// podRequest is a write of a Pod in a namespace.
func podRequest(operation, subresource, namespace string, object, old any) map[string]any {
	return map[string]any{
		"operation": operation, "subresource": subresource, "group": "", "version": "v1", "kind": "Pod",
		"resource": "pods", "namespace": namespace, "name": "p", "object": object, "old_object": old,
	}
}

// nodePoolRequest is a write of a cluster-scoped object of a custom kind.
func nodePoolRequest(operation string, spec map[string]any) map[string]any {
	object := any(map[string]any{
		"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": map[string]any{"name": "n"}, "spec": spec,
	})
	old := object
	switch operation {
	case "CREATE":
		old = nil
	case "DELETE":
		object = nil
	}
	return map[string]any{
		"operation": operation, "group": "karpenter.sh", "version": "v1", "kind": "NodePool",
		"resource": "nodepools", "name": "n", "object": object, "old_object": old,
	}
}

// expectVerdict compares whether a request is allowed, and the one violation it gives;
// an empty action for none.
func expectVerdict(test *testing.T, what string, got verdict, allowed bool, policy, action, message string) {
	test.Helper()
	if got.Refused != "" {
		test.Errorf("%s: refused: %s", what, got.Refused)
		return
	}
	if got.Allowed != allowed {
		test.Errorf("%s: allowed is %v: %+v", what, got.Allowed, got.Violations)
	}
	if action == "" {
		if len(got.Violations) > 0 {
			test.Errorf("%s: unexpected violations: %+v", what, got.Violations)
		}
		return
	}
	if len(got.Violations) != 1 {
		test.Errorf("%s: expected one violation: %+v", what, got.Violations)
		return
	}
	found := got.Violations[0]
	if found.Policy != policy || found.Action != action || found.Message != message || found.Error {
		test.Errorf("%s: %+v", what, found)
	}
}
