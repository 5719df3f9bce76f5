package export_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// fileOf finds one of the files by its name.
func fileOf(t *testing.T, files []export.File, name string) []byte {
	t.Helper()
	i := slices.IndexFunc(files, func(f export.File) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("there is no %s", name)
	}
	return files[i].Content
}

// What a panel and an interval look like in the file, to the byte.
func TestPanelsAndIntervalsInTheFigures(t *testing.T) {
	files := render(t, shelftest.Compared(2023, 21, shelftest.Withheld))
	var file struct {
		Years []struct {
			Figures []json.RawMessage
			Panels  json.RawMessage
		}
	}
	if err := json.Unmarshal(fileOf(t, files, export.FiguresFile), &file); err != nil {
		t.Fatal(err)
	}
	about := `"name":"relation_to_perpetrator","label":{"sv":"Någon relation till förövaren","en":"Some relation to the perpetrator"},"definition":`
	parts := func(raw []byte) string {
		before, rest, _ := strings.Cut(string(raw), about)
		_, after, _ := strings.Cut(rest, `"headline":true,`)
		return before + after
	}
	for i, want := range []string{
		`[{"name":"stable","years":[2023,2024],"organisations":21,"reporting":24,"figures":[{"status":"exact","value":21,"of":30,` +
			`"sentence":{"sv":"De 21 organisationer som rapporterade båda åren: 21 av 30 har någon relation till förövaren",` +
			`"en":"The 21 organisations that reported in both years: 21 of 30 have some relation to the perpetrator"},` +
			`"interval":{"method":"wilson","low":"0.521","high":"0.833","wording":{"sv":"osäkerhetsintervall 52–83 procent","en":"uncertainty interval 52–83 per cent"}}}]}]`,
		`[{"name":"stable","years":[2023,2024],"organisations":21,"reporting":25,"figures":[{"status":"withheld","range":[0,9],"of":30,` +
			`"sentence":{"sv":"De 21 organisationer som rapporterade båda åren: ”Någon relation till förövaren”: talet publiceras inte, eftersom det skulle kunna röja personer; det ligger mellan 0 och 9",` +
			`"en":"The 21 organisations that reported in both years: “Some relation to the perpetrator”: the number is not published because it could reveal persons; it lies between 0 and 9"}}]}]`,
	} {
		if diff := cmp.Diff(want, parts(file.Years[i].Panels)); diff != "" {
			t.Errorf("year %d (-want +got):\n%s", i, diff)
		}
	}
	want := `"of":35,"sentence":{"sv":"26 av 35 har någon relation till förövaren","en":"26 of 35 have some relation to the perpetrator"},` +
		`"interval":{"method":"wilson","low":"0.579","high":"0.858","wording":{"sv":"osäkerhetsintervall 58–86 procent","en":"uncertainty interval 58–86 per cent"}}}`
	if got := string(file.Years[0].Figures[5]); !strings.HasSuffix(got, want) {
		t.Errorf("%s", got)
	}
	without := shelftest.Compared(2023, 21, 22)
	without.Intervals = plan.NoInterval
	if bytes.Contains(fileOf(t, render(t, without), export.FiguresFile), []byte("interval")) {
		t.Error("an interval that the release does not want")
	}
}

// Missing answers that the release states exactly stand beside the figure.
func TestBoundsInTheFigures(t *testing.T) {
	own, _ := shelftest.Figures().Figure("relation_to_perpetrator")
	c := shelftest.Compared(2023, 21, 22)
	y := &c.Years[0]
	y.Cells = append(y.Cells, plan.PublishedCell{Cell: plan.Cell{Name: "relation:unknown"}, Shown: true, Value: 6})
	y.Tables = append(y.Tables, plan.PublishedTable{
		Name: "relation", Universe: plan.Name(own.Universe.Name), Total: 0, Cells: []int{y.Figures[5].N, len(y.Cells) - 1},
		Dimensions: []plan.PublishedDimension{{Field: own.Concerns, Categories: []plan.PublishedCategory{
			{Code: "known", Includes: own.Where[0].Codes}, {Code: "unknown", Includes: []codelist.Code{codelist.Unknown}},
		}}},
	})
	want := `"bounds":{"low":26,"high":32,"unknown":6,"wording":{"sv":"26 av 35 (mellan 26 och 32 om de 6 okända räknas med)","en":"26 of 35 (between 26 and 32 if the 6 unknown are counted)"}},` +
		`"interval":{"method":"wilson","low":"0.579","high":"0.970","wording":{"sv":"osäkerhetsintervall 58–97 procent","en":"uncertainty interval 58–97 per cent"}}`
	if got := string(fileOf(t, render(t, c), export.FiguresFile)); strings.Count(got, want) != 1 || strings.Count(got, `"bounds"`) != 1 {
		t.Errorf("%s", got)
	}
}

// The panels' figures are in every format, after the others and equal cell by cell.
func TestEveryFormatSaysTheSameOfPanels(t *testing.T) {
	content := shelftest.Compared(2023, 21, shelftest.Withheld, 0)
	content.Years = append(content.Years, shelftest.Slide(2026).Years[0]) // a year without the panel
	c := export.FiguresCube(content, export.Edition{Number: 1, Publisher: "casestat.example"})
	agree(t, c)
	figures := c.Dimensions[1].Categories
	last := figures[len(figures)-1]
	want := export.Category{Code: "stable.relation_to_perpetrator", Label: codelist.Text{
		SV: "Någon relation till förövaren (de 21 organisationer som rapporterade alla tre åren)",
		EN: "Some relation to the perpetrator (the 21 organisations that reported in all three years)",
	}}
	if diff := cmp.Diff(want, last); diff != "" || len(figures) != 9 {
		t.Errorf("%d figures (-want +got):\n%s", len(figures), diff)
	}
	of := report.Number{Status: report.Exact, Value: 30}
	none := report.Number{Status: report.Impossible}
	for i, row := range [][]report.Number{
		{{Status: report.Exact, Value: 21}, of, none},
		{{Status: report.Withheld, Range: &plan.Range{To: 9}}, of, none},
		{{Status: report.Exact}, of, none},
		{none, none, none},
	} {
		end := (i + 1) * len(figures) * 3
		if diff := cmp.Diff(row, c.Numbers[end-3:end]); diff != "" {
			t.Errorf("%d (-want +got):\n%s", 2023+i, diff)
		}
	}
}

// A series is drawn with a point for each year, with what it covers and with
// what may be said of it.
func TestASeriesIsDrawn(t *testing.T) {
	files := render(t, shelftest.Compared(2020, 14, shelftest.Withheld, 15))
	for lang, want := range map[codelist.Lang][]string{
		codelist.Swedish: {
			"2020: 14 av 30; 2021: publiceras inte (mellan 0 och 9) av 30; 2022: 15 av 30.",
			"24 (2020), 25 (2021)", "jämförelsen gäller de 21 som rapporterade alla tre åren.",
			"om antalet har förändrats prövas därför inte.", "Linjen bryts",
		},
		codelist.English: {
			"2020: 14 of 30; 2021: withheld (between 0 and 9) of 30; 2022: 15 of 30.", "the comparison covers the 21 that reported in all three years.",
			"whether numbers have changed is therefore not tested.", "The line breaks",
		},
	} {
		drawn := string(fileOf(t, files, export.SeriesFile(shelftest.Panel, shelftest.PanelFigure, lang, "svg")))
		_, described, _ := strings.Cut(drawn, "<desc")
		described, _, _ = strings.Cut(described, "</desc>")
		for _, w := range want {
			if !strings.Contains(described, w) {
				t.Errorf("%q is not in %q", w, described)
			}
		}
		png := fileOf(t, files, export.SeriesFile(shelftest.Panel, shelftest.PanelFigure, lang, "png"))
		if !bytes.HasPrefix(png, []byte("\x89PNG")) {
			t.Error("no PNG")
		}
	}
	for _, f := range render(t, content()) {
		if strings.HasPrefix(f.Name, "trend.") {
			t.Errorf("%s, and no years can be compared", f.Name)
		}
	}
}

// A change that may be claimed is in the picture, too.
func TestAPictureClaimsWhatTheSeriesDoes(t *testing.T) {
	for counts, want := range map[[5]int]string{
		{5, 8, 13, 20, 30}:   "Numbers rise, by more than the variation between the years can explain.",
		{12, 14, 25, 24, 17}: "Numbers vary; the data show no reliable change.",
	} {
		s := report.Compare(shelftest.Compared(2018, counts[:]...))
		if len(s) != 1 || !strings.Contains(string(export.DrawSeries(s[0], codelist.English, "").SVG()), want) {
			t.Errorf("%v: %v", counts, s)
		}
	}
}
