package server_test

import (
	"flag"
	"fmt"
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

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

// usage is what the source of the whole tree says of one code.
type usage struct {
	declared string          // package that declares it
	kinds    map[string]bool // of the errors made with it
}

// module is the path that our packages' imports begin with.
const module = "manniskohandel.se/casestat/"

// sources reads every package that the program is made of, by its name. A
// package that nothing imports yet can refuse nobody.
func sources(t *testing.T, files *token.FileSet) map[string][]*ast.File {
	t.Helper()
	byFolder := map[string][]*ast.File{}
	root := filepath.Join("..", "..")
	for _, folder := range []string{"cmd", "pkg"} {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			inside, err := filepath.Rel(root, filepath.Dir(path))
			byFolder[filepath.ToSlash(inside)] = append(byFolder[filepath.ToSlash(inside)], file)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	used, waiting := map[string][]*ast.File{}, []string{"cmd/casestat"}
	for len(waiting) > 0 {
		folder := waiting[0]
		waiting = waiting[1:]
		if all := byFolder[folder]; len(all) > 0 && used[all[0].Name.Name] == nil {
			used[all[0].Name.Name] = all
			waiting = append(waiting, importsOf(all)...)
		}
	}
	return used
}

// importsOf gives the folders of our own packages that the files import.
func importsOf(all []*ast.File) (folders []string) {
	for _, file := range all {
		for _, i := range file.Imports {
			if folder, ours := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), module); ours {
				folders = append(folders, folder)
			}
		}
	}
	return folders
}

// codesOf reads the whole program: the declared constants of type fault.Code,
// and the kinds of the errors made with each of them.
func codesOf(t *testing.T) map[string]*usage {
	t.Helper()
	files := token.NewFileSet()
	byPackage := sources(t, files)
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
		makers := makersOf(all)
		for _, file := range all {
			noteKinds(t, files, file, makers, func(constant, kind string) {
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

// makersOf finds the functions whose first parameter is a code and whose body
// is one return of fault.New with it, and gives the kinds they make.
func makersOf(all []*ast.File) map[string]string {
	makers := map[string]string{}
	for _, file := range all {
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil || len(f.Body.List) != 1 || len(f.Type.Params.List) == 0 || len(f.Type.Params.List[0].Names) == 0 {
				continue
			}
			back, ok := f.Body.List[0].(*ast.ReturnStmt)
			if !ok || len(back.Results) != 1 {
				continue
			}
			call, ok := back.Results[0].(*ast.CallExpr)
			if ok && nameOf(call.Fun) == "fault.New" && nameOf(call.Args[1]) == f.Type.Params.List[0].Names[0].Name {
				makers[f.Name.Name] = strings.TrimPrefix(nameOf(call.Args[0]), "fault.")
			}
		}
	}
	return makers
}

// noteKinds finds fault.New(kind, code), fault.Because(cause, kind, code) and
// the calls of makers.
func noteKinds(t *testing.T, files *token.FileSet, file *ast.File, makers map[string]string, note func(constant, kind string)) {
	t.Helper()
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if kind := makers[nameOf(call.Fun)]; kind != "" && len(call.Args) > 0 {
			note(nameOf(call.Args[0]), kind)
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

var update = flag.Bool("update", false, "write generated files anew")

func TestEveryCodeIsWordedInBothLanguages(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	found := codesOf(t)
	if len(found) < 80 {
		t.Fatalf("%d codes only: the search has gone blind", len(found))
	}
	for code, use := range found {
		if sv, en := s.Server.Words(code); sv == "" || en == "" {
			t.Errorf("code %s of package %s has no wording in messages.yaml", code, use.declared)
		}
	}
	for _, code := range s.Server.Catalogue() {
		if found[code] == nil {
			t.Errorf("messages.yaml words %s, which nobody declares", code)
		}
	}
}

const catalogueIntro = `# What the service refuses, and why

Every refusal is a problem (RFC 9457) with a stable ` + "`code`" + `; programs go by the code, people by the wording, which is Swedish or English by
` + "`Accept-Language`" + `. A problem's ` + "`errors`" + ` list where it applies: a JSON pointer into the body (of a parameter: a slash and its name), in a batch
with the row. What was sent is never repeated. After 429 and 503 nothing was lost: send the same request again after ` + "`Retry-After`" + `
seconds. Codes without a status stand in ` + "`errors`" + ` or in a batch's report; those of the token endpoint follow RFC 6749, section 5.2. Codes of
the store and of the command line are there for the operator.

This table is generated from the program by ` + "`go test ./pkg/server -run TestErrorsDocument -update`" + `.

| code | status | in English | in Swedish |
|---|---|---|---|
`

func TestErrorsDocument(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	found := codesOf(t)
	var want strings.Builder
	want.WriteString(catalogueIntro)
	for _, code := range sortedCodes(found) {
		sv, en := s.Server.Words(code)
		fmt.Fprintf(&want, "| `%s` | %s | %s | %s |\n", code, server.StatusesOf(code, found[code].kinds), en, sv)
	}
	path := filepath.Join("..", "..", "docs", "errors.md")
	if *update {
		if err := os.WriteFile(path, []byte(want.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want.String(), readFile(t, path)); diff != "" {
		t.Errorf("docs/errors.md is out of date; run with -update (-want +found)\n%s", diff)
	}
}
