// One admission request, completed as the API server completes it before it asks any policy.

package main

import (
	"encoding/json"
	"errors"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// admission is a request as an engine gets it.
type admission struct {
	operation   string
	kind        schema.GroupVersionKind
	resource    schema.GroupVersionResource
	subresource string
	namespace   string
	name        string
	// object is nil on DELETE, oldObject on CREATE.
	object    runtime.Object
	oldObject runtime.Object
	options   runtime.Object
	user      requestingUser
}

// isNamespace tells whether the request is about a Namespace.
func (a admission) isNamespace() bool {
	return a.resource.Group == "" && a.resource.Resource == "namespaces"
}

// defaultUser makes the requests that don't say who does.
var defaultUser = requestingUser{
	Username: "system:serviceaccount:test:writer",
	Groups:   []string{"system:serviceaccounts", "system:serviceaccounts:test", "system:authenticated"},
}

// prepareAdmission gives the request as the API server sends it to admission, or why
// the API server refuses it, or an error if it is no request at all.
func prepareAdmission(asked admissionRequest) (prepared admission, refused, err error) {
	prepared = admission{
		operation:   asked.Operation,
		kind:        schema.GroupVersionKind{Group: asked.Group, Version: asked.Version, Kind: asked.Kind},
		resource:    schema.GroupVersionResource{Group: asked.Group, Version: asked.Version, Resource: asked.Resource},
		subresource: asked.Subresource,
		namespace:   asked.Namespace,
		name:        asked.Name,
		user:        defaultUser,
	}
	if asked.Version == "" || asked.Kind == "" || asked.Resource == "" {
		return prepared, nil, errors.New("expected version, kind and resource")
	}
	if err := checkObjects(asked); err != nil {
		return prepared, nil, err
	}
	if asked.User != nil {
		prepared.user = *asked.User
	}
	if prepared.options, err = operationOptions(asked.Operation); err != nil {
		return prepared, nil, err
	}
	// To the API server the namespace of a Namespace is itself.
	if prepared.isNamespace() {
		prepared.namespace = asked.Name
	}
	read := func(text json.RawMessage) runtime.Object {
		object, readRefused, readError := readRequestObject(text, prepared, asked.Typed)
		refused = errors.Join(refused, readRefused)
		err = errors.Join(err, readError)
		return object
	}
	prepared.object = read(asked.Object)
	prepared.oldObject = read(asked.OldObject)
	return prepared, refused, err
}

// checkObjects fails on a request without the objects that the API server sends with
// its operation, or with others.
func checkObjects(asked admissionRequest) error {
	isNull := func(text json.RawMessage) bool { return len(text) == 0 || string(text) == "null" }
	hasObject, hasOld := !isNull(asked.Object), !isNull(asked.OldObject)
	switch {
	case asked.Operation == "CREATE" && (!hasObject || hasOld):
		return errors.New("CREATE has an object and no old one")
	case asked.Operation == "UPDATE" && (!hasObject || !hasOld):
		return errors.New("UPDATE has an object and an old one")
	case asked.Operation == "DELETE" && (hasObject || !hasOld):
		return errors.New("DELETE has an old object and no new one")
	}
	return nil
}

// operationOptions gives the options that a client which sets none sends.
func operationOptions(operation string) (runtime.Object, error) {
	var options runtime.Object
	kind := ""
	switch operation {
	case "CREATE":
		options, kind = &metav1.CreateOptions{}, "CreateOptions"
	case "UPDATE":
		options, kind = &metav1.UpdateOptions{}, "UpdateOptions"
	case "DELETE":
		options, kind = &metav1.DeleteOptions{}, "DeleteOptions"
	case "CONNECT":
		return nil, nil
	default:
		return nil, fmt.Errorf("unknown operation `%s`: expected CREATE, UPDATE, DELETE or CONNECT", operation)
	}
	options.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{Group: "meta.k8s.io", Version: "v1", Kind: kind})
	return options, nil
}

// readRequestObject reads the object or the old one. Only a built-in kind has a Go type:
// of other kinds the API server, too, keeps the fields as they are.
func readRequestObject(text json.RawMessage, prepared admission, typed bool) (object runtime.Object, refused, err error) {
	fields, err := readObject(text)
	if err != nil || fields == nil {
		return nil, nil, err
	}
	if fields.GroupVersionKind() != prepared.kind {
		return nil, nil, fmt.Errorf("the object is a %s, but the request is for a %s", fields.GroupVersionKind(), prepared.kind)
	}
	changed := completeMetadata(fields, prepared)
	if !typed || !legacyscheme.Scheme.Recognizes(prepared.kind) {
		return fields, nil, nil
	}
	if changed {
		if text, err = fields.MarshalJSON(); err != nil {
			return nil, nil, err
		}
	}
	object, refused = readTyped(text, prepared.kind)
	if refused != nil {
		return nil, refused, nil
	}
	return object, nil, nil
}

// completeMetadata gives the object the namespace of the request when it names none,
// and tells whether it did.
func completeMetadata(object *unstructured.Unstructured, prepared admission) bool {
	if prepared.namespace == "" || prepared.isNamespace() {
		return false
	}
	metadata, isMap := object.Object["metadata"].(map[string]any)
	if !isMap {
		return false
	}
	if namespace, present := metadata["namespace"]; present && namespace != "" {
		return false
	}
	metadata["namespace"] = prepared.namespace
	return true
}
