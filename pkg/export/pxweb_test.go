package export_test

import (
	"encoding/json"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/report"
)

func totalled() *export.Cube {
	text := func(s string) codelist.Text { return codelist.Text{SV: s, EN: s} }
	return &export.Cube{
		ID: "age", Title: text("=Age"), Across: 1,
		Dimensions: []export.Dimension{
			{Code: "age", Label: text("age"), Categories: []export.Category{{Code: "_T", Label: text("in all")}, {Code: "minor", Label: text("a minor")}}},
			{Code: "ContentsCode", Label: text("contents"), Role: export.Contents, Categories: []export.Category{{Code: "persons", Label: text("persons")}}},
			{Code: "Tid", Label: text("year"), Role: export.Time, Categories: []export.Category{{Code: "2024", Label: text("2024")}}},
		},
		Numbers: []report.Number{{Status: report.Exact, Value: 12}, {Status: report.Withheld}},
	}
}

func TestServedJSONStat(t *testing.T) {
	served := export.Served{
		Href: "https://statistik.example/t", Contact: "us",
		Dimensions: map[string]export.ServedDimension{"age": {Total: "_T", Codelists: []export.ServedCodelist{{ID: "vs_age", Type: "Valueset", Href: "https://statistik.example/vs"}}}},
	}
	type document struct {
		Href      string
		Value     []*int
		Status    map[string]string
		Dimension map[string]struct {
			Extension struct {
				Elimination          bool
				EliminationValueCode string
				CodeLists            []struct{ ID string }
			}
		}
		Extension struct {
			Contact  []struct{ Raw string }
			Casestat struct {
				AddsUp bool `json:"adds_up"`
			}
		}
	}
	read := func(body []byte, err error) (d document) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(body, &d); err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := read(totalled().ServedJSONStat(codelist.English, served))
	age := d.Dimension["age"].Extension
	if !age.Elimination || age.EliminationValueCode != "_T" || age.CodeLists[0].ID != "vs_age" || d.Dimension["Tid"].Extension.Elimination {
		t.Errorf("dimensions: %+v", d.Dimension)
	}
	if len(d.Value) != 2 || *d.Value[0] != 12 || d.Value[1] != nil || d.Status["1"] != ".." || d.Href != served.Href || d.Extension.Contact[0].Raw != "us" {
		t.Errorf("%+v", d)
	}
	if d.Extension.Casestat.AddsUp {
		t.Error("a total and its parts add up")
	}
	if d := read(totalled().Metadata(codelist.English, served)); d.Value != nil || d.Status != nil || !d.Dimension["age"].Extension.Elimination {
		t.Errorf("metadata with numbers: %+v", d)
	}
}

func TestTitledCSV_TheTitleIsNoFormula(t *testing.T) {
	body, err := totalled().TitledCSV(codelist.English, export.Dialect{Separator: ' '})
	if want := "'=Age\r\nage contents 2024\r\n\"in all\" persons 12\r\n\"a minor\" persons ..\r\n"; err != nil || string(body) != want {
		t.Errorf("%v: %q, want %q", err, body, want)
	}
}

func TestServed_RefusesWhatIsNoCube(t *testing.T) {
	broken := totalled()
	broken.Numbers = nil
	for name, write := range map[string]func() ([]byte, error){
		"data":     func() ([]byte, error) { return broken.ServedJSONStat(codelist.English, export.Served{}) },
		"metadata": func() ([]byte, error) { return broken.Metadata(codelist.English, export.Served{}) },
		"titled":   func() ([]byte, error) { return broken.TitledCSV(codelist.English, export.Dialect{}) },
	} {
		if _, err := write(); err == nil || !strings.Contains(err.Error(), string(export.CodeCube)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
