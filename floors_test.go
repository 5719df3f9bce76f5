package casestat_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "manniskohandel.se/casestat"

// floors says on which floor of the house each package stands. A package
// imports lower floors only: never a neighbour, never upwards. A package that is
// not in the table is refused, so that whoever adds one decides where it belongs.
var floors = map[string]int{
	"":    0, // the root package: the embedded contract
	"api": 0,

	"pkg/fault": 0,

	"pkg/codelist":  1,
	"pkg/ledger":    1,
	"pkg/backup":    1,
	"pkg/signed":    1,
	"pkg/jwks":      1,
	"pkg/inference": 1,

	"pkg/record":  2,
	"pkg/access":  2,
	"pkg/figure":  2,
	"pkg/plan":    2,
	"pkg/picture": 2,

	"pkg/table": 3,
	"pkg/frame": 3,

	"pkg/disclosure": 4,
	"pkg/auditor":    4,

	"pkg/report": 5,

	"pkg/export": 6,
	"pkg/shelf":  6,

	"pkg/release":    7,
	"pkg/intake":     7,
	"pkg/membership": 7,
	"pkg/desk":       7,

	"pkg/store": 8,
	"pkg/kit":   8,
	"pkg/claim": 8,

	"pkg/server": 9,
	"pkg/pxweb":  9,
	"pkg/web":    9,
	"pkg/demo":   9,
	"pkg/attack": 9,

	"cmd/casestat": 10,
}

// reserved says which outside libraries may be imported only by whom.
var reserved = []struct {
	library string
	by      []string
	why     string
}{
	{"gorm.io/", []string{"pkg/store"}, "only the store knows the database"},
	{"github.com/jackc/pgx", []string{"pkg/store"}, "only the store knows the database"},
	{"modernc.org/sqlite", []string{"pkg/store"}, "only the store knows the database"},
	{"github.com/labstack/echo", []string{"api", "pkg/server", "pkg/web", "pkg/pxweb", "cmd/casestat"}, "a change of HTTP framework is a day's work"},
	{"github.com/golang-jwt/jwt", []string{"pkg/access"}, "tokens are issued and checked in one place"},
	{"gonum.org/", []string{"pkg/inference"}, "what is inferred is judged in one place, against reference values"},
	{"github.com/getkin/kin-openapi", nil, "requests are checked by our own decoder, which echoes nothing"},
}

// barred are imports between our own packages that the floors alone would allow.
var barred = map[string][]string{
	// What checks tokens has no way to a network.
	"pkg/access": {"pkg/jwks"},
	"pkg/server": {"pkg/store"},
	"pkg/web":    {"pkg/store", "pkg/desk", "pkg/release", "pkg/intake", "pkg/membership"},
	"pkg/kit":    {"pkg/store", "pkg/desk", "pkg/release", "pkg/intake", "pkg/membership"},
	"pkg/claim":  {"pkg/store", "pkg/desk", "pkg/release", "pkg/intake", "pkg/membership"},
	"pkg/pxweb":  {"pkg/store", "pkg/desk", "pkg/release", "pkg/intake", "pkg/membership"},
	"pkg/demo":   {"pkg/store", "pkg/server", "pkg/intake", "pkg/membership", "pkg/desk", "pkg/release"},
	"pkg/attack": {"pkg/store", "pkg/server", "pkg/intake", "pkg/membership", "pkg/desk", "pkg/release"},
	// Exact counts go nowhere else.
	"pkg/report":  {"pkg/desk"},
	"pkg/export":  {"pkg/desk"},
	"pkg/shelf":   {"pkg/desk"},
	"pkg/release": {"pkg/desk"},
}

// noRooms are names under which anything could be put.
var noRooms = []string{"util", "utils", "common", "helper", "helpers", "misc", "shared", "base", "core", "model", "models", "type", "types", "lib", "manager"}

func TestFloors(t *testing.T) {
	for pkg, imports := range productImports(t) {
		floor, known := floors[pkg]
		if !known {
			t.Errorf("package %q stands on no floor: give it one in this table", pkg)
			continue
		}
		for _, imp := range imports {
			if fault := forbidden(pkg, floor, imp); fault != "" {
				t.Errorf("%s imports %s: %s", pkg, imp, fault)
			}
		}
	}
}

// TestFloorsContrast shows that the guard has teeth.
func TestFloorsContrast(t *testing.T) {
	for _, c := range []struct{ pkg, imp string }{
		{"pkg/record", module + "/pkg/intake"},  // upwards
		{"pkg/intake", module + "/pkg/desk"},    // a neighbour
		{"pkg/server", module + "/pkg/store"},   // barred
		{"pkg/desk", "gorm.io/gorm"},            // reserved
		{"pkg/record", module + "/pkg/nowhere"}, // unknown
		{"pkg/server", "github.com/golang-jwt/jwt/v5"},
		{"cmd/casestat", module + "/pkg/servertest"}, // for tests alone
	} {
		if forbidden(c.pkg, floors[c.pkg], c.imp) == "" {
			t.Errorf("%s may import %s: the guard misses it", c.pkg, c.imp)
		}
	}
}

func forbidden(pkg string, floor int, imp string) string {
	for _, r := range reserved {
		if strings.HasPrefix(imp, r.library) && !slices.Contains(r.by, pkg) {
			return r.why
		}
	}
	if imp != module && !strings.HasPrefix(imp, module+"/") {
		return ""
	}
	target := strings.TrimPrefix(strings.TrimPrefix(imp, module), "/")
	targetFloor, known := floors[target]
	switch {
	case !known:
		return "it stands on no floor (packages ending in test are for tests alone)"
	case targetFloor >= floor:
		return "it does not stand on a lower floor"
	case slices.Contains(barred[pkg], target):
		return "barred"
	}
	return ""
}

// productImports gives the imports of every package of the product; test files
// and packages that only tests use (their names end in "test") are left out.
func productImports(t *testing.T) map[string][]string {
	t.Helper()
	found := make(map[string][]string)
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if slices.Contains(noRooms, name) && strings.HasPrefix(filepath.ToSlash(file), "pkg/") {
				t.Errorf("%s: a package named %s could hold anything", file, name)
			}
			if file != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules" || file == "test") {
				return fs.SkipDir
			}
			return nil
		}
		pkg := path.Dir(filepath.ToSlash(file))
		if pkg == "." {
			pkg = ""
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasSuffix(pkg, "test") {
			return nil
		}
		found[pkg] = append(found[pkg], importsOf(t, file)...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 10 {
		t.Fatalf("only %d packages found: the guard is looking in the wrong place", len(found))
	}
	return found
}

func importsOf(t *testing.T, file string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var imports []string
	for _, spec := range f.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		imports = append(imports, p)
	}
	return imports
}
