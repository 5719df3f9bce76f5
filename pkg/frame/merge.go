package frame

import (
	"encoding/binary"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// merge makes one category of those that neither the plan nor a ban tells
// apart, and an axis of every variable with more than one left.
func (f *framer) merge(bans []ban) {
	for i, v := range f.vars {
		if v.axis {
			v.merge(marks(i, bans))
		}
	}
	for _, v := range f.vars {
		if v.axis && (v.kept() > 1 || f.summed(v)) {
			v.place = len(f.frame.axes)
			f.frame.axes = append(f.frame.axes, v)
		}
	}
	f.frame.vars = f.vars
}

// summed says whether a sum weighs the variable, which needs its axis.
func (f *framer) summed(v *variable) bool {
	return slices.ContainsFunc(f.cells, func(c wantedCell) bool { return c.sum == v })
}

// marks are the sets of categories that bans name.
func marks(variable int, bans []ban) []set {
	var out []set
	for _, b := range bans {
		in := b.on(variable)
		if in != nil && !slices.ContainsFunc(out, func(s set) bool { return slices.Equal(s, in) }) {
			out = append(out, in)
		}
	}
	return out
}

func (v *variable) merge(marks []set) {
	var shown uint64
	for _, s := range v.shown {
		shown |= 1 << slices.Index(v.sets, s)
	}
	v.final = make([]int, len(v.vectors))
	seen := make(map[string]int)
	for c, vector := range v.vectors {
		if v.final[c] = none; !v.alive.has(c) {
			continue
		}
		key := binary.LittleEndian.AppendUint64(nil, vector&shown)
		for _, m := range marks {
			key = append(key, '0')
			if m.has(c) {
				key[len(key)-1] = '1'
			}
		}
		i, known := seen[string(key)]
		if !known {
			i = len(seen)
			seen[string(key)] = i
		}
		v.final[c] = i
	}
}

// kept is how many categories are left.
func (v *variable) kept() int { return slices.Max(v.final) + 1 }

// emit writes axes, bans, cells, ladders and tables.
func (f *framer) emit(bans []ban) {
	base := &f.frame.Layout.Base
	for _, v := range f.frame.axes {
		base.Axes = append(base.Axes, f.axis(v))
	}
	base.Axes = append(base.Axes, f.hidden...)
	for _, b := range bans {
		base.Bans = append(base.Bans, f.selection(b))
	}
	base.Bans = append(base.Bans, f.frame.panelBans()...)
	for _, c := range f.cells {
		f.cell(c)
	}
	f.ladders()
	for i := range f.tables {
		f.layTable(&f.tables[i])
	}
}

func (f *framer) axis(v *variable) plan.Axis {
	if v.groups != nil {
		return plan.Axis{Name: PopulationAxis, Categories: f.populationNames(v)}
	}
	role := plan.Sensitive
	if v.column.Field.Identifies >= 1 {
		role = plan.Identifying
	}
	return plan.Axis{Name: string(v.column.Field.Name), Categories: f.categoryNames(v), Role: role}
}

// cell writes one wanted cell.
func (f *framer) cell(c wantedCell) {
	where, ok := f.where(c.where)
	if !ok {
		f.refuse(c.nobody(), c.at)
		return
	}
	counted := func(where plan.Selection) plan.Selection {
		return f.during(c.batches, f.frame.within(c.panel, where))
	}
	cell := plan.Cell{Name: c.name, Where: counted(where), Rank: c.rank, Required: c.required}
	if c.sum != nil {
		cell.Weighted, cell.WeightAxis, cell.Weights = true, c.sum.place, c.sum.weights()
		if open, ok := f.where(c.open); ok && c.openInto != nil {
			*c.openInto = counted(open)
		}
	}
	i := f.addCell(cell, c.label, c.quantity)
	if c.past {
		f.frame.earlier = len(f.frame.Layout.Base.Cells)
	}
	if c.into != nil {
		*c.into = i
	}
	if c.universe != "" {
		f.frame.Sizes[c.universe] = i
	}
}

// nobody is why a cell that no valid record is in is refused.
func (c wantedCell) nobody() fault.Code {
	if c.past {
		return CodePastUnreadable
	}
	return CodeNobody
}

// addCell adds a cell. Two counts of the same persons are one cell, of the
// higher rank, and so are two sums of the same numbers. What an earlier release
// stated has the label that the plan gives it, if it does.
func (f *framer) addCell(c plan.Cell, label codelist.Text, q plan.Quantity) int {
	base := &f.frame.Layout.Base
	i := slices.IndexFunc(base.Cells, func(o plan.Cell) bool { return sameNumber(o, c) })
	if i >= 0 {
		base.Cells[i].Rank = max(base.Cells[i].Rank, c.Rank)
		base.Cells[i].Required = base.Cells[i].Required || c.Required
		if f.frame.Labels[i].EN == base.Cells[i].Name {
			f.frame.Labels[i] = label
		}
		return i
	}
	base.Cells = append(base.Cells, c)
	f.frame.Labels = append(f.frame.Labels, label)
	f.frame.quantities = append(f.frame.quantities, q)
	return len(base.Cells) - 1
}

// sameNumber says whether two cells hold the same number whoever is counted.
func sameNumber(a, b plan.Cell) bool {
	return a.Weighted == b.Weighted && a.WeightAxis == b.WeightAxis && slices.Equal(a.Weights, b.Weights) && sameSelection(a.Where, b.Where)
}

func sameSelection(a, b plan.Selection) bool {
	return slices.EqualFunc(a, b, func(x, y plan.Subset) bool {
		return x.Axis == y.Axis && slices.Equal(x.Categories, y.Categories)
	})
}

// where writes a query for the system; ok is false if no living category meets
// it on some variable.
func (f *framer) where(q query) (out plan.Selection, ok bool) {
	for i, v := range f.vars {
		if !slices.ContainsFunc(q, func(t test) bool { return t.variable == i }) {
			continue
		}
		var in []int
		for _, c := range f.allowed(i, q).and(v.alive).members() {
			if !slices.Contains(in, v.final[c]) {
				in = append(in, v.final[c])
			}
		}
		if len(in) == 0 {
			return nil, false
		}
		if len(in) < v.kept() {
			slices.Sort(in)
			out = append(out, plan.Subset{Axis: v.place, Categories: in})
		}
	}
	return out, true
}

// weights are what a person of each category adds to a sum: her number, or
// nothing if it is missing.
func (v *variable) weights() []int {
	out := make([]int, v.kept())
	for c, in := range v.stated {
		place := in.first()
		if v.final[c] >= 0 && v.column.Field.Min+place <= v.column.Field.Max {
			out[v.final[c]] = v.column.Field.Min + place
		}
	}
	return out
}
