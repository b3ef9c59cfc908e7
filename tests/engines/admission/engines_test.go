// Both engines: the same requests through hand-written policies that mean the same.

package main

import (
	"strings"
	"testing"
)

func TestValidatingAdmissionPolicyJudges(test *testing.T) {
	talk := newConversation(test)
	engine := engineValidatingAdmissionPolicy
	talk.loadFile(engine, "testdata/validating.yaml")
	judgePods(test, talk, engine, actionWarn, "drop-all", "drop-all")

	verdicts := talk.judge(engine,
		nodePoolRequest("CREATE", map[string]any{"weight": 50}),
		nodePoolRequest("CREATE", map[string]any{"weight": 51}),
		nodePoolRequest("DELETE", map[string]any{"weight": 50}),
		nodePoolRequest("UPDATE", map[string]any{}),
	)
	expectVerdict(test, "light", verdicts[0], true, "", "", "")
	expectVerdict(test, "heavy", verdicts[1], true, "node-pools", actionAudit, "The weight is at most 50")
	expectVerdict(test, "deleted", verdicts[2], true, "node-pools", actionAudit, "The weight is at most 50")
	broken := verdicts[3].Violations
	if len(broken) != 1 || !broken[0].Error || !strings.HasSuffix(broken[0].Message, "resulted in error: no such key: weight") {
		test.Errorf("an evaluation error: %+v", broken)
	}
	if verdicts[0].Cost == nil || *verdicts[0].Cost == 0 {
		test.Errorf("no cost: %+v", verdicts[0])
	}
}

func TestGatekeeperJudges(test *testing.T) {
	talk := newConversation(test)
	engine := engineGatekeeper
	talk.loadFile(engine, "testdata/gatekeeper.yaml")
	judgePods(test, talk, engine, actionAudit, "drop-all", "drop-all-audit")

	verdicts := talk.judge(engine,
		nodePoolRequest("CREATE", map[string]any{"weight": 50}),
		nodePoolRequest("CREATE", map[string]any{"weight": 51}),
		nodePoolRequest("DELETE", map[string]any{"weight": 50}),
		nodePoolRequest("UPDATE", map[string]any{"broken": true}),
	)
	expectVerdict(test, "light", verdicts[0], true, "", "", "")
	expectVerdict(test, "heavy", verdicts[1], true, "node-pools", actionWarn, "the weight is at most 50")
	expectVerdict(test, "deleted", verdicts[2], true, "node-pools", actionWarn, "deleted")
	broken := verdicts[3].Violations
	if len(broken) != 1 || !broken[0].Error || !strings.Contains(broken[0].Message, "eval_conflict_error") {
		test.Errorf("an evaluation error: %+v", broken)
	}
}

// judgePods sends the requests on which both policies must agree.
func judgePods(test *testing.T, talk *conversation, engine, mildAction, strictPolicy, mildPolicy string) {
	test.Helper()
	good, bad := pod("team-a", "ALL"), pod("team-a")
	debugged := pod("team-a", "ALL")
	debugged["spec"].(map[string]any)["ephemeralContainers"] = []any{container("debugger")}
	deployment := map[string]any{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "d"},
		"spec": map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{container("a"), container("b")}}}},
	}
	// The object names no namespace: it gets that of the request.
	deploymentRequest := map[string]any{
		"operation": "CREATE", "group": "apps", "version": "v1", "kind": "Deployment", "resource": "deployments",
		"namespace": "team-b", "name": "d", "object": deployment,
	}
	typedBad := podRequest("CREATE", "", "team-a", bad, nil)
	typedBad["typed"] = true
	wrong := pod("team-a", "ALL")
	wrong["spec"].(map[string]any)["hostNetwork"] = "yes"
	typedWrong := podRequest("CREATE", "", "team-a", wrong, nil)
	typedWrong["typed"] = true
	verdicts := talk.judge(engine,
		podRequest("CREATE", "", "team-a", good, nil),
		podRequest("CREATE", "", "team-a", bad, nil),
		podRequest("CREATE", "", "team-b", pod("team-b"), nil),
		podRequest("UPDATE", "", "team-a", bad, good),
		podRequest("UPDATE", "ephemeralcontainers", "team-a", debugged, good),
		podRequest("DELETE", "", "team-a", nil, bad),
		deploymentRequest,
		typedBad,
		typedWrong,
		podRequest("CREATE", "", "nowhere", pod("nowhere"), nil),
	)
	message := "containers a must drop ALL"
	expectVerdict(test, "good", verdicts[0], true, "", "", "")
	expectVerdict(test, "bad", verdicts[1], false, strictPolicy, actionDeny, message)
	expectVerdict(test, "bad elsewhere", verdicts[2], true, mildPolicy, mildAction, message)
	expectVerdict(test, "bad update", verdicts[3], false, strictPolicy, actionDeny, message)
	expectVerdict(test, "debugged", verdicts[4], false, strictPolicy, actionDeny, "ephemeralContainers debugger must drop ALL")
	expectVerdict(test, "deleted", verdicts[5], true, "", "", "")
	if engine == engineGatekeeper {
		expectVerdict(test, "deployment", verdicts[6], true, "", "", "")
	} else {
		expectVerdict(test, "deployment", verdicts[6], true, mildPolicy, mildAction, message+"; containers b must drop ALL")
	}
	expectVerdict(test, "typed", verdicts[7], false, strictPolicy, actionDeny, message)
	if verdicts[8].Allowed || verdicts[8].Refused == "" {
		test.Errorf("a wrong type isn't refused: %+v", verdicts[8])
	}
	if verdicts[9].Allowed || !strings.Contains(verdicts[9].Refused, "not found") {
		test.Errorf("an unknown namespace isn't refused: %+v", verdicts[9])
	}
}
