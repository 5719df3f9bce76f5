package server_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// usage is what the source of the whole tree says of one code.
type usage struct {
	declared string          // package that declares it
	kinds    map[string]bool // of the errors made with it
}

// codesOf reads every package below pkg: the declared constants of type
// fault.Code, and the kinds of the errors made with each of them.
func codesOf(t *testing.T) map[string]*usage {
	t.Helper()
	files := token.NewFileSet()
	byPackage := map[string][]*ast.File{}
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err == nil {
			byPackage[file.Name.Name] = append(byPackage[file.Name.Name], file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	constants := map[string]string{} // "package.Name" -> code
	found := map[string]*usage{}
	for name, all := range byPackage {
		for _, file := range all {
			for constant, code := range declaredCodes(t, file) {
				constants[name+"."+constant] = code
				if found[code] == nil {
					found[code] = &usage{declared: name, kinds: map[string]bool{}}
				}
			}
		}
	}
	for name, all := range byPackage {
		for _, file := range all {
			noteKinds(t, files, file, func(constant, kind string) {
				if !strings.Contains(constant, ".") {
					constant = name + "." + constant
				}
				if code, ok := constants[constant]; ok {
					found[code].kinds[kind] = true
				}
			})
		}
	}
	return found
}

func declaredCodes(t *testing.T, file *ast.File) map[string]string {
	t.Helper()
	found := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || nameOf(spec.Type) != "fault.Code" {
			return true
		}
		for i, name := range spec.Names {
			if i >= len(spec.Values) {
				continue // a variable
			}
			literal, ok := spec.Values[i].(*ast.BasicLit)
			if !ok {
				t.Errorf("%s is a fault.Code that is no literal: it cannot be documented", name.Name)
				continue
			}
			code, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[name.Name] = code
		}
		return true
	})
	return found
}

// noteKinds finds fault.New(kind, code) and fault.Because(cause, kind, code).
func noteKinds(t *testing.T, files *token.FileSet, file *ast.File, note func(constant, kind string)) {
	t.Helper()
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		at := map[string]int{"fault.New": 0, "fault.Because": 1}
		first, ok := at[nameOf(call.Fun)]
		if !ok || len(call.Args) < first+2 {
			return true
		}
		if _, literal := call.Args[first+1].(*ast.BasicLit); literal {
			t.Errorf("%s: a code written on the spot; declare a constant", files.Position(call.Pos()))
		}
		note(nameOf(call.Args[first+1]), strings.TrimPrefix(nameOf(call.Args[first]), "fault."))
		return true
	})
}

func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return nameOf(e.X) + "." + e.Sel.Name
	}
	return ""
}

func sortedCodes(found map[string]*usage) []string {
	codes := make([]string, 0, len(found))
	for c := range found {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	return codes
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
