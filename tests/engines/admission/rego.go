// Rego as OPA formats and checks it: `opa fmt` and `opa check --strict`, Rego v1.

package main

import (
	"errors"
	"sort"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
)

// checkRego formats each module and compiles all of them together, strictly.
// Errors start with the file and the line.
func checkRego(modules []regoModule) (formatted []*string, problems []string) {
	formatted = make([]*string, len(modules))
	problems = []string{}
	options := ast.ParserOptions{RegoVersion: ast.RegoV1, ProcessAnnotation: true}
	parsed := map[string]*ast.Module{}
	for index, module := range modules {
		tree, err := ast.ParseModuleWithOpts(module.Path, module.Text, options)
		if err != nil {
			problems = append(problems, regoErrors(err)...)
			continue
		}
		parsed[module.Path] = tree
		text, err := format.SourceWithOpts(module.Path, []byte(module.Text), format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			problems = append(problems, regoErrors(err)...)
			continue
		}
		printed := string(text)
		formatted[index] = &printed
	}
	if len(problems) > 0 {
		return formatted, problems
	}
	compiler := ast.NewCompiler().SetErrorLimit(0).WithStrict(true).
		WithEnablePrintStatements(true).WithUseTypeCheckAnnotations(true)
	compiler.Compile(parsed)
	if compiler.Failed() {
		problems = append(problems, regoErrors(compiler.Errors)...)
	}
	sort.Strings(problems)
	return formatted, problems
}

func regoErrors(err error) []string {
	var several ast.Errors
	if !errors.As(err, &several) {
		return []string{err.Error()}
	}
	messages := make([]string, len(several))
	for index, single := range several {
		messages[index] = single.Error()
	}
	return messages
}
