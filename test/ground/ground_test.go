// Package ground checks what the code stands on: the documents, the files of
// deploy/, and the tree itself, against the real program and the contract.
package ground

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the repository, seen from this package.
const root = "../.."

// notOurs are folders that tools leave in the tree, or that keep their own rules.
var notOurs = []string{".git", ".cache", "bin", "casestat-data", "casestat-demo", "node_modules"}

// files gives the tree's files with one of the endings, by path from the root.
func files(t *testing.T, endings ...string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains(notOurs, d.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if len(endings) == 0 || slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(file, e) }) {
			rel, err := filepath.Rel(root, file)
			if err != nil {
				return err
			}
			found = append(found, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		t.Fatalf("no file ends in %v: the test is looking in the wrong place", endings)
	}
	return found
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// exists says whether a path from the root leads to something.
func exists(file string) bool {
	_, err := os.Stat(filepath.Join(root, filepath.FromSlash(file)))
	return err == nil
}
