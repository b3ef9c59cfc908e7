// How a process is bound to the supervisor, on Linux.
package main

import "syscall"

// bound keeps a terminal's signals from the process (the supervisor ends it), and has it killed when the supervisor dies.
func bound() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
