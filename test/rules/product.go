package rules

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/typeutil"
)

// product gives the files of a package that are neither tests nor for tests.
func product(pass *analysis.Pass) []*ast.File {
	if strings.HasSuffix(pass.Pkg.Path(), "test") {
		return nil
	}
	var files []*ast.File
	for _, f := range pass.Files {
		if !strings.HasSuffix(pass.Fset.File(f.FileStart).Name(), "_test.go") {
			files = append(files, f)
		}
	}
	return files
}

// calledFunction gives the function or method that is called, nil where that
// is a value or a conversion.
func calledFunction(pass *analysis.Pass, call *ast.CallExpr) *types.Func {
	called, _ := typeutil.Callee(pass.TypesInfo, call).(*types.Func)
	return called
}
