// What is asked, and what is answered.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// question is one line of the input.
type question struct {
	// Op is `start`, `end`, `ended` or `certificates`.
	Op string `json:"op"`
	// Name is the process's name, that of its log too.
	Name string `json:"name"`
	// Path is the executable, for `start`; the folder to write to, for `certificates`.
	Path string `json:"path"`
	// Args are the arguments of the executable.
	Args []string `json:"args"`
	// Env is the whole environment, each `NAME=value`.
	Env []string `json:"env"`
}

// answer is one line of the output.
type answer struct {
	// Error says why it couldn't be done; empty if it could.
	Error string `json:"error,omitempty"`
	// Pid is the number of the process that was started.
	Pid int `json:"pid,omitempty"`
	// Ended names the processes that have ended by themselves, and how.
	Ended []string `json:"ended,omitempty"`
}

// serve answers until the input ends or a signal comes.
func serve(family *family, input io.Reader, output io.Writer, signals <-chan os.Signal) {
	lines := make(chan []byte)
	go func() {
		defer close(lines)
		reader := bufio.NewReader(input)
		for {
			line, err := reader.ReadBytes('\n')
			if err != nil {
				return
			}
			lines <- line
		}
	}()
	for {
		select {
		case <-signals:
			return
		case line, more := <-lines:
			if !more {
				return
			}
			text, err := json.Marshal(reply(family, line))
			if err != nil {
				return
			}
			if _, err := fmt.Fprintf(output, "%s\n", text); err != nil {
				return
			}
		}
	}
}

func reply(family *family, line []byte) answer {
	var asked question
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{Error: err.Error()}
	}
	switch asked.Op {
	case "start":
		pid, err := family.start(asked.Name, asked.Path, asked.Args, asked.Env)
		return answer{Pid: pid, Error: text(err)}
	case "end":
		return answer{Error: text(family.end(asked.Name))}
	case "ended":
		return answer{Ended: family.ended()}
	case "certificates":
		return answer{Error: text(writeCertificates(asked.Path))}
	default:
		return answer{Error: fmt.Sprintf("no such operation: %q", asked.Op)}
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
