// Reading the documents of a set, and telling what a cluster would store otherwise than written.

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"sort"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kubernetesjson "sigs.k8s.io/json"
)

// document is one object to be written to the cluster.
type document struct {
	raw    json.RawMessage
	object *unstructured.Unstructured
}

// place names a document in findings.
func (d document) place() string {
	return d.object.GetKind() + "/" + d.object.GetName()
}

// readDocuments fails on what isn't an object with apiVersion and kind.
func readDocuments(raw []json.RawMessage) ([]document, error) {
	documents := make([]document, len(raw))
	for index, text := range raw {
		object, err := readObject(text)
		if err == nil && (object == nil || object.GetAPIVersion() == "" || object.GetKind() == "") {
			err = errors.New("expected an object with apiVersion and kind")
		}
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", index, err)
		}
		documents[index] = document{raw: text, object: object}
	}
	return documents, nil
}

// readObject reads JSON as the API server does, whole numbers as integers; null and
// no text give nil.
func readObject(text json.RawMessage) (*unstructured.Unstructured, error) {
	if len(text) == 0 || string(text) == "null" {
		return nil, nil
	}
	var fields map[string]any
	if err := kubernetesjson.UnmarshalCaseSensitivePreserveInts(text, &fields); err != nil {
		return nil, err
	}
	return &unstructured.Unstructured{Object: fields}, nil
}

// readNamespaces reads Namespace objects as the API server stores them, which
// labels each with its own name.
func readNamespaces(raw []json.RawMessage) (namespacesByName, error) {
	namespaces := namespacesByName{}
	kind := schema.GroupVersionKind{Version: "v1", Kind: "Namespace"}
	for index, text := range raw {
		object, err := readTyped(text, kind)
		if err != nil {
			return nil, fmt.Errorf("namespace %d: %w", index, err)
		}
		namespace, isNamespace := object.(*corev1.Namespace)
		if !isNamespace || namespace.Name == "" {
			return nil, fmt.Errorf("namespace %d: expected a Namespace with a name", index)
		}
		namespaces[namespace.Name] = namespace
	}
	return namespaces, nil
}

// differences compares a JSON value as written with the same as stored. Changed are
// the deepest paths of what is written and isn't stored so, added the highest paths
// of what only the stored one has.
type differences struct {
	changed []string
	added   []string
}

func compare(written, stored map[string]any) differences {
	var found differences
	found.compareFields("", written, stored)
	sort.Strings(found.changed)
	sort.Strings(found.added)
	return found
}

func (found *differences) compareFields(path string, written, stored map[string]any) {
	for name, value := range written {
		other, present := stored[name]
		if !present {
			found.changed = append(found.changed, joinPath(path, name))
			continue
		}
		found.compareValues(joinPath(path, name), value, other)
	}
	for name := range stored {
		if _, present := written[name]; !present {
			found.added = append(found.added, joinPath(path, name))
		}
	}
}

func (found *differences) compareValues(path string, written, stored any) {
	switch written := written.(type) {
	case map[string]any:
		if stored, isMap := stored.(map[string]any); isMap {
			found.compareFields(path, written, stored)
			return
		}
	case []any:
		if stored, isList := stored.([]any); isList && len(written) == len(stored) {
			for index := range written {
				found.compareValues(path+"["+strconv.Itoa(index)+"]", written[index], stored[index])
			}
			return
		}
	}
	if !reflect.DeepEqual(written, stored) {
		found.changed = append(found.changed, path)
	}
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
