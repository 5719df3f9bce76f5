package auditor

import (
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// Reasons for which something is refused before it is audited.
const (
	// CodeSystem: axes, selections, cells or the pattern do not fit together.
	CodeSystem fault.Code = "system_malformed"
	// CodeContradiction: no population has the values that are shown.
	CodeContradiction fault.Code = "values_contradict"
)

// Published is what everybody holds: the cells, which of them are shown, and
// their values.
type Published struct {
	System plan.System
	Shown  plan.Pattern
	Values []int // by cell; only those of shown cells are looked at
	// WithheldAtLeast is what readers know of every withheld count, because
	// smaller ones would have been shown: 1 where zeros are public.
	WithheldAtLeast int
}

// greatestValue bounds every published number, so that sums stay exact.
const greatestValue = 1 << 30

func (p Published) check() error {
	if err := checkSystem(p.System); err != nil {
		return err
	}
	if len(p.Shown) != len(p.System.Cells) || len(p.Values) != len(p.System.Cells) || p.WithheldAtLeast < 0 {
		return fault.New(fault.Invalid, CodeSystem)
	}
	for i, shown := range p.Shown {
		if shown && (p.Values[i] < 0 || p.Values[i] > greatestValue) {
			return fault.New(fault.Invalid, CodeSystem)
		}
	}
	return nil
}

func checkSystem(s plan.System) error {
	bad := fault.New(fault.Invalid, CodeSystem)
	for _, a := range s.Axes {
		if len(a.Categories) == 0 {
			return bad
		}
	}
	for _, b := range s.Bans {
		if !wellFormed(s.Axes, b) {
			return bad
		}
	}
	names := map[string]bool{}
	for _, c := range s.Cells {
		if names[c.Name] || !wellFormed(s.Axes, c.Where) || c.Weighted && !weighs(s.Axes, c) {
			return bad
		}
		names[c.Name] = true
	}
	return nil
}

// wellFormed: axes increase, categories increase and exist, and none is empty.
func wellFormed(axes []plan.Axis, where plan.Selection) bool {
	for i, s := range where {
		if s.Axis < 0 || s.Axis >= len(axes) || i > 0 && s.Axis <= where[i-1].Axis || len(s.Categories) == 0 {
			return false
		}
		for k, c := range s.Categories {
			if c < 0 || c >= len(axes[s.Axis].Categories) || k > 0 && c <= s.Categories[k-1] {
				return false
			}
		}
	}
	return true
}

func weighs(axes []plan.Axis, c plan.Cell) bool {
	if c.WeightAxis < 0 || c.WeightAxis >= len(axes) || len(c.Weights) != len(axes[c.WeightAxis].Categories) {
		return false
	}
	return slices.Min(c.Weights) >= 0 && slices.Max(c.Weights) <= 1000
}

// knowledge is what is published as rows and bans. Who is shown to be nobody
// is banned: that says the same and keeps programs small.
type knowledge struct {
	sizes []int
	rows  []row
	bans  []plan.Selection
	// counted: the size of the population is known.
	counted bool
}

// knowledge is that of a reader who besides knows some persons, and where there
// is nobody else: it is about everybody but those.
func (p Published) knowledge(known []plan.Count, empty []plan.Selection) knowledge {
	k := knowledge{sizes: make([]int, len(p.System.Axes))}
	for i, a := range p.System.Axes {
		k.sizes[i] = len(a.Categories)
	}
	for _, b := range slices.Concat(p.System.Bans, empty) {
		k.bans = append(k.bans, k.lean(b))
	}
	for i, c := range p.System.Cells {
		t := termOf(c)
		t.where = k.lean(t.where)
		own := quantity{{t, 1}}.of(known)
		switch {
		case p.Shown[i] && p.Values[i] == own:
			k.empty(t)
		case p.Shown[i]:
			k.rows = append(k.rows, row{term: t, lo: p.Values[i] - own, hi: p.Values[i] - own})
			k.counted = k.counted || t.weights == nil && len(t.where) == 0
		case p.WithheldAtLeast > own && !c.Weighted && !c.StructuralZero:
			k.rows = append(k.rows, row{term: t, lo: p.WithheldAtLeast - own, open: true})
		}
	}
	k.bans = irredundant(k.sizes, k.bans)
	return k
}

// lean drops the axes on which a selection names every category.
func (k *knowledge) lean(where plan.Selection) plan.Selection {
	return slices.DeleteFunc(slices.Clone(where), func(s plan.Subset) bool { return len(s.Categories) == k.sizes[s.Axis] })
}

// empty bans every atom that counts in a term whose sum is 0.
func (k *knowledge) empty(t term) {
	if t.weights == nil {
		k.bans = append(k.bans, t.where)
		return
	}
	var heavy []int
	for c, w := range t.weights {
		if w > 0 {
			heavy = append(heavy, c)
		}
	}
	if len(heavy) == 0 {
		return
	}
	if both, any := meet(t.where, plan.Selection{{Axis: t.axis, Categories: heavy}}); any {
		k.bans = append(k.bans, both)
	}
}

// about is what bears on the given axes: rows and bans over axes that are tied
// to them. The others form a population of their own; two populations of the
// same size can always be joined person by person, so that, when the size is
// known, neither tells anything about the other.
func (k *knowledge) about(axes []int) (rows []row, bans []plan.Selection, joined []int) {
	if !k.counted {
		for a := range k.sizes {
			joined = append(joined, a)
		}
		return k.rows, k.bans, joined
	}
	in := make([]bool, len(k.sizes))
	for _, a := range axes {
		in[a] = true
	}
	for grown := true; grown; {
		grown = false
		for _, r := range k.rows {
			grown = spread(in, r.axes()) || grown
		}
		for _, b := range k.bans {
			grown = spread(in, term{where: b}.axes()) || grown
		}
	}
	touches := func(axes []int) bool { return len(axes) == 0 || in[axes[0]] }
	for _, r := range k.rows {
		if touches(r.axes()) {
			rows = append(rows, r)
		}
	}
	for _, b := range k.bans {
		if touches(term{where: b}.axes()) {
			bans = append(bans, b)
		}
	}
	for a, is := range in {
		if is {
			joined = append(joined, a)
		}
	}
	return rows, bans, joined
}

// spread adds all axes when one of them is in; true if one was not.
func spread(in []bool, axes []int) bool {
	if !slices.ContainsFunc(axes, func(a int) bool { return in[a] }) {
		return false
	}
	grown := false
	for _, a := range axes {
		grown = grown || !in[a]
		in[a] = true
	}
	return grown
}
