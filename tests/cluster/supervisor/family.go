// The processes: started, watched, and ended.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
)

// process is one that was started.
type process struct {
	command *exec.Cmd
	// done is closed once the process has ended; how then holds how.
	done chan struct{}
	how  string
}

// family is all of them, by name.
type family struct {
	logs    string
	members map[string]*process
}

func newFamily(logs string) *family {
	return &family{logs: logs, members: map[string]*process{}}
}

// start starts a process whose output goes to a log of its name, and gives its number.
func (f *family) start(name, path string, args, env []string) (int, error) {
	if _, known := f.members[name]; known {
		return 0, fmt.Errorf("%q was started before", name)
	}
	log, err := os.Create(filepath.Join(f.logs, name+".log"))
	if err != nil {
		return 0, err
	}
	defer log.Close()
	command := exec.Command(path, args...)
	command.Env = env
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = bound()
	if err := command.Start(); err != nil {
		return 0, err
	}
	started := &process{command: command, done: make(chan struct{})}
	go func() {
		// The error is how the process ended.
		started.how = "exit status 0"
		if err := command.Wait(); err != nil {
			started.how = err.Error()
		}
		close(started.done)
	}()
	f.members[name] = started
	return command.Process.Pid, nil
}

// end kills a process and waits for it: an API server that is asked to stop takes a minute over it.
func (f *family) end(name string) error {
	member, known := f.members[name]
	if !known {
		return fmt.Errorf("no process is called %q", name)
	}
	delete(f.members, name)
	member.kill()
	<-member.done
	return nil
}

func (f *family) endAll() {
	for _, member := range f.members {
		member.kill()
	}
	for _, member := range f.members {
		<-member.done
	}
}

// ended tells of the processes that nobody ended.
func (f *family) ended() []string {
	var told []string
	for name, member := range f.members {
		select {
		case <-member.done:
			told = append(told, name+": "+member.how)
		default:
		}
	}
	sort.Strings(told)
	return told
}

func (p *process) kill() {
	// The only error is that the process has ended already.
	_ = p.command.Process.Kill()
}
