// What loading refuses, and what it reports of documents that a cluster would change.

package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// edited gives the documents of a file with one text replaced by another.
func edited(test *testing.T, path, from, to string) []json.RawMessage {
	test.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		test.Fatal(err)
	}
	if !strings.Contains(string(text), from) {
		test.Fatalf("%s has no %q", path, from)
	}
	return documentsIn(test, strings.ReplaceAll(string(text), from, to))
}

func TestLoadRefuses(test *testing.T) {
	validating, gatekeeper := engineValidatingAdmissionPolicy, engineGatekeeper
	for _, attempt := range []struct{ engine, from, to, want string }{
		{validating, "failurePolicy: Fail", "failurePolcy: Fail", `unknown field "spec.failurePolcy"`},
		{validating, "size(variables.violations) == 0", "size(variables.violations == 0", "Syntax error"},
		{validating, "size(variables.violations) == 0", "variables.spec", "must evaluate to bool"},
		{validating, "variables.violations.join('; ')", "size(variables.violations)", "must evaluate to string"},
		{validating, "message: The weight is at most 50", `message: "two\nlines"`, "must not contain line breaks"},
		{validating, "name: drop-all\n", "name: Drop_All\n", "RFC 1123"},
		{validating, "[Warn, Audit]", "[Deny, Warn]", "must not contain both Deny and Warn"},
		{validating, `{"kind": dyn("containers"), `, `{"kind": "containers", `, "expected type 'string' but found 'dyn'"},
		{gatekeeper, "enforcementAction: deny", "enforcementAction: block", "unrecognized enforcementAction"},
		{gatekeeper, "capability: ALL", "capability: 7", "capability"},
		{gatekeeper, "capability: ALL", "capabilty: ALL", `unknown field "spec.parameters.capabilty"`},
		{gatekeeper, "version: v1\n", "version: V1\n", "unexpected"},
		{gatekeeper, "targets:", "tragets:", `unknown field "spec.tragets"`},
		{gatekeeper, "name: dropall", "name: dropsome", "is not equal to the lowercase of CRD's Kind"},
		{gatekeeper, "  match:\n", "  macth:\n", `unknown field "spec.macth"`},
		{gatekeeper, "  name: node-pools\n", "  nmae: node-pools\n", `unknown field "metadata.nmae"`},
		{gatekeeper, "input.review.object.spec.weight > 50", "nothing(input) > 50", "undefined function"},
	} {
		path := "testdata/gatekeeper.yaml"
		if attempt.engine == validating {
			path = "testdata/validating.yaml"
		}
		answered := newConversation(test).load(attempt.engine, "", edited(test, path, attempt.from, attempt.to))
		if !strings.Contains(strings.Join(answered.Errors, "\n"), attempt.want) {
			test.Errorf("%s instead of %s: %q", attempt.to, attempt.from, answered.Errors)
		}
	}
}

func TestLoadReportsDefaults(test *testing.T) {
	for _, attempt := range []struct{ engine, path, from, to, want string }{
		{engineValidatingAdmissionPolicy, "testdata/validating.yaml", "  failurePolicy: Fail\n", "",
			"ValidatingAdmissionPolicy/drop-all: spec.failurePolicy"},
		{engineValidatingAdmissionPolicy, "testdata/validating.yaml", "      scope: \"*\"\n", "",
			"ValidatingAdmissionPolicy/drop-all: spec.matchConstraints.resourceRules[1].scope"},
		{engineGatekeeper, "testdata/gatekeeper.yaml", "        legacySchema: false\n", "",
			"ConstraintTemplate/dropall: spec.crd.spec.validation.legacySchema"},
	} {
		answered := newConversation(test).load(attempt.engine, "", edited(test, attempt.path, attempt.from, attempt.to))
		if !slices.Contains(answered.Defaulted, attempt.want) {
			test.Errorf("without %q: %q", attempt.from, answered.Defaulted)
		}
	}
}

func TestLoadWarns(test *testing.T) {
	from, to := "  variables:\n", "  matchConditions: []\n  variables:\n"
	answered := newConversation(test).load(engineValidatingAdmissionPolicy, "", edited(test, "testdata/validating.yaml", from, to))
	if want := "ValidatingAdmissionPolicy/drop-all: spec.matchConditions isn't stored as written"; !slices.Contains(answered.Warnings, want) {
		test.Errorf("an empty list: %+v", answered)
	}
	from, to = "size(variables.violations) == 0", "size(variables.violations) == 0 && object.spec.nosuch == 1"
	answered = newConversation(test).load(engineValidatingAdmissionPolicy, "", edited(test, "testdata/validating.yaml", from, to))
	if !strings.Contains(strings.Join(answered.Warnings, "\n"), "undefined field 'nosuch'") {
		test.Errorf("an unknown field: %+v", answered)
	}
}

func TestLoadInAnOlderEnvironment(test *testing.T) {
	engine := engineValidatingAdmissionPolicy
	documents := documentsOf(test, "testdata/validating.yaml")
	if answered := newConversation(test).load(engine, "1.30", documents); len(answered.Errors) > 0 {
		test.Errorf("the policy needs no newer one: %q", answered.Errors)
	}
	// Flattening came with the environment of 1.34, so a server admits it from 1.35.
	documents = edited(test, "testdata/validating.yaml", "size(variables.violations) == 0", "size([variables.violations].flatten()) == 0")
	if answered := newConversation(test).load(engine, "1.35", documents); len(answered.Errors) > 0 {
		test.Errorf("1.35: %q", answered.Errors)
	}
	if answered := newConversation(test).load(engine, "1.34", documents); !strings.Contains(strings.Join(answered.Errors, "\n"), "flatten") {
		test.Errorf("1.34: %q", answered.Errors)
	}
}
