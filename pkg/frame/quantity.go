package frame

import (
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// quantity writes a query in the codebook's words. Read again, by this frame
// or by that of another plan, it is met by the same persons.
func (f *framer) quantity(q query, sum *variable) plan.Quantity {
	var out plan.Quantity
	for _, t := range q {
		c, says := f.vars[t.variable].condition(t)
		switch {
		case !says:
		case t.universe:
			out.Universe = append(out.Universe, c)
		default:
			out.Where = append(out.Where, c)
		}
	}
	if sum != nil {
		out.Sum = sum.column.Field.Name
	}
	return out
}

// condition writes a test; says is false if everybody meets it.
func (v *variable) condition(t test) (_ plan.Condition, says bool) {
	c := plan.Condition{Field: v.column.Field.Name}
	plain := v.pick([]codelist.Code{codelist.NotAsked}) &^ v.splitBit()
	if v.split >= 0 && t.codes&plain != 0 && t.codes&v.splitBit() == 0 {
		t.codes, t.not = v.all()&^t.codes, !t.not
	}
	if t.not {
		c.NotIn = v.written(t.codes)
		return c, len(c.NotIn) > 0
	}
	c.In = v.written(t.codes)
	return c, true
}

// written spells codes out. Not asked means whoever was not asked, for what
// reason ever; the reason is written only where it stands alone.
func (v *variable) written(in codes) []codelist.Code {
	if in&v.pick([]codelist.Code{codelist.NotAsked})&^v.splitBit() != 0 {
		in &^= v.splitBit()
	}
	var out []codelist.Code
	for i, code := range v.codes {
		if in>>i&1 == 1 {
			out = append(out, code)
		}
	}
	return out
}

// read makes a test of a written condition; ok is false if it cannot be one.
func (f *framer) read(c plan.Condition) (_ test, ok bool) {
	i, known := f.byName[c.Field]
	if !known || len(c.Groups) > 0 || (len(c.In) > 0) == (len(c.NotIn) > 0) {
		return test{}, false
	}
	v := f.vars[i]
	stated := slices.Concat(c.In, c.NotIn)
	if slices.ContainsFunc(stated, func(code codelist.Code) bool { return !slices.Contains(v.codes, code) }) {
		return test{}, false
	}
	return test{variable: i, codes: v.pick(stated), not: len(c.NotIn) > 0}, true
}
