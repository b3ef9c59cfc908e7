// Compiling the expressions of a ValidatingAdmissionPolicy: for evaluation, as the API
// server's plugin does, and for the environment of an older server.

package main

import (
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/matchconditions"
	"k8s.io/apiserver/pkg/cel/environment"
)

// expressions are those of one policy, in the shapes that the compiler takes.
type expressions struct {
	variables       []cel.NamedExpressionAccessor
	matchConditions []cel.ExpressionAccessor
	validations     []cel.ExpressionAccessor
	// messages has one entry for each validation; nil where it has no messageExpression.
	messages    []cel.ExpressionAccessor
	annotations []cel.ExpressionAccessor
}

func expressionsOf(policy *admissionregistrationv1.ValidatingAdmissionPolicy) expressions {
	var all expressions
	for _, variable := range policy.Spec.Variables {
		all.variables = append(all.variables, &validating.Variable{Name: variable.Name, Expression: variable.Expression})
	}
	for index := range policy.Spec.MatchConditions {
		all.matchConditions = append(all.matchConditions, (*matchconditions.MatchCondition)(&policy.Spec.MatchConditions[index]))
	}
	for _, validation := range policy.Spec.Validations {
		all.validations = append(all.validations, &validating.ValidationCondition{
			Expression: validation.Expression, Message: validation.Message, Reason: validation.Reason,
		})
		var message cel.ExpressionAccessor
		if validation.MessageExpression != "" {
			message = &validating.MessageExpressionCondition{MessageExpression: validation.MessageExpression}
		}
		all.messages = append(all.messages, message)
	}
	for _, annotation := range policy.Spec.AuditAnnotations {
		all.annotations = append(all.annotations, &validating.AuditAnnotationCondition{
			Key: annotation.Key, ValueExpression: annotation.ValueExpression,
		})
	}
	return all
}

// compileForEvaluation makes a policy's validator as the API server's plugin does.
func compileForEvaluation(policy *admissionregistrationv1.ValidatingAdmissionPolicy) (validating.Validator, error) {
	all := expressionsOf(policy)
	compiler, err := cel.NewCompositedCompiler(environment.MustBaseEnvSet(environment.DefaultCompatibilityVersion()))
	if err != nil {
		return nil, err
	}
	hasParams := policy.Spec.ParamKind != nil
	withAuthorizer := cel.OptionalVariableDeclarations{HasParams: hasParams, HasAuthorizer: true}
	withoutAuthorizer := cel.OptionalVariableDeclarations{HasParams: hasParams}
	compiler.Compiler = meteredCompiler{compiler.Compiler}
	compile := func(place string, accessors []cel.ExpressionAccessor, declarations cel.OptionalVariableDeclarations) cel.ConditionEvaluator {
		compiler.ConditionCompiler = meteredConditions{compiler.Compiler, place}
		return meteredEvaluator{compiler.CompileCondition(accessors, declarations, environment.StoredExpressions), place}
	}
	compiler.CompileAndStoreVariables(all.variables, withAuthorizer, environment.StoredExpressions)
	var matcher matchconditions.Matcher
	if len(all.matchConditions) > 0 {
		matcher = matchconditions.NewMatcher(compile("matchConditions", all.matchConditions, withAuthorizer),
			policy.Spec.FailurePolicy, "policy", "validate", policy.Name)
	}
	return validating.NewValidator(compile("validations", all.validations, withAuthorizer), matcher,
		compile(annotationsPlace, all.annotations, withAuthorizer), compile("messageExpressions", all.messages, withoutAuthorizer),
		policy.Spec.FailurePolicy, nil), nil
}

// newExpressionsEnvironment is the environment in which an API server ("1.30")
// compiles the expressions of a new policy: that of the release before, so that it can be
// rolled back. Without a server it is nil: the newest is what the API's own validation uses.
func newExpressionsEnvironment(server string) (*environment.EnvSet, error) {
	if server == "" {
		return nil, nil
	}
	parsed, err := version.ParseMajorMinor(server)
	if err != nil || parsed.Major() != 1 || parsed.Minor() == 0 {
		return nil, fmt.Errorf("`%s` isn't a version of Kubernetes: expected one such as 1.30", server)
	}
	return environment.MustBaseEnvSet(version.MajorMinor(1, parsed.Minor()-1)), nil
}

// compileNewExpressions compiles all expressions of a policy as new ones, and tells what fails.
func compileNewExpressions(policy *admissionregistrationv1.ValidatingAdmissionPolicy, base *environment.EnvSet) []string {
	var problems []string
	all := expressionsOf(policy)
	composited, err := cel.NewCompositedCompiler(base)
	if err != nil {
		return []string{err.Error()}
	}
	hasParams := policy.Spec.ParamKind != nil
	report := func(place string, index int, result cel.CompilationResult) {
		if result.Error != nil {
			problems = append(problems, fmt.Sprintf("spec.%s[%d]: %s", place, index, result.Error.Detail))
		}
	}
	for index, variable := range all.variables {
		report("variables", index, composited.CompileAndStoreVariable(variable,
			cel.OptionalVariableDeclarations{HasParams: hasParams, HasAuthorizer: true}, environment.NewExpressions))
	}
	compileAll := func(place string, compiler cel.Compiler, accessors []cel.ExpressionAccessor, hasAuthorizer bool) {
		for index, accessor := range accessors {
			if accessor != nil {
				report(place, index, compiler.CompileCELExpression(accessor,
					cel.OptionalVariableDeclarations{HasParams: hasParams, HasAuthorizer: hasAuthorizer}, environment.NewExpressions))
			}
		}
	}
	compileAll("matchConditions", cel.NewCompiler(base), all.matchConditions, true)
	compileAll("validations", composited, all.validations, true)
	compileAll("messageExpressions", composited, all.messages, false)
	compileAll("auditAnnotations", composited, all.annotations, true)
	return problems
}
