package record_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
)

// declaredCodes reads the constants of codes.go.
func declaredCodes(t *testing.T) map[fault.Code]bool {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := make(map[fault.Code]bool)
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for _, v := range spec.Values {
			text, err := strconv.Unquote(v.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes[fault.Code(text)] = true
		}
		return true
	})
	return codes
}
