// The API server's built-in kinds: its scheme, and objects as their Go types.

package main

import (
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	serializer "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/kubernetes/pkg/api/legacyscheme"

	// Each of these adds the types, defaults and conversions of its group to the scheme.
	_ "k8s.io/kubernetes/pkg/apis/admissionregistration/install"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/certificates/install"
	_ "k8s.io/kubernetes/pkg/apis/coordination/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/discovery/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/node/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	_ "k8s.io/kubernetes/pkg/apis/resource/install"
	_ "k8s.io/kubernetes/pkg/apis/scheduling/install"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"
)

var strictSerializer = serializer.NewSerializerWithOptions(
	serializer.DefaultMetaFactory, legacyscheme.Scheme, legacyscheme.Scheme, serializer.SerializerOptions{Strict: true})

// readStrictly reads an object of a built-in kind into its Go type, without
// defaults. An unknown, a repeated or a wrongly typed field is an error, as it is to a client
// that asks for strict validation, which kubectl does.
func readStrictly(raw json.RawMessage) (runtime.Object, error) {
	object, _, err := strictSerializer.Decode(raw, nil, nil)
	if err != nil {
		return nil, err
	}
	return object, nil
}

// readTyped reads an object as the API server hands it to admission: read
// strictly, defaulted, converted to the internal type and back to the version of the request.
func readTyped(raw json.RawMessage, kind schema.GroupVersionKind) (runtime.Object, error) {
	object, err := readStrictly(raw)
	if err != nil {
		return nil, err
	}
	if given := object.GetObjectKind().GroupVersionKind(); given != kind {
		return nil, fmt.Errorf("the object is a %s, but the request is for a %s", given, kind)
	}
	legacyscheme.Scheme.Default(object)
	internal, err := legacyscheme.Scheme.ConvertToVersion(object, schema.GroupVersion{Group: kind.Group, Version: runtime.APIVersionInternal})
	if err != nil {
		return nil, err
	}
	typed, err := legacyscheme.Scheme.ConvertToVersion(internal, kind.GroupVersion())
	if err != nil {
		return nil, err
	}
	typed.GetObjectKind().SetGroupVersionKind(kind)
	return typed, nil
}
