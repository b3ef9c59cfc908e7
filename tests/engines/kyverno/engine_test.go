// Tests of the program itself, through its protocol, with policies in the shapes that Palisade
// generates. They say that the stand-in for the cluster behaves; what the policies of Palisade mean
// is tested from Rust.
package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

var customKinds = []customKind{{Group: "karpenter.sh", Version: "v1", Kind: "NodePool", Plural: "nodepools"}}

const namespaces = `[
  {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"production","labels":{"tier":"production"}}},
  {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"kube-system"}}
]`

// documentsOf reads YAML documents, and makes `changes` (old, new) in their text first.
func documentsOf(t *testing.T, file string, changes ...string) []json.RawMessage {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(changes...).Replace(string(text))
	if len(changes) > 0 && changed == string(text) {
		t.Fatalf("nothing to change in %s", file)
	}
	var documents []json.RawMessage
	for _, document := range strings.Split(changed, "\n---\n") {
		converted, err := yaml.YAMLToJSON([]byte(document))
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, converted)
	}
	return documents
}

// say runs the commands through the protocol and reads the answers.
func say(t *testing.T, commands ...command) []map[string]any {
	t.Helper()
	var input, output bytes.Buffer
	for index := range commands {
		commands[index].ID = int64(index + 1)
		if err := json.NewEncoder(&input).Encode(commands[index]); err != nil {
			t.Fatal(err)
		}
	}
	if err := serve(&input, &output); err != nil {
		t.Fatal(err)
	}
	var answers []map[string]any
	for line := range strings.Lines(output.String()) {
		answer := map[string]any{}
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			t.Fatal(err)
		}
		if int(answer["id"].(float64)) != len(answers)+1 {
			t.Fatalf("answer %d has id %v", len(answers)+1, answer["id"])
		}
		answers = append(answers, answer)
	}
	if len(answers) != len(commands) {
		t.Fatalf("%d answers to %d commands", len(answers), len(commands))
	}
	return answers
}

func loadOf(engine string, documents []json.RawMessage) command {
	var listed []json.RawMessage
	if err := json.Unmarshal([]byte(namespaces), &listed); err != nil {
		panic(err)
	}
	return command{Op: "load", Set: "set", Engine: engine, Documents: documents, Kinds: customKinds, Namespaces: listed}
}

func listOf(answer map[string]any, key string) []string {
	var list []string
	for _, entry := range answer[key].([]any) {
		list = append(list, entry.(string))
	}
	return list
}

// judgedBy loads the documents, which must be without fault, and judges the requests.
func judgedBy(t *testing.T, engine string, documents []json.RawMessage, requests ...admissionRequest) []verdict {
	t.Helper()
	answers := say(t, loadOf(engine, documents), command{Op: "judge", Set: "set", Requests: requests})
	for _, key := range []string{"errors", "warnings", "defaulted"} {
		if found := listOf(answers[0], key); len(found) > 0 {
			t.Fatalf("%s at load: %q", key, found)
		}
	}
	if answers[1]["error"] != nil {
		t.Fatal(answers[1]["error"])
	}
	text, _ := json.Marshal(answers[1]["verdicts"])
	var verdicts []verdict
	if err := json.Unmarshal(text, &verdicts); err != nil {
		t.Fatal(err)
	}
	return verdicts
}

const (
	goodSpec  = `{"containers":[{"name":"c1","image":"i"}]}`
	badSpec   = `{"initContainers":[{"name":"i1","image":"i","securityContext":{"privileged":true}}],"containers":[{"name":"c1","image":"i","securityContext":{"privileged":true}}]}`
	debugSpec = `{"containers":[{"name":"c1","image":"i"}],"ephemeralContainers":[{"name":"d","image":"i","securityContext":{"privileged":true}}]}`
	badText   = "initContainers/i1 is privileged; containers/c1 is privileged"
	debugText = "ephemeralContainers/d is privileged"
)

func podRequest(operation, namespace, spec, oldSpec string) admissionRequest {
	request := admissionRequest{Operation: operation, Version: "v1", Kind: "Pod", Resource: "pods", Namespace: namespace, Name: "p"}
	pod := func(spec string) json.RawMessage {
		if spec == "" {
			return nil
		}
		return json.RawMessage(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"` + namespace + `"},"spec":` + spec + `}`)
	}
	request.Object, request.OldObject = pod(spec), pod(oldSpec)
	return request
}

func withSubresource(request admissionRequest, subresource string) admissionRequest {
	request.Subresource = subresource
	return request
}

func deploymentRequest(spec string) admissionRequest {
	return admissionRequest{
		Operation: "CREATE", Group: "apps", Version: "v1", Kind: "Deployment", Resource: "deployments", Namespace: "team-a", Name: "d",
		Object: json.RawMessage(`{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d","namespace":"team-a"},"spec":{"selector":{},"template":{"spec":` + spec + `}}}`),
	}
}

func nodePoolRequest(operation, expireAfter string) admissionRequest {
	request := admissionRequest{Operation: operation, Group: "karpenter.sh", Version: "v1", Kind: "NodePool", Resource: "nodepools", Name: "n"}
	object := json.RawMessage(`{"apiVersion":"karpenter.sh/v1","kind":"NodePool","metadata":{"name":"n"},"spec":{"template":{"spec":{"expireAfter":"` + expireAfter + `"}}}}`)
	if operation == "DELETE" {
		request.OldObject = object
	} else {
		request.Object = object
	}
	return request
}

var engines = map[string]string{
	engineClusterPolicy:    "cluster-policy.yaml",
	engineValidatingPolicy: "validating-policy.yaml",
}

// by is a verdict as this engine gives it: a ValidatingPolicy also tells that no exemption was used.
func (v verdict) by(engine string) verdict {
	if engine == engineValidatingPolicy {
		v.Exempted = []string{}
	}
	return v
}

func allow() verdict { return verdict{Allowed: true, Violations: []violation{}} }

func deny(policy, message string) verdict {
	return verdict{Violations: []violation{{Policy: policy, Action: actionDeny, Message: message}}}
}

func TestVerdicts(t *testing.T) {
	cases := []struct {
		name    string
		request admissionRequest
		want    verdict
	}{
		{"a good Pod", podRequest("CREATE", "team-a", goodSpec, ""), allow()},
		{"a bad Pod", podRequest("CREATE", "team-a", badSpec, ""), deny("privileged", badText)},
		{"a bad Deployment", deploymentRequest(badSpec), deny("privileged", badText)},
		{"good to bad", podRequest("UPDATE", "team-a", badSpec, goodSpec), deny("privileged", badText)},
		{"bad to good", podRequest("UPDATE", "team-a", goodSpec, badSpec), allow()},
		{"deleting a bad Pod", podRequest("DELETE", "team-a", "", badSpec), allow()},
		{"the status of a bad Pod", withSubresource(podRequest("UPDATE", "team-a", badSpec, badSpec), "status"), allow()},
		{"a bad debug container", withSubresource(podRequest("UPDATE", "team-a", debugSpec, goodSpec), "ephemeralcontainers"), deny("privileged", debugText)},
		{"a bad Pod in a namespace left out", podRequest("CREATE", "kube-system", badSpec, ""), allow()},
		{"a bad Pod where it warns", podRequest("CREATE", "production", badSpec, ""), verdict{Allowed: true, Violations: []violation{{Policy: "privileged-production", Action: actionWarn, Message: badText}}}},
		{"a good NodePool", nodePoolRequest("CREATE", "336h"), allow()},
		{"a bad NodePool", nodePoolRequest("CREATE", "Never"), deny("expiry", `expireAfter is "Never": 'never' is no duration`)},
		{"deleting a bad NodePool", nodePoolRequest("DELETE", "Never"), allow()},
	}
	var requests []admissionRequest
	for _, tried := range cases {
		requests = append(requests, tried.request)
	}
	for engine, file := range engines {
		verdicts := judgedBy(t, engine, documentsOf(t, file), requests...)
		for index, tried := range cases {
			if want := tried.want.by(engine); !reflect.DeepEqual(verdicts[index], want) {
				t.Errorf("%s, %s:\n got %+v\nwant %+v", engine, tried.name, verdicts[index], want)
			}
		}
	}
}

// An expression that breaks at run time is an error, and denies.
func TestEvaluationErrors(t *testing.T) {
	for engine, file := range engines {
		documents := documentsOf(t, file, "c.securityContext.privileged == true", "c.securityContext.nothere.x == true")
		judged := judgedBy(t, engine, documents, podRequest("CREATE", "team-a", badSpec, ""))[0]
		if judged.Allowed || len(judged.Violations) != 1 || !judged.Violations[0].Error {
			t.Errorf("%s: %+v", engine, judged)
		}
	}
}

// A denial doesn't hide what other policies only audit.
func TestAuditsBesideADenial(t *testing.T) {
	documents := documentsOf(t, "cluster-policy.yaml", "  name: privileged-production\n", "  name: a-second\n", "matchLabels: {tier: production}", "matchLabels: {kubernetes.io/metadata.name: team-a}", "emitWarning: true", "emitWarning: false")
	want := verdict{Violations: []violation{
		{Policy: "a-second", Action: actionAudit, Message: badText},
		{Policy: "privileged", Action: actionDeny, Message: badText},
	}}
	if judged := judgedBy(t, engineClusterPolicy, documents, podRequest("CREATE", "team-a", badSpec, ""))[0]; !reflect.DeepEqual(judged, want) {
		t.Errorf("%+v", judged)
	}
}

// Each rule of a ClusterPolicy has its own action, and its own violation.
func TestActionsOfTheRulesOfOnePolicy(t *testing.T) {
	var policy map[string]any
	if err := json.Unmarshal(documentsOf(t, "cluster-policy.yaml")[0], &policy); err != nil {
		t.Fatal(err)
	}
	spec := policy["spec"].(map[string]any)
	enforcing, _ := json.Marshal(spec["rules"].([]any)[0])
	var auditing map[string]any
	if err := json.Unmarshal(bytes.Replace(enforcing, []byte("Enforce"), []byte("Audit"), 1), &auditing); err != nil {
		t.Fatal(err)
	}
	auditing["name"] = "auditing"
	spec["rules"] = append(spec["rules"].([]any), auditing)
	document, _ := json.Marshal(policy)
	want := verdict{Violations: []violation{
		{Policy: "privileged", Action: actionDeny, Message: badText},
		{Policy: "privileged", Action: actionAudit, Message: badText},
	}}
	if judged := judgedBy(t, engineClusterPolicy, []json.RawMessage{document}, podRequest("CREATE", "team-a", badSpec, ""))[0]; !reflect.DeepEqual(judged, want) {
		t.Errorf("%+v", judged)
	}
}

// Policies with match conditions have webhooks of their own, that only they answer.
func TestMatchConditions(t *testing.T) {
	conditions := `[{name: debugged, expression: "request.name != 'p'"}]`
	fields := map[string]string{
		engineClusterPolicy:    "  webhookConfiguration: {matchConditions: " + conditions + "}\n",
		engineValidatingPolicy: "  matchConditions: " + conditions + "\n",
	}
	for engine, field := range fields {
		documents := documentsOf(t, engines[engine], "\nspec:\n", "\nspec:\n"+field)
		other := podRequest("CREATE", "team-a", badSpec, "")
		other.Name, other.Object = "q", bytes.Replace(other.Object, []byte(`"name":"p"`), []byte(`"name":"q"`), 1)
		judged := judgedBy(t, engine, documents, podRequest("CREATE", "team-a", badSpec, ""), other)
		if !reflect.DeepEqual(judged[0], allow().by(engine)) || !reflect.DeepEqual(judged[1], deny("privileged", badText).by(engine)) {
			t.Errorf("%s: %+v", engine, judged)
		}
	}
}

// A policy that fails open has another webhook than one that fails closed.
func TestFailurePolicies(t *testing.T) {
	for engine, file := range engines {
		field := map[string]string{engineClusterPolicy: "\nspec:\n  webhookConfiguration: {failurePolicy: Ignore}\n", engineValidatingPolicy: "\nspec:\n  failurePolicy: Ignore\n"}[engine]
		documents := documentsOf(t, file)[:1]
		ignoring := documentsOf(t, file, "  failurePolicy: Fail\n", "", "\nspec:\n", field, "name: privileged\n", "name: ignoring\n")[:1]
		judged := judgedBy(t, engine, append(documents, ignoring...), podRequest("CREATE", "team-a", badSpec, ""))[0]
		want := verdict{Violations: []violation{
			{Policy: "ignoring", Action: actionDeny, Message: badText},
			{Policy: "privileged", Action: actionDeny, Message: badText},
		}}
		if !reflect.DeepEqual(judged, want.by(engine)) {
			t.Errorf("%s: %+v", engine, judged)
		}
	}
}

// A Namespace is judged by its own labels, and needn't exist.
func TestNamespaces(t *testing.T) {
	request := admissionRequest{
		Operation: "CREATE", Version: "v1", Kind: "Namespace", Resource: "namespaces", Name: "fresh",
		Object: json.RawMessage(`{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"fresh","labels":{"tier":"test"}},"spec":{}}`),
	}
	documents := map[string][]json.RawMessage{
		engineClusterPolicy: documentsOf(t, "cluster-policy.yaml",
			"karpenter.sh/v1/NodePool", "Namespace", "spec.template.spec.expireAfter", "metadata.labels['tier']", "'Never'", "'test'"),
		engineValidatingPolicy: documentsOf(t, "validating-policy.yaml",
			"apiGroups: [karpenter.sh]", `apiGroups: [""]`, "nodepools", "namespaces", "spec.template.spec.expireAfter", "metadata.labels['tier']", "'Never'", "'test'"),
	}
	for engine, policies := range documents {
		judged := judgedBy(t, engine, policies, request)[0]
		if judged.Allowed || len(judged.Violations) != 1 || judged.Violations[0].Error {
			t.Errorf("%s: %+v", engine, judged)
		}
	}
}

// Requests that no API server could get are errors, not allowed.
func TestImpossibleRequests(t *testing.T) {
	unknownResource := podRequest("CREATE", "team-a", goodSpec, "")
	unknownResource.Resource = "pod"
	unknownOperation := podRequest("CREATE", "team-a", goodSpec, "")
	unknownOperation.Operation = "PATCH"
	withoutNamespace := podRequest("CREATE", "", goodSpec, "")
	withNamespace := nodePoolRequest("CREATE", "336h")
	withNamespace.Namespace = "team-a"
	for _, request := range []admissionRequest{unknownResource, unknownOperation, withoutNamespace, withNamespace} {
		answers := say(t, loadOf(engineValidatingPolicy, documentsOf(t, "validating-policy.yaml")), command{Op: "judge", Set: "set", Requests: []admissionRequest{request}})
		if answers[1]["error"] == nil {
			t.Errorf("%+v: %v", request, answers[1])
		}
	}
}

// Without its operations a ClusterPolicy judges deletions too, where there is no object.
func TestDefaultOperationsOfAClusterPolicy(t *testing.T) {
	documents := documentsOf(t, "cluster-policy.yaml", "operations: [CREATE, UPDATE]", "names: ['*']")
	judged := judgedBy(t, engineClusterPolicy, documents, podRequest("DELETE", "team-a", "", badSpec))[0]
	if judged.Allowed || !judged.Violations[0].Error {
		t.Errorf("%+v", judged)
	}
}

func TestLoadFindings(t *testing.T) {
	cases := []struct {
		engine, key, old, new, want string
	}{
		{engineClusterPolicy, "errors", "dyn(object).spec.template.spec)", "dyn(object).spec.template.spec", "privileged: rule `pods`: variable `podSpec`: "},
		{engineClusterPolicy, "errors", "expression: size(variables.violations) == 0", "expression: variables.podSpec.?x.orValue(true)", "privileged: rule `pods`: expression 0: must evaluate to bool but got dyn"},
		{engineClusterPolicy, "errors", "variables.violations.join('; ')", "variables.violation.join('; ')", "privileged: rule `pods`: message expression 0: "},
		{engineClusterPolicy, "errors", "background: false", "background: false\n  backgrounds: true", "privileged: unknown field \"spec.backgrounds\""},
		{engineClusterPolicy, "errors", "background: false", "background: 'no'", "privileged: spec.background: Invalid value: \"string\""},
		{engineClusterPolicy, "errors", "message: containers", "message: $(y) containers", "privileged: "},
		{engineClusterPolicy, "errors", "karpenter.sh/v1/NodePool", "karpenter.sh/v1/NodePond", "expiry: "},
		{engineClusterPolicy, "defaulted", "  emitWarning: false\n", "", "privileged: spec.emitWarning"},
		{engineClusterPolicy, "defaulted", "    skipBackgroundRequests: true\n", "", "privileged: spec.rules[0].skipBackgroundRequests"},
		{engineClusterPolicy, "warnings", "validationFailureAction: Audit", "validationFailureAction: audit", "privileged: spec.validationFailureAction: "},
		{engineValidatingPolicy, "errors", "dyn(object).spec.template.spec)", "dyn(object).spec.template.spec", "privileged: "},
		{engineValidatingPolicy, "errors", "failurePolicy: Fail", "failurePolicy: Fail\n  backgrounds: true", "privileged: unknown field \"spec.backgrounds\""},
		{engineValidatingPolicy, "errors", "failurePolicy: Fail", "failurePolicy: Fall", "privileged: spec.failurePolicy: Unsupported value"},
		{engineValidatingPolicy, "defaulted", "admission: {enabled: true}", "admission: {}", "privileged: spec.evaluation.admission.enabled"},
	}
	for _, tried := range cases {
		answer := say(t, loadOf(tried.engine, documentsOf(t, engines[tried.engine], tried.old, tried.new)))[0]
		found := listOf(answer, tried.key)
		if len(found) == 0 || !strings.HasPrefix(found[0], tried.want) {
			t.Errorf("%s, %q instead of %q: %s %q, want %q", tried.engine, tried.new, tried.old, tried.key, answer, tried.want)
		}
	}
}

func TestVersions(t *testing.T) {
	answer := say(t, command{Op: "version"})[0]
	// A test binary has no module versions: only the shape is tested here.
	if _, isMap := answer["versions"].(map[string]any); !isMap {
		t.Errorf("%v", answer)
	}
}

func TestCommandsThatCannotBeCarriedOut(t *testing.T) {
	commands := []command{
		{Op: "judge", Set: "unknown"},
		{Op: "sing"},
		{Op: "load", Engine: "gatekeeper"},
	}
	for index, answer := range say(t, commands...) {
		if answer["error"] == nil {
			t.Errorf("command %d: %v", index+1, answer)
		}
	}
}
