// Command kyverno judges admission requests with Kyverno's own code, in process and without a
// cluster. It reads commands from standard input and answers on standard output (protocol.go);
// what Kyverno's packages print goes to standard error.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

func main() {
	answers := os.Stdout
	os.Stdout = os.Stderr
	log.SetLogger(logr.Discard())
	klog.SetLogger(logr.Discard())
	// Most of the time goes into compiling CEL for each request, and what that leaves behind.
	debug.SetGCPercent(400)
	if err := serve(os.Stdin, answers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve answers every line of the input until it ends.
func serve(input io.Reader, output io.Writer) error {
	reader := bufio.NewReaderSize(input, 1<<20)
	sets := map[string]*policySet{}
	for {
		line, err := reader.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := json.NewEncoder(output).Encode(answer(sets, line)); err != nil {
				return fmt.Errorf("write an answer: %w", err)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a command: %w", err)
		}
	}
}

// answer carries out one command.
func answer(sets map[string]*policySet, line []byte) any {
	var asked command
	if err := json.Unmarshal(line, &asked); err != nil {
		return errorAnswer{ID: asked.ID, Error: "the line is no command: " + err.Error()}
	}
	switch asked.Op {
	case "load":
		return load(sets, asked)
	case "judge":
		set, known := sets[asked.Set]
		if !known {
			return errorAnswer{ID: asked.ID, Error: fmt.Sprintf("no set `%s` is loaded", asked.Set)}
		}
		verdicts, err := set.judgeAll(asked.Requests)
		if err != nil {
			return errorAnswer{ID: asked.ID, Error: err.Error()}
		}
		return judgeAnswer{ID: asked.ID, Verdicts: verdicts}
	case "time":
		set, known := sets[asked.Set]
		if !known {
			return errorAnswer{ID: asked.ID, Error: fmt.Sprintf("no set `%s` is loaded", asked.Set)}
		}
		times, err := set.timeAll(asked.Requests, asked.Runs)
		if err != nil {
			return errorAnswer{ID: asked.ID, Error: err.Error()}
		}
		return timeAnswer{ID: asked.ID, Nanoseconds: times}
	case "version":
		return versionAnswer{ID: asked.ID, Versions: versions()}
	default:
		return errorAnswer{ID: asked.ID, Error: fmt.Sprintf("unknown op `%s`: expected load, judge, time or version", asked.Op)}
	}
}

// load replaces a set of policies.
func load(sets map[string]*policySet, asked command) any {
	if earlier, known := sets[asked.Set]; known {
		earlier.close()
		delete(sets, asked.Set)
	}
	set, findings, err := newPolicySet(asked)
	if err != nil {
		return errorAnswer{ID: asked.ID, Error: err.Error()}
	}
	sets[asked.Set] = set
	return loadAnswer{
		ID:        asked.ID,
		Errors:    orEmpty(findings.errors),
		Warnings:  orEmpty(findings.warnings),
		Defaulted: orEmpty(findings.defaulted),
	}
}

// orEmpty makes the list print as `[]` when there is nothing in it.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// versions reads from the binary which modules it was built from.
func versions() map[string]string {
	names := map[string]string{
		"github.com/kyverno/kyverno":     "kyverno",
		"github.com/kyverno/api":         "kyverno-api",
		"k8s.io/apiserver":               "kubernetes",
		"github.com/google/cel-go":       "cel-go",
		"k8s.io/apiextensions-apiserver": "kubernetes-custom-resources",
		"k8s.io/pod-security-admission":  "pod-security-admission",
		"sigs.k8s.io/controller-runtime": "controller-runtime",
	}
	found := map[string]string{}
	info, readable := debug.ReadBuildInfo()
	if !readable {
		return found
	}
	found["go"] = strings.TrimPrefix(info.GoVersion, "go")
	for _, module := range info.Deps {
		name, wanted := names[module.Path]
		if !wanted {
			continue
		}
		if module.Replace != nil {
			module = module.Replace
		}
		found[name] = strings.TrimPrefix(module.Version, "v")
	}
	return found
}
