package export_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

var langs = []codelist.Lang{codelist.Swedish, codelist.English}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// agree writes a cube in every format, reads each back, and compares number by
// number and label by label.
func agree(t testing.TB, c *export.Cube) {
	t.Helper()
	want := cells(c)
	down := len(c.Dimensions) - c.Across
	equal := func(format string, want, got any) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s (-cube +file):\n%s", format, diff)
		}
	}
	bytesOf := must[[]byte](t)

	total := withTotal(c)
	long := readLong(t, bytesOf(c.LongCSV(export.Machine)), c)
	equal("long CSV", want, long.cells)
	equal("long CSV's total", total, long.total)
	sdmx := readSDMX(t, bytesOf(c.SDMX()), c)
	equal("SDMX-CSV", withoutRanges(want), sdmx.cells)
	if total != nil {
		equal("SDMX-CSV's total", cell{Status: total.Status, Value: total.Value}, *sdmx.total)
	}

	numbers, keywords := readPX(t, bytesOf(c.PX(codelist.Swedish, codelist.English)))
	equal("PX", withoutRanges(want), numbers)
	for _, lang := range langs {
		got, labels := readJSONStat(t, bytesOf(c.JSONStat(lang)))
		equal("JSON-stat", want, got)
		for d := range labels {
			distinct(t, labels[d])
		}
		for _, dialect := range []export.Dialect{export.SwedishSheet, export.EnglishSheet, {Separator: '\t'}} {
			got, rows := readCSV(t, bytesOf(c.CSV(lang, dialect)), rune(dialect.Separator), down)
			equal("CSV", withoutRanges(want), got)
			equal("labels of rows", crossed(labels[:down]), rows)
		}
		suffix := map[codelist.Lang]string{codelist.English: "[en]"}[lang]
		for d := range c.Dimensions {
			title := append(keywords["STUB"+suffix], keywords["HEADING"+suffix]...)[d]
			values := keywords["VALUES"+suffix+`("`+title+`")`]
			distinct(t, values)
			equal("PX values", len(c.Dimensions[d].Categories), len(values))
		}
		book := bytesOf(export.Workbook(export.Book{Title: c.Title, Edition: c.Edition, Cubes: []*export.Cube{c}}, lang))
		equal("XLSX", withoutRanges(want), readWorkbook(t, book, c, lang))
	}
}

// withTotal is the total that lists of observations hold.
func withTotal(c *export.Cube) *cell {
	classified := false
	for _, d := range c.Dimensions {
		classified = classified || d.Role == export.Classification
		if d.Role != export.Classification && len(d.Categories) != 1 {
			return nil
		}
		for _, category := range d.Categories {
			if category.Code == "_T" {
				return nil // it stands there as a number like the others
			}
		}
	}
	if c.Total == nil || !classified {
		return nil
	}
	total := cellOf(*c.Total)
	return &total
}

func distinct(t testing.TB, labels []string) {
	t.Helper()
	seen := make(map[string]bool)
	for _, label := range labels {
		if label == "" || seen[label] {
			t.Fatalf("labels %q: one is empty or stands twice", labels)
		}
		seen[label] = true
	}
}

// crossed is every combination, the last running fastest.
func crossed(labels [][]string) [][]string {
	rows := [][]string{{}}
	for _, d := range labels {
		var next [][]string
		for _, row := range rows {
			for _, label := range d {
				next = append(next, append(row[:len(row):len(row)], label))
			}
		}
		rows = next
	}
	return rows
}

// hostile are texts that break a format whose writer does not take care.
var hostile = []string{
	`"`, `;`, `,`, `'`, "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a\r\nb", "a\nb", `a"b`, `a'b`, `""`, "", " ", " a", "a ", "#", "..", ".", "0",
	"a;b\";\"c", "\x00", "\ufeff", "\ufeff=1+1", "\u202e=1", "\u2028", "\xff", "DATA=", `");DATA=`, "<b>&amp;", "_x0041_", "＝1+1", "😀", "\ufffe", strings.Repeat("å", 300), strings.Repeat("x", 40_000),
}

func genLabel() *rapid.Generator[codelist.Text] {
	text := rapid.OneOf(rapid.SampledFrom(hostile), rapid.String(), rapid.StringMatching(`[a-c]{1,2}`))
	return rapid.Custom(func(t *rapid.T) codelist.Text {
		return codelist.Text{SV: text.Draw(t, "sv"), EN: text.Draw(t, "en")}
	})
}

func genNumber() *rapid.Generator[report.Number] {
	return rapid.Custom(func(t *rapid.T) report.Number {
		switch rapid.IntRange(0, 4).Draw(t, "status") {
		case 0:
			return report.Number{Status: report.Withheld}
		case 1:
			from := rapid.IntRange(0, 9).Draw(t, "from")
			return report.Number{Status: report.Withheld, Range: &plan.Range{From: from, To: from + rapid.IntRange(0, 9).Draw(t, "width"), Open: rapid.Bool().Draw(t, "open")}}
		case 2:
			return report.Number{Status: report.Impossible}
		default:
			return report.Number{Status: report.Exact, Value: rapid.SampledFrom([]int{0, 1, 5, 26, 999, 1000, 12345, 1_000_000}).Draw(t, "value")}
		}
	})
}

func genCube() *rapid.Generator[*export.Cube] {
	return rapid.Custom(func(t *rapid.T) *export.Cube {
		c := &export.Cube{
			ID: "table.part", Title: genLabel().Draw(t, "title"), Notes: rapid.SliceOfN(genLabel(), 0, 2).Draw(t, "notes"),
			Edition: export.Edition{Number: rapid.IntRange(0, 3).Draw(t, "number"), Published: rapid.SampledFrom([]string{"", "2026-03-01"}).Draw(t, "day"), Publisher: genLabel().Draw(t, "publisher").SV},
		}
		places := 1
		sorts := []export.Role{export.Time, export.Contents}
		for range rapid.IntRange(0, 2).Draw(t, "dimensions") {
			sorts = append(sorts, export.Classification)
		}
		for i, role := range rapid.Permutation(sorts).Draw(t, "order") {
			d := genDimension(i, role).Draw(t, "dimension")
			places *= len(d.Categories)
			c.Dimensions = append(c.Dimensions, d)
		}
		c.Across = rapid.IntRange(1, len(c.Dimensions)).Draw(t, "across")
		c.Numbers = rapid.SliceOfN(genNumber(), places, places).Draw(t, "numbers")
		if rapid.Bool().Draw(t, "has a total") {
			total := genNumber().Draw(t, "total")
			c.Total = &total
		}
		return c
	})
}

func genDimension(i int, role export.Role) *rapid.Generator[export.Dimension] {
	return rapid.Custom(func(t *rapid.T) export.Dimension {
		d := export.Dimension{Code: fmt.Sprintf("field_%d", i), Role: role, Label: genLabel().Draw(t, "label"), Options: role == export.Classification && rapid.Bool().Draw(t, "options")}
		for j := range rapid.IntRange(1, 3).Draw(t, "categories") {
			code := fmt.Sprint(2024 + j)
			switch {
			case role == export.Classification && j == 0 && rapid.Bool().Draw(t, "with a total"):
				code = "_T"
			case role != export.Time:
				code = fmt.Sprintf("%d_plus", j)
			}
			d.Categories = append(d.Categories, export.Category{Code: code, Label: genLabel().Draw(t, "label"), Unit: genLabel().Draw(t, "unit")})
		}
		return d
	})
}

func TestEveryFormatSaysTheSameOfAnyCube(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) { agree(rapidTB{t, r}, genCube().Draw(r, "cube")) })
}

// rapidTB lets what reads files fail a property.
type rapidTB struct {
	testing.TB
	r *rapid.T
}

func (t rapidTB) Helper()                   {}
func (t rapidTB) Fatal(args ...any)         { t.r.Fatal(args...) }
func (t rapidTB) Fatalf(f string, a ...any) { t.r.Fatalf(f, a...) }

func TestEveryFormatSaysTheSameOfTheRelease(t *testing.T) {
	e := export.Edition{Number: 3, Published: "2026-03-01", Publisher: "casestat.example"}
	agree(t, export.FiguresCube(content(), e))
	for _, y := range content().Years {
		for _, table := range y.Tables {
			agree(t, export.CubeOf(report.Tabulate(y, table), e))
		}
	}
}

// A label in any place breaks no format, and two renderings are the same.
func FuzzLabels(f *testing.F) {
	for _, text := range hostile {
		f.Add(text, text, "a")
		f.Add("a", text, text)
	}
	f.Fuzz(func(t *testing.T, title, one, other string) {
		c := &export.Cube{
			ID: "age", Title: codelist.Text{SV: title, EN: other}, Across: 1, Edition: export.Edition{Publisher: title},
			Dimensions: []export.Dimension{
				{Code: export.TimeCode, Role: export.Time, Label: codelist.Text{SV: one, EN: title}, Categories: []export.Category{{Code: "2024"}}},
				{Code: "age", Label: codelist.Text{SV: other, EN: one}, Options: true, Categories: []export.Category{
					{Code: "a", Label: codelist.Text{SV: one, EN: one}}, {Code: "b", Label: codelist.Text{SV: other, EN: other}}, {Code: "c", Label: codelist.Text{SV: title, EN: one}},
				}},
				{Code: export.ContentsCode, Role: export.Contents, Categories: []export.Category{{Code: "persons", Label: codelist.Text{SV: title, EN: one}, Unit: codelist.Text{SV: one, EN: other}}}},
			},
			Numbers: []report.Number{{Status: report.Exact, Value: 26}, {Status: report.Withheld, Range: &plan.Range{To: 9}}, {Status: report.Impossible}},
			Notes:   []codelist.Text{{SV: title, EN: one}},
		}
		agree(t, c)
		first, second := must[[]byte](t)(c.PX(codelist.English)), must[[]byte](t)(c.PX(codelist.English))
		if !bytes.Equal(first, second) {
			t.Error("PX differs from itself")
		}
	})
}

func TestWhatIsNoCubeIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*export.Cube){
		"a number too few":          func(c *export.Cube) { c.Numbers = c.Numbers[1:] },
		"no dimension":              func(c *export.Cube) { c.Dimensions, c.Numbers = nil, nil },
		"no category":               func(c *export.Cube) { c.Dimensions[1].Categories = nil },
		"no time":                   func(c *export.Cube) { c.Dimensions[0].Role = export.Classification },
		"two times":                 func(c *export.Cube) { c.Dimensions[2].Role = export.Time },
		"a time that is no year":    func(c *export.Cube) { c.Dimensions[0].Categories[0].Code = "2024A" },
		"a code twice":              func(c *export.Cube) { c.Dimensions[1].Categories[1].Code = c.Dimensions[1].Categories[0].Code },
		"a dimension twice":         func(c *export.Cube) { c.Dimensions[1].Code = "tid" },
		"a code that is a formula":  func(c *export.Cube) { c.Dimensions[1].Categories[0].Code = "=1+1" },
		"a code that ends a field":  func(c *export.Cube) { c.Dimensions[1].Categories[0].Code = `a"` },
		"an empty code":             func(c *export.Cube) { c.Dimensions[1].Code = "" },
		"nothing across":            func(c *export.Cube) { c.Across = 0 },
		"more across than there is": func(c *export.Cube) { c.Across = 4 },
		"a name that is no code":    func(c *export.Cube) { c.ID = "a b" },
	} {
		t.Run(name, func(t *testing.T) {
			y := content().Years[0]
			c := export.CubeOf(report.Tabulate(y, y.Tables[0]), export.Edition{})
			spoil(c)
			var errs []error
			for _, write := range []func() ([]byte, error){
				func() ([]byte, error) { return c.CSV(codelist.Swedish, export.Machine) },
				func() ([]byte, error) { return c.LongCSV(export.Machine) },
				func() ([]byte, error) { return c.JSONStat(codelist.Swedish) },
				func() ([]byte, error) { return c.PX(codelist.Swedish) },
				c.SDMX,
				func() ([]byte, error) {
					return export.Workbook(export.Book{Cubes: []*export.Cube{c}}, codelist.Swedish)
				},
			} {
				_, err := write()
				errs = append(errs, err)
			}
			for i, err := range errs {
				if fault.CodeOf(err) != export.CodeCube {
					t.Errorf("format %d: %v", i, err)
				}
			}
		})
	}
}
