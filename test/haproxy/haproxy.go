// Package haproxy runs HAProxy in front of what a test looks at.
package haproxy

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"manniskohandel.se/casestat/test/child"
)

// Start runs HAProxy with settings until the test ends; the settings and what
// it logs stand in folder. It does not wait until HAProxy listens. Without
// HAProxy the test fails and says how to get it.
func Start(t testing.TB, folder, settings string) {
	t.Helper()
	file := filepath.Join(folder, "haproxy.cfg")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	run := exec.Command(program(t), "-db", "-f", file)
	run.Stdout, run.Stderr = log, log
	child.Start(t, run)
}

// program finds HAProxy, which is in a folder that not everybody's PATH has.
func program(t testing.TB) string {
	t.Helper()
	for _, name := range []string{"haproxy", "/usr/sbin/haproxy"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("haproxy was not found: run test/faults/install.sh")
	return ""
}
