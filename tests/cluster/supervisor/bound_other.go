//go:build !linux

// How a process is bound to the supervisor where no signal tells of a parent's death.
package main

import "syscall"

// bound keeps a terminal's signals from the process: the supervisor ends it.
func bound() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
