package rules

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
)

const module = "manniskohandel.se/casestat"

func TestT18_StatementTextIsFound(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), StatementText, "statements")
}

func TestT32_ToldAnswersAreFound(t *testing.T) {
	analysistest.Run(t, analysistest.TestData(), Untold, "told")
}

// TestT18_T32_TheTreeKeepsTheRules looks at the whole product.
func TestT18_T32_TheTreeKeepsTheRules(t *testing.T) {
	loaded := load(t, module+"/...")
	graph, err := checker.Analyze([]*analysis.Analyzer{StatementText, Untold}, loaded, nil)
	if err != nil {
		t.Fatal(err)
	}
	for action := range graph.All() {
		if action.Err != nil {
			t.Fatalf("%s: %v", action.Package.PkgPath, action.Err)
		}
		for _, d := range action.Diagnostics {
			t.Errorf("%s: %s", action.Package.Fset.Position(d.Pos), d.Message)
		}
	}
}

// TestEveryKeptTypeExists finds a type that was renamed, and so is no longer kept.
func TestEveryKeptTypeExists(t *testing.T) {
	declared := map[string]*packages.Package{}
	for _, p := range load(t, module+"/pkg/...") {
		declared[strings.TrimPrefix(p.PkgPath, module+"/")] = p
	}
	for path, names := range Kept {
		if path == "kept" {
			continue
		}
		if declared[path] == nil {
			t.Errorf("there is no package %s", path)
			continue
		}
		for _, name := range names {
			if declared[path].Types.Scope().Lookup(name) == nil {
				t.Errorf("%s declares no %s", path, name)
			}
		}
	}
}

func load(t *testing.T, pattern string) []*packages.Package {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax, Dir: "../.."}, pattern)
	if err != nil {
		t.Fatal(err)
	}
	if packages.PrintErrors(loaded) > 0 || len(loaded) == 0 {
		t.Fatal("the tree does not build")
	}
	if !slices.ContainsFunc(loaded, func(p *packages.Package) bool { return p.PkgPath == module+"/pkg/store" }) {
		t.Fatal("pkg/store was not looked at")
	}
	return loaded
}
