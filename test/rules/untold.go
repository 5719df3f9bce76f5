package rules

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
)

// Untold reports values of the types in Kept, and what is taken out of them,
// where a log line or an error is made.
var Untold = &analysis.Analyzer{
	Name: "untold",
	Doc:  "answers and secrets are no part of a log line or an error",
	Run:  untold,
}

// Kept are the types that hold what somebody answered, exact counts, or a
// secret, by the ends of their packages' paths.
var Kept = map[string][]string{
	"pkg/record":     {"Answers", "Record", "ID"},
	"pkg/intake":     {"Submission", "Receipt", "Version"},
	"pkg/table":      {"Columns", "Table", "Cell", "Reading"},
	"pkg/desk":       {"Internal"},
	"pkg/plan":       {"Count", "Witness", "View"},
	"pkg/disclosure": {"Problem"},
	"pkg/access":     {"Client", "Token", "TokenRequest"},
	"kept":           {"Answers", "Person"}, // of the tests
}

// tellers are the functions whose arguments end in a log or an error, by
// package; nil is all of them.
var tellers = map[string]map[string]bool{
	"log/slog": nil,
	"log":      nil,
	"errors":   {"New": true},
	"fmt":      {"Errorf": true},
}

func untold(pass *analysis.Pass) (any, error) {
	for _, file := range product(pass) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if ok && tells(pass, call) {
				for _, arg := range call.Args {
					if at := kept(pass, arg); at != nil {
						pass.Reportf(at.Pos(), "%s does not belong into a log or an error", types.TypeString(pass.TypesInfo.TypeOf(at), types.RelativeTo(pass.Pkg)))
					}
				}
			}
			return true
		})
	}
	return nil, nil
}

func tells(pass *analysis.Pass, call *ast.CallExpr) bool {
	if name, ok := ast.Unparen(call.Fun).(*ast.Ident); ok && pass.TypesInfo.ObjectOf(name) == types.Universe.Lookup("panic") {
		return true
	}
	called := calledFunction(pass, call)
	if called == nil || called.Pkg() == nil {
		return false
	}
	names, known := tellers[called.Pkg().Path()]
	return known && (names == nil || names[called.Name()])
}

// kept gives the part of an expression whose value is kept, nil if there is
// none. A field is judged by its own type, and so is the result of a function;
// an element, a slice and a conversion by what they are taken from.
func kept(pass *analysis.Pass, e ast.Expr) ast.Expr {
	e = ast.Unparen(e)
	if t := pass.TypesInfo.TypeOf(e); t != nil && carries(t, map[types.Type]bool{}) {
		return e
	}
	var parts []ast.Expr
	switch e := e.(type) {
	case *ast.IndexExpr:
		parts = []ast.Expr{e.X, e.Index}
	case *ast.SliceExpr:
		parts = []ast.Expr{e.X}
	case *ast.StarExpr:
		parts = []ast.Expr{e.X}
	case *ast.UnaryExpr:
		parts = []ast.Expr{e.X}
	case *ast.BinaryExpr:
		parts = []ast.Expr{e.X, e.Y}
	case *ast.CallExpr:
		if formats(pass, e) {
			parts = e.Args
		}
	}
	for _, p := range parts {
		if at := kept(pass, p); at != nil {
			return at
		}
	}
	return nil
}

// formats says whether a call's result is its arguments in another form.
func formats(pass *analysis.Pass, call *ast.CallExpr) bool {
	if pass.TypesInfo.Types[call.Fun].IsType() {
		return true
	}
	called := calledFunction(pass, call)
	return called != nil && called.Pkg() != nil && called.Pkg().Path() == "fmt"
}

// carries says whether a value of t is kept or holds one that is.
func carries(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		return isKept(t.Obj()) || ours(t.Obj()) && carries(t.Underlying(), seen)
	case *types.Pointer:
		return carries(t.Elem(), seen)
	case *types.Slice:
		return carries(t.Elem(), seen)
	case *types.Array:
		return carries(t.Elem(), seen)
	case *types.Map:
		return carries(t.Key(), seen) || carries(t.Elem(), seen)
	case *types.Struct:
		for f := range t.Fields() {
			if carries(f.Type(), seen) {
				return true
			}
		}
	}
	return false
}
