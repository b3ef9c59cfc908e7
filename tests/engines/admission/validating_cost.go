// What the expressions of a ValidatingAdmissionPolicy cost, in the API server's own units: each
// program is wrapped, and tells what the API server would charge for it.

package main

import (
	"context"
	"fmt"

	celgo "github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/ref"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	apiserveradmission "k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/cel/environment"
)

// policyCost is what one policy cost through one of its bindings. The API server evaluates a
// variable where it is first used, once for the validations, once for the messages and once for the audit annotations.
type policyCost struct {
	Policy  string `json:"policy"`
	Binding string `json:"binding"`
	// Verdict is the sum of all evaluations for validations and messages, which have one budget, each variable's
	// counted as often as it is charged; Annotations the same for audit annotations, which have another.
	Verdict     int64 `json:"verdict"`
	Annotations int64 `json:"annotations"`
	// Expressions has the dearest evaluation of each expression, by its place in the policy.
	Expressions map[string]int64 `json:"expressions"`
	// isAnnotating tells that audit annotations are being evaluated.
	isAnnotating bool
}

// annotationsPlace is the place of the audit annotations in a policy.
const annotationsPlace = "auditAnnotations"

// costMeter is the key of a context's meter: a *policyCost.
type costMeter struct{}

// meteredProgram adds what each evaluation cost to the meter of its context.
type meteredProgram struct {
	celgo.Program
	place string
}

func (p meteredProgram) ContextEval(ctx context.Context, input any) (ref.Val, *celgo.EvalDetails, error) {
	value, details, err := p.Program.ContextEval(ctx, input)
	meter, present := ctx.Value(costMeter{}).(*policyCost)
	if !present || details == nil || details.ActualCost() == nil {
		return value, details, err
	}
	cost := int64(*details.ActualCost())
	if meter.isAnnotating {
		meter.Annotations += cost
	} else {
		meter.Verdict += cost
	}
	meter.Expressions[p.place] = max(meter.Expressions[p.place], cost)
	return value, details, err
}

// metered wraps the program of a compilation, if there is one.
func metered(result cel.CompilationResult, place string) cel.CompilationResult {
	if result.Program != nil {
		result.Program = meteredProgram{result.Program, place}
	}
	return result
}

// meteredCompiler compiles variables.
type meteredCompiler struct {
	cel.Compiler
}

func (c meteredCompiler) CompileCELExpression(accessor cel.ExpressionAccessor, declarations cel.OptionalVariableDeclarations, mode environment.Type) cel.CompilationResult {
	result := c.Compiler.CompileCELExpression(accessor, declarations, mode)
	if variable, isVariable := accessor.(cel.NamedExpressionAccessor); isVariable {
		return metered(result, "variables."+variable.GetName())
	}
	return result
}

// meteredConditions compiles the expressions of one list of a policy, whose name is the place.
type meteredConditions struct {
	compiler cel.Compiler
	place    string
}

func (c meteredConditions) CompileCondition(accessors []cel.ExpressionAccessor, declarations cel.OptionalVariableDeclarations, mode environment.Type) cel.ConditionEvaluator {
	results := make([]cel.CompilationResult, len(accessors))
	for index, accessor := range accessors {
		if accessor != nil {
			results[index] = metered(c.compiler.CompileCELExpression(accessor, declarations, mode), fmt.Sprintf("%s[%d]", c.place, index))
		}
	}
	return cel.NewCondition(results)
}

// meteredEvaluator notes from which budget its expressions are paid.
type meteredEvaluator struct {
	cel.ConditionEvaluator
	place string
}

func (e meteredEvaluator) ForInput(ctx context.Context, attributes *apiserveradmission.VersionedAttributes, asked *admissionv1.AdmissionRequest,
	bindings cel.OptionalVariableBindings, namespace *corev1.Namespace, budget int64) ([]cel.EvaluationResult, int64, error) {
	if meter, present := ctx.Value(costMeter{}).(*policyCost); present {
		meter.isAnnotating = e.place == annotationsPlace
	}
	return e.ConditionEvaluator.ForInput(ctx, attributes, asked, bindings, namespace, budget)
}
