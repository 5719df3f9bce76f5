//go:build security

package security

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat/test/child"
)

const root = "../.."

// program is the real one, platform the folder of a demo that it has played:
// five members, records, a published release, and a client of each role.
var program, platform string

func TestMain(m *testing.M) { os.Exit(prepareAndRun(m)) }

func prepareAndRun(m *testing.M) int {
	folder, err := os.MkdirTemp("", "casestat-security-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	program, platform = filepath.Join(folder, "casestat"), filepath.Join(folder, "demo")
	build := exec.Command("go", "build", "-o", program, "./cmd/casestat")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	if err := play(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// play plays the demo until it says that it serves, and ends it.
func play() error {
	demo := exec.Command(program, "demo", "--data", platform, "--listen", "127.0.0.1:0")
	out, err := demo.StdoutPipe()
	if err != nil {
		return err
	}
	if err := demo.Start(); err != nil {
		return err
	}
	lines, served := bufio.NewScanner(out), false
	for !served && lines.Scan() {
		served = strings.HasPrefix(lines.Text(), "Serving on ")
	}
	_ = demo.Process.Kill() // where it has not ended by itself
	_ = demo.Wait()
	if !served {
		return fmt.Errorf("the demo could not be played: %v", lines.Err())
	}
	return nil
}

// serve serves the demo's platform by the real program, and gives its address.
func serve(t *testing.T, flags ...string) string {
	t.Helper()
	return start(t, append([]string{"--data", filepath.Join(platform, "data"), "--keys", filepath.Join(platform, "keys")}, flags...)...)
}

// start serves what the flags name, and gives the address.
func start(t *testing.T, flags ...string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command(program, append([]string{"serve", "--listen", address}, flags...)...)
	t.Cleanup(func() { _ = log.Close() })
	run.Stderr = log
	child.Start(t, run)
	for range 10_000 { // tries, not a duration: a slow machine only waits longer
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			return address
		}
		time.Sleep(3 * time.Millisecond)
	}
	text, _ := os.ReadFile(log.Name())
	t.Fatalf("the service does not start:\n%s", text)
	return ""
}

// tool finds a program that install-security.sh has installed.
func tool(t *testing.T, name string) string {
	t.Helper()
	for _, place := range []string{filepath.Join(root, ".cache/security/bin", name), filepath.Join(root, ".cache/security/node_modules/.bin", name)} {
		if path, err := filepath.Abs(place); err == nil {
			if _, err := os.Stat(path); err == nil {
				return path
			}
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%v: run test/install-security.sh", err)
	}
	return path
}

// run runs a tool at the root of a folder and gives what it says and its exit code.
func run(t *testing.T, folder, name string, arguments ...string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), tool(t, name), arguments...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatalf("%s: %v", name, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}
