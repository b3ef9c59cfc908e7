// What the API server does with a policy before any webhook sees it: defaulting, unknown fields,
// and validation against Kyverno's CustomResourceDefinitions. It knows nothing of their meaning.
package main

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno/data"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	schemacel "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	schemavalidation "k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// kindSchema is one version of one CustomResourceDefinition.
type kindSchema struct {
	structural *structural.Structural
	validator  schemavalidation.SchemaValidator
	// rules are the definition's CEL rules, nil if it has none.
	rules      *schemacel.Validator
	namespaced bool
}

// kindSchemas reads Kyverno's CustomResourceDefinitions, once.
var kindSchemas = sync.OnceValues(readKindSchemas)

func readKindSchemas() (map[schema.GroupVersionKind]kindSchema, error) {
	files, err := data.Crds()
	if err != nil {
		return nil, fmt.Errorf("open the custom resource definitions: %w", err)
	}
	names, err := fs.Glob(files, "*policies.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the custom resource definitions: %w", err)
	}
	schemas := map[schema.GroupVersionKind]kindSchema{}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read `%s`: %w", name, err)
		}
		var definition apiextensionsv1.CustomResourceDefinition
		if err := yaml.Unmarshal(text, &definition); err != nil {
			return nil, fmt.Errorf("read `%s`: %w", name, err)
		}
		if !slices.Contains([]string{"ClusterPolicy", "ValidatingPolicy"}, definition.Spec.Names.Kind) {
			continue
		}
		for _, version := range definition.Spec.Versions {
			read, err := readKindSchema(definition, version)
			if err != nil {
				return nil, fmt.Errorf("read version %s of `%s`: %w", version.Name, name, err)
			}
			schemas[schema.GroupVersionKind{Group: definition.Spec.Group, Version: version.Name, Kind: definition.Spec.Names.Kind}] = read
		}
	}
	return schemas, nil
}

func readKindSchema(definition apiextensionsv1.CustomResourceDefinition, version apiextensionsv1.CustomResourceDefinitionVersion) (kindSchema, error) {
	var internal apiextensions.CustomResourceValidation
	if err := apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(version.Schema, &internal, nil); err != nil {
		return kindSchema{}, err
	}
	shape, err := structural.NewStructural(internal.OpenAPIV3Schema)
	if err != nil {
		return kindSchema{}, err
	}
	validator, _, err := schemavalidation.NewSchemaValidator(internal.OpenAPIV3Schema)
	if err != nil {
		return kindSchema{}, err
	}
	return kindSchema{
		structural: shape,
		validator:  validator,
		rules:      schemacel.NewValidator(shape, true, celconfig.PerCallLimit),
		namespaced: definition.Spec.Scope == apiextensionsv1.NamespaceScoped,
	}, nil
}

// admitToSchema defaults, prunes and validates the policy as the API server does on a strict CREATE
// (the order is its own: defaults first, then unknown fields). The policy is changed in place.
// It returns the paths that the defaulting added, and what is wrong.
func admitToSchema(policy *unstructured.Unstructured) (defaulted, mistakes []string, err error) {
	schemas, err := kindSchemas()
	if err != nil {
		return nil, nil, err
	}
	kind := policy.GroupVersionKind()
	found, known := schemas[kind]
	if !known {
		return nil, []string{fmt.Sprintf("no kind `%s` in version `%s`", kind.Kind, policy.GetAPIVersion())}, nil
	}

	written := runtime.DeepCopyJSON(policy.Object)
	defaulting.Default(policy.Object, found.structural)
	defaulted = addedPaths("", written, policy.Object)

	unknown, err := dropUnknownFields(policy, found.structural)
	if err != nil {
		return defaulted, []string{err.Error()}, nil
	}
	for _, path := range unknown {
		mistakes = append(mistakes, fmt.Sprintf("unknown field \"%s\"", path))
	}
	for _, mistake := range validateAgainst(found, policy) {
		mistakes = append(mistakes, mistake.Error())
	}
	return defaulted, mistakes, nil
}

// dropUnknownFields prunes as the API server's decoder does, and returns the paths it dropped.
func dropUnknownFields(policy *unstructured.Unstructured, shape *structural.Structural) ([]string, error) {
	metadata, found, unknown, err := objectmeta.GetObjectMetaWithOptions(policy.Object, objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
	if err != nil {
		return nil, err
	}
	unknown = append(unknown, pruning.PruneWithOptions(policy.Object, shape, true, structural.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})...)
	defaulting.PruneNonNullableNullsWithoutDefaults(policy.Object, shape)
	mistake, embedded := objectmeta.CoerceWithOptions(nil, policy.Object, shape, false, objectmeta.CoerceOptions{ReturnUnknownFieldPaths: true})
	if mistake != nil {
		return nil, mistake
	}
	if found {
		if err := objectmeta.SetObjectMeta(policy.Object, metadata); err != nil {
			return nil, err
		}
	}
	return append(unknown, embedded...), nil
}

// validateAgainst runs the validation of a custom resource's creation.
func validateAgainst(found kindSchema, policy *unstructured.Unstructured) field.ErrorList {
	var mistakes field.ErrorList
	mistakes = append(mistakes, apivalidation.ValidateObjectMetaAccessor(policy, found.namespaced, apivalidation.NameIsDNSSubdomain, field.NewPath("metadata"))...)
	mistakes = append(mistakes, schemavalidation.ValidateCustomResource(nil, policy.Object, found.validator)...)
	mistakes = append(mistakes, objectmeta.Validate(nil, policy.Object, found.structural, false)...)
	mistakes = append(mistakes, listtype.ValidateListSetsAndMaps(nil, found.structural, policy.Object)...)
	if found.rules != nil && len(mistakes) == 0 {
		broken, _ := found.rules.Validate(context.Background(), nil, found.structural, policy.Object, nil, celconfig.RuntimeCELCostBudget)
		mistakes = append(mistakes, broken...)
	}
	return mistakes
}

// addedPaths lists the fields of `after` that `before` doesn't have or has as null, in the order of
// their names. A whole map that was added is one path.
func addedPaths(path string, before, after any) []string {
	switch after := after.(type) {
	case map[string]any:
		before, _ := before.(map[string]any)
		var added []string
		for _, key := range slices.Sorted(maps.Keys(after)) {
			child := key
			if path != "" {
				child = path + "." + key
			}
			if earlier := before[key]; earlier != nil || after[key] == nil {
				added = append(added, addedPaths(child, earlier, after[key])...)
			} else {
				added = append(added, child)
			}
		}
		return added
	case []any:
		before, _ := before.([]any)
		var added []string
		for index := range after {
			if index < len(before) {
				added = append(added, addedPaths(fmt.Sprintf("%s[%d]", path, index), before[index], after[index])...)
			}
		}
		return added
	default:
		return nil
	}
}
