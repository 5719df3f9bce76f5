package web

import (
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
)

// reportPage is a release as a trend report.
type reportPage struct {
	edition
	Years     []yearOf
	Series    []series // of the headlines that several years state
	Same      []comparable
	Policy    plan.Policy
	Waivers   int
	Downloads downloads
}

// States says whether the release has a page about the figure.
func (p reportPage) States(name plan.Name) bool {
	stated := func(s statement) bool { return s.Name == name }
	return slices.ContainsFunc(p.Years, func(y yearOf) bool {
		return slices.ContainsFunc(y.Headlines, stated) || slices.ContainsFunc(y.Others, stated) ||
			slices.ContainsFunc(y.Recommendations, func(r recommendation) bool { return slices.ContainsFunc(r.Indicators, stated) })
	})
}

// Commands hold a text against the release, with the program and without it.
func (p reportPage) Commands() string {
	service := ""
	if p.Site != "" {
		service = " --server " + p.Site
	}
	return fmt.Sprintf("casestat release claims rapport.docx --release %d%s\n"+
		"curl --data-binary @rapport.txt -H 'Content-Type: text/plain; charset=utf-8' %s", p.Number, service, p.Claims())
}

// Note says what the series are not: that of the one with most to say, since a
// longer note holds the shorter.
func (p reportPage) Note() (note codelist.Text) {
	for _, s := range p.Series {
		if len(s.Note.SV) > len(note.SV) {
			note = s.Note
		}
	}
	return note
}

// matrix is several series beside each other.
type matrix struct {
	Years []int // increasing
	Rows  []series
}

// Matrix lays the series out by year.
func (p reportPage) Matrix() matrix {
	m := matrix{Rows: p.Series}
	for _, s := range p.Series {
		for _, point := range s.Points {
			if !slices.Contains(m.Years, point.Year) {
				m.Years = append(m.Years, point.Year)
			}
		}
	}
	slices.Sort(m.Years)
	return m
}

// yearOf is what a release says about a year.
type yearOf struct {
	Year            int
	Universes       []universe
	Headlines       []statement
	Recommendations []recommendation
	Others          []statement // figures that are neither
	Sums, Prose     []report.Statement
	Tables          []tableOf
}

// universe is whom a year is about.
type universe struct {
	Label codelist.Text
	Size  report.Number
}

// Followed says whether the year states any number for the recommendations.
func (y yearOf) Followed() bool {
	return slices.ContainsFunc(y.Recommendations, func(r recommendation) bool { return len(r.Indicators) > 0 })
}

// recommendation is one of the six, with those of its indicators that the
// release states.
type recommendation struct {
	Number     int
	Label      codelist.Text
	Indicators []statement
}

func (r reading) report() (answer, error) {
	release, err := r.release()
	if err != nil || r.year != 0 {
		return answer{}, orLost(err)
	}
	m := release.Manifest
	page := reportPage{
		edition: r.edition(release), Policy: m.Content.Policy, Waivers: m.Waivers, Downloads: r.downloads(release),
	}
	for _, y := range newestFirst(release) {
		about, err := r.about(release, y)
		if err != nil {
			return answer{}, err
		}
		page.Years = append(page.Years, about)
	}
	if err := r.develop(release, &page); err != nil {
		return answer{}, err
	}
	if page.Same, err = r.comparables(release); err != nil {
		return answer{}, err
	}
	return r.press.print(r.lang, "report", view{Here: page.Path(), Title: page.Title, Body: page})
}

// orLost is err, or that there is no such page.
func orLost(err error) error {
	if err == nil {
		return errLost
	}
	return err
}

// about collects what a release says about a year.
func (r reading) about(release *shelf.Release, y plan.Publication) (out yearOf, err error) {
	out.Year = y.Year
	for _, u := range y.Universes {
		out.Universes = append(out.Universes, universe{u.Label, report.NumberOf(y, u.Size)})
	}
	if err := r.group(release, y, &out); err != nil {
		return out, err
	}
	for _, s := range y.Sums {
		out.Sums = append(out.Sums, report.Sum(y, s))
	}
	for _, p := range y.Prose {
		out.Prose = append(out.Prose, report.Prose(y, p))
	}
	for _, t := range y.Tables {
		table, err := r.tableOf(release, y, t)
		if err != nil {
			return out, err
		}
		out.Tables = append(out.Tables, table)
	}
	return out, nil
}

// group sorts a year's figures into headlines, indicators of the
// recommendations, and the rest.
func (r reading) group(release *shelf.Release, y plan.Publication, out *yearOf) error {
	for _, rec := range r.deps.Figures.Recommendations {
		out.Recommendations = append(out.Recommendations, recommendation{Number: rec.Number, Label: rec.Label})
	}
	for _, f := range y.Figures {
		if f.Headline {
			s, err := r.illustrated(release, y, f)
			if err != nil {
				return err
			}
			out.Headlines = append(out.Headlines, s)
			continue
		}
		s := r.statement(release, y, f)
		if i := r.recommends(f.Name); i >= 0 {
			out.Recommendations[i].Indicators = append(out.Recommendations[i].Indicators, s)
		} else {
			out.Others = append(out.Others, s)
		}
	}
	return nil
}

// recommends finds the recommendation that a figure follows up, -1 for none.
func (r reading) recommends(name plan.Name) int {
	return slices.IndexFunc(r.deps.Figures.Recommendations, func(rec figure.Recommendation) bool {
		return slices.ContainsFunc(rec.Indicators, func(f figure.Figure) bool { return plan.Name(f.Name) == name })
	})
}

// develop adds the headlines' series over the years.
func (r reading) develop(release *shelf.Release, page *reportPage) error {
	if len(page.Years) == 0 {
		return nil
	}
	for _, f := range page.Years[0].Headlines {
		s, err := r.series(release, f.Name)
		if err != nil {
			return err
		}
		if s.Picture != nil {
			page.Series = append(page.Series, s)
		}
	}
	return nil
}
