package faults

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// needsCage is what a developer reads whose machine cannot limit memory.
const needsCage = "this test limits the memory of a process: it needs root and a cgroup with the memory controller, " +
	"in /sys/fs/cgroup/memory (version 1) or /sys/fs/cgroup (version 2); in a container, run it privileged"

// cage is a group of processes that have so much memory and no more: beyond it
// the kernel kills one of them.
type cage struct {
	folder string
	second bool // version 2 of cgroups, whose files have other names
}

func newCage(t *testing.T, limit int) *cage {
	t.Helper()
	c := &cage{folder: "/sys/fs/cgroup/memory"}
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		c.folder, c.second = "/sys/fs/cgroup", true
		_ = os.WriteFile("/sys/fs/cgroup/cgroup.subtree_control", []byte("+memory"), 0) // where it is on already that may be refused
	}
	folder, err := os.MkdirTemp(c.folder, "casestat-faults-")
	if err != nil {
		t.Fatalf("%v: %s", err, needsCage)
	}
	c.folder = folder
	t.Cleanup(func() {
		if err := os.Remove(folder); err != nil {
			t.Error(err)
		}
	})
	file := map[bool]string{false: "memory.limit_in_bytes", true: "memory.max"}[c.second]
	if err := os.WriteFile(filepath.Join(folder, file), []byte(fmt.Sprint(limit)), 0); err != nil {
		t.Fatalf("%v: %s", err, needsCage)
	}
	if c.second {
		_ = os.WriteFile(filepath.Join(folder, "memory.swap.max"), []byte("0"), 0) // there is none on machines without swap
	}
	return c
}

// shutIn has a program run in the cage from its first instruction on, with no
// word in its environment of what Go may have.
func (c *cage) shutIn() func(*exec.Cmd) {
	return func(run *exec.Cmd) {
		shut := []string{"sh", "-c", `echo $$ >"$0" && exec "$@"`, filepath.Join(c.folder, "cgroup.procs"), run.Path}
		run.Path, run.Args = "/bin/sh", append(shut, run.Args[1:]...)
		run.Env = slices.DeleteFunc(os.Environ(), func(one string) bool { return strings.HasPrefix(one, "GOMEMLIMIT=") })
	}
}

// kills is how many processes the kernel has killed for memory.
func (c *cage) kills(t *testing.T) int {
	t.Helper()
	return c.number(t, map[bool]string{false: "memory.oom_control", true: "memory.events"}[c.second], "oom_kill ")
}

// most is the most memory ever charged, in kB, what the kernel keeps of files
// for as long as nobody needs the room among it.
func (c *cage) most(t *testing.T) int {
	t.Helper()
	return c.number(t, map[bool]string{false: "memory.max_usage_in_bytes", true: "memory.peak"}[c.second], "") >> 10
}

// number reads a number from the line of a file that begins like that.
func (c *cage) number(t *testing.T, file, begins string) (n int) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(c.folder, file))
	if err != nil {
		t.Fatalf("%v: %s", err, needsCage)
	}
	for line := range strings.Lines(string(content)) {
		if _, err := fmt.Sscanf(line, begins+"%d", &n); err == nil {
			return n
		}
	}
	t.Fatalf("%s does not say %q", file, begins)
	return 0
}
