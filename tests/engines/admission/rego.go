// Rego as OPA formats and checks it: `opa fmt` and `opa check --strict`, Rego v1; and as the oldest
// Gatekeeper that policies are written for would compile it.

package main

import (
	"errors"
	"slices"
	"sort"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/format"
)

// oldestOPA is the OPA inside Gatekeeper 3.19 (its pull request 3882).
const oldestOPA = "v1.3.0"

// disabledBuiltin is what Gatekeeper takes away from OPA.
const disabledBuiltin = "http.send"

// oldestCapabilities are the builtins and features that the oldest Gatekeeper has.
var oldestCapabilities = sync.OnceValues(func() (*ast.Capabilities, error) {
	capabilities, err := ast.LoadCapabilitiesVersion(oldestOPA)
	if err != nil {
		return nil, err
	}
	capabilities.Builtins = slices.DeleteFunc(capabilities.Builtins, func(builtin *ast.Builtin) bool {
		return builtin.Name == disabledBuiltin
	})
	return capabilities, nil
})

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
	} else {
		problems = append(problems, checkForOldest(modules)...)
	}
	sort.Strings(problems)
	return formatted, problems
}

// checkForOldest parses and compiles the modules with nothing but what the oldest Gatekeeper has, and
// tells of sets that would take long on any.
func checkForOldest(modules []regoModule) (problems []string) {
	capabilities, err := oldestCapabilities()
	if err != nil {
		return []string{err.Error()}
	}
	parsed := map[string]*ast.Module{}
	for _, module := range modules {
		tree, err := ast.ParseModuleWithOpts(module.Path, module.Text, ast.ParserOptions{RegoVersion: ast.RegoV1, Capabilities: capabilities})
		if err != nil {
			problems = append(problems, regoErrors(err)...)
			continue
		}
		parsed[module.Path] = tree
		problems = append(problems, setsOfContainers(tree)...)
	}
	if len(parsed) < len(modules) {
		return problems
	}
	compiler := ast.NewCompiler().SetErrorLimit(0).WithCapabilities(capabilities)
	compiler.Compile(parsed)
	for _, problem := range regoErrors(compiler.Errors) {
		problems = append(problems, "OPA "+oldestOPA+": "+problem)
	}
	return problems
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
