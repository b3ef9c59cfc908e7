// A set of policies in a cluster of its own: how it is loaded, by the steps of a write to a real
// cluster, and how a request is judged by it. How Kyverno judges is in clusterpolicy.go and
// validatingpolicy.go.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	policiesv1beta1 "github.com/kyverno/api/api/policies.kyverno.io/v1beta1"
	kyvernov1 "github.com/kyverno/kyverno/api/kyverno/v1"
	"github.com/kyverno/kyverno/pkg/webhooks/handlers"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// judges is how many requests of one command are judged at a time.
const judges = 2

// policyEngine is one of Kyverno's two engines, filled with policies.
type policyEngine interface {
	serves(path string) bool
	judge(ctx context.Context, path string, request handlers.AdmissionRequest) (verdict, error)
}

// policySet is a set of policies that is enforced.
type policySet struct {
	around   *cluster
	webhooks *webhookMatcher
	engine   policyEngine
	// close ends what runs in the background for this set.
	close context.CancelFunc
}

// findings is what a cluster has to say to policies.
type findings struct {
	errors    []string
	warnings  []string
	defaulted []string
}

// newPolicySet loads policies into a cluster of their own. Policies that the cluster would refuse are
// named in the findings, and the set is without them.
func newPolicySet(asked command) (*policySet, *findings, error) {
	ctx, cancel := context.WithCancel(context.Background())
	set, found, err := buildPolicySet(ctx, asked)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	set.close = cancel
	return set, found, nil
}

func buildPolicySet(ctx context.Context, asked command) (*policySet, *findings, error) {
	around, err := newCluster(ctx, asked.Kinds, asked.Namespaces)
	if err != nil {
		return nil, nil, err
	}
	found := &findings{}
	set := &policySet{around: around}
	switch asked.Engine {
	case engineClusterPolicy:
		set.engine, err = loadClusterPolicies(ctx, around, asked.Documents, found)
	case engineValidatingPolicy:
		set.engine, err = loadValidatingPolicies(ctx, around, asked.Documents, found)
	default:
		err = fmt.Errorf("unknown engine `%s`: expected %s or %s", asked.Engine, engineClusterPolicy, engineValidatingPolicy)
	}
	if err != nil {
		return nil, nil, err
	}
	webhooks, err := resourceWebhooks(ctx, around)
	if err != nil {
		return nil, nil, err
	}
	set.webhooks, err = newWebhookMatcher(around, webhooks)
	if err != nil {
		return nil, nil, err
	}
	return set, found, nil
}

func loadClusterPolicies(ctx context.Context, around *cluster, documents []json.RawMessage, found *findings) (policyEngine, error) {
	admitted, err := admitDocuments[kyvernov1.ClusterPolicy](ctx, around, "ClusterPolicy", documents, found)
	if err != nil {
		return nil, err
	}
	for _, policy := range admitted {
		mistakes, err := compileExpressions(policy)
		if err != nil {
			return nil, err
		}
		found.errors = append(found.errors, mistakes...)
		if err := around.kyvernoInformers.Kyverno().V1().ClusterPolicies().Informer().GetIndexer().Add(policy); err != nil {
			return nil, fmt.Errorf("store `%s`: %w", policy.Name, err)
		}
		if err := around.kyverno.Tracker().Add(policy); err != nil {
			return nil, fmt.Errorf("store `%s`: %w", policy.Name, err)
		}
	}
	engine, mistakes, err := newClusterPolicies(around, admitted)
	found.errors = append(found.errors, mistakes...)
	return engine, err
}

func loadValidatingPolicies(ctx context.Context, around *cluster, documents []json.RawMessage, found *findings) (policyEngine, error) {
	admitted, err := admitDocuments[policiesv1beta1.ValidatingPolicy](ctx, around, "ValidatingPolicy", documents, found)
	if err != nil {
		return nil, err
	}
	for _, policy := range admitted {
		if err := around.kyvernoInformers.Policies().V1beta1().ValidatingPolicies().Informer().GetIndexer().Add(policy); err != nil {
			return nil, fmt.Errorf("store `%s`: %w", policy.Name, err)
		}
	}
	engine, mistakes := newValidatingPolicies(around, admitted)
	found.errors = append(found.errors, mistakes...)
	return engine, nil
}

// judgeAll judges the requests of one command.
func (s *policySet) judgeAll(asked []admissionRequest) ([]verdict, error) {
	verdicts := make([]verdict, len(asked))
	failures := make([]error, len(asked))
	next := make(chan int)
	var working sync.WaitGroup
	for range judges {
		working.Go(func() {
			for index := range next {
				verdicts[index], failures[index] = s.judge(asked[index])
			}
		})
	}
	for index := range asked {
		next <- index
	}
	close(next)
	working.Wait()
	for index, failure := range failures {
		if failure != nil {
			return nil, fmt.Errorf("request %d (%s %s %s/%s): %w", index, asked[index].Operation, asked[index].Kind, asked[index].Namespace, asked[index].Name, failure)
		}
	}
	return verdicts, nil
}

// judge sends one request to every webhook that the API server would call for it.
func (s *policySet) judge(asked admissionRequest) (verdict, error) {
	ctx := context.Background()
	kind, err := s.around.kindOf(asked)
	if err != nil {
		return verdict{}, err
	}
	if err := s.prepareNamespace(asked); err != nil {
		return verdict{}, err
	}
	request, err := newServerRequest(asked, kind, s.webhooks.interfaces)
	if err != nil {
		return verdict{}, err
	}
	invocations, err := s.webhooks.called(ctx, request)
	if err != nil {
		return verdict{}, err
	}
	judged := verdict{Allowed: true, Violations: []violation{}}
	if _, tells := s.engine.(*validatingPolicies); tells {
		judged.Exempted = []string{}
	}
	for _, invocation := range invocations {
		review, err := request.review(invocation)
		if err != nil {
			return verdict{}, err
		}
		path := webhookPath(invocation.Webhook)
		answered, err := s.ask(ctx, path, review)
		if err != nil {
			return verdict{}, fmt.Errorf("webhook `%s`: %w", path, err)
		}
		judged.Allowed = judged.Allowed && answered.Allowed
		judged.Exempted = append(judged.Exempted, answered.Exempted...)
		for _, violation := range answered.Violations {
			// Webhooks that fail open and closed share a path, so a policy may be asked twice.
			if !slices.Contains(judged.Violations, violation) {
				judged.Violations = append(judged.Violations, violation)
			}
		}
	}
	// Kyverno's policy cache has no order; the rules of a policy keep theirs.
	slices.SortStableFunc(judged.Violations, func(a, b violation) int { return strings.Compare(a.Policy, b.Policy) })
	return judged, nil
}

// prepareNamespace lets the namespace of a request exist. A Namespace that is being created doesn't yet.
func (s *policySet) prepareNamespace(asked admissionRequest) error {
	switch {
	case isNamespace(asked) && present(asked.OldObject) != nil:
		var before corev1.Namespace
		if err := json.Unmarshal(asked.OldObject, &before); err != nil {
			return fmt.Errorf("read the namespace: %w", err)
		}
		if _, err := s.around.namespaces.Get(before.Name); err == nil {
			return nil
		}
		return s.around.addNamespace(&before)
	case isNamespace(asked) || asked.Namespace == "":
		return nil
	default:
		return s.around.ensureNamespace(asked.Namespace)
	}
}

// ask sends a request through the filters of Kyverno's server to the handler of the path.
func (s *policySet) ask(ctx context.Context, path string, review admissionv1.AdmissionRequest) (verdict, error) {
	if !s.engine.serves(path) {
		return verdict{}, fmt.Errorf("no handler for this path")
	}
	// A request that a filter keeps from the handler is allowed.
	answered, failure, reached := verdict{Allowed: true}, error(nil), false
	handler := handlers.FromAdmissionFunc("VALIDATE", func(ctx context.Context, _ logr.Logger, request handlers.AdmissionRequest, _ time.Time) handlers.AdmissionResponse {
		reached = true
		answered, failure = s.engine.judge(ctx, path, request)
		return handlers.AdmissionResponse{Allowed: answered.Allowed}
	})
	response := handler.
		WithFilter(s.around.configuration).
		WithProtection(false).
		WithRoles(s.around.kubeInformers.Rbac().V1().RoleBindings().Lister(), s.around.kubeInformers.Rbac().V1().ClusterRoleBindings().Lister()).
		WithTopLevelGVK(s.around.client.Discovery())(ctx, logr.Discard(), handlers.AdmissionRequest{AdmissionRequest: review}, time.Now())
	if failure == nil && !reached && !response.Allowed {
		failure = fmt.Errorf("Kyverno refused the request before any policy: %s", refusalText(response.Result))
	}
	return answered, failure
}

func refusalText(result *metav1.Status) string {
	if result == nil {
		return "without a reason"
	}
	return result.Message
}
