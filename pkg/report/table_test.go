package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

// tableOf is a table with these cells; each dimension has so many categories,
// a negative number of options.
func tableOf(cells []int, dims ...int) plan.PublishedTable {
	t := plan.PublishedTable{Name: "t", Universe: "u", Total: base, Cells: cells, Dropped: cells == nil}
	for _, n := range dims {
		d := plan.PublishedDimension{Field: "f", Options: n < 0}
		for range max(n, -n) {
			d.Categories = append(d.Categories, plan.PublishedCategory{Code: "c"})
		}
		t.Dimensions = append(t.Dimensions, d)
	}
	return t
}

func TestANoteSaysWhatTheCellsAreLike(t *testing.T) {
	var b strings.Builder
	for _, test := range []struct {
		name          string
		table         plan.PublishedTable
		cells, hidden int
	}{
		{"all shown", tableOf([]int{shown, one}, 2), 2, 0},
		{"some withheld", tableOf([]int{shown, bounded, unknown}, 3), 3, 2},
		{"a combination that is impossible", tableOf([]int{shown, plan.NoCell, bounded, shown}, 2, 2), 3, 1},
		{"all shown but impossible ones", tableOf([]int{shown, plan.NoCell}, 2), 1, 0},
		{"options", tableOf([]int{shown, shown}, -2), 2, 0},
		{"options, some withheld", tableOf([]int{shown, bounded}, -2), 2, 1},
		{"withheld as a whole", tableOf(nil, 2, 3), 6, 6},
		{"options, withheld as a whole", tableOf(nil, -2), 2, 2},
	} {
		table := report.Tabulate(year, test.table)
		if cells, hidden := table.Count(); cells != test.cells || hidden != test.hidden {
			t.Errorf("%s: %d cells, %d withheld", test.name, cells, hidden)
		}
		fmt.Fprintf(&b, "%s\n\t%s\n\t%s\n", test.name, table.Note.SV, table.Note.EN)
	}
	golden(t, "notes.golden", b.String())
}

func TestATableIsReadAsItIsPublished(t *testing.T) {
	y := year
	label := codelist.Text{SV: "Alla", EN: "All"}
	y.Universes = []plan.PublishedUniverse{{Name: "other"}, {Name: "u", Label: label, Size: base}}
	p := tableOf([]int{shown, bounded, plan.NoCell, unknown}, 2, 2)
	p.Filters = []plan.Condition{{Field: "g", In: []codelist.Code{"c"}}}
	got := report.Tabulate(y, p)
	got.Note = codelist.Text{}
	want := report.Table{
		Name: "t", Year: 2024, Universe: "u", UniverseLabel: label, Filters: p.Filters, Dimensions: p.Dimensions,
		Total: report.Number{Status: report.Exact, Value: 35},
		Cells: []report.Number{
			{Status: report.Exact, Value: 26},
			{Status: report.Withheld, Range: &plan.Range{From: 0, To: 9}},
			{Status: report.Impossible},
			{Status: report.Withheld},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
