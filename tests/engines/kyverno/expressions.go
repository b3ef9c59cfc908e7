// Compiles the CEL of ClusterPolicies, which Kyverno stores unseen: it compiles an expression only
// when a request comes, and a variable only when an expression uses it. Nothing is evaluated here.
package main

import (
	"fmt"

	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	kyvernocompiler "github.com/kyverno/kyverno/pkg/cel/compiler"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions"
	"k8s.io/apiserver/pkg/cel/environment"
)

// compileExpressions compiles everything in the policy that is CEL, in the environment and order of
// Kyverno's own compiler, and names each expression that doesn't compile.
func compileExpressions(policy *kyvernov1.ClusterPolicy) ([]string, error) {
	var mistakes []string
	for _, rule := range policy.Spec.Rules {
		if rule.Validation == nil || rule.Validation.CEL == nil {
			continue
		}
		found, err := compileRule(rule)
		if err != nil {
			return nil, fmt.Errorf("compile rule `%s` of `%s`: %w", rule.Name, policy.Name, err)
		}
		for _, mistake := range found {
			mistakes = append(mistakes, fmt.Sprintf("%s: rule `%s`: %s", policy.Name, rule.Name, mistake))
		}
	}
	return mistakes, nil
}

func compileRule(rule kyvernov1.Rule) ([]string, error) {
	compiler, err := newCompiler()
	if err != nil {
		return nil, err
	}
	source := rule.Validation.CEL
	declared := cel.OptionalVariableDeclarations{HasParams: source.HasParam(), HasAuthorizer: true}
	declaredInMessages := cel.OptionalVariableDeclarations{HasParams: source.HasParam()}

	var mistakes []string
	check := func(result cel.CompilationResult, what string, arguments ...any) {
		if result.Error != nil {
			mistakes = append(mistakes, fmt.Sprintf(what, arguments...)+": "+result.Error.Error())
		}
	}
	compile := func(expression cel.ExpressionAccessor, declared cel.OptionalVariableDeclarations) cel.CompilationResult {
		return compiler.CompileCELExpression(expression, declared, environment.StoredExpressions)
	}
	for _, variable := range source.Variables {
		named := &validating.Variable{Name: variable.Name, Expression: variable.Expression}
		check(compiler.CompileAndStoreVariable(named, declared, environment.StoredExpressions), "variable `%s`", variable.Name)
	}
	for index, written := range source.Expressions {
		check(compile(&validating.ValidationCondition{Expression: written.Expression}, declared), "expression %d", index)
		if written.MessageExpression != "" {
			check(compile(&validating.MessageExpressionCondition{MessageExpression: written.MessageExpression}, declaredInMessages), "message expression %d", index)
		}
	}
	for _, annotation := range source.AuditAnnotations {
		check(compile(&validating.AuditAnnotationCondition{Key: annotation.Key, ValueExpression: annotation.ValueExpression}, declared), "audit annotation `%s`", annotation.Key)
	}
	for _, condition := range rule.CELPreconditions {
		check(compile(&matchconditions.MatchCondition{Name: condition.Name, Expression: condition.Expression}, declared), "precondition `%s`", condition.Name)
	}
	return mistakes, nil
}

// newCompiler makes the compiler of pkg/admissionpolicy.NewCompiler, which keeps its results to itself.
func newCompiler() (*cel.CompositedCompiler, error) {
	environments, err := environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion()).Extend(environment.VersionedOptions{
		IntroducedVersion: version.MajorMinor(1, 0),
		EnvOptions:        kyvernocompiler.OrValueCompatEnvOptions(),
	})
	if err != nil {
		return nil, err
	}
	return cel.NewCompositedCompiler(environments)
}
