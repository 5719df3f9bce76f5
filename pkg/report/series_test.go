package report_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

// compared is a release with one panel of 21 organisations over the years from
// 2020 on, and the cells of each figure by year. 24 organisations and more
// report.
func compared(figures ...[]plan.PublishedCell) plan.Content {
	var content plan.Content
	var all []int
	for i := range figures[0] {
		all = append(all, 2020+i)
	}
	for i, year := range all {
		y := plan.Publication{Year: year}
		p := plan.PublishedPanel{Name: "stable", Years: all, Organisations: 21, Reporting: 24 + i}
		for j, cells := range figures {
			y.Cells = append(y.Cells, cells[i])
			p.Figures = append(p.Figures, plan.PublishedFigure{
				Name: plan.Name(fmt.Sprintf("figure_%d", j)), Kind: "count", N: j, Of: plan.NoCell, Sum: plan.NoCell,
				Label: codelist.Text{SV: "Tal", EN: "Number"}, Definition: codelist.Text{SV: "Alla", EN: "All"},
			})
		}
		y.Panels = []plan.PublishedPanel{p}
		content.Years = append(content.Years, y)
	}
	return content
}

func counted(values ...int) (cells []plan.PublishedCell) {
	for _, v := range values {
		cells = append(cells, exactly(v))
	}
	return cells
}

func theSeries(t testing.TB, content plan.Content) report.Series {
	t.Helper()
	all := report.Compare(content)
	if len(all) != 1 {
		t.Fatalf("%d series", len(all))
	}
	return all[0]
}

const (
	noChangeSV = "Antalet varierar; materialet visar ingen säker förändring."
	noChangeEN = "Numbers vary; the data show no reliable change."
)

func TestTheVerdictOfASeries(t *testing.T) {
	hidden := plan.PublishedCell{Range: &plan.Range{To: 9}}
	for name, c := range map[string]struct {
		cells   []plan.PublishedCell
		change  report.Change
		scanned int
		en      string
	}{
		"two years":                    {counted(10, 1000), report.NoChange, 0, noChangeEN},
		"four years, however steep":    {counted(10, 100, 1000, 10_000), report.NoChange, 0, noChangeEN},
		"the platform's own":           {counted(122, 140, 253, 237, 166), report.NoChange, 1, noChangeEN + " One series was tested."},
		"five years that rise":         {counted(50, 60, 72, 86, 104), report.Rising, 1, "Numbers rise, by more than the variation between the years can explain. One series was tested."},
		"five years that fall":         {counted(104, 86, 72, 60, 50), report.Falling, 1, "Numbers fall, by more than the variation between the years can explain. One series was tested."},
		"the same in every year":       {counted(30, 30, 30, 30, 30), report.NoChange, 1, "The number is the same in every year; the data show no reliable change. One series was tested."},
		"nobody in any year":           {counted(0, 0, 0, 0, 0), report.NoChange, 0, "The number is the same in every year; the data show no reliable change."},
		"everybody in the last":        {counted(0, 0, 0, 0, 99), report.NoChange, 0, noChangeEN},
		"a year is withheld":           {append(counted(50, 60, 72, 86, 104), hidden), report.NotTested, 0, "Not every year is published; whether numbers have changed is therefore not tested."},
		"the year between is withheld": {[]plan.PublishedCell{exactly(50), hidden, exactly(51)}, report.NotTested, 0, "Not every year is published; whether numbers have changed is therefore not tested."},
	} {
		got := theSeries(t, compared(c.cells))
		if got.Change != c.change || got.Scanned != c.scanned || got.Verdict.EN != c.en {
			t.Errorf("%s: %s of %d, %q", name, got.Change, got.Scanned, got.Verdict.EN)
		}
		if len(got.Points) != len(c.cells) || got.Verdict.SV == "" {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestTheVerdictsInSwedish(t *testing.T) {
	for _, c := range []struct {
		content plan.Content
		sv      string
	}{
		{compared(counted(10, 12)), noChangeSV},
		{compared(counted(50, 60, 72, 86, 104)), "Antalet ökar, mer än vad som går att förklara med att åren varierar. En serie prövades."},
		{compared(counted(104, 86, 72, 60, 50)), "Antalet minskar, mer än vad som går att förklara med att åren varierar. En serie prövades."},
		{compared(counted(3, 3)), "Antalet är detsamma varje år; materialet visar ingen säker förändring."},
		{compared([]plan.PublishedCell{exactly(3), {}}), "Alla år publiceras inte; om antalet har förändrats prövas därför inte."},
	} {
		if got := theSeries(t, c.content).Verdict.SV; got != c.sv {
			t.Errorf("%q, want %q", got, c.sv)
		}
	}
}

// What would be a change by itself is none among many series that were looked
// at: the more are scanned, the likelier one of them is an accident.
func TestTheMoreIsScannedTheLessIsClaimed(t *testing.T) {
	rising := counted(50, 60, 72, 86, 104)
	level := counted(40, 44, 38, 43, 41)
	if alone := theSeries(t, compared(rising)); alone.Change != report.Rising {
		t.Fatalf("contrast: by itself it is %s", alone.Change)
	}
	all := report.Compare(compared(rising, level, level, level))
	for _, s := range all {
		if s.Change != report.NoChange || s.Scanned != 4 || s.Verdict.SV != noChangeSV+" 4 serier prövades tillsammans." ||
			s.Verdict.EN != noChangeEN+" 4 series were tested together." {
			t.Errorf("%s: %s of %d: %v", s.Figure, s.Change, s.Scanned, s.Verdict)
		}
	}
	// Series that are not tested do not count among those that were.
	all = report.Compare(compared(rising, []plan.PublishedCell{{}, {}, {}, {}, {}}))
	if all[0].Change != report.Rising || all[0].Scanned != 1 || all[1].Change != report.NotTested || all[1].Scanned != 0 {
		t.Errorf("%v", all)
	}
}

func TestTheCoverageOfASeries(t *testing.T) {
	for name, c := range map[string]struct {
		members   int
		reporting []int
		sv, en    string
	}{
		"two years": {
			21,
			[]int{24, 26},
			"Organisationer som rapporterade: 24 (2020), 26 (2021); jämförelsen gäller de 21 som rapporterade båda åren.",
			"Organisations that reported: 24 (2020), 26 (2021); the comparison covers the 21 that reported in both years.",
		},
		"three years": {
			21,
			[]int{24, 26, 21},
			"Organisationer som rapporterade: 24 (2020), 26 (2021), 21 (2022); jämförelsen gäller de 21 som rapporterade alla tre åren.",
			"Organisations that reported: 24 (2020), 26 (2021), 21 (2022); the comparison covers the 21 that reported in all three years.",
		},
		"one of them": {
			1,
			[]int{3, 1},
			"Organisationer som rapporterade: 3 (2020), 1 (2021); jämförelsen gäller den enda som rapporterade båda åren.",
			"Organisations that reported: 3 (2020), 1 (2021); the comparison covers the only one that reported in both years.",
		},
		"always the same": {
			21,
			[]int{21, 21},
			"Samma 21 organisationer rapporterade båda åren; jämförelsen gäller alla.",
			"The same 21 organisations reported in both years; the comparison covers all of them.",
		},
		"always the same one": {
			1,
			[]int{1, 1, 1, 1},
			"En och samma organisation rapporterade alla fyra åren; jämförelsen gäller den.",
			"One and the same organisation reported in all four years; the comparison covers it.",
		},
		"more years than are written as words": {
			21, slices.Repeat([]int{21}, 13),
			"Samma 21 organisationer rapporterade alla 13 åren; jämförelsen gäller alla.",
			"The same 21 organisations reported in all 13 years; the comparison covers all of them.",
		},
	} {
		content := compared(counted(c.reporting...))
		for i := range content.Years {
			p := &content.Years[i].Panels[0]
			p.Organisations, p.Reporting = c.members, c.reporting[i]
		}
		if diff := cmp.Diff(codelist.Text{SV: c.sv, EN: c.en}, theSeries(t, content).Coverage); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAFigureOfAPanelSaysWhomItIsAbout(t *testing.T) {
	set := figures(t)
	own, _ := set.Figure("relation_to_perpetrator")
	f := published(set, own, shown, base, sum)
	content := plan.Content{Intervals: plan.Wilson}
	p := plan.PublishedPanel{Name: "stable", Years: []int{2023, 2024}, Organisations: 21, Figures: []plan.PublishedFigure{f}}
	s := report.OfPanel(set, content, year, p, f)
	want := codelist.Text{
		SV: "De 21 organisationer som rapporterade båda åren: 26 av 35 har någon relation till förövaren",
		EN: "The 21 organisations that reported in both years: 26 of 35 have some relation to the perpetrator",
	}
	if diff := cmp.Diff(want, s.Sentence); diff != "" || s.Interval == nil || s.Interval.Low != 579 {
		t.Errorf("%v (-want +got):\n%s", s.Interval, diff)
	}
	if got := report.OfPanel(set, content, year, p, published(set, own, bounded, base, sum)); got.Interval != nil {
		t.Errorf("withheld, and yet %v", got.Interval)
	}
	p.Organisations, p.Years = 1, []int{2022, 2023, 2024}
	s = report.OfPanel(set, content, year, p, f)
	if !strings.HasPrefix(s.Sentence.SV, "Den enda organisation som rapporterade alla tre åren: 26 av 35") ||
		!strings.HasPrefix(s.Sentence.EN, "The only organisation that reported in all three years: 26 of 35") {
		t.Errorf("%v", s.Sentence)
	}
	label := report.PanelLabel(p, f)
	if label.SV != f.Label.SV+" (den enda organisation som rapporterade alla tre åren)" || label.EN != f.Label.EN+" (the only organisation that reported in all three years)" {
		t.Errorf("%v", label)
	}
}

// Raw totals are never compared, and no series is put together from panels that
// differ.
func TestOnlyAWholePanelIsCompared(t *testing.T) {
	for name, spoil := range map[string]func(*plan.Content){
		"no panel in a year":           func(c *plan.Content) { c.Years[0].Panels = nil },
		"a year is not in the release": func(c *plan.Content) { c.Years = c.Years[1:] },
		"the last year is not":         func(c *plan.Content) { c.Years = c.Years[:4] },
		"another panel of that name":   func(c *plan.Content) { c.Years[2].Panels[0].Organisations++ },
		"other years":                  func(c *plan.Content) { c.Years[2].Panels[0].Years = []int{2021, 2022} },
		"another name":                 func(c *plan.Content) { c.Years[2].Panels[0].Name = "other" },
		"a year without the figure":    func(c *plan.Content) { c.Years[2].Panels[0].Figures = nil },
		"no panels at all": func(c *plan.Content) {
			for i := range c.Years {
				c.Years[i].Figures, c.Years[i].Panels = c.Years[i].Panels[0].Figures, nil
			}
		},
	} {
		content := compared(counted(50, 60, 72, 86, 104))
		spoil(&content)
		if got := report.Compare(content); len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
	redefined := compared(counted(50, 60, 72, 86, 104))
	redefined.Years[3].Panels[0].Figures[0].Definition.EN = "Others"
	got := theSeries(t, redefined)
	if want := "Vad som räknas har definierats om mellan åren; om antalet har förändrats prövas därför inte."; got.Change != report.NotTested || got.Verdict.SV != want {
		t.Errorf("%v", got)
	}
	if want := "What is counted was defined anew between the years; whether numbers have changed is therefore not tested."; got.Verdict.EN != want {
		t.Errorf("%v", got)
	}
}

// Two truths that give the same released cells are worded the same: whatever
// lies behind a cell that is not shown has no say.
func TestTheSameReleasedCellsGiveTheSameWords(t *testing.T) {
	set := figures(t)
	rapid.Check(t, func(r *rapid.T) {
		years := rapid.IntRange(2, 7).Draw(r, "years")
		var one, other [][]plan.PublishedCell
		for range rapid.IntRange(1, 4).Draw(r, "figures") {
			var a, b []plan.PublishedCell
			for range years {
				c := plan.PublishedCell{Value: rapid.IntRange(0, 200).Draw(r, "truth"), Shown: rapid.IntRange(0, 3).Draw(r, "shown") > 0}
				d := c
				if !c.Shown {
					d.Value = rapid.IntRange(0, 200).Draw(r, "another truth")
				}
				a, b = append(a, c), append(b, d)
			}
			one, other = append(one, a), append(other, b)
		}
		words := func(content plan.Content) (all []report.Statement) {
			content.Intervals = plan.Wilson
			for _, y := range content.Years {
				for _, p := range y.Panels {
					for _, f := range p.Figures {
						f.Of = 0
						all = append(all, report.OfPanel(set, content, y, p, f), report.FigureIn(set, content, y, f))
					}
				}
			}
			return all
		}
		if diff := cmp.Diff(report.Compare(compared(one...)), report.Compare(compared(other...))); diff != "" {
			r.Fatal(diff)
		}
		if diff := cmp.Diff(words(compared(one...)), words(compared(other...))); diff != "" {
			r.Fatal(diff)
		}
	})
}

// Contrast: a released cell has a say.
func TestAnotherReleasedCellGivesOtherWords(t *testing.T) {
	a, b := report.Compare(compared(counted(10, 12))), report.Compare(compared(counted(10, 13)))
	if cmp.Equal(a, b) {
		t.Error("the property above would hold of anything")
	}
}
