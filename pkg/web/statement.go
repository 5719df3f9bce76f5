package web

import (
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
)

// statement is a figure of a year on a page.
type statement struct {
	report.Statement
	Name       plan.Name
	Year       int
	Label      codelist.Text
	Definition codelist.Text
	Kind       figure.Kind
	Release    int
	Picture    *plate // nil where the page shows none
}

// Path is the figure's page from the language's root.
func (s statement) Path() string { return figurePath(s.Release, s.Name) }

// Asked says whether the figure is about a question having been asked.
func (s statement) Asked() bool { return s.Kind == figure.AskRate }

// Share says whether the number is one out of some others and may be stated so.
func (s statement) Share() bool { return s.Of != nil && s.Of.Status == report.Exact }

// Held says whether the number is withheld.
func (s statement) Held() bool { return s.Status != report.Exact }

// Percent is the share in per cent, empty where there is none to be given.
func (s statement) Percent() codelist.Text {
	if s.Held() || !s.Share() {
		return codelist.Text{}
	}
	percent, _ := report.Percent(s.Value, s.Of.Value)
	return percent
}

func (r reading) statement(release *shelf.Release, y plan.Publication, f plan.PublishedFigure) statement {
	return statement{
		Statement: report.FigureIn(r.deps.Figures, release.Manifest.Content, y, f), Name: f.Name, Year: y.Year, Label: f.Label, Definition: f.Definition,
		Kind: figure.Kind(f.Kind), Release: release.Manifest.Number,
	}
}

// illustrated is a statement with its picture.
func (r reading) illustrated(release *shelf.Release, y plan.Publication, f plan.PublishedFigure) (s statement, err error) {
	s = r.statement(release, y, f)
	if s.Picture, err = r.plate(release, subject{kind: ofFigure, year: y.Year, name: f.Name}); err != nil {
		return s, err
	}
	// The sentence stands beside the picture: its words are not said twice.
	t := tongue{r.lang, r.press.phrases}
	words, err := t.share(s.Number, s.Of)
	s.Picture.Alt = s.Label.In(r.lang) + ": " + words
	return s, err
}

// series is a figure over the years, as far as a release can know them.
type series struct {
	shelf.Trend
	Release int
	Picture *plate // nil of a single year
}

// Path is the figure's page from the language's root.
func (s series) Path() string { return figurePath(s.Release, s.Figure) }

func (r reading) series(release *shelf.Release, name plan.Name) (s series, err error) {
	s.Release = release.Manifest.Number
	if s.Trend, err = r.deps.Shelf.Trend(r.ctx, s.Release, name); err != nil || len(s.Points) < 2 {
		return s, err
	}
	s.Picture, err = r.plate(release, subject{kind: ofTrend, name: name})
	return s, err
}

// In gives the points of some years, nil where there is none.
func (s series) In(years []int) []*shelf.Point {
	points := make([]*shelf.Point, len(years))
	for i, y := range years {
		if at := slices.IndexFunc(s.Points, func(p shelf.Point) bool { return p.Year == y }); at >= 0 {
			points[i] = &s.Points[at]
		}
	}
	return points
}

// Shares says whether any year states out of how many.
func (s series) Shares() bool {
	for _, p := range s.Points {
		if p.Of != nil {
			return true
		}
	}
	return false
}

// Sums says whether any year states a sum.
func (s series) Sums() bool {
	for _, p := range s.Points {
		if p.Sum != nil {
			return true
		}
	}
	return false
}
