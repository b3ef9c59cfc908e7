// ValidatingPolicies: Kyverno's provider, engine and webhook handler, put together as its admission
// controller puts them together. Which requests arrive here is decided in webhooks.go.
package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"github.com/julienschmidt/httprouter"
	policiesv1beta1 "github.com/kyverno/api/api/policies.kyverno.io/v1beta1"
	celengine "github.com/kyverno/kyverno/pkg/cel/engine"
	"github.com/kyverno/kyverno/pkg/cel/libs"
	"github.com/kyverno/kyverno/pkg/cel/matching"
	vpolcompiler "github.com/kyverno/kyverno/pkg/cel/policies/vpol/compiler"
	vpolengine "github.com/kyverno/kyverno/pkg/cel/policies/vpol/engine"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	"github.com/kyverno/kyverno/pkg/event"
	"github.com/kyverno/kyverno/pkg/webhooks/handlers"
	vpolwebhook "github.com/kyverno/kyverno/pkg/webhooks/resource/vpol"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/util/sets"
)

// validatingPolicyPath is where Kyverno's server listens for ValidatingPolicies.
const validatingPolicyPath = "/vpol"

// exemptedKey is the annotation by which a policy tells of the exemptions that it rests on; it becomes a property in Kyverno's reports.
const exemptedKey = "exempted"

// validatingPolicies judges requests by ValidatingPolicies.
type validatingPolicies struct {
	engine vpolengine.Engine
	around *cluster
}

// newValidatingPolicies compiles the policies. One that doesn't compile is a mistake, and left out.
func newValidatingPolicies(around *cluster, policies []*policiesv1beta1.ValidatingPolicy) (*validatingPolicies, []string) {
	var mistakes []string
	var compiled []vpolengine.Policy
	compiler := vpolcompiler.NewCompiler()
	for _, policy := range policies {
		provider, err := vpolengine.NewProvider(compiler, []policiesv1beta1.ValidatingPolicyLike{policy}, nil)
		if err != nil {
			mistakes = append(mistakes, fmt.Sprintf("%s: %s", policy.Name, err))
			continue
		}
		made, err := provider.Fetch(context.Background())
		if err != nil {
			mistakes = append(mistakes, fmt.Sprintf("%s: %s", policy.Name, err))
			continue
		}
		compiled = append(compiled, made...)
	}
	provider := vpolengine.ProviderFunc(func(context.Context) ([]vpolengine.Policy, error) { return compiled, nil })
	namespaces := celengine.NewNamespaceResolver(logr.Discard(), around.namespaces, around.kube)
	return &validatingPolicies{
		engine: vpolengine.NewEngine(provider, namespaces, matching.NewMatcher()),
		around: around,
	}, mistakes
}

// serves says whether the path is one of those that Kyverno's server gives to ValidatingPolicies.
func (v *validatingPolicies) serves(path string) bool {
	return strings.HasPrefix(path, validatingPolicyPath+"/")
}

// judge is what the handler of `path` does with a request, with its findings kept apart.
func (v *validatingPolicies) judge(ctx context.Context, path string, request handlers.AdmissionRequest) (verdict, error) {
	listener := &listeningEngine{Engine: v.engine}
	handler := vpolwebhook.New(listener, libs.NewFakeContextProvider(), v.around.kyverno, false, event.NewFake())
	ctx = context.WithValue(ctx, httprouter.ParamsKey, httprouter.Params{{
		Key:   "policies",
		Value: strings.TrimPrefix(path, validatingPolicyPath),
	}})
	answer := handler.ValidateClustered(ctx, logr.Discard(), request, "", time.Now())
	if listener.err != nil {
		return verdict{}, fmt.Errorf("ask Kyverno's engine: %w", listener.err)
	}
	judged := verdict{Allowed: answer.Allowed}
	for _, policy := range listener.response.Policies {
		for _, rule := range policy.Rules {
			if exempted := rule.Properties()[exemptedKey]; exempted != "" {
				judged.Exempted = append(judged.Exempted, strings.Split(exempted, ", ")...)
			}
			if rule.Status() != engineapi.RuleStatusFail && rule.Status() != engineapi.RuleStatusError {
				continue
			}
			judged.Violations = append(judged.Violations, violation{
				Policy:  policy.Policy.GetName(),
				Action:  strictestAction(policy.Actions),
				Message: rule.Message(),
				Error:   rule.Status() == engineapi.RuleStatusError,
			})
		}
	}
	return judged, nil
}

func strictestAction(actions sets.Set[admissionregistrationv1.ValidationAction]) string {
	switch {
	case actions.Has(admissionregistrationv1.Deny):
		return actionDeny
	case actions.Has(admissionregistrationv1.Warn):
		return actionWarn
	default:
		return actionAudit
	}
}

// listeningEngine keeps what the engine told the handler, which relays only a part of it.
type listeningEngine struct {
	vpolengine.Engine
	response vpolengine.EngineResponse
	err      error
}

func (l *listeningEngine) Handle(ctx context.Context, request vpolengine.EngineRequest, predicate vpolengine.Predicate) (vpolengine.EngineResponse, error) {
	l.response, l.err = l.Engine.Handle(ctx, request, predicate)
	return l.response, l.err
}
