//go:build security

package security

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// write makes a folder with files, for a fault to be planted in.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// oneByOne are the rules whose findings each need a reason of their own.
var oneByOne = []string{"G115", "G304"}

// scan gives gosec's findings as "rule file", of oneByOne as "rule file `line of
// code`", with how many there are, and the number of files it looked at.
func scan(t *testing.T, folder string) (found map[string]int, files int) {
	t.Helper()
	folder, err := filepath.Abs(folder)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "gosec.json")
	said, _ := run(t, folder, "gosec", "-quiet", "-no-fail", "-fmt=json", "-exclude-generated", "-exclude-dir=test", "-exclude-dir=.cache", "-out="+to, "./...")
	var report struct {
		Errors map[string]any `json:"Golang errors"`
		Issues []struct {
			Rule string `json:"rule_id"`
			File string `json:"file"`
			Line string `json:"line"` // "12", or "12-14"
		}
		Stats struct{ Files int }
	}
	text, err := os.ReadFile(to)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if err := json.Unmarshal(text, &report); err != nil || len(report.Errors) > 0 {
		t.Fatalf("gosec could not read everything: %v %v", err, report.Errors)
	}
	found = map[string]int{}
	seen := map[string]bool{}
	for _, i := range report.Issues {
		rel, err := filepath.Rel(folder, i.File)
		if err != nil {
			t.Fatal(err)
		}
		what := i.Rule + " " + filepath.ToSlash(rel)
		if slices.Contains(oneByOne, i.Rule) {
			place := i.Rule + i.File + i.Line
			if seen[place] { // again in the same line
				continue
			}
			seen[place] = true
			what += " `" + lineOf(t, i.File, i.Line) + "`"
		}
		found[what]++
	}
	return found, report.Stats.Files
}

// lineOf gives a line of a file, the first of a range, without what surrounds it:
// it stays the same when others are added above it.
func lineOf(t *testing.T, file, number string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	number, _, _ = strings.Cut(number, "-")
	n, err := strconv.Atoi(number)
	lines := strings.Split(string(text), "\n")
	if err != nil || n < 1 || n > len(lines) {
		t.Fatalf("%s has no line %q", file, number)
	}
	return strings.TrimSpace(lines[n-1])
}

// looked gives the findings that somebody has looked at, as scan does: of a rule
// in a file at most so many, or a line of code as often as it stands in the list.
func looked(t *testing.T) map[string]int {
	t.Helper()
	text, err := os.ReadFile("testdata/gosec.txt")
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for line := range strings.Lines(string(text)) {
		line, reason, _ := strings.Cut(strings.TrimSpace(line), " # ")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		rule, _, _ := strings.Cut(line, " ")
		if slices.Contains(oneByOne, rule) && strings.HasSuffix(line, "`") && reason != "" {
			at[line]++
			continue
		}
		var file string
		var n int
		if _, err := fmt.Sscan(line, &rule, &file, &n); err != nil || reason == "" || slices.Contains(oneByOne, rule) {
			t.Fatalf("%q is neither: rule file number # reason, nor: rule file `line of code` # reason", line)
		}
		at[rule+" "+file] = n
	}
	return at
}

func TestGosec_NothingNew(t *testing.T) {
	found, files := scan(t, root)
	known := looked(t)
	for _, what := range slices.Sorted(maps.Keys(found)) {
		if found[what] > known[what] {
			t.Errorf("%s: %d findings, %d of them looked at", what, found[what], known[what])
		}
	}
	for what := range known {
		if found[what] == 0 {
			t.Errorf("%s is not found any more: take it from the list", what)
		}
	}
	if files < 300 {
		t.Errorf("only %d files were looked at", files)
	}
}

func TestGosec_Contrast_APlantedFaultIsFound(t *testing.T) {
	found, _ := scan(t, write(t, map[string]string{
		"go.mod":   "module planted\n\ngo 1.26\n",
		"fault.go": "package planted\n\nimport \"crypto/md5\"\n\nfunc Sum(b []byte) any { return md5.Sum(b) }\n",
	}))
	if found["G401 fault.go"] == 0 {
		t.Errorf("found %v", found)
	}
}

// leaks gives what gitleaks finds in a history or a tree.
func leaks(t *testing.T, folder, mode string) (found []string) {
	t.Helper()
	to := filepath.Join(t.TempDir(), "leaks.json")
	arguments := []string{mode, "--no-banner", "--redact", "--exit-code=0", "--report-path", to}
	if config, err := filepath.Abs("testdata/gitleaks.toml"); err == nil {
		arguments = append(arguments, "--config", config)
	}
	said, code := run(t, folder, "gitleaks", append(arguments, ".")...)
	text, err := os.ReadFile(to)
	if err != nil || code != 0 {
		t.Fatalf("gitleaks ended with %d, %v\n%s", code, err, said)
	}
	var report []struct{ RuleID, File, Commit string }
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	for _, l := range report {
		found = append(found, fmt.Sprintf("%s %s %.7s", l.RuleID, l.File, l.Commit))
	}
	return found
}

func TestT40_Gitleaks_NoSecretInHistory(t *testing.T) {
	if found := leaks(t, root, "git"); len(found) > 0 {
		t.Errorf("secrets: %v", found)
	}
}

// planted is a key of nobody, put together so that this file does not hold it.
var planted = "-----BEGIN EC PRIVATE " + "KEY-----\nMHcCAQEEIDv4cX9pQ2nT7rL1kZs8YbW3eJ6uF0aHgVmCxPqRtNoAoGCCqGSM49\nAwEHoUQDQgAE7hK2mP9qXr4\n-----END EC PRIVATE " + "KEY-----\n"

func TestT40_Gitleaks_Contrast_APlantedKeyIsFound(t *testing.T) {
	folder := write(t, map[string]string{"key.pem": planted})
	if found := leaks(t, folder, "dir"); len(found) == 0 {
		t.Error("nothing is found in a tree")
	}
	for _, arguments := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "x"}, {"rm", "-q", "key.pem"}, {"-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-qm", "y"}} {
		cmd := exec.Command("git", arguments...)
		cmd.Dir = folder
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", arguments, err, out)
		}
	}
	if found := leaks(t, folder, "git"); len(found) == 0 {
		t.Error("nothing is found in a history")
	}
}

func TestRedocly_TheContractHasNoError(t *testing.T) {
	if said, code := run(t, root, "redocly", "lint", "openapi.yaml"); code != 0 {
		t.Errorf("%s", said)
	}
}

func TestRedocly_Contrast_APlantedFaultIsFound(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	folder := write(t, map[string]string{"openapi.yaml": strings.Replace(string(text), "operationId: getKeys", "operationId: createToken", 1)})
	if said, code := run(t, folder, "redocly", "lint", "openapi.yaml"); code == 0 || !strings.Contains(said, "operationId") {
		t.Errorf("two operations of one name: %s", said)
	}
}
