package claim

import (
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

// Kind is what sort of statement a number is bound to.
type Kind string

// The kinds of statement.
const (
	Figure   Kind = "figure"
	Sum      Kind = "sum"
	Prose    Kind = "prose"
	Universe Kind = "universe"
)

// subject names a statement over all years and releases.
type subject struct {
	kind Kind
	name plan.Name
}

// slot is which number of a statement is meant.
type slot uint8

const (
	slotN slot = iota
	slotOf
	slotSum
	slots
)

// saying is what one release says of a subject in one year. A slot that it does
// not have is nil.
type saying struct {
	numbers  [slots]*report.Number
	cells    [slots]int
	sentence codelist.Text
	// whole is a sentence about the universe of a figure that states no share, ""
	// if the release does not give its size.
	whole codelist.Text
}

// speaker reads what a year of a release says.
type speaker struct {
	set  *figure.Set
	year plan.Publication
}

// say finds what the year says of a subject.
func (s speaker) say(about subject) (saying, bool) {
	y := s.year
	switch about.kind {
	case Figure:
		if i := slices.IndexFunc(y.Figures, func(f plan.PublishedFigure) bool { return f.Name == about.name }); i >= 0 {
			return s.figure(y.Figures[i]), true
		}
	case Sum:
		if i := slices.IndexFunc(y.Sums, func(x plan.PublishedSum) bool { return x.Name == about.name }); i >= 0 {
			return said(report.Sum(y, y.Sums[i]), y.Sums[i].Cell, plan.NoCell, plan.NoCell), true
		}
	case Prose:
		if i := slices.IndexFunc(y.Prose, func(p plan.PublishedProse) bool { return p.Name == about.name }); i >= 0 {
			return said(report.Prose(y, y.Prose[i]), y.Prose[i].N, y.Prose[i].Of, plan.NoCell), true
		}
	case Universe:
		if i := slices.IndexFunc(y.Universes, func(u plan.PublishedUniverse) bool { return u.Name == about.name }); i >= 0 {
			return universe(y, y.Universes[i]), true
		}
	}
	return saying{}, false
}

func said(s report.Statement, n, of, sum int) saying {
	return saying{numbers: [slots]*report.Number{&s.Number, s.Of, s.Sum}, cells: [slots]int{n, of, sum}, sentence: s.Sentence}
}

func universe(y plan.Publication, u plan.PublishedUniverse) saying {
	return said(report.Sum(y, plan.PublishedSum{Name: u.Name, Title: u.Label, Cell: u.Size}), u.Size, plan.NoCell, plan.NoCell)
}

// figure is what the year says of a figure. A text may say out of how many, even
// if the figure does not, as long as the release gives the universe's size.
func (s speaker) figure(f plan.PublishedFigure) saying {
	out := said(report.Figure(s.set, s.year, f), f.N, f.Of, f.Sum)
	if f.Of != plan.NoCell {
		return out
	}
	own, known := s.set.Figure(figure.Name(f.Name))
	i := slices.IndexFunc(s.year.Universes, func(u plan.PublishedUniverse) bool { return known && u.Name == plan.Name(own.Universe.Name) })
	if i < 0 || s.year.Universes[i].Size == f.N {
		return out
	}
	whole := universe(s.year, s.year.Universes[i])
	out.numbers[slotOf], out.cells[slotOf], out.whole = whole.numbers[slotN], whole.cells[slotN], whole.sentence
	return out
}
