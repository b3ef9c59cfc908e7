// The operations on texts: Rego, YAML, and the program line by line.

package main

import (
	"context"
	"strings"
	"testing"
)

func TestRegoIsFormattedAndChecked(test *testing.T) {
	talk := newConversation(test)
	var answered regoAnswer
	talk.ask(map[string]any{"op": "opa", "modules": []map[string]string{
		{"path": "good.rego", "text": "package good\n\nallowed if {\n  input.x == 1\n}\n"},
		{"path": "unused.rego", "text": "package unused\n\nallowed if {\n\ty := 1\n\tinput.x\n}\n"},
	}}, &answered)
	if answered.Formatted[0] == nil || *answered.Formatted[0] != "package good\n\nallowed if {\n\tinput.x == 1\n}\n" {
		test.Errorf("formatted: %+v", answered)
	}
	if len(answered.Errors) != 1 || !strings.HasPrefix(answered.Errors[0], "unused.rego:4: ") {
		test.Errorf("checked: %q", answered.Errors)
	}
	talk.ask(map[string]any{"op": "opa", "modules": []map[string]string{{"path": "old.rego", "text": "package old\n\nallowed { input.x }\n"}}}, &answered)
	if answered.Formatted[0] != nil || len(answered.Errors) == 0 || !strings.HasPrefix(answered.Errors[0], "old.rego:3: ") {
		test.Errorf("Rego before v1: %+v", answered)
	}
}

func TestRegoOfTheOldestGatekeeper(test *testing.T) {
	talk := newConversation(test)
	for _, attempt := range []struct{ text, want string }{
		{"all := [c | some c in input.containers]", ""},
		{"names := {c.name | some c in input.containers}", ""},
		{"listed contains name if {\n\tsome list in lib.container_lists\n\tsome c in items(input.spec, [list])\n\tname := c.name\n}", ""},
		{"all := array.flatten([[1]])", "array.flatten"},
		{"all := http.send({})", "http.send"},
		{"all := {c | some c in input.containers}", "a set of whole containers"},
		{"all := {c | c := input.spec.initContainers[_]}", "a set of whole containers"},
		{"all := {[\"x\", c] | some c in input.containers}", "a set of whole containers"},
		{"all contains c if {\n\tsome list in [\"containers\", \"initContainers\"]\n\tsome c in object.get(input.spec, list, [])\n}", "a set of whole containers"},
		{"all contains c if {\n\tsome list in lib.container_lists\n\tsome c in items(input.spec, [list])\n}", "a set of whole containers"},
	} {
		text := "package good\n\nimport data.lib\n\n" + attempt.text + "\n\nitems(a, b) := object.get(a, b, [])\n\nx := lib\n"
		var answered regoAnswer
		talk.ask(map[string]any{"op": "opa", "modules": []map[string]string{{"path": "good.rego", "text": text}}}, &answered)
		if told := strings.Join(answered.Errors, "\n"); !strings.Contains(told, attempt.want) || attempt.want == "" && told != "" {
			test.Errorf("%s\ngives %q, expected %q", attempt.text, told, attempt.want)
		}
	}
}

func TestYAMLIsReadAsByKubectl(test *testing.T) {
	talk := newConversation(test)
	for _, attempt := range []struct {
		text string
		want []yamlDocument
	}{
		{"a: 1\n---\n# nothing\n---\nb: yes\nc: 0o17\n", []yamlDocument{{JSON: []byte(`{"a":1}`)}, {JSON: []byte(`{"b":true,"c":15}`)}}},
		{"a: 1\na: 2\n", []yamlDocument{{JSON: []byte(`{"a":2}`), StrictError: `key "a" already set`}}},
		{"a: [\n---\nb: 1\n", []yamlDocument{{Error: "yaml: line"}, {JSON: []byte(`{"b":1}`)}}},
		{"{\"a\": 1}\n{\"b\": 2}\n", []yamlDocument{{JSON: []byte(`{"a":1}`)}, {JSON: []byte(`{"b":2}`)}}},
		{"{a: 1}\n", []yamlDocument{{JSON: []byte(`{"a":1}`)}}},
		{"", nil},
	} {
		var answered yamlAnswer
		talk.ask(map[string]any{"op": "yaml", "text": attempt.text}, &answered)
		if len(answered.Documents) != len(attempt.want) {
			test.Errorf("%q: %+v", attempt.text, answered.Documents)
			continue
		}
		for index, want := range attempt.want {
			got := answered.Documents[index]
			if string(got.JSON) != string(want.JSON) || (got.Error == "") != (want.Error == "") ||
				!strings.Contains(got.Error, want.Error) || !strings.Contains(got.StrictError, want.StrictError) ||
				(got.StrictError == "") != (want.StrictError == "") {
				test.Errorf("%q: %s %q %q", attempt.text, got.JSON, got.Error, got.StrictError)
			}
		}
	}
}

func TestLinesAreAnsweredInOrder(test *testing.T) {
	input := strings.Join([]string{
		`{"id": 1, "op": "yaml", "text": "a: x"}`,
		`{"id": "two", "op": "nonsense"}`,
		`not JSON`,
		`{"id": 4, "op": "judge", "set": "none", "requests": []}`,
		`{"id": 5, "op": "yaml", "text": ""}`,
	}, "\n")
	var output strings.Builder
	if err := serve(context.Background(), strings.NewReader(input), &output); err != nil {
		test.Fatal(err)
	}
	want := `{"id":1,"documents":[{"json":{"a":"x"}}]}
{"id":"two","error":"unknown op ` + "`nonsense`" + `: expected load, judge, time, opa, yaml or version"}
{"id":null,"error":"read the request: invalid character 'o' in literal null (expecting 'u')"}
{"id":4,"error":"no set ` + "`none`" + ` is loaded"}
{"id":5,"documents":[]}
`
	if output.String() != want {
		test.Errorf("answers:\n%s", output.String())
	}
}
