// The type check of the API server's status controller: policies against the schemas of
// the built-in kinds they match.

package main

import (
	"fmt"
	"sync"

	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission/plugin/policy/validating"
	"k8s.io/apiserver/pkg/cel/openapi/resolver"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/generated/openapi"
)

// builtinSchemas resolves the schema of a built-in kind, each once.
var builtinSchemas = sync.OnceValue(func() resolver.SchemaResolver {
	return &cachedSchemas{
		inner: resolver.NewDefinitionsSchemaResolver(openapi.GetOpenAPIDefinitions, legacyscheme.Scheme),
		known: map[schema.GroupVersionKind]*spec.Schema{},
	}
})

// cachedSchemas is safe for concurrent use.
type cachedSchemas struct {
	inner resolver.SchemaResolver
	mutex sync.Mutex
	known map[schema.GroupVersionKind]*spec.Schema
}

func (c *cachedSchemas) ResolveSchema(kind schema.GroupVersionKind) (*spec.Schema, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if resolved, present := c.known[kind]; present {
		return resolved, nil
	}
	resolved, err := c.inner.ResolveSchema(kind)
	if err == nil {
		c.known[kind] = resolved
	}
	return resolved, err
}

// checkTypes reports the warnings that would stand in the status of each policy.
func checkTypes(policies []*admissionregistrationv1.ValidatingAdmissionPolicy, kinds []kindDescription, found *findings) error {
	checker := newTypeChecker(kinds)
	warnings := make([][]admissionregistrationv1.ExpressionWarning, len(policies))
	err := eachConcurrently(len(policies), func(index int) error {
		warnings[index] = checker.Check(policies[index])
		return nil
	})
	if err != nil {
		return fmt.Errorf("check the types of policy %w", err)
	}
	for index, policy := range policies {
		for _, warned := range warnings[index] {
			found.addWarning("ValidatingAdmissionPolicy/"+policy.Name, "%s: %s", warned.FieldRef, warned.Warning)
		}
	}
	return nil
}

// newTypeChecker knows the built-in kinds and the given ones. Given kinds that aren't
// built in have no schema here, and so are not checked.
func newTypeChecker(kinds []kindDescription) *validating.TypeChecker {
	mapper := meta.NewDefaultRESTMapper(nil)
	for kind := range legacyscheme.Scheme.AllKnownTypes() {
		if kind.Version != runtime.APIVersionInternal {
			mapper.Add(kind, meta.RESTScopeNamespace)
		}
	}
	for _, kind := range kinds {
		version := schema.GroupVersion{Group: kind.Group, Version: kind.Version}
		var scope meta.RESTScope = meta.RESTScopeRoot
		if kind.Namespaced {
			scope = meta.RESTScopeNamespace
		}
		mapper.AddSpecific(version.WithKind(kind.Kind), version.WithResource(kind.Plural), version.WithResource(kind.Plural), scope)
	}
	return &validating.TypeChecker{SchemaResolver: builtinSchemas(), RestMapper: mapper}
}
