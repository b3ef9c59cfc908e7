// Tests of the program as its callers see it.

package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// ask sends requests and gives the answers.
func ask(test *testing.T, requests ...string) []map[string]json.RawMessage {
	test.Helper()
	var output bytes.Buffer
	if err := serve(strings.NewReader(strings.Join(requests, "\n")+"\n"), &output); err != nil {
		test.Fatal(err)
	}
	var answers []map[string]json.RawMessage
	for line := range strings.Lines(output.String()) {
		var answer map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &answer); err != nil {
			test.Fatalf("%v in %s", err, line)
		}
		answers = append(answers, answer)
	}
	if len(answers) != len(requests) {
		test.Fatalf("%d answers to %d requests", len(answers), len(requests))
	}
	return answers
}

func TestRestrictedChecksStandForBaselineOnes(test *testing.T) {
	answer := ask(test, `{"op": "standards", "versions": ["1.34", "1.35"]}`)[0]
	var active map[string]map[string][]revisionName
	if err := json.Unmarshal(answer["active"], &active); err != nil {
		test.Fatal(err)
	}
	holds := func(level, version, revision string) bool {
		return slices.ContainsFunc(active[level][version], func(name revisionName) bool { return name.Revision == revision })
	}
	expected := []struct {
		level, version, revision string
		holds                    bool
	}{
		{"baseline", "1.34", "procMount@1.0", true},
		{"baseline", "1.35", "procMount@1.0", false},
		{"baseline", "1.35", "procMount@1.35", true},
		{"restricted", "1.34", "procMount@1.0", true},
		{"restricted", "1.35", "procMount@1.35", false},
		{"restricted", "1.35", "procMount_restricted@1.35", true},
		{"baseline", "1.34", "hostPathVolumes@1.0", true},
		{"restricted", "1.34", "hostPathVolumes@1.0", false},
		{"restricted", "1.34", "restrictedVolumes@1.0", true},
	}
	for _, one := range expected {
		if holds(one.level, one.version, one.revision) != one.holds {
			test.Errorf("%+v isn't so", one)
		}
	}
}

func TestPodsAreReadAsTheAPIServerReadsThem(test *testing.T) {
	pods := []struct{ spec, forbidden, unreadable string }{
		{spec: `{"containers": [{"name": "a", "securityContext": {"privileged": true}}]}`, forbidden: "privileged@1.0"},
		{spec: `{"containers": [{"name": "a", "securityContext": {"privileged": null}}], "volumes": null}`},
		{spec: `{"ephemeralContainers": [{"name": "a", "securityContext": {"privileged": true}}]}`, forbidden: "privileged@1.0"},
		{spec: `{"volumes": [{"name": "a"}]}`},
		{spec: `{"volumes": [{"name": "a", "nfs": {"server": "s", "path": "/"}}]}`, forbidden: "restrictedVolumes@1.0"},
		{spec: `{"volume": []}`, unreadable: `unknown field "spec.volume"`},
		{spec: `{"Volumes": []}`, unreadable: `unknown field "spec.Volumes"`},
		{spec: `{"hostPID": "yes"}`, unreadable: "cannot unmarshal"},
	}
	var raw []string
	for _, pod := range pods {
		raw = append(raw, `{"spec": `+pod.spec+`}`)
	}
	answer := ask(test, `{"op": "judge", "revisions": ["privileged@1.0", "restrictedVolumes@1.0"], "pods": [`+strings.Join(raw, ",")+`]}`)[0]
	var verdicts []verdict
	if err := json.Unmarshal(answer["verdicts"], &verdicts); err != nil {
		test.Fatal(err)
	}
	for index, said := range verdicts {
		expected := pods[index]
		unreadable := (said.Unreadable == "") == (expected.unreadable == "") && strings.Contains(said.Unreadable, expected.unreadable)
		if strings.Join(said.Forbidden, " ") != expected.forbidden || !unreadable || said.Fault != "" {
			test.Errorf("%s: %+v", expected.spec, said)
		}
	}
}

func TestWhatCannotBeAskedIsAnError(test *testing.T) {
	for _, answer := range ask(test, `{"op": "guess"}`, `{"op": "standards", "versions": ["latest"]}`, `{`) {
		if answer["error"] == nil {
			test.Errorf("no error: %v", answer)
		}
	}
}
