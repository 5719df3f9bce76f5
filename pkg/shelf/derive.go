package shelf

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/signed"
)

// derive reads the whole of the derived table.
func (s *selection) derive() report.Table {
	published := report.Tabulate(s.y, s.t)
	published.Filters = s.filters()
	var cells []report.Number
	if !s.t.Dropped {
		at := make([]int, len(s.dims))
		s.each(func(d chosen) bool { return d.stays }, at, func() {
			cells = append(cells, s.sum(at, func(d chosen) bool { return !d.stays }))
		})
	}
	return published.With(s.total(), s.dimensions(), cells)
}

// each calls do for every combination of the picked categories of the
// dimensions that vary, the last running fastest, with at standing there. In
// the other dimensions at stays as it is.
func (s *selection) each(vary func(chosen) bool, at []int, do func()) {
	var from func(dim int)
	from = func(dim int) {
		if dim == len(s.dims) {
			do()
			return
		}
		if !vary(s.dims[dim]) {
			from(dim + 1)
			return
		}
		for _, category := range s.dims[dim].picked {
			at[dim] = category
			from(dim + 1)
		}
	}
	from(0)
}

// sum adds up, from at, over the dimensions that vary. What is not exact may be
// shown elsewhere.
func (s *selection) sum(at []int, vary func(chosen) bool) report.Number {
	var parts []int
	there := slices.Clone(at)
	s.each(vary, there, func() { parts = append(parts, s.t.Cells[s.place(there)]) })
	if len(parts) == 1 {
		return report.NumberOf(s.y, parts[0])
	}
	total := addUp(s.y, parts)
	if total.Status != report.Withheld {
		return total
	}
	elsewhere, found := s.partition(at).find(s.y, parts)
	if found && (elsewhere.Status == report.Exact || elsewhere.Range != nil) {
		return elsewhere
	}
	return total
}

// total is how many persons the derived table is about. How many have any of
// several options, the cells do not say.
func (s *selection) total() report.Number {
	whole, options := true, false
	at := make([]int, len(s.dims))
	for i, d := range s.dims {
		whole = whole && d.whole
		options = options || d.whole && s.t.Dimensions[i].Options
		at[i] = d.picked[0]
	}
	switch {
	case whole && (options || s.t.Dropped):
		return report.NumberOf(s.y, s.t.Total)
	case options || s.t.Dropped:
		return report.Number{Status: report.Withheld}
	default:
		return s.sum(at, func(chosen) bool { return true })
	}
}

// place is where a combination of categories stands in the table.
func (s *selection) place(at []int) int {
	place := 0
	for i, d := range s.t.Dimensions {
		place = place*len(d.Categories) + at[i]
	}
	return place
}

// addUp gives what the parts alone say of their sum. Impossible ones count 0.
func addUp(y plan.Publication, parts []int) report.Number {
	sum := plan.Range{}
	possible, exact, bounded := false, true, true
	for _, part := range parts {
		n := report.NumberOf(y, part)
		switch {
		case n.Status == report.Impossible:
			continue
		case n.Status == report.Exact:
			sum = plus(sum, plan.Range{From: n.Value, To: n.Value})
		case n.Range != nil:
			exact, sum = false, plus(sum, *n.Range)
		default:
			exact, bounded = false, false
		}
		possible = true
	}
	switch {
	case !possible:
		return report.Number{Status: report.Impossible}
	case exact && !sum.Open:
		return report.Number{Status: report.Exact, Value: sum.From}
	case bounded:
		return report.Number{Status: report.Withheld, Range: &sum}
	default:
		return report.Number{Status: report.Withheld}
	}
}

// plus adds two ranges of numbers from 0 up. What goes beyond all that a
// document can say is open.
func plus(a, b plan.Range) plan.Range {
	sum := plan.Range{From: min(a.From+b.From, signed.MaxInteger), To: a.To + b.To, Open: a.Open || b.Open}
	if sum.Open || sum.To > signed.MaxInteger {
		sum.To, sum.Open = 0, true
	}
	return sum
}
