// A stand-in for the cluster around Kyverno: the kinds that discovery finds, the namespaces that
// exist, the clients and listers that Kyverno asks. It never judges anything.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno/data"
	kyvernofake "github.com/kyverno/kyverno/pkg/client/clientset/versioned/fake"
	kyvernoinformers "github.com/kyverno/kyverno/pkg/client/informers/externalversions"
	"github.com/kyverno/kyverno/pkg/clients/dclient"
	"github.com/kyverno/kyverno/pkg/config"
	reportutils "github.com/kyverno/kyverno/pkg/utils/report"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/version"
	"k8s.io/client-go/discovery"
	discoveryfake "k8s.io/client-go/discovery/fake"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	kubeinformers "k8s.io/client-go/informers"
	kubefake "k8s.io/client-go/kubernetes/fake"
	corev1listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/openapi"
	clienttesting "k8s.io/client-go/testing"
)

// cluster is what the policies of one set find around them.
type cluster struct {
	kube             *kubeClient
	kubeInformers    kubeinformers.SharedInformerFactory
	kyverno          *kyvernofake.Clientset
	kyvernoInformers kyvernoinformers.SharedInformerFactory
	client           dclient.Interface
	configuration    config.Configuration
	namespaces       corev1listers.NamespaceLister
	served           map[schema.GroupVersionResource]metav1.APIResource
}

// kubeClient is client-go's fake client, with discovery of the kinds that are served here.
type kubeClient struct {
	*kubefake.Clientset
	served servedKinds
}

func (k *kubeClient) Discovery() discovery.DiscoveryInterface { return k.served }

// servedKinds publishes no OpenAPI schemas: Kyverno uses them for warnings about the types of fields
// in the validations of a ClusterPolicy, and gives none where there is no schema.
type servedKinds struct {
	*discoveryfake.FakeDiscovery
}

func (s servedKinds) OpenAPIV3() openapi.Client { return s }

func (servedKinds) Paths() (map[string]openapi.GroupVersion, error) {
	return map[string]openapi.GroupVersion{}, nil
}

// grantAccess gives Kyverno's controllers every right that they ask for, as an installation should.
func grantAccess(action clienttesting.Action) (bool, runtime.Object, error) {
	asked, isCreation := action.(clienttesting.CreateAction)
	if !isCreation {
		return false, nil, nil
	}
	switch review := asked.GetObject().(type) {
	case *authorizationv1.SelfSubjectAccessReview:
		review.Status.Allowed = true
		return true, review, nil
	case *authorizationv1.SubjectAccessReview:
		review.Status.Allowed = true
		return true, review, nil
	default:
		return false, nil, nil
	}
}

// newCluster makes a cluster that serves the built-in kinds and the given ones. It ends with `ctx`.
func newCluster(ctx context.Context, kinds []customKind, namespaces []json.RawMessage) (*cluster, error) {
	// Kyverno's handlers read this setting of the whole program; nothing is reported here.
	_ = reportutils.NewReportingConfig(nil)
	resources, err := servedResources(kinds)
	if err != nil {
		return nil, err
	}
	served := map[schema.GroupVersionResource]metav1.APIResource{}
	for _, list := range resources {
		version, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			return nil, fmt.Errorf("read the kinds: %w", err)
		}
		for _, resource := range list.APIResources {
			served[version.WithResource(resource.Name)] = resource
		}
	}
	kube := &kubeClient{Clientset: kubefake.NewSimpleClientset()}
	kube.served = servedKinds{&discoveryfake.FakeDiscovery{Fake: &kube.Fake}}
	kube.served.FakedServerVersion = &version.Info{Major: "1", Minor: "36", GitVersion: "v1.36.3"}
	kube.Resources = resources
	kube.PrependReactor("create", "selfsubjectaccessreviews", grantAccess)
	kube.PrependReactor("create", "subjectaccessreviews", grantAccess)
	client, err := dclient.NewClient(ctx, dynamicfake.NewSimpleDynamicClient(runtime.NewScheme()), kube, time.Hour, false, nil)
	if err != nil {
		return nil, fmt.Errorf("make Kyverno's client: %w", err)
	}
	kyverno := kyvernofake.NewSimpleClientset()
	made := &cluster{
		kube:             kube,
		kubeInformers:    kubeinformers.NewSharedInformerFactory(kube, 0),
		kyverno:          kyverno,
		kyvernoInformers: kyvernoinformers.NewSharedInformerFactory(kyverno, 0),
		client:           client,
		configuration:    config.NewDefaultConfiguration(false),
		served:           served,
	}
	made.namespaces = made.kubeInformers.Core().V1().Namespaces().Lister()
	for _, document := range namespaces {
		var namespace corev1.Namespace
		if err := json.Unmarshal(document, &namespace); err != nil {
			return nil, fmt.Errorf("read a namespace: %w", err)
		}
		if err := made.addNamespace(&namespace); err != nil {
			return nil, err
		}
	}
	return made, nil
}

// servedResources are Kyverno's own snapshot of the built-in kinds, and the custom kinds, each with
// its status.
func servedResources(kinds []customKind) ([]*metav1.APIResourceList, error) {
	groups, err := data.APIGroupResources()
	if err != nil {
		return nil, fmt.Errorf("read the built-in kinds: %w", err)
	}
	byVersion := map[schema.GroupVersion]*metav1.APIResourceList{}
	var lists []*metav1.APIResourceList
	serve := func(group, version string, resources ...metav1.APIResource) {
		key := schema.GroupVersion{Group: group, Version: version}
		if byVersion[key] == nil {
			byVersion[key] = &metav1.APIResourceList{GroupVersion: key.String()}
			lists = append(lists, byVersion[key])
		}
		byVersion[key].APIResources = append(byVersion[key].APIResources, resources...)
	}
	for _, group := range groups {
		for _, version := range group.Group.Versions {
			serve(group.Group.Name, version.Version, group.VersionedResources[version.Version]...)
		}
	}
	for _, kind := range kinds {
		served := byVersion[schema.GroupVersion{Group: kind.Group, Version: kind.Version}]
		if served != nil && slices.ContainsFunc(served.APIResources, func(resource metav1.APIResource) bool { return resource.Name == kind.Plural }) {
			continue
		}
		for _, name := range []string{kind.Plural, kind.Plural + "/status"} {
			serve(kind.Group, kind.Version, metav1.APIResource{
				Name:         name,
				SingularName: strings.ToLower(kind.Kind),
				Namespaced:   kind.Namespaced,
				Kind:         kind.Kind,
				Group:        kind.Group,
				Version:      kind.Version,
				Verbs:        metav1.Verbs{"create", "delete", "get", "list", "patch", "update", "watch"},
			})
		}
	}
	return lists, nil
}

// kindOf is the kind that a request carries. It refuses a request that no API server could get: of a
// kind that isn't served, or with a namespace where there is none. No policy would match it, and it
// would pass for allowed.
func (c *cluster) kindOf(asked admissionRequest) (schema.GroupVersionKind, error) {
	name := asked.Resource
	if asked.Subresource != "" {
		name += "/" + asked.Subresource
	}
	resource, known := c.served[schema.GroupVersionResource{Group: asked.Group, Version: asked.Version, Resource: name}]
	kind := schema.GroupVersionKind{Group: asked.Group, Version: asked.Version, Kind: asked.Kind}
	switch {
	case !known:
		return kind, fmt.Errorf("the cluster serves no `%s` in `%s`", name, kind.GroupVersion())
	case resource.Kind != asked.Kind:
		return kind, fmt.Errorf("`%s` is of the kind `%s`, not `%s`", name, resource.Kind, asked.Kind)
	case resource.Namespaced && asked.Namespace == "":
		return kind, fmt.Errorf("a `%s` needs a namespace", asked.Kind)
	case !resource.Namespaced && asked.Namespace != "" && !isNamespace(asked):
		return kind, fmt.Errorf("a `%s` has no namespace", asked.Kind)
	}
	if resource.Version != "" {
		// A subresource may have a kind of another group: a Scale, an Eviction.
		kind.Group, kind.Version = resource.Group, resource.Version
	}
	return kind, nil
}

// addNamespace makes a namespace exist, with the name label that the API server gives to each.
func (c *cluster) addNamespace(namespace *corev1.Namespace) error {
	labelled := namespace.DeepCopy()
	if labelled.Labels == nil {
		labelled.Labels = map[string]string{}
	}
	labelled.Labels[corev1.LabelMetadataName] = labelled.Name
	if err := c.kube.Tracker().Add(labelled); err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("add namespace `%s`: %w", labelled.Name, err)
	}
	if err := c.kubeInformers.Core().V1().Namespaces().Informer().GetIndexer().Add(labelled); err != nil {
		return fmt.Errorf("add namespace `%s`: %w", labelled.Name, err)
	}
	return nil
}

// ensureNamespace makes sure that the namespace of a request exists, as the API server's namespace
// lifecycle does before any policy is asked. A namespace that nobody described has its name label only.
func (c *cluster) ensureNamespace(name string) error {
	if _, err := c.namespaces.Get(name); err == nil || !apierrors.IsNotFound(err) {
		return err
	}
	return c.addNamespace(&corev1.Namespace{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Namespace"},
		ObjectMeta: metav1.ObjectMeta{Name: name},
	})
}
