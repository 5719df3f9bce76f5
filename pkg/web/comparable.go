package web

import (
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
)

// comparable is a figure over years in which the same organisations reported.
type comparable struct {
	report.Series
	Release int
	Picture *plate // nil where the release was frozen without it
}

// Path is the figure's page from the language's root. A figure that is stated
// over the panel alone has none of its own.
func (c comparable) Path() string { return figurePath(c.Release, c.Figure) }

// Shares says whether any year states out of how many.
func (c comparable) Shares() bool {
	return slices.ContainsFunc(c.Points, func(p report.SeriesPoint) bool { return p.Of != nil })
}

// figurePath is a figure's page from the language's root.
func figurePath(release int, name plan.Name) string {
	return fmt.Sprintf("%s/figures/%s", releasePath(release), name)
}

// comparables are the series over panels that a release says itself.
func (r reading) comparables(release *shelf.Release) (all []comparable, err error) {
	for _, s := range report.Compare(release.Manifest.Content) {
		c, err := r.comparable(release, s)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// comparablesOf are those of one figure, each from the release that says it.
func (r reading) comparablesOf(trend shelf.Trend) (all []comparable, err error) {
	for _, s := range trend.Comparable {
		c, err := r.comparable(r.releases[s.Release-1], s.Series)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// comparable illustrates a series with the picture that it was frozen with.
func (r reading) comparable(release *shelf.Release, s report.Series) (comparable, error) {
	number := release.Manifest.Number
	c := comparable{Series: s, Release: number}
	file := export.SeriesFile(s.Panel, s.Figure, r.lang, "svg")
	if !slices.ContainsFunc(release.Manifest.Files, func(f plan.File) bool { return f.Name == file }) {
		return c, nil
	}
	source, err := tongue{r.lang, r.press.phrases}.say("picture.source", number)
	if err != nil {
		return c, err
	}
	drawing := export.DrawSeries(s, r.lang, source)
	c.Picture = &plate{Source: filePath(number, file), Alt: drawing.Title() + ". " + drawing.Description()}
	c.Picture.Width, c.Picture.Height = drawing.Size()
	return c, nil
}

// label names the series among others.
func (c comparable) label(content plan.Content) codelist.Text {
	for _, y := range slices.Backward(content.Years) {
		for _, p := range y.Panels {
			for _, f := range p.Figures {
				if p.Name == c.Panel && f.Name == c.Figure {
					return report.PanelLabel(p, f)
				}
			}
		}
	}
	return c.Label
}
