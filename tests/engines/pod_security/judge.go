// Pods judged by revisions of checks, on all processors.

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"

	"palisade/tests/engines/pod_security/counted"
)

// judge asks each of the revisions about each Pod.
func (s *standards) judge(names []string, pods []json.RawMessage) []verdict {
	verdicts := make([]verdict, len(pods))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(pods)) {
		workers.Go(func() {
			for index := int(next.Add(1)) - 1; index < len(pods); index = int(next.Add(1)) - 1 {
				verdicts[index] = s.judgePod(names, pods[index])
			}
		})
	}
	workers.Wait()
	return verdicts
}

func (s *standards) judgePod(names []string, raw json.RawMessage) verdict {
	said := verdict{Forbidden: []string{}}
	pod, err := readPod(raw)
	if err != nil {
		said.Unreadable = err.Error()
		return said
	}
	for _, name := range names {
		asked, known := s.revisions[name]
		if !known {
			said.Fault = fmt.Sprintf("there is no revision `%s`", name)
			return said
		}
		allowed := asked.allows(&pod.ObjectMeta, &pod.Spec)
		if asked.allowsCounted(&pod.ObjectMeta, &pod.Spec) != allowed {
			said.Fault = fmt.Sprintf("the copy of %s that counts says something else than the library", name)
			return said
		}
		if !allowed {
			said.Forbidden = append(said.Forbidden, name)
		}
	}
	return said
}

// readPod reads a Pod as the API server does for a client that asks for strict validation, which kubectl does,
// with the one default that the checks can tell from its absence: a volume without a source is an emptyDir.
func readPod(raw json.RawMessage) (*corev1.Pod, error) {
	pod := &corev1.Pod{}
	faults, err := kjson.UnmarshalStrict(raw, pod)
	if err := errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	for index := range pod.Spec.Volumes {
		if volume := &pod.Spec.Volumes[index]; volume.VolumeSource == (corev1.VolumeSource{}) {
			volume.EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	return pod, nil
}

// conditions tells what the copy that counts has counted.
func conditions() []condition {
	told := []condition{}
	for _, one := range counted.Conditions() {
		entry := condition{Function: one.Function, Place: one.Place, Text: one.Text, Entered: one.Entered, True: one.True}
		if !one.OnlyTaken {
			entry.False = &one.False
		}
		told = append(told, entry)
	}
	return told
}
