package faults

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// builds is where programs are built.
var builds string

// change is one edit of one file of the tree: old, which stands there exactly
// once, becomes fresh. Several of one file come one after the other. An empty old makes the file, or with an empty fresh
// removes it.
type change struct{ file, old, fresh string }

// mutant builds the program with one promise broken and gives its path. The
// compiler is shown other sources (-overlay), so the product needs no switch
// that could be thrown by mistake, and a change that no longer fits fails.
func mutant(t *testing.T, name string, changes ...change) string {
	t.Helper()
	folder := filepath.Join(builds, name)
	to := filepath.Join(folder, "casestat")
	if _, err := os.Stat(to); err == nil {
		return to
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{}
	for _, c := range changes {
		file := filepath.Join(root, c.file)
		source := file
		if changed := replace[file]; changed != "" {
			source = changed
		}
		replace[file] = c.write(t, source, folder)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := build(to, "-overlay", file); err != nil {
		t.Fatal(err)
	}
	return to
}

// write puts what a source becomes into folder and gives its path.
func (c change) write(t *testing.T, from, folder string) string {
	t.Helper()
	content := c.fresh
	switch {
	case c.old == "" && c.fresh == "":
		return "" // the compiler's way to say that there is no such file
	case c.old != "":
		source, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(source), c.old); n != 1 {
			t.Fatalf("%q stands %d times in %s: this contrast has to be written anew", c.old, n, c.file)
		}
		content = strings.Replace(string(source), c.old, c.fresh, 1)
	}
	to := filepath.Join(folder, strings.ReplaceAll(c.file, "/", "_"))
	if err := os.WriteFile(to, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}
