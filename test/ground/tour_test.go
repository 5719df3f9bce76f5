package ground

import (
	"bufio"
	"context"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestReadmeTour starts the demo as the README says, in a folder of its own and
// on a free port, and runs the block marked "sh tour" against it.
func TestReadmeTour(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Fatal("the tour needs curl; as root: apt-get install curl")
	}
	folder := t.TempDir()
	tour(t, "sh tour", folder, startDemo(t, folder))
}

// tour runs the README's block of that name and gives what it printed.
func tour(t *testing.T, info, folder, address string) (printed string) {
	t.Helper()
	blocks := fences(t, "README.md")
	i := slices.IndexFunc(blocks, func(f fence) bool { return f.info == info })
	if i < 0 || i+1 == len(blocks) || blocks[i+1].info != "text output" {
		t.Fatalf("the README has no block %q with what it prints", info)
	}
	script := strings.ReplaceAll(blocks[i].text, "http://127.0.0.1:8080", address)
	script = strings.ReplaceAll(script, "go run ./cmd/casestat", casestatProgram(t))
	printed = shellIn(t, folder, script)
	expect(t, blocks[i+1], printed)
	return printed
}

var serving = regexp.MustCompile(`Serving on (http://\S+)`)

// startDemo runs the demo until the test ends and gives its address once
// everything it shows is there.
func startDemo(t *testing.T, folder string) (address string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, casestatProgram(t), "demo", "--listen", "127.0.0.1:0")
	cmd.Dir = folder
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != 0 {
			t.Errorf("the demo did not end well: %v\n%s", err, errs.String())
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := serving.FindStringSubmatch(lines.Text()); m != nil {
			address = m[1]
		}
		if strings.Contains(lines.Text(), "/docs") {
			return address
		}
	}
	t.Fatalf("the demo ended before it served: %s", errs.String())
	return ""
}
