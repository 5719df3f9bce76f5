package frame

import (
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
)

// Past is what an earlier release said about the year.
type Past struct {
	// Cells are the release's, shown and withheld. Their Name, Quantity and Rank
	// are looked at, nothing else.
	Cells []plan.PublishedCell
	// Alive are the batches whose records they speak of; nil is all.
	Alive []int
	// TookPart are the organisations that the release's plan named for the year,
	// and Panels the members of its panels.
	TookPart []access.OrganisationID
	Panels   map[plan.Name][]access.OrganisationID
}

// splitPast is splitAskRates for what earlier releases said.
func (f *framer) splitPast() {
	for _, p := range f.before {
		for _, c := range p.Cells {
			for _, w := range slices.Concat(c.Quantity.Universe, c.Quantity.Where) {
				i, known := f.byName[w.Field]
				splits := slices.Contains(w.In, notAskedMissing) || slices.Contains(w.NotIn, notAskedMissing)
				if known && splits && w.Field != f.set.Excused.Field {
					f.vars[i].splitNotAsked()
				}
			}
		}
	}
}

// readPast reads every cell of earlier releases. It comes before anything is
// gathered, so that what cannot be read is the reason that is given.
func (f *framer) readPast() {
	names := make(map[string]bool)
	for i, p := range f.before {
		f.checkBatches(p.Alive)
		f.frame.Past = append(f.frame.Past, make([]int, len(p.Cells)))
		for j, c := range p.Cells {
			cell, ok := f.pastCell(c)
			cell.name = fmt.Sprintf("past%d:%s", i, c.Name)
			if !ok || c.Name == "" || names[cell.name] {
				f.refuse(CodePastUnreadable, "")
				return
			}
			names[cell.name] = true
			cell.label = codelist.Text{SV: cell.name, EN: cell.name}
			cell.batches, cell.into, cell.past = f.some(p.Alive), &f.frame.Past[i][j], true
			f.past = append(f.past, cell)
		}
	}
}

// pastCell reads one cell; ok is false if the codebook does not know what it is about.
func (f *framer) pastCell(c plan.PublishedCell) (out wantedCell, ok bool) {
	out.rank, out.panel = c.Rank, c.Quantity.Panel
	if !f.frame.knowsPanel(out.panel) {
		return out, false
	}
	for k, w := range slices.Concat(c.Quantity.Universe, c.Quantity.Where) {
		t, known := f.read(w)
		if !known {
			return out, false
		}
		t.universe = k < len(c.Quantity.Universe)
		out.where = append(out.where, t)
	}
	if c.Rank > plan.Total || c.Rank == plan.Total && c.Quantity.Sum != "" {
		return out, false
	}
	if c.Quantity.Sum == "" {
		return out, true
	}
	_, summable := f.set.Summand(c.Quantity.Sum)
	if summable {
		out.sum = f.vars[f.byName[c.Quantity.Sum]]
	}
	return out, summable
}

// wantPast puts the cells of earlier releases before all others and admits
// their universes.
func (f *framer) wantPast() {
	wanted := f.cells
	f.cells = nil
	for i, c := range f.past {
		n := 0
		for n < len(c.where) && c.where[n].universe {
			n++
		}
		f.admit(f.universeName(c.where[:n], i), slices.Clip(c.where[:n]))
		if c.sum != nil {
			number, _ := f.set.Summand(c.sum.column.Field.Name)
			f.total(c, number)
			continue
		}
		f.want(c)
	}
	f.cells = append(f.cells, wanted...)
}

// universeName finds the universe of the figures that a query is; one that
// they do not know any more has the name of its cell.
func (f *framer) universeName(q query, cell int) string {
	i := slices.IndexFunc(f.set.Universes, func(u figure.Universe) bool { return slices.Equal(f.members(u), q) })
	if i < 0 {
		return f.past[cell].name
	}
	return string(f.set.Universes[i].Name)
}

// checkBatches refuses batches that do not exist, and none.
func (f *framer) checkBatches(alive []int) {
	n := len(f.hidden[len(f.hidden)-1].Categories)
	for i, b := range alive {
		if b < 0 || b >= n || i > 0 && b <= alive[i-1] {
			f.refuse(CodeNoBatch, "")
		}
	}
	if alive != nil && len(alive) == 0 {
		f.refuse(CodeNoBatch, "")
	}
}

// some gives batches back unless they are all.
func (f *framer) some(alive []int) []int {
	if len(alive) == len(f.hidden[len(f.hidden)-1].Categories) {
		return nil
	}
	return slices.Clone(alive)
}

// during cuts a selection down to the records of some batches; nil is all.
func (f *framer) during(batches []int, where plan.Selection) plan.Selection {
	if batches == nil {
		return where
	}
	return append(where, plan.Subset{Axis: f.frame.organisations() + 1, Categories: batches})
}
