// The cluster that the API server's matcher asks about namespaces: those of the set, and no others.

package main

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	clientcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	listersv1 "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
)

// clusterOf gives a lister of the namespaces, and a client that finds no other.
func clusterOf(namespaces namespacesByName) (listersv1.NamespaceLister, kubernetes.Interface) {
	indexer := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{})
	for _, namespace := range namespaces {
		// The indexer's Add never fails on an object that has metadata.
		_ = indexer.Add(namespace)
	}
	return listersv1.NewNamespaceLister(indexer), emptyCluster{}
}

type emptyCluster struct{ kubernetes.Interface }

func (emptyCluster) CoreV1() clientcorev1.CoreV1Interface { return emptyCore{} }

type emptyCore struct{ clientcorev1.CoreV1Interface }

func (emptyCore) Namespaces() clientcorev1.NamespaceInterface { return noNamespaces{} }

type noNamespaces struct {
	clientcorev1.NamespaceInterface
}

func (noNamespaces) Get(_ context.Context, name string, _ metav1.GetOptions) (*corev1.Namespace, error) {
	return nil, apierrors.NewNotFound(corev1.Resource("namespaces"), name)
}
