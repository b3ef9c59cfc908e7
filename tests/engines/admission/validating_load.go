// ValidatingAdmissionPolicies and their bindings, written as to the API server:
// strict reading, defaults, validation, and the type check of the status controller.

package main

import (
	"context"
	"errors"
	"fmt"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/validatingadmissionpolicy"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/validatingadmissionpolicybinding"
)

// loadValidating makes a set of the policies and bindings that the API server accepts.
func loadValidating(ctx context.Context, documents []document, asked request, namespaces namespacesByName, found *findings) (policySet, error) {
	environment, err := newExpressionsEnvironment(asked.Kubernetes)
	if err != nil {
		return nil, err
	}
	set := newValidatingSet(namespaces)
	var policies []*admissionregistrationv1.ValidatingAdmissionPolicy
	for _, written := range documents {
		before := len(found.errors)
		stored := storeValidating(ctx, written, found)
		if len(found.errors) > before {
			continue
		}
		switch object := stored.(type) {
		case *admissionregistrationv1.ValidatingAdmissionPolicy:
			if environment != nil {
				for _, problem := range compileNewExpressions(object, environment) {
					found.addError(written.place(), "in the environment of Kubernetes %s: %s", asked.Kubernetes, problem)
				}
			}
			set.addPolicy(object)
			policies = append(policies, object)
		case *admissionregistrationv1.ValidatingAdmissionPolicyBinding:
			set.addBinding(object)
		}
	}
	if asked.TypeCheck == nil || *asked.TypeCheck {
		err = checkTypes(policies, asked.Kinds, found)
	}
	return set, err
}

// storeValidating gives a policy or binding as the API server would store it, and
// reports what the API server says of it. On an error it may give nil.
func storeValidating(ctx context.Context, written document, found *findings) runtime.Object {
	strategy, err := creationStrategy(written.object.GroupVersionKind())
	if err != nil {
		found.addError(written.place(), "%v", err)
		return nil
	}
	object, err := readStrictly(written.raw)
	if err != nil {
		found.addError(written.place(), "%v", err)
		return nil
	}
	before, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		found.addError(written.place(), "%v", err)
		return nil
	}
	legacyscheme.Scheme.Default(object)
	after, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
	if err != nil {
		found.addError(written.place(), "%v", err)
		return nil
	}
	found.addDefaulted(written.place(), compare(before, after))
	for _, path := range compare(written.object.Object, before).changed {
		found.addWarning(written.place(), "%s isn't stored as written", path)
	}
	validateCreation(ctx, written, object, strategy, found)
	return object
}

// creationStrategy is the API server's own for a kind of this engine.
func creationStrategy(kind schema.GroupVersionKind) (rest.RESTCreateStrategy, error) {
	switch kind {
	case admissionregistrationv1.SchemeGroupVersion.WithKind("ValidatingAdmissionPolicy"):
		return validatingadmissionpolicy.NewStrategy(nil, nil), nil
	case admissionregistrationv1.SchemeGroupVersion.WithKind("ValidatingAdmissionPolicyBinding"):
		return validatingadmissionpolicybinding.NewStrategy(nil, nil, nil), nil
	default:
		return nil, fmt.Errorf("%s isn't a kind of this engine", kind)
	}
}

// validateCreation runs what the API server runs on a new object: names, the API's
// validation with the compilation of all expressions, and warnings.
func validateCreation(ctx context.Context, written document, object runtime.Object, strategy rest.RESTCreateStrategy, found *findings) {
	kind := written.object.GroupVersionKind()
	internal, err := legacyscheme.Scheme.ConvertToVersion(object, schema.GroupVersion{Group: kind.Group, Version: runtime.APIVersionInternal})
	if err != nil {
		found.addError(written.place(), "%v", err)
		return
	}
	metadata, err := meta.Accessor(internal)
	if err != nil {
		found.addError(written.place(), "%v", err)
		return
	}
	rest.FillObjectMetaSystemFields(metadata)
	recorder := &warningRecorder{place: written.place(), found: found}
	ctx = warning.WithWarningRecorder(genericapirequest.WithNamespace(ctx, ""), recorder)
	ctx = genericapirequest.WithRequestInfo(ctx, &genericapirequest.RequestInfo{
		IsResourceRequest: true, Verb: "create", APIGroup: kind.Group, APIVersion: kind.Version,
	})
	err = rest.BeforeCreate(strategy, ctx, internal)
	var invalid *apierrors.StatusError
	switch {
	case err == nil:
	case errors.As(err, &invalid) && invalid.ErrStatus.Details != nil && len(invalid.ErrStatus.Details.Causes) > 0:
		for _, cause := range invalid.ErrStatus.Details.Causes {
			found.addError(written.place(), "%s: %s", cause.Field, cause.Message)
		}
	default:
		found.addError(written.place(), "%v", err)
	}
}

// warningRecorder receives the warnings that a client would see.
type warningRecorder struct {
	place string
	found *findings
}

func (r *warningRecorder) AddWarning(_, text string) {
	r.found.addWarning(r.place, "%s", text)
}
