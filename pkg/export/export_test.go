package export_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// content is an invented year and one in which more is withheld: a figure, what
// a figure is a share of, a sum, and with every sort of range.
func content() plan.Content {
	c := shelftest.Slide(2024)
	later := shelftest.Slide(2025).Years[0]
	for i, r := range []*plan.Range{{From: 30, To: 40}, {From: 3, Open: true}, nil} {
		figure := later.Figures[[]int{5, 3, 6}[i]]
		cell := &later.Cells[[]int{figure.Of, figure.N, figure.Sum}[i]]
		cell.Shown, cell.Value, cell.Range = false, 0, r
	}
	c.Years = append(c.Years, later)
	return c
}

func render(t testing.TB, c plan.Content) []export.File {
	t.Helper()
	return shelftest.New(t).Render(c)
}

// pinned says whether a file is kept whole: all JSON files, and in every other
// format of text the figures, a table with every status, and one that is
// withheld as a whole.
func pinned(name string) bool {
	if strings.HasSuffix(name, ".xlsx") {
		return false
	}
	plainJSON := strings.HasSuffix(name, ".json") && !strings.HasSuffix(name, ".jsonstat.json")
	return plainJSON || strings.HasPrefix(name, "figures.") || strings.HasPrefix(name, "table.2024.residence_by_age.") ||
		strings.HasPrefix(name, "table.2025.contact.") || strings.HasPrefix(name, "table.2025.means_by_age.")
}

// What is rendered is signed and served as it is: a change of one byte shows here.
func TestEveryFileIsRenderedToTheByte(t *testing.T) {
	for _, f := range render(t, content()) {
		if !pinned(f.Name) {
			continue
		}
		path := filepath.Join("testdata", f.Name)
		if *update {
			if err := os.WriteFile(path, f.Content, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(f.Content)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
	}
}

func TestTheFilesOfARelease(t *testing.T) {
	want := []string{"figures.json", "tables.json"}
	stems := []string{"figures"}
	for _, year := range []string{"2024", "2025"} {
		for _, name := range []string{"age", "residence", "residence_by_age", "means_by_age", "contact"} {
			want = append(want, "table."+year+"."+name+".json")
			stems = append(stems, "table."+year+"."+name)
		}
	}
	documents := len(want)
	for _, stem := range stems {
		for _, format := range []string{"sv.csv", "en.csv", "long.csv", "sv.jsonstat.json", "en.jsonstat.json", "px", "sdmx.csv"} {
			want = append(want, stem+"."+format)
		}
	}
	want = append(want, "release.sv.xlsx", "release.en.xlsx")
	for _, lang := range []codelist.Lang{codelist.Swedish, codelist.English} {
		want = append(want, picturesIn(content(), lang)...)
	}

	var names []string
	for _, f := range render(t, content()) {
		names = append(names, f.Name)
		if strings.HasSuffix(f.Name, ".json") && (f.Media != export.MediaJSON || !bytes.HasSuffix(f.Content, []byte("}\n")) || bytes.Count(f.Content, []byte("\n")) != 1) {
			t.Errorf("%s is not one line of JSON", f.Name)
		}
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	preview, err := export.Preview(shelftest.New(t).Protected(content()), shelftest.Figures())
	if err != nil || len(preview) != documents {
		t.Fatalf("%d files, %v", len(preview), err)
	}
	if diff := cmp.Diff(render(t, content())[:documents], preview); diff != "" {
		t.Errorf("a draft reads otherwise than the release (-release +draft):\n%s", diff)
	}
}

// picturesIn are the files with pictures in one language: of every figure, and
// of every table with one dimension.
func picturesIn(c plan.Content, lang codelist.Lang) (names []string) {
	add := func(of string, year int, name plan.Name) {
		names = append(names, export.PictureFile(of, year, name, lang, "svg"), export.PictureFile(of, year, name, lang, "png"))
	}
	for _, y := range c.Years {
		for _, f := range y.Figures {
			add("figure", y.Year, f.Name)
		}
	}
	for _, y := range c.Years {
		for _, t := range y.Tables {
			if len(t.Dimensions) == 1 && !t.Dropped {
				add("table", y.Year, t.Name)
			}
		}
	}
	return names
}

// TestAPictureSaysWhatTheFigureSays: the sentence and its numbers are in the
// picture, and what is withheld is drawn as such.
func TestAPictureSaysWhatTheFigureSays(t *testing.T) {
	files := make(map[string][]byte)
	for _, f := range render(t, content()) {
		files[f.Name] = f.Content
	}
	for _, y := range content().Years {
		for _, f := range y.Figures {
			said := report.Figure(shelftest.Figures(), y, f)
			drawn := string(files[export.PictureFile("figure", y.Year, f.Name, codelist.English, "svg")])
			if said.Status == report.Exact && !strings.Contains(drawn, strconv.Itoa(said.Value)) {
				t.Errorf("%d %s: %d is not in the picture", y.Year, f.Name, said.Value)
			}
			if said.Status == report.Withheld && !strings.Contains(strings.ToLower(drawn), "withheld") {
				t.Errorf("%d %s: the picture does not say that it is withheld", y.Year, f.Name)
			}
		}
	}
}

func TestRenderingIsTheSameEveryTime(t *testing.T) {
	first := render(t, content())
	for range 5 {
		if diff := cmp.Diff(first, render(t, content())); diff != "" {
			t.Fatalf("(-first +again):\n%s", diff)
		}
	}
}

// No number is written with a fraction or an exponent, and nothing that is
// withheld has a value.
func TestNumbersAreWholeAndWithheldOnesHaveNoValue(t *testing.T) {
	for _, f := range render(t, content()) {
		if f.Media != export.MediaJSON {
			continue
		}
		d := json.NewDecoder(bytes.NewReader(f.Content))
		d.UseNumber()
		var document any
		if err := d.Decode(&document); err != nil {
			t.Fatal(err)
		}
		walk(document, func(v any) {
			if n, ok := v.(json.Number); ok && strings.ContainsAny(n.String(), ".eE") {
				t.Errorf("%s: %s", f.Name, n)
			}
			m, _ := v.(map[string]any)
			_, has := m["value"]
			if status, ok := m["status"].(string); ok && has != (status == "exact") {
				t.Errorf("%s: %v", f.Name, m)
			}
		})
	}
}

func walk(v any, visit func(any)) {
	visit(v)
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			walk(inner, visit)
		}
	case []any:
		for _, inner := range v {
			walk(inner, visit)
		}
	}
}

// A number as it stands in a file, in every form that it can have.
func TestForms(t *testing.T) {
	number := func(n report.Number) string {
		raw, err := export.Table(report.Table{Total: n})
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(raw), `"total":`)
		text, _, _ := strings.Cut(rest, `,"dimensions"`)
		return text
	}
	for want, n := range map[string]report.Number{
		`{"status":"exact","value":26}`:          {Status: report.Exact, Value: 26},
		`{"status":"exact","value":0}`:           {Status: report.Exact},
		`{"status":"withheld","range":[0,9]}`:    {Status: report.Withheld, Range: &plan.Range{To: 9}},
		`{"status":"withheld","range":[3,null]}`: {Status: report.Withheld, Range: &plan.Range{From: 3, To: 7, Open: true}},
		`{"status":"withheld"}`:                  {Status: report.Withheld, Value: 3},
		`{"status":"impossible"}`:                {Status: report.Impossible, Value: 3, Range: &plan.Range{}},
	} {
		if got := number(n); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestOneFigureHasTheFormOfTheFile(t *testing.T) {
	c := content()
	y := c.Years[1]
	files := render(t, c)
	for _, f := range y.Figures {
		got, err := export.Figure(f, report.Figure(shelftest.Figures(), y, f))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(files[0].Content, bytes.TrimSpace(got)) {
			t.Errorf("%s is not in figures.json", got)
		}
	}
}

// A table's name becomes the name of a file: one that leads elsewhere, or that
// stands twice, is refused.
func TestNamesThatMakeNoFileAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(*plan.Publication){
		"a slash":     func(y *plan.Publication) { y.Tables[0].Name = "a/b" },
		"a way out":   func(y *plan.Publication) { y.Tables[0].Name = "../b" },
		"dots":        func(y *plan.Publication) { y.Tables[0].Name = "a..b" },
		"nothing":     func(y *plan.Publication) { y.Tables[0].Name = "" },
		"a space":     func(y *plan.Publication) { y.Tables[0].Name = "a b" },
		"a long name": func(y *plan.Publication) { y.Tables[0].Name = plan.Name(strings.Repeat("a", 200)) },
		"twice":       func(y *plan.Publication) { y.Tables[0].Name = y.Tables[1].Name },
	} {
		t.Run(name, func(t *testing.T) {
			c := shelftest.Slide(2024)
			spoil(&c.Years[0])
			files, err := export.Render(shelftest.New(t).Protected(c), shelftest.Figures(), export.Edition{})
			if fault.CodeOf(err) != export.CodeFileName || files != nil {
				t.Errorf("got %v", err)
			}
		})
	}
	part := shelftest.Slide(2024)
	part.Years[0].Tables[0].Name = "means.physical_violence"
	if files := render(t, part); files[2].Name != "table.2024.means.physical_violence.json" {
		t.Error(files[2].Name)
	}
}

func TestAReleaseThatSaysNothing(t *testing.T) {
	files := render(t, plan.Content{Years: []plan.Publication{{Year: 2024}}})
	if len(files) != 4 || files[2].Name != "release.sv.xlsx" {
		t.Fatalf("%d files", len(files))
	}
	want := []string{
		`{"years":[{"year":2024,"universes":[],"figures":[],"sums":[],"prose":[]}]}` + "\n",
		`{"tables":[]}` + "\n",
	}
	for i, f := range files[:2] {
		if string(f.Content) != want[i] {
			t.Errorf("%s: %s", f.Name, f.Content)
		}
	}
	empty, err := export.Table(report.Table{Title: codelist.Text{SV: "<å>", EN: "&"}})
	if err != nil || !strings.Contains(string(empty), `"title":{"sv":"<å>","en":"&"}`) || !strings.Contains(string(empty), `"dimensions":[],"cells":[]`) {
		t.Errorf("%s %v", empty, err)
	}
}
