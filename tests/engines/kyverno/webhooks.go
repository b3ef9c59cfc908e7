// Which requests reach Kyverno. Its own webhook controller computes the webhook configuration from
// the policies, and the API server's own matching says which of these webhooks a request calls.
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/kyverno/kyverno/pkg/config"
	webhookcontroller "github.com/kyverno/kyverno/pkg/controllers/webhook"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/webhook"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/generic"
	webhookutil "k8s.io/apiserver/pkg/util/webhook"
	kubeinformers "k8s.io/client-go/informers"
	"k8s.io/utils/ptr"
)

// The name of the secret is the installation's choice; nothing depends on it.
const certificateSecret = "kyverno-svc.kyverno.svc.kyverno-tls-ca"

// How long the webhook controller may take; it needs a few milliseconds.
const webhookControllerDeadline = 30 * time.Second

// resourceWebhooks runs Kyverno's webhook controller over the policies in the cluster's informers
// until it writes the configuration of the resource webhooks, and returns that with the API
// server's defaults.
func resourceWebhooks(ctx context.Context, around *cluster) ([]admissionregistrationv1.ValidatingWebhook, error) {
	ctx, stop := context.WithTimeout(ctx, webhookControllerDeadline)
	defer stop()
	if err := prepareInstallation(around); err != nil {
		return nil, err
	}
	written := make(chan *admissionregistrationv1.ValidatingWebhookConfiguration, 1)
	validating := &recordedObjects[*admissionregistrationv1.ValidatingWebhookConfiguration]{onCreate: func(created *admissionregistrationv1.ValidatingWebhookConfiguration) {
		if created.Name == config.ValidatingWebhookConfigurationName {
			select {
			case written <- created:
			default:
			}
		}
	}}
	kube, kyverno := around.kubeInformers, around.kyvernoInformers
	controller := webhookcontroller.NewController(
		around.client.Discovery(),
		&recordedObjects[*admissionregistrationv1.MutatingWebhookConfiguration]{},
		validating,
		&recordedObjects[*coordinationv1.Lease]{},
		around.kyverno,
		kube.Admissionregistration().V1().MutatingWebhookConfigurations(),
		kube.Admissionregistration().V1().ValidatingWebhookConfigurations(),
		kyverno.Kyverno().V1().ClusterPolicies(),
		kyverno.Kyverno().V1().Policies(),
		kyverno.Policies().V1beta1().ValidatingPolicies(),
		kyverno.Policies().V1beta1().NamespacedValidatingPolicies(),
		kyverno.Policies().V1beta1().GeneratingPolicies(),
		kyverno.Policies().V1beta1().NamespacedGeneratingPolicies(),
		kyverno.Policies().V1beta1().ImageValidatingPolicies(),
		kyverno.Policies().V1beta1().NamespacedImageValidatingPolicies(),
		kyverno.Policies().V1beta1().MutatingPolicies(),
		kyverno.Policies().V1beta1().NamespacedMutatingPolicies(),
		kube.Apps().V1().Deployments(),
		kube.Core().V1().Secrets(),
		kube.Coordination().V1().Leases(),
		kube.Rbac().V1().ClusterRoles(),
		"",
		webhookcontroller.DefaultWebhookTimeout,
		443,
		true,
		false,
		true,
		steadyRuntime{},
		around.configuration,
		certificateSecret,
		webhookcontroller.NewStateRecorder(nil),
	)
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		controller.Run(ctx, 1)
	}()
	select {
	case configuration := <-written:
		stop()
		<-finished
		return withServerDefaults(configuration.Webhooks), nil
	case <-ctx.Done():
		return nil, fmt.Errorf("Kyverno's webhook controller wrote no configuration: %w", ctx.Err())
	}
}

// prepareInstallation adds what the webhook controller demands of an installed Kyverno: a
// certificate, and a lease that says that its webhooks answer.
func prepareInstallation(around *cluster) error {
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: config.KyvernoNamespace(), Name: certificateSecret},
		Data:       map[string][]byte{corev1.TLSCertKey: []byte("certificate")},
	}
	if err := around.kubeInformers.Core().V1().Secrets().Informer().GetIndexer().Add(secret); err != nil {
		return fmt.Errorf("add the certificate: %w", err)
	}
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{
		Namespace:   config.KyvernoNamespace(),
		Name:        "kyverno-health",
		Annotations: map[string]string{webhookcontroller.AnnotationLastRequestTime: time.Now().Format(time.RFC3339)},
	}}
	if err := around.kubeInformers.Coordination().V1().Leases().Informer().GetIndexer().Add(lease); err != nil {
		return fmt.Errorf("add the lease: %w", err)
	}
	return nil
}

// withServerDefaults fills what the API server fills into a ValidatingWebhookConfiguration.
func withServerDefaults(webhooks []admissionregistrationv1.ValidatingWebhook) []admissionregistrationv1.ValidatingWebhook {
	for index := range webhooks {
		webhook := &webhooks[index]
		webhook.FailurePolicy = orDefault(webhook.FailurePolicy, admissionregistrationv1.Fail)
		webhook.MatchPolicy = orDefault(webhook.MatchPolicy, admissionregistrationv1.Equivalent)
		webhook.NamespaceSelector = orDefault(webhook.NamespaceSelector, metav1.LabelSelector{})
		webhook.ObjectSelector = orDefault(webhook.ObjectSelector, metav1.LabelSelector{})
		for index := range webhook.Rules {
			rule := &webhook.Rules[index]
			rule.Scope = orDefault(rule.Scope, admissionregistrationv1.AllScopes)
		}
	}
	return webhooks
}

func orDefault[T any](value *T, fallback T) *T {
	if value != nil {
		return value
	}
	return ptr.To(fallback)
}

// webhookMatcher asks the API server's code which webhooks a request calls.
type webhookMatcher struct {
	matcher    *generic.Webhook
	interfaces admission.ObjectInterfaces
	webhooks   []webhook.WebhookAccessor
}

func newWebhookMatcher(around *cluster, webhooks []admissionregistrationv1.ValidatingWebhook) (*webhookMatcher, error) {
	matcher, err := generic.NewWebhook(
		admission.NewHandler(admission.Connect, admission.Create, admission.Delete, admission.Update),
		nil,
		func(kubeinformers.SharedInformerFactory) generic.Source { return nil },
		func(*webhookutil.ClientManager) generic.Dispatcher { return nil },
	)
	if err != nil {
		return nil, fmt.Errorf("make the API server's webhook matching: %w", err)
	}
	matcher.SetExternalKubeClientSet(around.kube)
	matcher.SetExternalKubeInformerFactory(around.kubeInformers)
	made := &webhookMatcher{matcher: matcher, interfaces: admission.NewObjectInterfacesFromScheme(runtime.NewScheme())}
	for index := range webhooks {
		made.webhooks = append(made.webhooks, webhook.NewValidatingWebhookAccessor(
			webhooks[index].Name, config.ValidatingWebhookConfigurationName, &webhooks[index],
		))
	}
	return made, nil
}

// called returns the webhooks that the API server would call for the request.
func (m *webhookMatcher) called(ctx context.Context, request *serverRequest) ([]*generic.WebhookInvocation, error) {
	var invocations []*generic.WebhookInvocation
	for _, accessor := range m.webhooks {
		invocation, refusal := m.matcher.ShouldCallHook(ctx, accessor, request.attributes, m.interfaces, request)
		if refusal != nil {
			return nil, fmt.Errorf("match webhook `%s`: %w", accessor.GetName(), refusal)
		}
		if invocation != nil {
			invocations = append(invocations, invocation)
		}
	}
	return invocations, nil
}

// webhookPath is where on Kyverno's server the webhook is answered.
func webhookPath(called webhook.WebhookAccessor) string {
	accessor, isValidating := called.GetValidatingWebhook()
	if !isValidating || accessor.ClientConfig.Service == nil || accessor.ClientConfig.Service.Path == nil {
		return ""
	}
	return *accessor.ClientConfig.Service.Path
}

// steadyRuntime is a Kyverno that is up and not about to change.
type steadyRuntime struct{}

func (steadyRuntime) IsDebug() bool                { return false }
func (steadyRuntime) IsReady(context.Context) bool { return true }
func (steadyRuntime) IsLive(context.Context) bool  { return true }
func (steadyRuntime) IsRollingUpdate() bool        { return false }
func (steadyRuntime) IsGoingDown() bool            { return false }

// recordedObjects is a client that shows what is created and keeps nothing.
type recordedObjects[T metav1.Object] struct {
	onCreate func(T)
}

func (r *recordedObjects[T]) Create(_ context.Context, object T, _ metav1.CreateOptions) (T, error) {
	if r.onCreate != nil {
		r.onCreate(object)
	}
	return object, nil
}

func (r *recordedObjects[T]) Get(context.Context, string, metav1.GetOptions) (T, error) {
	var none T
	return none, fmt.Errorf("nothing is kept here")
}

func (r *recordedObjects[T]) Update(_ context.Context, object T, _ metav1.UpdateOptions) (T, error) {
	return object, nil
}

func (r *recordedObjects[T]) Patch(context.Context, string, types.PatchType, []byte, metav1.PatchOptions, ...string) (T, error) {
	var none T
	return none, fmt.Errorf("nothing is kept here")
}

func (r *recordedObjects[T]) Delete(context.Context, string, metav1.DeleteOptions) error {
	return nil
}

func (r *recordedObjects[T]) DeleteCollection(context.Context, metav1.DeleteOptions, metav1.ListOptions) error {
	return nil
}
