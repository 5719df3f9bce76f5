//go:build security

package supply

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// sources copies what the tree holds, without its history, into a folder.
func sources(t *testing.T, folder string) {
	t.Helper()
	list := exec.Command("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	list.Dir = "../.."
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join("../..", name))
		if os.IsNotExist(err) {
			continue // taken away, and not committed yet
		}
		to := filepath.Join(folder, name)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(to), 0o700)
		}
		if err == nil {
			err = os.WriteFile(to, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// hashOf runs a command in a folder and gives the SHA-256 of the program it makes.
func hashOf(t *testing.T, folder string, environment []string, command ...string) string {
	t.Helper()
	build := exec.Command(command[0], command[1:]...)
	build.Dir, build.Env = folder, append(os.Environ(), environment...)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", command, err, out)
	}
	program, err := os.ReadFile(filepath.Join(folder, "bin/casestat"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(program)
	return hex.EncodeToString(sum[:])
}

// Two folders, one after the other, one with what was compiled before and one
// with nothing compiled: one program.
func TestT40_TheBuildIsReproducible(t *testing.T) {
	one, two := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "the", "other")
	sources(t, one)
	sources(t, two)
	first := hashOf(t, one, nil, "make", "build", "COMMIT=0123456789ab")
	second := hashOf(t, two, []string{"GOCACHE=" + t.TempDir(), "GOFLAGS=", "TZ=Asia/Tokyo"}, "make", "build", "COMMIT=0123456789ab")
	if first != second {
		t.Errorf("built twice: %s and %s", first, second)
	}
	out, err := exec.Command(filepath.Join(two, "bin/casestat"), "version").Output()
	if err != nil || !strings.Contains(string(out), "0123456789ab\n") {
		t.Errorf("the program does not say what it was built from: %v\n%s", err, out)
	}
	t.Logf("SHA-256 %s", first)
}

func TestT40_Contrast_WithoutTrimpathTheFolderShows(t *testing.T) {
	var hashes [2]string
	for i, name := range []string{"one", "other"} {
		folder := filepath.Join(t.TempDir(), name)
		sources(t, folder)
		hashes[i] = hashOf(t, folder, nil, "go", "build", "-buildvcs=false", "-o", "bin/casestat", "./cmd/casestat")
	}
	if hashes[0] == hashes[1] {
		t.Errorf("without -trimpath, too, it is %s", hashes[0])
	}
}
