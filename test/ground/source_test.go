package ground

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// maxLines is where a file has become a place where things are only added.
const maxLines = 500

// Proportions beyond which a function is worth a look; a report, not a rule.
const longFunction = 60

func TestNoFileIsTooLong(t *testing.T) {
	for _, file := range sources(t) {
		if n := strings.Count(read(t, file), "\n"); n > maxLines {
			t.Errorf("%s has %d lines; split it by what it is about (at most %d)", file, n, maxLines)
		}
	}
}

// TestLongFunctions reports; it fails only when it measures nothing.
func TestLongFunctions(t *testing.T) {
	var lengths []int
	for _, file := range sources(t) {
		set := token.NewFileSet()
		parsed := parse(t, set, file)
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			lines := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1
			lengths = append(lengths, lines)
			if lines > longFunction && !strings.HasSuffix(file, "_test.go") {
				t.Logf("%s: %s has %d lines", file, f.Name.Name, lines)
			}
		}
	}
	if len(lengths) < 100 {
		t.Fatalf("only %d functions found", len(lengths))
	}
	slices.Sort(lengths)
	t.Logf("%d functions: median %d lines, nine in ten at most %d, the longest %d",
		len(lengths), lengths[len(lengths)/2], lengths[len(lengths)*9/10], lengths[len(lengths)-1])
}

// TestEveryPackageSaysWhatItIs: one sentence that could stand on its door.
func TestEveryPackageSaysWhatItIs(t *testing.T) {
	doors := map[string]string{}
	for _, file := range sources(t) {
		parsed := parse(t, token.NewFileSet(), file)
		folder := path.Dir(file)
		doors[folder] += parsed.Doc.Text()
		if name := parsed.Name.Name; parsed.Doc != nil && !strings.HasSuffix(file, "_test.go") {
			if !strings.HasPrefix(parsed.Doc.Text(), "Package "+name+" ") && !strings.HasPrefix(parsed.Doc.Text(), "Command ") {
				t.Errorf("%s: the package comment begins with %q", file, firstLine(parsed.Doc.Text()))
			}
		}
	}
	for folder, door := range doors {
		if strings.TrimSpace(door) == "" {
			t.Errorf("%s: no package comment", folder)
		}
	}
}

// sources gives the Go files that people write.
func sources(t *testing.T) []string {
	return slices.DeleteFunc(files(t, ".go"), func(file string) bool {
		return strings.HasSuffix(file, ".gen.go") || strings.Contains(file, "/testdata/")
	})
}

func parse(t *testing.T, set *token.FileSet, file string) *ast.File {
	t.Helper()
	parsed, err := parser.ParseFile(set, filepath.Join(root, filepath.FromSlash(file)), nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
