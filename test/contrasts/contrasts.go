// Package contrasts finds the tests that switch a safety mechanism off, or spoil
// what it stands on, and show that the harm then happens or is then noticed.
package contrasts

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Contrast is one test that is, or holds, a contrast.
type Contrast struct {
	Package string // from the root of the tree
	Test    string
	Whole   bool // the test is nothing else; otherwise it says "contrast" where it has one
}

// otherwise are tests whose names speak of another contrast.
var otherwise = []string{"TestContrastHoldsInGrey"} // of colours

var (
	named  = regexp.MustCompile(`(?i)contrast`)
	marked = regexp.MustCompile(`(?i)^//\s*(?:\w+: )?(?:the )?contrasts?\b`)
)

// In gives the contrasts of a tree, in order.
func In(tree fs.FS) (found []Contrast, err error) {
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		inFile, err := of(name, text)
		found = append(found, inFile...)
		return err
	})
	slices.SortFunc(found, func(a, b Contrast) int {
		return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.Test, b.Test))
	})
	return found, err
}

// of gives the contrasts of one file.
func of(name string, text []byte) (found []Contrast, err error) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Base(name), text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Test") || slices.Contains(otherwise, f.Name.Name) {
			continue
		}
		whole := named.MatchString(f.Name.Name)
		if whole || within(file, f) {
			found = append(found, Contrast{path.Dir(name), f.Name.Name, whole})
		}
	}
	return found, nil
}

// within says whether a comment in the body of a test begins with the word.
func within(file *ast.File, f *ast.FuncDecl) bool {
	for _, group := range file.Comments {
		for _, c := range group.List {
			if c.Pos() > f.Pos() && c.End() < f.End() && marked.MatchString(c.Text) {
				return true
			}
		}
	}
	return false
}

// Page writes them down.
func Page(all []Contrast) string {
	whole := 0
	for _, c := range all {
		if c.Whole {
			whole++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Contrasts\n\nA test that always passes proves nothing. Beside the mechanisms that keep somebody safe stand tests that switch the mechanism off, or spoil what it stands on, "+
		"and show that the harm then happens, or is then noticed.\n\n"+
		"There are %d of them: %d tests that are nothing else, and %d tests that have one within. This page is written from the sources by `go test ./test/contrasts -update`; "+
		"a test that is not in the tree cannot be on it.\n", len(all), whole, len(all)-whole)
	last := ""
	for _, c := range all {
		if c.Package != last {
			fmt.Fprintf(&b, "\n## %s\n\n", c.Package)
			last = c.Package
		}
		about := ""
		if !c.Whole {
			about = " (within)"
		}
		fmt.Fprintf(&b, "- `%s`%s\n", c.Test, about)
	}
	return b.String()
}
