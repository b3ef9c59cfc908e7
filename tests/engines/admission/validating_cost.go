// What the expressions of a ValidatingAdmissionPolicy cost, in the API server's own units: each
// program is wrapped, and tells what the API server would charge for it.

package main

import (
	"context"
	"fmt"

	celgo "github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types/ref"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/cel/environment"
)

// policyCost is what one policy cost through one of its bindings. The API server evaluates a
// variable where it is first used, once for the validations, once for the messages and once for the audit annotations.
type policyCost struct {
	Policy  string `json:"policy"`
	Binding string `json:"binding"`
	// Total is the sum of all evaluations, each variable's counted as often as it is charged.
	Total int64 `json:"total"`
	// Expressions has the dearest evaluation of each expression, by its place in the policy.
	Expressions map[string]int64 `json:"expressions"`
}

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
	meter.Total += cost
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
