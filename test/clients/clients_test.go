package clients

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// published is a folder with the files of a release: an invented year and one
// in which more is withheld.
func published(t *testing.T) string {
	t.Helper()
	content := shelftest.Slide(2024)
	later := shelftest.Slide(2025).Years[0]
	for i, r := range []*plan.Range{{From: 30, To: 40}, {From: 3, Open: true}, nil} {
		figure := later.Figures[[]int{5, 3, 6}[i]]
		cell := &later.Cells[[]int{figure.Of, figure.N, figure.Sum}[i]]
		cell.Shown, cell.Value, cell.Range = false, 0, r
	}
	content.Years = append(content.Years, later)
	b := shelftest.New(t)
	b.Publish(content)
	dir := t.TempDir()
	if err := shelf.Export(t.Context(), b.Source(), dir); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "release-0001", "files")
}

// number is how a program tells of one number.
type number struct {
	Codes  map[string]string
	Value  *int
	Symbol *string
	Note   string
}

// table is how a program tells of a file.
type table struct {
	File, ID, Lang, Title string
	Numbers               []number
	Aggregates            bool
	Notes                 []string
}

// reading is a number by its codes: what is shown, and where it lies if it is
// withheld and a format says so.
type reading map[string]string

func (r reading) put(t *testing.T, codes map[string]string, shown string) {
	t.Helper()
	var parts []string
	for field, code := range codes {
		parts = append(parts, field+"="+code)
	}
	slices.Sort(parts)
	key := strings.Join(parts, " ")
	if _, twice := r[key]; twice {
		t.Fatalf("%s stands twice", key)
	}
	r[key] = shown
}

func (x table) reading(t *testing.T) reading {
	t.Helper()
	r := make(reading)
	for _, n := range x.Numbers {
		switch {
		case n.Value != nil && n.Symbol == nil:
			r.put(t, n.Codes, strconv.Itoa(*n.Value))
		case n.Value == nil && n.Symbol != nil:
			r.put(t, n.Codes, *n.Symbol)
		default:
			t.Fatalf("%s: %v has a value and a symbol, or neither", x.File, n.Codes)
		}
	}
	return r
}

// program runs a reader over files and gives what it tells of each.
func program(t *testing.T, name string, args ...string) []table {
	t.Helper()
	out := output(t, name, args...)
	var all []table
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var x table
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, x)
	}
	return all
}

func output(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	out, err := cmd.Output()
	var failed *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		t.Fatalf("%s is missing; test/install-clients.sh gets it", name)
	case errors.As(err, &failed):
		t.Fatalf("%s: %v\n%s", name, err, failed.Stderr)
	case err != nil:
		t.Fatal(err)
	}
	return out
}

func matching(t *testing.T, dir, pattern string, least int) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, pattern))
	if err != nil || len(files) < least {
		t.Fatalf("%d files %s, %v", len(files), pattern, err)
	}
	return files
}

// compare holds what a program told of the files of a release against the
// release's JSON.
func compare(t *testing.T, dir string, told []table) {
	t.Helper()
	for _, x := range told {
		stem, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(x.File), "table."), "."+x.Lang+".")
		stem = strings.TrimSuffix(stem, ".px")
		want, title := expected(t, dir, stem, x.Lang)
		if diff := cmp.Diff(want, x.reading(t)); diff != "" {
			t.Errorf("%s in %s (-published +read):\n%s", filepath.Base(x.File), x.Lang, diff)
		}
		if x.Aggregates || len(x.Notes) == 0 || title != "" && x.Title != title {
			t.Errorf("%s in %s: title %q, notes %q, may be added up: %v", filepath.Base(x.File), x.Lang, x.Title, x.Notes, x.Aggregates)
		}
	}
}

// wire is a number in the release's JSON.
type wire struct {
	Status string
	Value  *int
	Range  []*int
}

func (w wire) shown() string {
	switch w.Status {
	case "exact":
		return strconv.Itoa(*w.Value)
	case "impossible":
		return "."
	default:
		return ".."
	}
}

// expected reads a table, or the figures, out of the release's JSON.
func expected(t *testing.T, dir, stem, lang string) (reading, string) {
	t.Helper()
	if stem == "figures" {
		return figures(t, dir), ""
	}
	var x struct {
		Year       int
		Title      map[string]string
		Dropped    bool
		Dimensions []struct {
			Field      string
			Categories []struct{ Code string }
		}
		Cells []wire
	}
	load(t, filepath.Join(dir, "table."+stem+".json"), &x)
	places := []map[string]string{{"Tid": strconv.Itoa(x.Year), "ContentsCode": "persons"}}
	for _, d := range x.Dimensions {
		var next []map[string]string
		for _, place := range places {
			for _, c := range d.Categories {
				further := map[string]string{d.Field: c.Code}
				for field, code := range place {
					further[field] = code
				}
				next = append(next, further)
			}
		}
		places = next
	}
	if !x.Dropped && len(places) != len(x.Cells) {
		t.Fatalf("%s: %d cells for %d places", stem, len(x.Cells), len(places))
	}
	r := make(reading)
	for i, place := range places {
		shown := ".."
		if !x.Dropped {
			shown = x.Cells[i].shown()
		}
		r.put(t, place, shown)
	}
	return r, x.Title[lang]
}

// figures are those of every year, with what each is of and its sum.
func figures(t *testing.T, dir string) reading {
	t.Helper()
	var x struct {
		Years []struct {
			Year    int
			Figures []struct {
				Name string
				Kind string
				wire
				Of  *int
				Sum *wire
			}
		}
	}
	load(t, filepath.Join(dir, "figures.json"), &x)
	r := make(reading)
	for _, y := range x.Years {
		for _, f := range y.Figures {
			put := func(contents, shown string) {
				r.put(t, map[string]string{"Tid": strconv.Itoa(y.Year), "figure": f.Name, "ContentsCode": contents}, shown)
			}
			put("persons", f.shown())
			of, sum := ".", "."
			if f.Of != nil {
				of = strconv.Itoa(*f.Of)
			} else if f.Kind == "share" || f.Kind == "ask_rate" {
				of = ".."
			}
			if f.Sum != nil {
				sum = f.Sum.shown()
			}
			put("of", of)
			put("sum", sum)
		}
	}
	return r
}

func load(t *testing.T, path string, into any) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestPythonReadsEveryPXFileToTheSameCells(t *testing.T) {
	dir := published(t)
	files := matching(t, dir, "*.px", 11)
	told := program(t, "python3", append([]string{"px.py"}, files...)...)
	if len(told) != 2*len(files) {
		t.Fatalf("%d tables of %d files in two languages", len(told), len(files))
	}
	compare(t, dir, told)
	for _, x := range told {
		for _, n := range x.Numbers {
			if n.Note != "" && (n.Symbol == nil || *n.Symbol != "..") {
				t.Errorf("%s: a note to a number that is not withheld: %v", x.File, n)
			}
		}
	}
	i := slices.IndexFunc(told, func(x table) bool { return x.ID == "figures" && x.Lang == "en" })
	var notes []string
	for _, n := range told[i].Numbers {
		if n.Note != "" {
			notes = append(notes, n.Note)
		}
	}
	if diff := cmp.Diff([]string{"Between 30 and 40.", "At least 3.", "Between 30 and 40.", "Between 30 and 40."}, notes); diff != "" {
		t.Errorf("where the withheld figures lie (-want +got):\n%s", diff)
	}
}

// The reader would see if a file were not as the specification has it.
func TestPythonRefusesWhatIsNoPX(t *testing.T) {
	good, err := os.ReadFile(filepath.Join(published(t), "table.2024.residence_by_age.px"))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"a cell too few":          {`".." 5 ".." `, `".." 5 `},
		"a keyword out of order":  {"DECIMALS=0;\r\n", "DATA=0;\r\n"},
		"no mandatory keyword":    {"SUBJECT-CODE=", "SURVEY="},
		"a quote in a text":       {`TITLE="Status`, `TITLE="Sta"tus`},
		"no semicolon at the end": {" ;\r\n", " "},
		"another character set":   {"utf-8", "iso-8859-1"},
		"a fraction":              {" 5 ", " 5.5 "},
		"a period that is none":   {`TLIST(A1),"2024"`, `TLIST(A1),"2023"`},
		"a category too many":     {`CODES("Ålder")="minor",`, `CODES("Ålder")="minor","x",`},
	} {
		t.Run(name, func(t *testing.T) {
			bad := bytes.Replace(good, []byte(change[0]), []byte(change[1]), 1)
			if bytes.Equal(bad, good) {
				t.Fatal("nothing was changed")
			}
			path := filepath.Join(t.TempDir(), "bad.px")
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.CommandContext(t.Context(), "python3", "px.py", path).CombinedOutput()
			if err == nil || !strings.Contains(string(out), "px.py: ") {
				t.Errorf("taken: %.200s", out)
			}
		})
	}
}

func TestJSONStatToolkitReadsEveryTableToTheSameCells(t *testing.T) {
	dir := published(t)
	files := matching(t, dir, "*.jsonstat.json", 22)
	told := program(t, "node", append([]string{"jsonstat.cjs", filepath.Join("..", "..", ".cache", "clients")}, files...)...)
	if len(told) != len(files) {
		t.Fatalf("%d tables of %d files", len(told), len(files))
	}
	compare(t, dir, told)
}

// Python's own CSV module reads what a script would: codes, and an empty field
// where nothing is published.
func TestPythonReadsEveryLongCSVToTheSameCells(t *testing.T) {
	dir := published(t)
	files := matching(t, dir, "*.long.csv", 11)
	told := program(t, "python3", append([]string{"long.py"}, files...)...)
	if len(told) != len(files) {
		t.Fatalf("%d tables of %d files", len(told), len(files))
	}
	for _, x := range told {
		stem := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(x.File), "table."), ".long.csv")
		want, _ := expected(t, dir, stem, "sv")
		if diff := cmp.Diff(want, x.reading(t)); diff != "" {
			t.Errorf("%s (-published +read):\n%s", filepath.Base(x.File), diff)
		}
	}
}
