package faults

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	seed = flag.Uint64("seed", 1, "of the moments and places at which faults are played")
	kept = flag.String("record", "", "add every account to the end of this file")
)

// program is the real one, built once.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	moveIntoOwnNamespace()
	os.Exit(buildAndRun(m))
}

// own says that this process has a mount namespace to itself.
const own = "CASESTAT_FAULTS_NAMESPACE"

// moveIntoOwnNamespace starts this program anew where what it mounts is seen by
// nobody else and goes with it, however it ends. Where that is not allowed the
// tests that mount something fail and say what they need.
func moveIntoOwnNamespace() {
	unshare, err := exec.LookPath("unshare")
	if err != nil || os.Getenv(own) != "" || exec.Command(unshare, "--mount", "true").Run() != nil {
		return
	}
	arguments := append([]string{"unshare", "--mount", "--propagation", "private"}, os.Args...)
	err = syscall.Exec(unshare, arguments, append(os.Environ(), own+"=yes"))
	fmt.Fprintln(os.Stderr, err) // it only returns when it failed
}

func buildAndRun(m *testing.M) int {
	folder, err := os.MkdirTemp("", "casestat-faults-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	builds = folder
	program = filepath.Join(folder, "casestat")
	if err := build(program); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// build builds the program of this tree, with further arguments to go build.
func build(to string, arguments ...string) error {
	arguments = append(append([]string{"build", "-o", to}, arguments...), "./cmd/casestat")
	cmd := exec.Command("go", arguments...)
	cmd.Dir = filepath.Join("..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(arguments, " "), err, out)
	}
	return nil
}

// tell logs what a run found, and keeps it where that is asked for.
func tell(t *testing.T, a Account, began time.Time) {
	t.Helper()
	a.Seed, a.Took = *seed, time.Since(began)
	t.Log(a)
	if *kept == "" {
		return
	}
	a.When, a.Commit = began.UTC().Format(time.RFC3339), commit()
	if err := Keep(*kept, a); err != nil {
		t.Error(err)
	}
}

// mustHold fails the test if a promise was broken, or nothing was tried.
func mustHold(t *testing.T, a Account) {
	t.Helper()
	if a.Broken() {
		t.Error("the promise is broken, or nothing was tried")
	}
}

// commit names the tree that is tested.
func commit() string {
	name, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	changed, err := exec.Command("git", "status", "--porcelain", "--untracked-files=no", ":/").Output()
	if err != nil || len(changed) > 0 {
		return strings.TrimSpace(string(name)) + "+"
	}
	return strings.TrimSpace(string(name))
}
