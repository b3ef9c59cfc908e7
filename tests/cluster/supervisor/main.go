// Command supervisor keeps the processes of a cluster: it starts what it is told to, and ends all of it when its standard input
// closes, when a signal comes, or when it dies itself.
//
// It reads one question a line and answers each with one line, in JSON (protocol.go). It knows no program and no flag.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

func init() {
	// A parent-death signal comes when the thread that started the process ends: so all are started by the main thread.
	runtime.LockOSThread()
}

func main() {
	data := flag.String("data", "", "the folder of the processes' data, removed at the end")
	logs := flag.String("logs", "", "the folder for one log of each process")
	flag.Parse()
	if *data == "" || *logs == "" {
		fmt.Fprintln(os.Stderr, "error: `-data` and `-logs` are needed")
		os.Exit(2)
	}

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	// Whoever asked may be gone while an answer is written: that is an end like any other.
	signal.Ignore(syscall.SIGPIPE)

	family := newFamily(*logs)
	serve(family, os.Stdin, os.Stdout, signals)
	family.endAll()
	if err := os.RemoveAll(*data); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
}
