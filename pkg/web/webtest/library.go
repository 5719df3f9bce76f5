// Package webtest publishes invented releases that show every kind of page.
package webtest

import (
	"testing"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// Library publishes five releases: a first year, withdrawn since; the year
// after, with indicators of the recommendations; a revision of that one, with
// figures and merged categories withheld; two years at once, with a table of
// three dimensions; and four years over which the same organisations are
// compared, one of them withheld, without any indicator.
func Library(t testing.TB) *shelftest.Books {
	t.Helper()
	b := shelftest.New(t)
	b.Publish(shelftest.Slide(2022))
	b.Publish(Full(2023))
	b.PublishAs(Withheld(Full(2023)), func(m *plan.Manifest) {
		m.Kind, m.Replaces, m.Waivers, m.Published = plan.Revision, []int{2}, 2, "2026-05-17"
	})
	both := Full(2024)
	both.Title = codelist.Text{SV: "Trendrapport 2024–2025", EN: "Trend report 2024–2025"}
	both.Years = append(both.Years, Withheld(Full(2025)).Years...)
	Deepen(&both.Years[1])
	b.PublishAs(both, func(m *plan.Manifest) { m.Published = "2026-10-02" })
	compared := shelftest.Compared(2019, 12, shelftest.Withheld, 17, 20)
	compared.Title = codelist.Text{SV: "Trendrapport 2019–2022", EN: "Trend report 2019–2022"}
	b.PublishAs(compared, func(m *plan.Manifest) { m.Published = "2026-11-01" })
	b.Withdraw(1)
	return b
}

// Full is the invented year with an indicator of each recommendation. Their
// numbers are taken from the slide's cells; nobody should believe them.
func Full(year int) plan.Content {
	c := shelftest.Slide(year)
	c.Title = codelist.Text{SV: "Trendrapport", EN: "Trend report"}
	y := &c.Years[0]
	set := shelftest.Figures()
	for i, rec := range set.Recommendations {
		f := rec.Indicators[0]
		p := plan.PublishedFigure{
			Name: plan.Name(f.Name), Label: f.Label, Definition: set.Definition(f), Kind: string(f.Kind),
			N: y.Figures[i].N, Of: plan.NoCell, Sum: plan.NoCell,
		}
		switch f.Kind {
		case figure.Share, figure.AskRate:
			p.Of = y.Universes[0].Size
		case figure.Total:
			p.N, p.Sum = y.Figures[6].N, y.Figures[6].Sum
		case figure.Count:
		}
		y.Figures = append(y.Figures, p)
	}
	return c
}

// Withheld is the content with some of its figures withheld, in each of the ways
// that there are, and with a merged category.
func Withheld(c plan.Content) plan.Content {
	y := &c.Years[0]
	ranges := map[plan.Name]*plan.Range{
		"never_dared_to_report": {From: 0, To: 9}, "undocumented": {From: 3, Open: true}, "forced_by_violence": nil,
	}
	for _, f := range y.Figures {
		if r, held := ranges[f.Name]; held {
			cell := &y.Cells[f.N]
			cell.Shown, cell.Value, cell.Range = false, 0, r
		}
	}
	category := &y.Tables[1].Dimensions[0].Categories[3]
	category.Label = codelist.Text{SV: "Övriga", EN: "Others"}
	category.Includes = []codelist.Code{"visitor", "asylum_rejected", "unknown"}
	return c
}

// Deepen adds a table of three dimensions.
func Deepen(y *plan.Publication) {
	total := y.Universes[0].Size
	text := func(sv, en string) codelist.Text { return codelist.Text{SV: sv, EN: en} }
	dimension := func(sv, en string, codes ...codelist.Code) plan.PublishedDimension {
		d := plan.PublishedDimension{Field: codelist.FieldName(en), Label: text(sv, en)}
		for _, c := range codes {
			d.Categories = append(d.Categories, plan.PublishedCategory{Code: c, Label: text(string(c), string(c)), Includes: []codelist.Code{c}})
		}
		return d
	}
	deep := plan.PublishedTable{
		Name: "deep", Title: text("Tre indelningar", "Three dimensions"), Universe: y.Universes[0].Name, Total: total,
		Dimensions: []plan.PublishedDimension{dimension("Grupp", "group", "a", "b"), dimension("Tid", "time", "early", "late"), dimension("Plats", "place", "north", "south", "west")},
	}
	for range 12 {
		deep.Cells = append(deep.Cells, y.Figures[len(deep.Cells)%8].N)
	}
	y.Tables = append(y.Tables, deep)
}
