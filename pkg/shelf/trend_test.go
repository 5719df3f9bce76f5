package shelf_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// revised is a year in which one more person is undocumented.
func revised(year int) plan.Content {
	c := shelftest.Slide(year)
	for i := range c.Years[0].Cells {
		if c.Years[0].Cells[i].Name == "figure:undocumented" {
			c.Years[0].Cells[i].Value++
		}
	}
	return c
}

func TestATrendTakesTheNewestReleaseOfEachYear(t *testing.T) {
	b := shelftest.New(t)
	b.Publish(shelftest.Slide(2024))
	b.Publish(shelftest.Slide(2023))
	b.Publish(revised(2024))
	s := b.Shelf()
	for number, want := range map[int][]shelf.Point{
		1: {{Year: 2024, Release: 1, Number: exact(7)}},
		2: {{Year: 2023, Release: 2, Number: exact(7)}, {Year: 2024, Release: 1, Number: exact(7)}},
		3: {{Year: 2023, Release: 2, Number: exact(7)}, {Year: 2024, Release: 3, Number: exact(8)}},
	} {
		got := must[shelf.Trend](t)(s.Trend(t.Context(), number, "undocumented"))
		if diff := cmp.Diff(want, got.Points); diff != "" {
			t.Errorf("up to release %d (-want +got):\n%s", number, diff)
		}
	}
}

// What belongs to a number never changes: neither later releases nor later
// withdrawals do.
func TestATrendIsTheSameForEver(t *testing.T) {
	b := three(t)
	s := b.Shelf()
	before := must[shelf.Trend](t)(s.Trend(t.Context(), 3, "relation_to_perpetrator"))
	b.Publish(revised(2024))
	b.Withdraw(3)
	b.Withdraw(1)
	after := must[shelf.Trend](t)(s.Trend(t.Context(), 3, "relation_to_perpetrator"))
	if diff := cmp.Diff(before, after); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

func TestAPointSaysWhatTheFigureSays(t *testing.T) {
	s := three(t).Shelf()
	share := must[shelf.Trend](t)(s.Trend(t.Context(), 1, "relation_to_perpetrator"))
	of := exact(35)
	if diff := cmp.Diff([]shelf.Point{{Year: 2023, Release: 1, Number: exact(26), Of: &of}}, share.Points); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	sum := must[shelf.Trend](t)(s.Trend(t.Context(), 1, "children"))
	children := exact(24)
	if diff := cmp.Diff([]shelf.Point{{Year: 2023, Release: 1, Number: exact(16), Sum: &children}}, sum.Points); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want := codelist.Text{SV: "Någon relation till förövaren", EN: "Some relation to the perpetrator"}
	if diff := cmp.Diff(want, share.Label); diff != "" {
		t.Errorf("label (-want +got):\n%s", diff)
	}
}

func TestATrendClaimsNone(t *testing.T) {
	b := shelftest.New(t)
	b.Publish(shelftest.Slide(2023))
	c := shelftest.Slide(2024)
	b.Publish(c)
	got := must[shelf.Trend](t)(b.Shelf().Trend(t.Context(), 2, "undocumented"))
	want := codelist.Text{
		SV: "Vilka organisationer som rapporterade kan skilja sig mellan åren. Skillnader mellan talen får därför inte läsas som en förändring: ingen säker trend påstås.",
		EN: "Which organisations reported may differ between the years. Differences between the numbers must therefore not be read as a change: no reliable trend is claimed.",
	}
	if diff := cmp.Diff(want, got.Note); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	redefined := shelftest.Slide(2025)
	redefined.Years[0].Figures[3].Definition.EN += " Anew."
	b.Publish(redefined)
	got = must[shelf.Trend](t)(b.Shelf().Trend(t.Context(), 3, "undocumented"))
	if want := want.EN + " What is counted was defined anew between the years."; got.Note.EN != want {
		t.Errorf("%s", got.Note.EN)
	}
}

func TestAWithheldYearIsAPoint(t *testing.T) {
	b := shelftest.New(t)
	c := shelftest.Slide(2024)
	n := &c.Years[0].Cells[c.Years[0].Figures[3].N]
	n.Shown, n.Value, n.Range = false, 0, &plan.Range{From: 0, To: 9}
	b.Publish(c)
	got := must[shelf.Trend](t)(b.Shelf().Trend(t.Context(), 1, "undocumented"))
	want := []shelf.Point{{Year: 2024, Release: 1, Number: report.Number{Status: report.Withheld, Range: &plan.Range{From: 0, To: 9}}}}
	if diff := cmp.Diff(want, got.Points); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, err := b.Shelf().Trend(t.Context(), 1, "nobody")
	wantFault(t, err, fault.NotFound, shelf.CodeFigureNotPublished)
}

// A series is about the same organisations in every year, and one release says
// all of it.
func TestAComparableSeriesIsOneReleases(t *testing.T) {
	b := shelftest.New(t)
	b.Publish(shelftest.Slide(2022))
	b.Publish(shelftest.Compared(2023, 21, 22))
	b.Publish(shelftest.Compared(2023, 21, 22, 25))
	s := b.Shelf()
	for number, want := range map[int]string{1: "", 2: "2: 2023 21 of 24, 2024 22 of 25", 3: "3: 2023 21 of 24, 2024 22 of 25, 2025 25 of 26"} {
		got := must[shelf.Trend](t)(s.Trend(t.Context(), number, shelftest.PanelFigure))
		if diff := cmp.Diff(want, outline(got.Comparable)); diff != "" {
			t.Errorf("up to release %d (-want +got):\n%s", number, diff)
		}
	}
	if got := must[shelf.Trend](t)(s.Trend(t.Context(), 3, "undocumented")); got.Comparable != nil {
		t.Errorf("a figure that no panel has: %v", got.Comparable)
	}
	c := must[shelf.Trend](t)(s.Trend(t.Context(), 3, shelftest.PanelFigure)).Comparable[0]
	want := codelist.Text{
		SV: "Organisationer som rapporterade: 24 (2023), 25 (2024), 26 (2025); jämförelsen gäller de 21 som rapporterade alla tre åren.",
		EN: "Organisations that reported: 24 (2023), 25 (2024), 26 (2025); the comparison covers the 21 that reported in all three years.",
	}
	if diff := cmp.Diff(want, c.Coverage); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c.Change != report.NoChange || c.Verdict.SV != "Antalet varierar; materialet visar ingen säker förändring." {
		t.Errorf("three years: %s, %s", c.Change, c.Verdict.SV)
	}
	of := exact(30)
	if diff := cmp.Diff(report.SeriesPoint{Year: 2023, Reporting: 24, Number: exact(21), Of: &of}, c.Points[0]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// outline is the release, years, numbers and organisations of each series.
func outline(all []shelf.Comparable) string {
	var lines []string
	for _, c := range all {
		var points []string
		for _, p := range c.Points {
			points = append(points, fmt.Sprintf("%d %d of %d", p.Year, p.Value, p.Reporting))
		}
		lines = append(lines, fmt.Sprintf("%d: %s", c.Release, strings.Join(points, ", ")))
	}
	return strings.Join(lines, "; ")
}

// Years of a panel that two releases say apart make no series, and another panel
// than the newest release's is kept beside it.
func TestPanelsOfSeveralReleases(t *testing.T) {
	b := shelftest.New(t)
	whole := shelftest.Compared(2020, 10, 12)
	b.Publish(whole)
	half := shelftest.Compared(2022, 21, 22)
	half.Years = half.Years[1:]
	b.Publish(half)
	other := shelftest.Compared(2024, 5, 6)
	for i := range other.Years {
		other.Years[i].Panels[0].Name = "new_members"
	}
	b.Publish(other)
	b.Withdraw(1)
	got := must[shelf.Trend](t)(b.Shelf().Trend(t.Context(), 3, shelftest.PanelFigure))
	if want := "3: 2024 5 of 24, 2025 6 of 25; 1: 2020 10 of 24, 2021 12 of 25"; outline(got.Comparable) != want {
		t.Errorf("%s, want %s", outline(got.Comparable), want)
	}
	// What belongs to a number never changes.
	b.Publish(shelftest.Compared(2020, 11, 12))
	after := must[shelf.Trend](t)(b.Shelf().Trend(t.Context(), 3, shelftest.PanelFigure))
	if diff := cmp.Diff(got, after); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}
