// Writing an object of a custom kind: what the API server does by the schema of its resource definition.

package main

import (
	"context"

	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	metavalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// storeCustom gives a cluster-scoped object as the API server would store it, and whether it would.
func storeCustom(ctx context.Context, written document, schema *structuralschema.Structural, found *findings) (*unstructured.Unstructured, bool) {
	before := len(found.errors)
	stored := written.object.DeepCopy()
	for _, path := range unknownFields(stored, schema) {
		found.addError(written.place(), "unknown field %q", path)
	}
	defaulting.PruneNonNullableNullsWithoutDefaults(stored.Object, schema)
	for _, path := range compare(written.object.Object, stored.Object).changed {
		found.addWarning(written.place(), "%s isn't stored as written", path)
	}
	undefaulted := stored.DeepCopy()
	defaulting.Default(stored.Object, schema)
	found.addDefaulted(written.place(), compare(undefaulted.Object, stored.Object))
	for _, problem := range validateCustom(ctx, stored, schema) {
		found.addError(written.place(), "%v", problem)
	}
	return stored, len(found.errors) == before
}

// unknownFields are the fields, also those of metadata, that the schema doesn't have.
func unknownFields(object *unstructured.Unstructured, schema *structuralschema.Structural) []string {
	unknown := pruning.PruneWithOptions(object.DeepCopy().Object, schema, true,
		structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	_, _, inMetadata, err := objectmeta.GetObjectMetaWithOptions(object.Object, objectmeta.ObjectMetaOptions{
		DropMalformedFields: false, ReturnUnknownFieldPaths: true,
	})
	// A malformed field is reported by validateCustom.
	if err != nil {
		return unknown
	}
	return append(unknown, inMetadata...)
}

func validateCustom(ctx context.Context, stored *unstructured.Unstructured, schema *structuralschema.Structural) field.ErrorList {
	metadata, _, err := objectmeta.GetObjectMeta(stored.Object, false)
	if err != nil {
		return field.ErrorList{field.Invalid(field.NewPath("metadata"), nil, err.Error())}
	}
	problems := metavalidation.ValidateObjectMeta(metadata, false, metavalidation.NameIsDNSSubdomain, field.NewPath("metadata"))
	validator := validation.NewSchemaValidatorFromOpenAPI(schema.ToKubeOpenAPI())
	problems = append(problems, validation.ValidateCustomResource(nil, stored.UnstructuredContent(), validator)...)
	problems = append(problems, objectmeta.Validate(ctx, nil, stored.UnstructuredContent(), schema, false)...)
	return append(problems, listtype.ValidateListSetsAndMaps(nil, schema, stored.UnstructuredContent())...)
}
