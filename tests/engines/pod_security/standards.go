// The checks of the standards, and which of them hold at which level and version.

package main

import (
	"fmt"
	"runtime/debug"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"palisade/tests/engines/pod_security/counted"
)

// library is the path of the library's module.
const library = "k8s.io/pod-security-admission"

// levels are those that have checks.
var levels = []api.Level{api.LevelBaseline, api.LevelRestricted}

// standards holds every revision of every check.
type standards struct {
	revisions map[string]revision
	// evaluator is the library's own, whose checks answer with the names of their revisions.
	evaluator policy.Evaluator
}

// revision is one revision of a check.
type revision struct {
	// allows asks the library.
	allows func(*metav1.ObjectMeta, *corev1.PodSpec) bool
	// allowsCounted asks the copy that counts.
	allowsCounted func(*metav1.ObjectMeta, *corev1.PodSpec) bool
}

// newStandards takes the checks from the library, and from the copy that counts.
func newStandards() (*standards, error) {
	all := &standards{revisions: map[string]revision{}}
	named := policy.DefaultChecks()
	for _, check := range named {
		for index := range check.Versions {
			versioned := &check.Versions[index]
			name, check, ask := nameOf(string(check.ID), versioned.MinimumVersion), string(check.ID), versioned.CheckPod
			all.revisions[name] = revision{allows: func(metadata *metav1.ObjectMeta, spec *corev1.PodSpec) bool {
				return ask(metadata, spec).Allowed
			}}
			// A result doesn't say which check it is of: these say nothing else.
			versioned.CheckPod = func(*metav1.ObjectMeta, *corev1.PodSpec) policy.CheckResult {
				return policy.CheckResult{ForbiddenReason: check, ForbiddenDetail: name}
			}
		}
	}
	for _, check := range counted.DefaultChecks() {
		for _, versioned := range check.Versions {
			name, ask := nameOf(string(check.ID), versioned.MinimumVersion), versioned.CheckPod
			known := all.revisions[name]
			known.allowsCounted = func(metadata *metav1.ObjectMeta, spec *corev1.PodSpec) bool {
				return ask(metadata, spec).Allowed
			}
			all.revisions[name] = known
		}
	}
	for name, known := range all.revisions {
		if known.allows == nil || known.allowsCounted == nil {
			return nil, fmt.Errorf("the copy that counts has other checks than the library: %s", name)
		}
	}
	evaluator, err := policy.NewEvaluator(named, nil)
	all.evaluator = evaluator
	return all, err
}

func nameOf(check string, since api.Version) string {
	return check + "@" + strings.TrimPrefix(since.String(), "v")
}

// active gives the revisions that hold, by level and version, as the library's own evaluator asks them.
func (s *standards) active(versions []string) (map[string]map[string][]revisionName, error) {
	active := map[string]map[string][]revisionName{}
	for _, level := range levels {
		ofLevel := map[string][]revisionName{}
		for _, text := range versions {
			version, err := versionOf(text)
			if err != nil {
				return nil, err
			}
			held := s.evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: version}, nil, nil)
			for _, result := range held {
				ofLevel[text] = append(ofLevel[text], revisionName{Check: result.ForbiddenReason, Revision: result.ForbiddenDetail})
			}
		}
		active[string(level)] = ofLevel
	}
	return active, nil
}

// versionOf reads "1.37".
func versionOf(text string) (api.Version, error) {
	minor, found := strings.CutPrefix(text, "1.")
	number, err := strconv.Atoi(minor)
	if !found || err != nil {
		return api.Version{}, fmt.Errorf("`%s` is no version: expected such as 1.37", text)
	}
	return api.MajorMinorVersion(1, number), nil
}

// libraryVersion is the version of the library that is built in.
func libraryVersion() string {
	if info, known := debug.ReadBuildInfo(); known {
		for _, module := range info.Deps {
			if module.Path == library {
				return module.Version
			}
		}
	}
	return ""
}
