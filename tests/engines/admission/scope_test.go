// Which requests reach a policy: selectors on namespaces, for objects in one, for
// Namespace itself and for cluster-scoped kinds; the same in both engines.

package main

import "testing"

const scopedValidating = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: strict}
spec:
  failurePolicy: Fail
  matchConstraints:
    matchPolicy: Equivalent
    namespaceSelector: {matchLabels: {level: strict}}
    objectSelector: {}
    resourceRules:
    - {apiGroups: ["", karpenter.sh], apiVersions: [v1], operations: ["*"], resources: [pods, namespaces, nodepools], scope: "*"}
  validations:
  - {expression: "false", message: matched}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: strict}
spec: {policyName: strict, validationActions: [Deny]}
`

const scopedGatekeeper = `
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: strict}
spec:
  crd: {spec: {names: {kind: Strict}, validation: {legacySchema: false}}}
  targets:
  - target: admission.k8s.gatekeeper.sh
    code:
    - engine: Rego
      source: {version: v1, rego: "package strict\n\nviolation contains {\"msg\": \"matched\"}"}
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: Strict
metadata: {name: strict}
spec:
  enforcementAction: deny
  match: {namespaceSelector: {matchLabels: {level: strict}}}
`

// namespaceRequest is a write of a Namespace with labels.
func namespaceRequest(operation, name string, labels map[string]any) map[string]any {
	object := any(map[string]any{
		"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name, "labels": labels},
	})
	var old any
	if operation == "DELETE" {
		object, old = nil, object
	}
	return map[string]any{
		"operation": operation, "group": "", "version": "v1", "kind": "Namespace", "resource": "namespaces",
		"name": name, "object": object, "old_object": old,
	}
}

func TestSelectorsOnNamespaces(test *testing.T) {
	for engine, text := range map[string]string{
		engineValidatingAdmissionPolicy: scopedValidating, engineGatekeeper: scopedGatekeeper,
	} {
		talk := newConversation(test)
		if answered := talk.load(engine, "", documentsIn(test, text)); len(answered.Errors) > 0 {
			test.Fatalf("%s: %q", engine, answered.Errors)
		}
		strict := map[string]any{"level": "strict"}
		for _, attempt := range []struct {
			what    string
			request map[string]any
			matched bool
		}{
			{"a Pod in a strict namespace", podRequest("CREATE", "", "team-a", pod("team-a"), nil), true},
			{"a Pod in another", podRequest("CREATE", "", "team-b", pod("team-b"), nil), false},
			{"its deletion", podRequest("DELETE", "", "team-a", nil, pod("team-a")), true},
			{"a new strict Namespace", namespaceRequest("CREATE", "new", strict), true},
			{"another new one", namespaceRequest("CREATE", "new", map[string]any{}), false},
			{"deletion of a strict Namespace", namespaceRequest("DELETE", "team-a", strict), true},
			{"a cluster-scoped object", nodePoolRequest("CREATE", map[string]any{}), true},
		} {
			got := talk.judge(engine, attempt.request)[0]
			if attempt.matched {
				expectVerdict(test, engine+": "+attempt.what, got, false, "strict", actionDeny, "matched")
			} else {
				expectVerdict(test, engine+": "+attempt.what, got, true, "", "", "")
			}
		}
	}
}

func TestRequestsThatAreNone(test *testing.T) {
	talk := newConversation(test)
	talk.loadFile(engineGatekeeper, "testdata/gatekeeper.yaml")
	for _, attempt := range []map[string]any{
		podRequest("CREATE", "", "team-a", nil, nil),
		podRequest("UPDATE", "", "team-a", pod("team-a"), nil),
		podRequest("DELETE", "", "team-a", pod("team-a"), pod("team-a")),
		podRequest("PATCH", "", "team-a", pod("team-a"), nil),
		podRequest("CREATE", "", "team-a", map[string]any{"apiVersion": "v1", "kind": "Service"}, nil),
	} {
		if message := talk.fail(map[string]any{"op": "judge", "set": engineGatekeeper, "requests": []any{attempt}}); message == "" {
			test.Errorf("no error: %v", attempt)
		}
	}
}
