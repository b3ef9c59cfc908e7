// Command pod_security says of Pods what the Pod Security Standards say, through
// their own library: k8s.io/pod-security-admission/policy.
//
// It reads one JSON request a line from standard input and answers each, in
// order, with one line on standard output (protocol.go). What else there is to
// say goes to standard error.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// serve answers requests until its input ends.
func serve(input io.Reader, output io.Writer) error {
	all, err := newStandards()
	if err != nil {
		return err
	}
	reader := bufio.NewReaderSize(input, 1<<20)
	writer := bufio.NewWriterSize(output, 1<<20)
	encoder := json.NewEncoder(writer)
	encoder.SetEscapeHTML(false)
	for {
		line, readError := reader.ReadBytes('\n')
		if len(line) > 1 {
			if err := encoder.Encode(answer(all, line)); err != nil {
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

// answer carries out one request. A request that can't be carried out is answered
// with an error.
func answer(all *standards, line []byte) any {
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return errorAnswer{Error: fmt.Sprintf("read the request: %v", err)}
	}
	switch asked.Operation {
	case "standards":
		active, err := all.active(asked.Versions)
		if err != nil {
			return errorAnswer{Error: err.Error()}
		}
		return standardsAnswer{Library: libraryVersion(), Active: active}
	case "judge":
		return judgeAnswer{Verdicts: all.judge(asked.Revisions, asked.Pods)}
	case "conditions":
		return conditionsAnswer{Conditions: conditions()}
	default:
		return errorAnswer{Error: fmt.Sprintf("unknown op `%s`: expected standards, judge or conditions", asked.Operation)}
	}
}
