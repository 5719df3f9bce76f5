package shelf

import (
	"context"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

// Trend is one figure over the years.
type Trend struct {
	Figure plan.Name
	Label  codelist.Text // of the newest point
	Points []Point       // by year, increasing
	Note   codelist.Text
	// Comparable are the series in which every year is about the same
	// organisations, one for each panel that holds the figure.
	Comparable []Comparable
}

// Comparable is a figure over all years of a panel and the release that says it.
type Comparable struct {
	Release int
	report.Series
}

// Point is the figure of one year and the release that says it.
type Point struct {
	Year    int
	Release int
	report.Number
	Of  *report.Number // nil if the figure is no share
	Sum *report.Number // nil if the figure adds nothing up
}

// trendNote says what the series is not.
var trendNote = codelist.Text{
	SV: "Vilka organisationer som rapporterade kan skilja sig mellan åren. Skillnader mellan talen får därför inte läsas som en förändring: ingen säker trend påstås.",
	EN: "Which organisations reported may differ between the years. Differences between the numbers must therefore not be read as a change: no reliable trend is claimed.",
}

// redefinedNote is added when the years do not count the same thing.
var redefinedNote = codelist.Text{
	SV: " Vad som räknas har definierats om mellan åren.",
	EN: " What is counted was defined anew between the years.",
}

// Trend gives the figure of every year, each from the newest release up to
// number that states it, and the series over panels likewise: each from the
// newest release that has all of its years, never put together from several. It
// is the same for ever: a release that was withdrawn since stays in it, named by
// its number.
func (s *Shelf) Trend(ctx context.Context, number int, figure plan.Name) (Trend, error) {
	releases, err := s.Releases(ctx)
	if err != nil {
		return Trend{}, err
	}
	if number < 1 || number > len(releases) {
		return Trend{}, fault.New(fault.NotFound, CodeNotPublished)
	}
	t := Trend{Figure: figure, Note: trendNote}
	definitions := make(map[codelist.Text]bool)
	newest := 0
	for _, r := range slices.Backward(releases[:number]) {
		t.compare(r)
		for _, y := range r.Manifest.Content.Years {
			f, states := stated(y, figure)
			if !states || slices.ContainsFunc(t.Points, func(p Point) bool { return p.Year == y.Year }) {
				continue
			}
			t.Points = append(t.Points, pointOf(r.Manifest.Number, y, f))
			definitions[f.Definition] = true
			if y.Year > newest {
				newest, t.Label = y.Year, f.Label
			}
		}
	}
	if len(t.Points) == 0 {
		return Trend{}, fault.New(fault.NotFound, CodeFigureNotPublished)
	}
	slices.SortFunc(t.Points, func(a, b Point) int { return a.Year - b.Year })
	if len(definitions) > 1 {
		t.Note = codelist.Text{SV: t.Note.SV + redefinedNote.SV, EN: t.Note.EN + redefinedNote.EN}
	}
	return t, nil
}

// compare adds the release's series of the figure over panels that are not
// there yet.
func (t *Trend) compare(r *Release) {
	for _, s := range r.Series() {
		known := slices.ContainsFunc(t.Comparable, func(c Comparable) bool { return c.Panel == s.Panel })
		if s.Figure == t.Figure && !known {
			t.Comparable = append(t.Comparable, Comparable{Release: r.Manifest.Number, Series: s})
		}
	}
}

func stated(y plan.Publication, figure plan.Name) (plan.PublishedFigure, bool) {
	i := slices.IndexFunc(y.Figures, func(f plan.PublishedFigure) bool { return f.Name == figure })
	if i < 0 {
		return plan.PublishedFigure{}, false
	}
	return y.Figures[i], true
}

func pointOf(release int, y plan.Publication, f plan.PublishedFigure) Point {
	p := Point{Year: y.Year, Release: release, Number: report.NumberOf(y, f.N)}
	if f.Of != plan.NoCell {
		of := report.NumberOf(y, f.Of)
		p.Of = &of
	}
	if f.Sum != plan.NoCell {
		sum := report.NumberOf(y, f.Sum)
		p.Sum = &sum
	}
	return p
}
