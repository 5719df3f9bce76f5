package report

import (
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/inference"
	"manniskohandel.se/casestat/pkg/plan"
)

// Change is what may be said of a series.
type Change string

// The changes.
const (
	NotTested Change = "not_tested" // a year is withheld, or the years do not count the same
	NoChange  Change = "none"       // no reliable one
	Rising    Change = "rising"
	Falling   Change = "falling"
)

// Series is a figure over all years of a panel: the same organisations in
// every year.
type Series struct {
	Panel         plan.Name
	Figure        plan.Name
	Label         codelist.Text // of the last year
	Organisations int           // in the panel
	Points        []SeriesPoint // one for each of the panel's years, increasing
	Coverage      codelist.Text
	Change        Change
	// Scanned is how many series of the release were tested together, this one
	// included; 0 if it was not tested.
	Scanned int
	Verdict codelist.Text
}

// SeriesPoint is one year of a series.
type SeriesPoint struct {
	Year      int
	Reporting int // organisations in the year, those outside the panel included
	Number
	Of  *Number // nil if the figure is no share
	Sum *Number // nil if the figure adds nothing up
}

// maxFalse is the part of the claimed changes that may be accidents.
const maxFalse = 0.05

// Compare gives the series of every panel whose years the release has all, in
// the order of the panels and figures of its last year. It reads published
// numbers alone.
//
// A change is claimed of the number of persons, never of a share or a sum: if
// there are at least inference.MinPeriods years, every year is exact and counts
// the same, the quasi-Poisson test with the dispersion of the series finds a
// trend, and it is still there after Benjamini and Hochberg over all series of the
// release that were tested.
func Compare(content plan.Content) []Series {
	var all []Series
	for _, panel := range panels(content) {
		for _, f := range panel.last().Figures {
			if s, ok := panel.series(f); ok {
				all = append(all, s)
			}
		}
	}
	claim(all)
	return all
}

// claim tests the series together and says which changes may be claimed.
func claim(all []Series) {
	var p []float64
	var tested []*Series
	for i := range all {
		if trend, ok := all[i].trend(); ok {
			p, tested = append(p, trend.P), append(tested, &all[i])
			all[i].Change = direction(trend)
		}
	}
	q, _ := inference.BenjaminiHochberg(p) // p-values all of them
	for i, s := range tested {
		s.Scanned = len(tested)
		if q[i] >= maxFalse {
			s.Change = NoChange
		} else {
			s.Verdict = map[Change]codelist.Text{Rising: verdictRising, Falling: verdictFalling}[s.Change]
		}
		s.Verdict = joined(s.Verdict, scanned(s.Scanned))
	}
}

// trend tests a series that may be tested.
func (s Series) trend() (inference.LogTrend, bool) {
	if s.Change == NotTested {
		return inference.LogTrend{}, false
	}
	periods := make([]inference.Period, len(s.Points))
	for i, p := range s.Points {
		periods[i] = inference.Period{Time: p.Year, Count: p.Value}
	}
	return inference.QuasiPoisson(periods)
}

func direction(t inference.LogTrend) Change {
	if t.Slope < 0 {
		return Falling
	}
	return Rising
}

// comparison is a panel in all of its years.
type comparison struct {
	years  []plan.Publication
	panels []plan.PublishedPanel // by year
}

func (c comparison) last() plan.PublishedPanel { return c.panels[len(c.panels)-1] }

// panels finds those that are whole: with every year, the same in each.
func panels(content plan.Content) []comparison {
	var whole []comparison
	for _, y := range content.Years {
		for _, p := range y.Panels {
			if len(p.Years) < 2 || y.Year != p.Years[len(p.Years)-1] {
				continue
			}
			if c, ok := gather(content, p); ok {
				whole = append(whole, c)
			}
		}
	}
	return whole
}

func gather(content plan.Content, of plan.PublishedPanel) (c comparison, ok bool) {
	for _, year := range of.Years {
		i := slices.IndexFunc(content.Years, func(y plan.Publication) bool { return y.Year == year })
		if i < 0 {
			return c, false
		}
		y := content.Years[i]
		j := slices.IndexFunc(y.Panels, func(p plan.PublishedPanel) bool {
			return p.Name == of.Name && slices.Equal(p.Years, of.Years) && p.Organisations == of.Organisations
		})
		if j < 0 {
			return c, false
		}
		c.years, c.panels = append(c.years, y), append(c.panels, y.Panels[j])
	}
	return c, true
}

// series reads a figure off every year, if every year has it.
func (c comparison) series(f plan.PublishedFigure) (s Series, ok bool) {
	s = Series{Panel: c.last().Name, Figure: f.Name, Label: f.Label, Organisations: c.last().Organisations}
	same := true
	for i, y := range c.years {
		at := slices.IndexFunc(c.panels[i].Figures, func(o plan.PublishedFigure) bool { return o.Name == f.Name })
		if at < 0 {
			return s, false
		}
		o := c.panels[i].Figures[at]
		same = same && o.Kind == f.Kind && o.Definition == f.Definition
		s.Points = append(s.Points, SeriesPoint{
			Year: y.Year, Reporting: c.panels[i].Reporting,
			Number: NumberOf(y, o.N), Of: optional(y, o.Of), Sum: optional(y, o.Sum),
		})
	}
	s.Coverage = coverage(s.Organisations, s.Points)
	s.Change, s.Verdict = first(s.Points, same)
	return s, true
}

// first is what is said of a series before it is tested.
func first(points []SeriesPoint, same bool) (Change, codelist.Text) {
	switch {
	case !same:
		return NotTested, verdictRedefined
	case slices.ContainsFunc(points, func(p SeriesPoint) bool { return p.Status != Exact }):
		return NotTested, verdictWithheld
	case !slices.ContainsFunc(points, func(p SeriesPoint) bool { return p.Value != points[0].Value }):
		return NoChange, verdictLevel
	}
	return NoChange, verdictNone
}

// The verdicts.
var (
	verdictNone = codelist.Text{
		SV: "Antalet varierar; materialet visar ingen säker förändring.",
		EN: "Numbers vary; the data show no reliable change.",
	}
	verdictLevel = codelist.Text{
		SV: "Antalet är detsamma varje år; materialet visar ingen säker förändring.",
		EN: "The number is the same in every year; the data show no reliable change.",
	}
	verdictRising = codelist.Text{
		SV: "Antalet ökar, mer än vad som går att förklara med att åren varierar.",
		EN: "Numbers rise, by more than the variation between the years can explain.",
	}
	verdictFalling = codelist.Text{
		SV: "Antalet minskar, mer än vad som går att förklara med att åren varierar.",
		EN: "Numbers fall, by more than the variation between the years can explain.",
	}
	verdictWithheld = codelist.Text{
		SV: "Alla år publiceras inte; om antalet har förändrats prövas därför inte.",
		EN: "Not every year is published; whether numbers have changed is therefore not tested.",
	}
	verdictRedefined = codelist.Text{
		SV: "Vad som räknas har definierats om mellan åren; om antalet har förändrats prövas därför inte.",
		EN: "What is counted was defined anew between the years; whether numbers have changed is therefore not tested.",
	}
	scannedOne = codelist.Text{
		SV: " En serie prövades.",
		EN: " One series was tested.",
	}
	scannedMany = codelist.Text{
		SV: " {n} serier prövades tillsammans.",
		EN: " {n} series were tested together.",
	}
)

// scanned says how many series were tested: the more, the likelier an accident.
func scanned(n int) codelist.Text {
	if n == 1 {
		return scannedOne
	}
	return fill(scannedMany, slots{n: &Number{Status: Exact, Value: n}})
}
