// How a policy gets into the cluster: the API server's schema, then Kyverno's policy webhook. It
// never says what the policy means.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-logr/logr"
	"github.com/kyverno/kyverno/pkg/deprecations"
	"github.com/kyverno/kyverno/pkg/webhooks/handlers"
	webhookspolicy "github.com/kyverno/kyverno/pkg/webhooks/policy"
	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/uuid"
)

// admitDocuments admits policies of one kind, and returns those that the cluster would store, as it
// would store them.
func admitDocuments[Policy any](ctx context.Context, around *cluster, kind string, documents []json.RawMessage, found *findings) ([]*Policy, error) {
	var admitted []*Policy
	names := map[string]bool{}
	for index, document := range documents {
		policy := &unstructured.Unstructured{}
		if err := utiljson.Unmarshal(document, &policy.Object); err != nil {
			return nil, fmt.Errorf("read document %d: %w", index, err)
		}
		name := policy.GetName()
		if policy.GetKind() != kind {
			return nil, fmt.Errorf("document %d (`%s`) is a `%s`: expected a %s", index, name, policy.GetKind(), kind)
		}
		if names[name] {
			return nil, fmt.Errorf("document %d: there is another `%s` in this set", index, name)
		}
		names[name] = true
		refused, err := admit(ctx, around, policy, found)
		if err != nil {
			return nil, fmt.Errorf("admit `%s`: %w", name, err)
		}
		if refused {
			continue
		}
		stored := new(Policy)
		text, err := policy.MarshalJSON()
		if err != nil {
			return nil, fmt.Errorf("write `%s`: %w", name, err)
		}
		if err := json.Unmarshal(text, stored); err != nil {
			return nil, fmt.Errorf("read `%s`: %w", name, err)
		}
		admitted = append(admitted, stored)
	}
	return admitted, nil
}

// admit carries out one write. The policy is changed as the API server changes it.
func admit(ctx context.Context, around *cluster, policy *unstructured.Unstructured, found *findings) (refused bool, err error) {
	name := policy.GetName()
	defaulted, mistakes, err := admitToSchema(policy)
	if err != nil {
		return true, err
	}
	for _, path := range defaulted {
		found.defaulted = append(found.defaulted, name+": "+path)
	}
	for _, mistake := range mistakes {
		found.errors = append(found.errors, name+": "+mistake)
	}
	if len(mistakes) > 0 {
		return true, nil
	}
	response, err := askPolicyWebhook(ctx, around, policy)
	if err != nil {
		return true, err
	}
	for _, warning := range response.Warnings {
		if !isKnownDeprecation(policy, warning) {
			found.warnings = append(found.warnings, name+": "+warning)
		}
	}
	if !response.Allowed {
		found.errors = append(found.errors, name+": "+refusalText(response.Result))
	}
	return !response.Allowed, nil
}

// askPolicyWebhook asks Kyverno whether it takes the policy.
func askPolicyWebhook(ctx context.Context, around *cluster, policy *unstructured.Unstructured) (handlers.AdmissionResponse, error) {
	text, err := policy.MarshalJSON()
	if err != nil {
		return handlers.AdmissionResponse{}, fmt.Errorf("write it: %w", err)
	}
	kind := policy.GroupVersionKind()
	request := handlers.AdmissionRequest{AdmissionRequest: admissionv1.AdmissionRequest{
		UID:       uuid.NewUUID(),
		Kind:      metav1.GroupVersionKind(kind),
		Name:      policy.GetName(),
		Operation: admissionv1.Create,
		Object:    runtime.RawExtension{Raw: text},
	}}
	handler := webhookspolicy.NewHandlers(around.client, nil, "system:serviceaccount:kyverno:kyverno-background-controller", "system:serviceaccount:kyverno:kyverno-reports-controller")
	return handler.Validate(ctx, logr.Discard(), request, "", time.Now()), nil
}

// isKnownDeprecation recognises the one warning that every ClusterPolicy gets: that its kind goes away.
func isKnownDeprecation(policy *unstructured.Unstructured, warning string) bool {
	kind := policy.GroupVersionKind()
	known, exists := deprecations.BuildKindWarning(kind.Group, kind.Version, kind.Kind)
	return exists && warning == known.Message
}
