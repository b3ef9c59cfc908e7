// Judging by ValidatingAdmissionPolicies: the API server's matcher and validator, asked
// as its dispatcher asks them, but with every decision kept, not only the first denial.

package main

import (
	"context"
	"fmt"
	"strings"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apiserveradmission "k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/policy/generic"
	"k8s.io/apiserver/pkg/admission/plugin/policy/matching"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// exemptedKey is the audit annotation by which a policy tells of the exemptions that it rests on.
const exemptedKey = "exempted"

var objectInterfaces = apiserveradmission.NewObjectInterfacesFromScheme(legacyscheme.Scheme)

// validatingSet is the policies with their bindings, in the order they were written.
type validatingSet struct {
	matcher  generic.PolicyMatcher
	policies []*boundPolicy
	byName   map[string]*boundPolicy
}

// boundPolicy is a policy and its bindings; of a name that only bindings use the policy is nil.
type boundPolicy struct {
	policy    *admissionregistrationv1.ValidatingAdmissionPolicy
	validator validating.Validator
	// configurationError is why the policy can't be evaluated at all.
	configurationError error
	bindings           []*admissionregistrationv1.ValidatingAdmissionPolicyBinding
}

func newValidatingSet(namespaces namespacesByName) *validatingSet {
	lister, client := clusterOf(namespaces)
	return &validatingSet{
		matcher: generic.NewPolicyMatcher(matching.NewMatcher(lister, client)),
		byName:  map[string]*boundPolicy{},
	}
}

func (s *validatingSet) named(name string) *boundPolicy {
	bound, present := s.byName[name]
	if !present {
		bound = &boundPolicy{}
		s.byName[name] = bound
		s.policies = append(s.policies, bound)
	}
	return bound
}

func (s *validatingSet) addPolicy(policy *admissionregistrationv1.ValidatingAdmissionPolicy) {
	bound := s.named(policy.Name)
	bound.policy = policy
	bound.validator, bound.configurationError = compileForEvaluation(policy)
}

func (s *validatingSet) addBinding(binding *admissionregistrationv1.ValidatingAdmissionPolicyBinding) {
	bound := s.named(binding.Spec.PolicyName)
	bound.bindings = append(bound.bindings, binding)
}

func (s *validatingSet) judge(ctx context.Context, asked admission) verdict {
	evaluation := evaluation{
		set: s,
		attributes: apiserveradmission.NewAttributesRecord(asked.object, asked.oldObject, asked.kind, asked.namespace, asked.name,
			asked.resource, asked.subresource, apiserveradmission.Operation(asked.operation), asked.options, false,
			&user.DefaultInfo{Name: asked.user.Username, Groups: asked.user.Groups}),
		versioned: map[schema.GroupVersionKind]*apiserveradmission.VersionedAttributes{},
	}
	for _, bound := range s.policies {
		if bound.policy == nil {
			continue
		}
		if err := evaluation.judgeBy(ctx, bound); err != nil {
			return refusedVerdict(err)
		}
	}
	result := newVerdict(evaluation.violations)
	result.Costs = evaluation.costs
	var cost int64
	for _, one := range evaluation.costs {
		cost += one.Verdict + one.Annotations
	}
	result.Cost = &cost
	result.Exempted = append([]string{}, evaluation.exempted...)
	return result
}

// evaluation is one request on its way through the policies of a set.
type evaluation struct {
	set        *validatingSet
	attributes apiserveradmission.Attributes
	versioned  map[schema.GroupVersionKind]*apiserveradmission.VersionedAttributes
	violations []violation
	// exempted are the exemptions that policies rest on.
	exempted []string
	// costs has one entry for each policy and binding that was asked.
	costs []policyCost
}

// judgeBy asks one policy through each of its bindings. An error refuses the request.
func (e *evaluation) judgeBy(ctx context.Context, bound *boundPolicy) error {
	matches, resource, kind, err := e.set.matcher.DefinitionMatches(e.attributes, objectInterfaces,
		validating.NewValidatingAdmissionPolicyAccessor(bound.policy))
	if err == nil && matches {
		err = bound.configurationError
	}
	if err != nil {
		e.addConfigurationError(bound, nil, err)
		return nil
	}
	if !matches {
		return nil
	}
	for _, binding := range bound.bindings {
		matches, err := e.set.matcher.BindingMatches(e.attributes, objectInterfaces,
			validating.NewValidatingAdmissionPolicyBindingAccessor(binding))
		if err == nil && !matches {
			continue
		}
		if err == nil && bound.policy.Spec.ParamKind != nil {
			err = fmt.Errorf("policies with parameters aren't supported here")
		}
		var versioned *apiserveradmission.VersionedAttributes
		if err == nil {
			versioned, err = e.versionedAttributes(kind)
		}
		if err != nil {
			e.addConfigurationError(bound, binding, err)
			continue
		}
		namespace, err := e.namespace(ctx)
		if err != nil {
			return err
		}
		meter := policyCost{Policy: bound.policy.Name, Binding: binding.Name, Expressions: map[string]int64{}}
		decided := bound.validator.Validate(context.WithValue(ctx, costMeter{}, &meter), resource, versioned, nil, namespace,
			celconfig.RuntimeCELCostBudget, authorizerfactory.NewAlwaysDenyAuthorizer())
		e.costs = append(e.costs, meter)
		e.addDecisions(bound, binding, decided)
	}
	return nil
}

func (e *evaluation) versionedAttributes(kind schema.GroupVersionKind) (*apiserveradmission.VersionedAttributes, error) {
	if known, present := e.versioned[kind]; present {
		return known, nil
	}
	made, err := apiserveradmission.NewVersionedAttributes(e.attributes, kind, objectInterfaces)
	if err != nil {
		return nil, fmt.Errorf("failed to convert object version: %w", err)
	}
	e.versioned[kind] = made
	return made, nil
}

// namespace is the request's, nil for a cluster-scoped kind and for Namespace itself.
func (e *evaluation) namespace(ctx context.Context) (*corev1.Namespace, error) {
	name := e.attributes.GetNamespace()
	if kind := e.attributes.GetKind(); name == "" || kind == corev1.SchemeGroupVersion.WithKind("Namespace") {
		return nil, nil
	}
	return e.set.matcher.GetNamespace(ctx, name)
}

// addConfigurationError adds the denial of a policy that can't be asked, unless its failurePolicy is Ignore.
func (e *evaluation) addConfigurationError(bound *boundPolicy, binding *admissionregistrationv1.ValidatingAdmissionPolicyBinding, err error) {
	if failurePolicy := bound.policy.Spec.FailurePolicy; failurePolicy != nil && *failurePolicy == admissionregistrationv1.Ignore {
		return
	}
	found := violation{Policy: bound.policy.Name, Action: actionDeny, Error: true}
	if binding == nil {
		found.Message = fmt.Sprintf("failed to configure policy: %v", err)
	} else {
		found.Message = fmt.Sprintf("failed to configure binding: %v", err)
		found.Details = map[string]any{"binding": binding.Name}
	}
	e.violations = append(e.violations, found)
}

func (e *evaluation) addDecisions(bound *boundPolicy, binding *admissionregistrationv1.ValidatingAdmissionPolicyBinding, decided validating.ValidateResult) {
	details := map[string]any{"binding": binding.Name}
	for _, decision := range decided.Decisions {
		if decision.Action != validating.ActionDeny {
			continue
		}
		e.violations = append(e.violations, violation{
			Policy: bound.policy.Name, Action: strictestAction(binding.Spec.ValidationActions),
			Message: decision.Message, Error: decision.Evaluation == validating.EvalError, Details: details,
		})
	}
	for _, annotation := range decided.AuditAnnotations {
		if annotation.Key == exemptedKey && annotation.Action == validating.AuditAnnotationActionPublish {
			e.exempted = append(e.exempted, strings.Split(annotation.Value, ", ")...)
		}
		// An annotation that fails denies, whatever the binding's actions are.
		if annotation.Action == validating.AuditAnnotationActionError {
			e.violations = append(e.violations, violation{
				Policy: bound.policy.Name, Action: actionDeny, Message: annotation.Error, Error: true, Details: details,
			})
		}
	}
}

// strictestAction is the one word for a binding's actions: Deny before Warn before Audit.
func strictestAction(actions []admissionregistrationv1.ValidationAction) string {
	strictest := actionAudit
	for _, action := range actions {
		switch action {
		case admissionregistrationv1.Deny:
			return actionDeny
		case admissionregistrationv1.Warn:
			strictest = actionWarn
		case admissionregistrationv1.Audit:
		}
	}
	return strictest
}
