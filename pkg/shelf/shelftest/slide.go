package shelftest

import (
	"fmt"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
)

// The axes of the invented year.
const (
	axisContact = iota
	axisReport
	axisResidence
	axisMeans
	axisRelation
	axisChildren
	axisAge
	axisBatch
)

// Persons are how many the invented year is about.
const Persons = 35

// share is the first n of the persons in an order of its own, so that the
// attributes are mixed; factor has no divisor in common with Persons.
func share(person, factor, n int) bool { return person*factor%Persons < n }

// band is the first category whose upper bound holds the person.
func band(person, factor int, bounds ...int) int {
	for i, b := range bounds {
		if share(person, factor, b) {
			return i
		}
	}
	return len(bounds)
}

// Person gives the category of every axis of one of the invented persons. The
// marginals are those of the platform's slide.
func Person(i int) []int {
	return []int{
		axisContact:   band(i, 2, 15),
		axisReport:    band(i, 8, 10),
		axisResidence: band(i, 3, 7, 20, 32),
		axisMeans:     band(i, 4, 6, 9, 17),
		axisRelation:  band(i, 9, 26),
		axisChildren:  2 - band(i, 11, 8, 16),
		axisAge:       band(i, 1, 7, 25),
		axisBatch:     0,
	}
}

// Holds says whether a selection holds one of the invented persons.
func Holds(where plan.Selection, person []int) bool {
	for _, s := range where {
		in := false
		for _, c := range s.Categories {
			in = in || c == person[s.Axis]
		}
		if !in {
			return false
		}
	}
	return true
}

// Slide is an invented year of 35 persons with the slide's figures and with
// tables of every kind: shown, withheld in part, with combinations that nobody
// can have, over a field with several answers, withheld as a whole. Its numbers
// agree with each other; nothing protected them.
func Slide(year int) plan.Content {
	b := &builder{y: plan.Publication{Year: year, Codebook: 1, Axes: axes(), Bans: []plan.Selection{where(axisResidence, 3, axisAge, 0)}}}
	b.figures()
	b.tables()
	return plan.Content{
		Title:  codelist.Text{SV: fmt.Sprintf("Påhittat år %d", year), EN: fmt.Sprintf("Invented year %d", year)},
		Policy: plan.Defaults(), Years: []plan.Publication{b.y},
	}
}

func axes() []plan.Axis {
	return []plan.Axis{
		{Name: "first_contact", Categories: []string{"civil_society", "(rest)"}},
		{Name: "police_report", Categories: []string{"no", "(rest)"}},
		{Name: "residence_status", Categories: []string{"undocumented", "asylum_seeker", "permanent_residence", "(rest)"}},
		{Name: "entry_means", Categories: []string{"physical_violence", "physical_violence&threats", "threats", "(none)"}},
		{Name: "perpetrator_relation", Categories: []string{"known", "(rest)"}},
		{Name: "children_count", Categories: []string{"0", "1", "2"}},
		{Name: "age_band", Categories: []string{"minor", "18_24", "25_plus"}},
		{Name: plan.BatchAxis, Categories: []string{"1"}},
	}
}

// where is a selection of one category on each of some axes, in their order.
func where(pairs ...int) plan.Selection {
	var s plan.Selection
	for i := 0; i < len(pairs); i += 2 {
		s = append(s, plan.Subset{Axis: pairs[i], Categories: []int{pairs[i+1]}})
	}
	return s
}

// universe is whom the slide is about.
const universe = plan.Name("sexual_exploitation_women_girls")

type builder struct{ y plan.Publication }

// cell adds a cell with its true value. One below the threshold of 5 is
// withheld, with a range that leaves the truth open.
func (b *builder) cell(name string, rank plan.Rank, s plan.Selection) int {
	n := 0
	for i := range Persons {
		if Holds(s, Person(i)) {
			n++
		}
	}
	c := plan.PublishedCell{Cell: plan.Cell{Name: name, Where: s, Rank: rank}, Shown: n >= 5, Value: n}
	if !c.Shown {
		c.Value, c.Range = 0, &plan.Range{From: 0, To: 9}
	}
	b.y.Cells = append(b.y.Cells, c)
	return len(b.y.Cells) - 1
}

// figures adds the slide; the seventh adds the children up.
func (b *builder) figures() {
	set := Figures()
	size := b.cell("of:"+string(universe), plan.Total, nil)
	label := set.Slide[0].Universe.Label
	b.y.Universes = []plan.PublishedUniverse{{Name: universe, Label: label, Size: size}}
	wheres := []plan.Selection{
		nil, where(axisContact, 0), where(axisReport, 0), where(axisResidence, 0),
		{{Axis: axisMeans, Categories: []int{0, 1}}},
		where(axisRelation, 0),
		{{Axis: axisChildren, Categories: []int{1, 2}}},
		where(axisAge, 0),
	}
	sum := 0
	for i, f := range set.Slide {
		p := plan.PublishedFigure{
			Name: plan.Name(f.Name), Label: f.Label, Definition: set.Definition(f), Kind: string(f.Kind),
			Headline: true, N: size, Of: plan.NoCell, Sum: plan.NoCell,
		}
		if wheres[i] != nil {
			p.N = b.cell("figure:"+string(f.Name), plan.Headline, wheres[i])
		}
		if f.Kind == figure.Share {
			p.Of = size
		}
		if f.Kind == figure.Total {
			sum = b.children()
			p.Sum = sum
		}
		b.y.Figures = append(b.y.Figures, p)
	}
	b.y.Sums = []plan.PublishedSum{{Name: "children_in_all", Title: codelist.Text{SV: "Barn totalt", EN: "Children in all"}, Cell: sum}}
	b.y.Prose = []plan.PublishedProse{{
		Name: "young_adults", N: b.cell("prose:young_adults", plan.Figure, where(axisAge, 1)), Of: size,
		Sentence: codelist.Text{SV: "{n} av {of} var 18 till 24 år", EN: "{n} of {of} {n:was|were} 18 to 24 years old"},
	}}
}

func (b *builder) children() int {
	i := b.cell("sum:children", plan.Headline, where())
	c := &b.y.Cells[i]
	c.Weighted, c.WeightAxis, c.Weights = true, axisChildren, []int{0, 1, 2}
	c.Value = 0
	for p := range Persons {
		c.Value += c.Weights[Person(p)[axisChildren]]
	}
	return i
}

// tables adds one table of each kind.
func (b *builder) tables() {
	age := dimension("age_band", "Ålder", "Age", "minor", "18_24", "25_plus")
	residence := dimension("residence_status", "Uppehållsrättslig status", "Residence status", "undocumented", "asylum_seeker", "permanent_residence", "other")
	means := dimension("entry_means", "Medel", "Means", "violence", "threats")
	means.Options = true
	b.table("age", codelist.Text{SV: "Ålder", EN: "Age"}, []int{axisAge}, age)
	b.table("residence", codelist.Text{SV: "Status", EN: "Status"}, []int{axisResidence}, residence)
	b.table("residence_by_age", codelist.Text{SV: "Status efter ålder", EN: "Status by age"}, []int{axisResidence, axisAge}, residence, age)
	b.table("means_by_age", codelist.Text{SV: "Medel efter ålder", EN: "Means by age"}, []int{axisMeans, axisAge}, means, age)
	b.table("contact", codelist.Text{SV: "Första kontakt", EN: "First contact"}, []int{axisContact}, dimension("first_contact", "Första kontakt", "First contact", "civil_society", "other"))
	dropped := &b.y.Tables[len(b.y.Tables)-1]
	dropped.Cells, dropped.Dropped = nil, true
}

func dimension(field codelist.FieldName, sv, en string, codes ...codelist.Code) plan.PublishedDimension {
	d := plan.PublishedDimension{Field: field, Label: codelist.Text{SV: sv, EN: en}}
	for _, c := range codes {
		d.Categories = append(d.Categories, plan.PublishedCategory{Code: c, Label: codelist.Text{SV: string(c), EN: string(c)}, Includes: []codelist.Code{c}})
	}
	return d
}

func (b *builder) table(name plan.Name, title codelist.Text, axes []int, dims ...plan.PublishedDimension) {
	t := plan.PublishedTable{Name: name, Title: title, Universe: universe, Total: b.y.Universes[0].Size, Dimensions: dims}
	var from func(k int, s plan.Selection)
	from = func(k int, s plan.Selection) {
		if k == len(dims) {
			t.Cells = append(t.Cells, b.place(name, len(t.Cells), s))
			return
		}
		for c := range dims[k].Categories {
			in := []int{c}
			if dims[k].Options {
				in = [][]int{{0, 1}, {1, 2}}[c]
			}
			from(k+1, append(s[:k:k], plan.Subset{Axis: axes[k], Categories: in}))
		}
	}
	from(0, nil)
	b.y.Tables = append(b.y.Tables, t)
}

// place adds the cell of one place of a table. A combination that no record has
// is none.
func (b *builder) place(name plan.Name, place int, s plan.Selection) int {
	ban := b.y.Bans[0]
	if len(s) == len(ban) && s[0].Axis == ban[0].Axis && s[0].Categories[0] == 3 && s[1].Categories[0] == 0 {
		return plan.NoCell
	}
	rank := plan.OneWay
	if len(s) > 1 {
		rank = plan.Inner
	}
	return b.cell(fmt.Sprintf("table:%s:%d", name, place), rank, s)
}
