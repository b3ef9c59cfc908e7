// Policy sets: what is loaded under a name, and judging requests by it, many at a time.

package main

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
)

// The engines, as the protocol names them.
const (
	engineGatekeeper                = "gatekeeper"
	engineValidatingAdmissionPolicy = "validating-admission-policy"
)

// policySet is a loaded set of policies of one engine; safe for concurrent use.
type policySet interface {
	judge(ctx context.Context, asked admission) verdict
}

// loadedSet is a set with the namespaces of its cluster.
type loadedSet struct {
	policySet
	namespaces namespacesByName
}

// policySets are the loaded sets by name.
type policySets map[string]loadedSet

// findings is what a cluster says about documents that are written to it.
type findings struct {
	errors    []string
	warnings  []string
	defaulted []string
}

func (f *findings) addError(place, format string, arguments ...any) {
	f.errors = append(f.errors, place+": "+fmt.Sprintf(format, arguments...))
}

func (f *findings) addWarning(place, format string, arguments ...any) {
	f.warnings = append(f.warnings, place+": "+fmt.Sprintf(format, arguments...))
}

func (f *findings) addDefaulted(place string, changes differences) {
	for _, path := range append(changes.added, changes.changed...) {
		f.defaulted = append(f.defaulted, place+": "+path)
	}
}

// load replaces the set of that name by the documents that the engine accepts.
func (sets policySets) load(ctx context.Context, asked request) (any, error) {
	namespaces, err := readNamespaces(asked.Namespaces)
	if err != nil {
		return nil, err
	}
	documents, err := readDocuments(asked.Documents)
	if err != nil {
		return nil, err
	}
	found := &findings{errors: []string{}, warnings: []string{}, defaulted: []string{}}
	var set policySet
	switch asked.Engine {
	case engineGatekeeper:
		set, err = loadGatekeeper(ctx, documents, namespaces, found)
	case engineValidatingAdmissionPolicy:
		set, err = loadValidating(ctx, documents, asked, namespaces, found)
	default:
		err = fmt.Errorf("unknown engine `%s`: expected %s or %s", asked.Engine, engineGatekeeper, engineValidatingAdmissionPolicy)
	}
	if err != nil {
		return nil, err
	}
	sets[asked.Set] = loadedSet{set, namespaces}
	return loadAnswer{ID: asked.ID, Errors: found.errors, Warnings: found.warnings, Defaulted: found.defaulted}, nil
}

// judge answers with one verdict for each request, in their order.
func (sets policySets) judge(ctx context.Context, asked request) (any, error) {
	set, loaded := sets[asked.Set]
	if !loaded {
		return nil, fmt.Errorf("no set `%s` is loaded", asked.Set)
	}
	verdicts := make([]verdict, len(asked.Requests))
	err := eachConcurrently(len(asked.Requests), func(index int) (err error) {
		verdicts[index], err = judgeOne(ctx, set, asked.Requests[index])
		if !asked.Costs {
			verdicts[index].Costs = nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("request %w", err)
	}
	return judgeAnswer{ID: asked.ID, Verdicts: verdicts}, nil
}

// judgeOne fails only on what is no request at all.
func judgeOne(ctx context.Context, set loadedSet, asked admissionRequest) (verdict, error) {
	prepared, refused, err := prepareAdmission(asked)
	if err != nil {
		return verdict{}, err
	}
	if refused == nil {
		refused = set.namespaces.refuseUnknown(prepared)
	}
	if refused != nil {
		return refusedVerdict(refused), nil
	}
	return set.judge(ctx, prepared), nil
}

// namespacesByName are the namespaces of a set's cluster.
type namespacesByName map[string]*corev1.Namespace

// refuseUnknown refuses what is in a namespace that the cluster doesn't have, before
// any policy is asked, as the API server does. A Namespace itself is in none.
func (n namespacesByName) refuseUnknown(asked admission) error {
	if _, known := n[asked.namespace]; known || asked.namespace == "" || asked.isNamespace() {
		return nil
	}
	return fmt.Errorf("namespaces %q not found", asked.namespace)
}
