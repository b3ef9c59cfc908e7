// An admission request as the API server holds it, and as it sends it to a webhook.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/generic"
	webhookrequest "k8s.io/apiserver/pkg/admission/plugin/webhook/request"
	"k8s.io/apiserver/pkg/authentication/user"
)

// writer is the user of each request that names none.
var writer = &user.DefaultInfo{
	Name:   "system:serviceaccount:test:writer",
	Groups: []string{"system:serviceaccounts", "system:serviceaccounts:test", "system:authenticated"},
}

// serverRequest is a request in the API server, after authentication and before admission.
type serverRequest struct {
	asked      admissionRequest
	attributes admission.Attributes
	versioned  *admission.VersionedAttributes
}

// newServerRequest reads the objects of a request, which are of `kind`.
func newServerRequest(asked admissionRequest, kind schema.GroupVersionKind, interfaces admission.ObjectInterfaces) (*serverRequest, error) {
	object, err := readObject(asked.Object)
	if err != nil {
		return nil, fmt.Errorf("read the object: %w", err)
	}
	oldObject, err := readObject(asked.OldObject)
	if err != nil {
		return nil, fmt.Errorf("read the old object: %w", err)
	}
	var options runtime.Object
	switch operation := admission.Operation(asked.Operation); operation {
	case admission.Create:
		options = &metav1.CreateOptions{TypeMeta: metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "CreateOptions"}}
	case admission.Update:
		options = &metav1.UpdateOptions{TypeMeta: metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "UpdateOptions"}}
	case admission.Delete:
		options = &metav1.DeleteOptions{TypeMeta: metav1.TypeMeta{APIVersion: "meta.k8s.io/v1", Kind: "DeleteOptions"}}
	case admission.Connect:
	default:
		return nil, fmt.Errorf("unknown operation `%s`: expected CREATE, UPDATE, DELETE or CONNECT", operation)
	}
	namespace := asked.Namespace
	if isNamespace(asked) && namespace == "" {
		// In the API server a request about a Namespace is a request in that namespace.
		namespace = asked.Name
	}
	asking := writer
	if asked.User != nil {
		asking = &user.DefaultInfo{Name: asked.User.Username, Groups: asked.User.Groups}
	}
	resource := schema.GroupVersionResource{Group: asked.Group, Version: asked.Version, Resource: asked.Resource}
	attributes := admission.NewAttributesRecord(
		object, oldObject, kind, namespace, asked.Name, resource, asked.Subresource,
		admission.Operation(asked.Operation), options, false, asking,
	)
	versioned, err := admission.NewVersionedAttributes(attributes, kind, interfaces)
	if err != nil {
		return nil, fmt.Errorf("prepare the objects: %w", err)
	}
	return &serverRequest{asked: asked, attributes: attributes, versioned: versioned}, nil
}

func isNamespace(asked admissionRequest) bool {
	return asked.Group == "" && asked.Resource == "namespaces"
}

// VersionedAttribute gives the request in the version that a webhook asks for. Only one version of
// each kind is served here.
func (r *serverRequest) VersionedAttribute(kind schema.GroupVersionKind) (*admission.VersionedAttributes, error) {
	if kind != r.versioned.VersionedKind {
		return nil, fmt.Errorf("no conversion from %s to %s", r.versioned.VersionedKind, kind)
	}
	return r.versioned, nil
}

// review is what the API server sends to the webhook.
func (r *serverRequest) review(invocation *generic.WebhookInvocation) (admissionv1.AdmissionRequest, error) {
	request := *webhookrequest.CreateV1AdmissionReview(uuid.NewUUID(), r.versioned, invocation).Request
	request.Object = runtime.RawExtension{Raw: present(r.asked.Object)}
	request.OldObject = runtime.RawExtension{Raw: present(r.asked.OldObject)}
	if request.Options.Object != nil {
		raw, err := json.Marshal(request.Options.Object)
		if err != nil {
			return request, fmt.Errorf("write the options: %w", err)
		}
		request.Options = runtime.RawExtension{Raw: raw}
	}
	return request, nil
}

// present is the text of an object, nil if there is none.
func present(text json.RawMessage) []byte {
	if len(text) == 0 || bytes.Equal(bytes.TrimSpace(text), []byte("null")) {
		return nil
	}
	return text
}

// readObject reads a JSON object; it gives an untyped nil when there is none.
func readObject(text json.RawMessage) (runtime.Object, error) {
	if present(text) == nil {
		return nil, nil
	}
	fields := map[string]any{}
	if err := utiljson.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	return &unstructured.Unstructured{Object: fields}, nil
}
