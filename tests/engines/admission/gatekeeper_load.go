// Gatekeeper's templates and constraints, written as to a cluster: the schema of the
// resource definition, Gatekeeper's own webhook, and the constraint client with its Rego driver.

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	templatesv1 "github.com/open-policy-agent/frameworks/constraint/pkg/apis/templates/v1"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client"
	"github.com/open-policy-agent/frameworks/constraint/pkg/client/drivers/rego"
	"github.com/open-policy-agent/frameworks/constraint/pkg/core/templates"
	templateschema "github.com/open-policy-agent/frameworks/constraint/pkg/schema"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/target"
	"github.com/open-policy-agent/gatekeeper/v3/pkg/util"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

const constraintsGroup = "constraints.gatekeeper.sh"

// longestName is the longest name in bytes that Gatekeeper's webhook takes for its own objects.
const longestName = 63

// templateSchema is the schema that Gatekeeper's resource definition of templates has.
var templateSchema = sync.OnceValues(func() (*structuralschema.Structural, error) {
	scheme := runtime.NewScheme()
	if err := apiextensionsv1.AddToScheme(scheme); err != nil {
		return nil, err
	}
	if err := apiextensions.AddToScheme(scheme); err != nil {
		return nil, err
	}
	return templateschema.CRDSchema(scheme, templatesv1.SchemeGroupVersion.Version)
})

// loadGatekeeper makes a set of the templates and constraints that Gatekeeper accepts.
// Templates come first, whatever the order of the documents.
func loadGatekeeper(ctx context.Context, documents []document, namespaces namespacesByName, found *findings) (policySet, error) {
	constraintClient, err := newConstraintClient()
	if err != nil {
		return nil, err
	}
	schema, err := templateSchema()
	if err != nil {
		return nil, err
	}
	loading := gatekeeperLoading{client: constraintClient, templates: map[string]*templates.ConstraintTemplate{}, found: found}
	for _, written := range documents {
		if isTemplate(written) {
			loading.addTemplate(ctx, written, schema)
		}
	}
	for _, written := range documents {
		switch {
		case isTemplate(written):
		case written.object.GroupVersionKind().Group == constraintsGroup:
			loading.addConstraint(ctx, written)
		default:
			found.addError(written.place(), "%s isn't a kind of this engine", written.object.GroupVersionKind())
		}
	}
	return &gatekeeperSet{client: constraintClient, namespaces: namespaces}, nil
}

func isTemplate(written document) bool {
	return written.object.GroupVersionKind() == templatesv1.SchemeGroupVersion.WithKind("ConstraintTemplate")
}

// newConstraintClient makes the client as Gatekeeper's manager does with the flags of its chart.
func newConstraintClient() (*client.Client, error) {
	driver, err := rego.New(rego.Tracing(false), rego.DisableBuiltins("http.send"), rego.Externs("inventory"))
	if err != nil {
		return nil, err
	}
	return client.NewClient(client.Targets(&target.K8sValidationTarget{}), client.Driver(driver),
		client.EnforcementPoints(util.AuditEnforcementPoint, util.WebhookEnforcementPoint))
}

// gatekeeperLoading is a set while it is being loaded.
type gatekeeperLoading struct {
	client *client.Client
	// templates are the accepted ones by their constraints' kind.
	templates map[string]*templates.ConstraintTemplate
	found     *findings
}

func (l *gatekeeperLoading) addTemplate(ctx context.Context, written document, schema *structuralschema.Structural) {
	stored, accepted := storeCustom(ctx, written, schema, l.found)
	if !accepted {
		return
	}
	template, err := convertTemplate(stored)
	if err == nil {
		err = checkGatekeeperName(stored)
	}
	if err == nil {
		_, err = l.client.CreateCRD(ctx, template)
	}
	if err == nil {
		_, err = l.client.AddTemplate(ctx, template)
	}
	if err != nil {
		l.found.addError(written.place(), "%v", err)
		return
	}
	l.templates[template.Spec.CRD.Spec.Names.Kind] = template
}

// convertTemplate gives a stored template in the version that the client takes, as
// Gatekeeper's controller does.
func convertTemplate(stored *unstructured.Unstructured) (*templates.ConstraintTemplate, error) {
	versioned := &templatesv1.ConstraintTemplate{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(stored.Object, versioned); err != nil {
		return nil, err
	}
	template, err := versioned.ToVersionless()
	if err != nil {
		return nil, err
	}
	for _, one := range template.Spec.Targets {
		for _, operation := range one.Operations {
			if string(operation) == "*" && len(one.Operations) > 1 {
				return nil, errors.New("if '*' is present, must not specify other operations")
			}
		}
	}
	return template, nil
}

func (l *gatekeeperLoading) addConstraint(ctx context.Context, written document) {
	template, present := l.templates[written.object.GetKind()]
	if !present {
		l.found.addError(written.place(), "no template of this set makes the kind %s", written.object.GetKind())
		return
	}
	schema, err := constraintSchema(ctx, l.client, template)
	if err != nil {
		l.found.addError(written.place(), "%v", err)
		return
	}
	stored, accepted := storeCustom(ctx, written, schema, l.found)
	if !accepted {
		return
	}
	err = checkGatekeeperName(stored)
	if err == nil {
		err = l.client.ValidateConstraint(stored)
	}
	if err == nil {
		err = checkEnforcementAction(stored)
	}
	if err == nil {
		_, err = l.client.AddConstraint(ctx, stored)
	}
	if err != nil {
		l.found.addError(written.place(), "%v", err)
	}
}

// constraintSchema is the schema of the resource definition that a template makes.
func constraintSchema(ctx context.Context, constraintClient *client.Client, template *templates.ConstraintTemplate) (*structuralschema.Structural, error) {
	definition, err := constraintClient.CreateCRD(ctx, template)
	if err != nil {
		return nil, err
	}
	return structuralschema.NewStructural(definition.Spec.Validation.OpenAPIV3Schema)
}

// checkGatekeeperName refuses the names that Gatekeeper's webhook refuses.
func checkGatekeeperName(stored *unstructured.Unstructured) error {
	if name := stored.GetName(); len(name) > longestName {
		return fmt.Errorf("resource cannot have metadata.name larger than %d char; length: %d", longestName, len(name))
	}
	return nil
}

// checkEnforcementAction refuses the actions that Gatekeeper's webhook refuses.
func checkEnforcementAction(stored *unstructured.Unstructured) error {
	action, present, err := unstructured.NestedString(stored.Object, "spec", "enforcementAction")
	if err != nil || !present || strings.TrimSpace(action) == "" {
		return err
	}
	return util.ValidateEnforcementAction(util.EnforcementAction(action), stored.Object)
}
