// Package child runs other programs for as long as a test lasts.
package child

import (
	"os/exec"
	"testing"
)

// Start starts a program that is killed when the test ends, and on Linux when
// the test's process dies. It does not wait until the program is ready.
func Start(t testing.TB, run *exec.Cmd) {
	t.Helper()
	tie(run)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = run.Process.Kill()
		_ = run.Wait() // it was killed
	})
}
