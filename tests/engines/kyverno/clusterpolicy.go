// ClusterPolicies: Kyverno's policy cache, engine and validation handler, put together as its
// admission controller puts them together. Which requests arrive here is decided in webhooks.go.
package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-logr/logr"
	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	kyvernov1listers "github.com/kyverno/kyverno/pkg/client/listers/kyverno/v1"
	"github.com/kyverno/kyverno/pkg/config"
	"github.com/kyverno/kyverno/pkg/engine"
	"github.com/kyverno/kyverno/pkg/engine/adapters"
	engineapi "github.com/kyverno/kyverno/pkg/engine/api"
	"github.com/kyverno/kyverno/pkg/engine/context/resolvers"
	"github.com/kyverno/kyverno/pkg/engine/factories"
	"github.com/kyverno/kyverno/pkg/engine/jmespath"
	"github.com/kyverno/kyverno/pkg/event"
	"github.com/kyverno/kyverno/pkg/exceptions"
	imageverifycache "github.com/kyverno/kyverno/pkg/image/verification/cache"
	"github.com/kyverno/kyverno/pkg/metrics"
	"github.com/kyverno/kyverno/pkg/policycache"
	"github.com/kyverno/kyverno/pkg/webhooks/handlers"
	"github.com/kyverno/kyverno/pkg/webhooks/resource/validation"
	webhookutils "github.com/kyverno/kyverno/pkg/webhooks/utils"
	"github.com/kyverno/sdk/extensions/registryclient"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	corev1listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
)

// clusterPolicies judges requests by ClusterPolicies.
type clusterPolicies struct {
	cache      policycache.Cache
	policies   kyvernov1listers.ClusterPolicyLister
	namespaces corev1listers.NamespaceLister
	handler    validation.ValidationHandler
}

// newClusterPolicies fills the policy cache with what the cluster's informers hold. It returns a
// mistake for each policy of which Kyverno drops a part silently (a kind that nobody serves).
func newClusterPolicies(around *cluster, policies []*kyvernov1.ClusterPolicy) (*clusterPolicies, []string, error) {
	policyCache := policycache.NewCache()
	var mistakes []string
	for _, policy := range policies {
		// As in Kyverno's policy cache controller.
		if !policy.AdmissionProcessingEnabled() || policy.GetSpec().CustomWebhookMatchConditions() {
			continue
		}
		key, err := cache.MetaNamespaceKeyFunc(policy)
		if err != nil {
			return nil, nil, err
		}
		if err := policyCache.Set(key, policy, around.client.Discovery()); err != nil {
			mistakes = append(mistakes, fmt.Sprintf("%s: a kind of the match is not served by the cluster: %s", policy.Name, err))
		}
	}
	judging, err := newEngine(around)
	if err != nil {
		return nil, nil, err
	}
	return &clusterPolicies{
		cache:      policyCache,
		policies:   around.kyvernoInformers.Kyverno().V1().ClusterPolicies().Lister(),
		namespaces: around.namespaces,
		handler: validation.NewValidationHandler(
			logr.Discard(),
			around.kyverno,
			judging,
			policyCache,
			webhookutils.NewPolicyContextBuilder(around.configuration, jmespath.New(around.configuration)),
			event.NewFake(),
			false,
			metrics.NewFakeMetricsConfig(),
			around.namespaces,
		),
	}, mistakes, nil
}

func newEngine(around *cluster) (engineapi.Engine, error) {
	configMaps, err := resolvers.NewClientBasedResolver(around.kube)
	if err != nil {
		return nil, fmt.Errorf("make Kyverno's engine: %w", err)
	}
	return engine.NewEngine(
		around.configuration,
		jmespath.New(around.configuration),
		adapters.Client(around.client),
		factories.DefaultRegistryClientFactory(adapters.RegistryClient(registryclient.New()), nil),
		imageverifycache.DisabledImageVerifyCache(),
		factories.DefaultContextLoaderFactory(configMaps),
		exceptions.New(around.kyvernoInformers.Kyverno().V2().PolicyExceptions().Lister()),
		nil,
	), nil
}

// serves says whether the path is one of those that Kyverno's server gives to ClusterPolicies.
func (c *clusterPolicies) serves(path string) bool {
	return strings.HasPrefix(path, config.ValidatingWebhookServicePath+"/")
}

// judge is what the handler of `path` does with a request, with its findings kept apart.
func (c *clusterPolicies) judge(ctx context.Context, path string, request handlers.AdmissionRequest) (verdict, error) {
	enforced, warned, err := c.policiesFor(ctx, path, request)
	if err != nil {
		return verdict{}, err
	}
	allowed, refusal, _, responses := c.handler.HandleValidationEnforce(ctx, request, enforced, warned, time.Now())
	if !allowed && len(responses) == 0 {
		return verdict{}, fmt.Errorf("Kyverno refused the request itself: %s", refusal)
	}
	if !c.answeredAll(request, responses) {
		responses = append(responses, c.handler.HandleValidationAudit(ctx, request)...)
	}
	judged := verdict{Allowed: allowed}
	for _, response := range responses {
		judged.Violations = append(judged.Violations, violationsOf(response, enforced)...)
	}
	return judged, nil
}

// policiesFor chooses the policies as Kyverno's resource handler does, by the webhook's path.
func (c *clusterPolicies) policiesFor(ctx context.Context, path string, request handlers.AdmissionRequest) (enforced, warned []kyvernov1.PolicyInterface, err error) {
	failurePolicy, name, fineGrained := strings.Cut(strings.TrimPrefix(path, config.ValidatingWebhookServicePath+"/"), config.FineGrainedWebhookPath+"/")
	if fineGrained {
		policy, err := c.policies.Get(name)
		if err != nil {
			return nil, nil, fmt.Errorf("find the policy of webhook `%s`: %w", path, err)
		}
		if spec := policy.GetSpec(); spec.EmitWarning != nil && *spec.EmitWarning {
			warned = []kyvernov1.PolicyInterface{policy}
		}
		return []kyvernov1.PolicyInterface{policy}, warned, nil
	}
	resource := schema.GroupVersionResource(request.Resource)
	namespace := c.namespaceOf(request)
	choose := func(kind policycache.PolicyType) []kyvernov1.PolicyInterface {
		var chosen []kyvernov1.PolicyInterface
		for _, policy := range c.cache.GetPolicies(kind, resource, request.SubResource, namespace) {
			if strings.EqualFold(string(policy.GetSpec().GetFailurePolicy(ctx)), failurePolicy) {
				chosen = append(chosen, policy)
			}
		}
		return chosen
	}
	return choose(policycache.ValidateEnforce), choose(policycache.ValidateAuditWarn), nil
}

// namespaceOf is the namespace of the request, nil for a cluster-scoped object.
func (c *clusterPolicies) namespaceOf(request handlers.AdmissionRequest) *corev1.Namespace {
	if request.Namespace == "" {
		return nil
	}
	namespace, err := c.namespaces.Get(request.Namespace)
	if err != nil {
		return nil
	}
	return namespace
}

// answeredAll says whether every auditing policy has answered already: those that warn have, unless
// the request was denied. Asking again would cost 5 ms for each rule and say the same.
func (c *clusterPolicies) answeredAll(request handlers.AdmissionRequest, responses []engineapi.EngineResponse) bool {
	answered := map[string]bool{}
	for _, response := range responses {
		for _, rule := range response.PolicyResponse.Rules {
			answered[ruleKey(response.Policy().GetName(), rule.Name())] = true
		}
	}
	for _, policy := range c.cache.GetPolicies(policycache.ValidateAudit, schema.GroupVersionResource(request.Resource), request.SubResource, c.namespaceOf(request)) {
		for _, rule := range policy.GetSpec().Rules {
			if !answered[ruleKey(policy.GetName(), rule.Name)] {
				return false
			}
		}
	}
	return true
}

func ruleKey(policy, rule string) string {
	return policy + "/" + rule
}

// violationsOf lists the rules of one policy that failed or broke.
func violationsOf(response engineapi.EngineResponse, enforced []kyvernov1.PolicyInterface) []violation {
	var found []violation
	for _, rule := range response.PolicyResponse.Rules {
		if rule.Status() != engineapi.RuleStatusFail && rule.Status() != engineapi.RuleStatusError {
			continue
		}
		found = append(found, violation{
			Policy:  response.Policy().GetName(),
			Action:  actionOf(response.Policy().AsKyvernoPolicy(), rule.Name(), enforced),
			Message: rule.Message(),
			Error:   rule.Status() == engineapi.RuleStatusError || isEvaluationError(rule.Message()),
		})
	}
	return found
}

// actionOf is deny for a rule that the policy cache chose for enforcement (it leaves out the rules of
// a policy that only audit in this namespace).
func actionOf(policy kyvernov1.PolicyInterface, rule string, enforced []kyvernov1.PolicyInterface) string {
	for _, chosen := range enforced {
		if chosen.GetName() != policy.GetName() {
			continue
		}
		for _, kept := range chosen.GetSpec().Rules {
			if strings.HasSuffix(rule, kept.Name) {
				return actionDeny
			}
		}
	}
	if emit := policy.GetSpec().EmitWarning; emit != nil && *emit {
		return actionWarn
	}
	return actionAudit
}

// isEvaluationError recognises the messages that stand for an error. In a ClusterPolicy an
// expression that breaks has the status of one that is false; the text alone tells.
func isEvaluationError(message string) bool {
	return strings.Contains(message, "' resulted in error: ") ||
		strings.HasPrefix(message, "compilation error: ") ||
		strings.HasPrefix(message, "failed messageExpression: ") ||
		strings.HasPrefix(message, "validation failed due to running out of cost budget")
}
