package rules

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
)

// StatementText reports SQL text that is put together while the program runs.
// Text may be a constant, or a value of a string type named "statement", to
// which nothing but constants may be converted.
var StatementText = &analysis.Analyzer{
	Name: "statementtext",
	Doc:  "SQL text is a constant of the program; values are arguments",
	Run:  statementText,
}

// textAt says which argument is SQL text, by the package and the name of what
// is called. What gorm takes as any is text only where it is a string.
var textAt = map[string]map[string]int{
	"gorm.io/gorm": {
		"Where": 0, "Or": 0, "Not": 0, "Having": 0, "Order": 0, "Group": 0, "Select": 0, "Omit": 0, "Joins": 0, "InnerJoins": 0,
		"Preload": 0, "Raw": 0, "Exec": 0, "Table": 0, "Distinct": 0, "Pluck": 0, "Expr": 0,
		"Find": 1, "First": 1, "Take": 1, "Last": 1, "Delete": 1, "FirstOrInit": 1, "FirstOrCreate": 1, "Update": 0, "UpdateColumn": 0,
	},
	"database/sql": {
		"Exec": 0, "Query": 0, "QueryRow": 0, "Prepare": 0,
		"ExecContext": 1, "QueryContext": 1, "QueryRowContext": 1, "PrepareContext": 1,
	},
	"github.com/jackc/pgx/v5":         {"Exec": 1, "Query": 1, "QueryRow": 1, "Prepare": 2, "Queue": 0},
	"github.com/jackc/pgx/v5/pgxpool": {"Exec": 1, "Query": 1, "QueryRow": 1},
	"github.com/jackc/pgx/v5/pgconn":  {"Exec": 1, "ExecParams": 1, "Prepare": 2},
}

func statementText(pass *analysis.Pass) (any, error) {
	for _, file := range product(pass) {
		var inside []ast.Node // from the file to the node looked at
		ast.Inspect(file, func(n ast.Node) bool {
			if n == nil {
				inside = inside[:len(inside)-1]
				return true
			}
			inside = append(inside, n)
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if converts(pass, call) {
				pass.Reportf(call.Pos(), "a statement is converted from text that is no constant")
			}
			if text := textOf(pass, call); text != nil && !constant(pass, text) && !forwarded(pass, text, inside) {
				pass.Reportf(text.Pos(), "SQL text is no constant: pass values as arguments")
			}
			return true
		})
	}
	return nil, nil
}

// textOf gives the argument that is SQL text, nil if there is none.
func textOf(pass *analysis.Pass, call *ast.CallExpr) ast.Expr {
	called := calledFunction(pass, call)
	if called == nil || called.Pkg() == nil {
		return nil
	}
	at, known := textAt[called.Pkg().Path()][called.Name()]
	if !known {
		// A pool of connections as gorm and database/sql have it, wherever declared.
		at, known = textAt["database/sql"][called.Name()]
		signature := called.Signature()
		known = known && at == 1 && signature.Recv() != nil && signature.Params().Len() > 1 && isString(signature.Params().At(1).Type())
	}
	if !known || at >= len(call.Args) {
		return nil
	}
	return call.Args[at]
}

// constant says whether text is known before the program runs, or is of the
// type that holds nothing else.
func constant(pass *analysis.Pass, text ast.Expr) bool {
	text = ast.Unparen(text)
	known := pass.TypesInfo.Types[text]
	switch {
	case known.Value != nil:
		return true
	case isInterface(known.Type): // it could hold a string
		return false
	case !isString(known.Type):
		return true // a model, a clause, a map of columns
	}
	conversion, ok := text.(*ast.CallExpr)
	return ok && len(conversion.Args) == 1 && pass.TypesInfo.Types[conversion.Fun].IsType() && isStatement(pass.TypesInfo.TypeOf(conversion.Args[0]))
}

// forwarded says whether text is what a method that itself takes SQL text was
// given: whoever calls that method is looked at in its place.
func forwarded(pass *analysis.Pass, text ast.Expr, inside []ast.Node) bool {
	name, ok := ast.Unparen(text).(*ast.Ident)
	if !ok {
		return false
	}
	parameter := pass.TypesInfo.ObjectOf(name)
	return slices.ContainsFunc(inside, func(n ast.Node) bool {
		f, ok := n.(*ast.FuncDecl)
		if !ok || f.Recv == nil {
			return false
		}
		at, known := textAt["database/sql"][f.Name.Name]
		signature := pass.TypesInfo.Defs[f.Name].(*types.Func).Signature()
		return known && at < signature.Params().Len() && signature.Params().At(at) == parameter
	})
}

// converts says whether a call turns text that is no constant into a statement.
func converts(pass *analysis.Pass, call *ast.CallExpr) bool {
	return len(call.Args) == 1 && pass.TypesInfo.Types[call.Fun].IsType() && isStatement(pass.TypesInfo.TypeOf(call.Fun)) &&
		pass.TypesInfo.Types[call.Args[0]].Value == nil
}

func isStatement(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Name() == "statement" && isString(t)
}

func isString(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsString != 0
}

func isInterface(t types.Type) bool { return types.IsInterface(t) }
