// Command admission judges admission requests by generated policies, in process,
// through the engines' own code: Gatekeeper's constraint client with its Rego
// driver, and the API server's ValidatingAdmissionPolicy. It needs no cluster.
//
// It reads one JSON request a line from standard input and answers each, in
// order, with one line on standard output (protocol.go). Whatever the engines
// print goes to standard error.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

func main() {
	answers, err := takeStandardOutput()
	if err == nil {
		err = serve(context.Background(), os.Stdin, answers)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// takeStandardOutput keeps standard output for the protocol: any package that
// prints to it reaches standard error instead.
func takeStandardOutput() (*os.File, error) {
	protocol, err := unix.Dup(unix.Stdout)
	if err != nil {
		return nil, fmt.Errorf("keep standard output: %w", err)
	}
	unix.CloseOnExec(protocol)
	if err := unix.Dup2(unix.Stderr, unix.Stdout); err != nil {
		return nil, fmt.Errorf("redirect standard output: %w", err)
	}
	return os.NewFile(uintptr(protocol), "answers"), nil
}

// serve answers requests until its input ends.
func serve(ctx context.Context, input io.Reader, output io.Writer) error {
	reader := bufio.NewReaderSize(input, 1<<20)
	writer := bufio.NewWriterSize(output, 1<<20)
	encoder := json.NewEncoder(writer)
	encoder.SetEscapeHTML(false)
	sets := policySets{}
	for {
		line, readError := reader.ReadBytes('\n')
		if len(line) > 1 {
			if err := encoder.Encode(answer(ctx, sets, line)); err != nil {
				return fmt.Errorf("write an answer: %w", err)
			}
			if err := writer.Flush(); err != nil {
				return fmt.Errorf("write an answer: %w", err)
			}
		}
		if errors.Is(readError, io.EOF) {
			return nil
		}
		if readError != nil {
			return fmt.Errorf("read a request: %w", readError)
		}
	}
}

// answer carries out one request. A request that can't be carried out, and one on
// which an engine panics, is answered with an error.
func answer(ctx context.Context, sets policySets, line []byte) any {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return errorAnswer{ID: asked.ID, Error: fmt.Sprintf("read the request: %v", err)}
	}
	var answered any
	err := guarded(func() (err error) {
		answered, err = carryOut(ctx, sets, asked)
		return err
	})
	if err != nil {
		return errorAnswer{ID: asked.ID, Error: err.Error()}
	}
	return answered
}

func carryOut(ctx context.Context, sets policySets, asked request) (any, error) {
	switch asked.Operation {
	case "load":
		return sets.load(ctx, asked)
	case "judge":
		return sets.judge(ctx, asked)
	case "time":
		return sets.time(ctx, asked)
	case "opa":
		formatted, problems := checkRego(asked.Modules)
		return regoAnswer{ID: asked.ID, Formatted: formatted, Errors: problems}, nil
	case "yaml":
		return yamlAnswer{ID: asked.ID, Documents: readYAML(asked.Text)}, nil
	case "version":
		versions, err := engineVersions()
		return versionAnswer{ID: asked.ID, Versions: versions}, err
	default:
		return nil, fmt.Errorf("unknown op `%s`: expected load, judge, time, opa, yaml or version", asked.Operation)
	}
}
