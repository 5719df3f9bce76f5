package codelist

import (
	"slices"
	"strconv"
)

// Names of the rungs and groups that every ladder has.
const (
	RungCodes  = "codes"  // the first: every code by itself
	RungStated = "stated" // the last: stated, or other_or_unknown

	GroupNotStated      Code = "not_stated" // the residual of the first rung
	GroupStated         Code = "stated"
	GroupOtherOrUnknown Code = "other_or_unknown" // the residual of every other rung
)

// ladder lays the rungs of a field: the codes, the written groupings, and
// stated against other_or_unknown.
func (b *builder) ladder(f fieldSource) Ladder {
	codes, residual, rungs := b.steps(f)
	if codes == nil {
		return nil
	}
	ends := b.src.LadderEnds
	missing := b.gaps()
	out := Ladder{firstRung(codes, Group{Code: GroupNotStated, Label: ends.NotStated, Codes: missing, Residual: true})}
	rest := Group{
		Code: GroupOtherOrUnknown, Label: ends.OtherOrUnknown,
		Codes: append(slices.Clone(residual), missing...), Residual: true,
	}
	if len(residual) == 0 {
		rest.Label = ends.NotStated
	}
	for _, r := range rungs {
		out = append(out, b.rung(f.Name, r, codes, rest))
	}
	stated := Group{Code: GroupStated, Label: ends.Stated}
	for _, e := range codes {
		if !slices.Contains(residual, e.Code) {
			stated.Codes = append(stated.Codes, e.Code)
		}
	}
	return append(out, Rung{Name: RungStated, Groups: []Group{stated, rest}})
}

// steps gives what a field's ladder is made of; no codes for a field without one.
func (b *builder) steps(f fieldSource) (codes []Entry, residual []Code, rungs []rungSource) {
	switch f.Kind {
	case Number:
		return b.numbers(f), nil, f.Rungs
	case Coded:
		i := slices.IndexFunc(b.src.Lists, func(l listSource) bool { return l.Name == f.List })
		if i < 0 {
			b.fault("field %q: unknown list %q", f.Name, f.List)
			return nil, nil, nil
		}
		if f.Rungs != nil || f.Values != nil {
			b.fault("field %q: the rungs and values of a coded field stand in its list", f.Name)
		}
		l := b.src.Lists[i]
		return b.book.Lists[f.List].Entries, l.Residual, l.Rungs
	default:
		return nil, nil, nil
	}
}

// numbers gives the values of a number field as entries.
func (b *builder) numbers(f fieldSource) []Entry {
	if f.Min < 0 || f.Max < f.Min || f.Max-f.Min > maxNumbers { // from 0, so that the difference cannot overflow
		b.fault("field %q: %d to %d is no range of at most %d numbers", f.Name, f.Min, f.Max, maxNumbers+1)
		return nil
	}
	var out []Entry
	for n := f.Min; n <= f.Max; n++ {
		digits := strconv.Itoa(n)
		out = append(out, Entry{Code: Code(digits), Index: n - f.Min, Label: Text{SV: digits, EN: digits}})
	}
	for _, v := range f.Values {
		i := slices.IndexFunc(out, func(e Entry) bool { return e.Code == v.Code })
		if i < 0 {
			b.fault("field %q: %q is outside its range", f.Name, v.Code)
			continue
		}
		out[i].Label = v.Text
	}
	return out
}

// gaps are the missing codes that fold together in every residual.
func (b *builder) gaps() []Code {
	var out []Code
	for _, e := range b.book.Missing {
		if e.Code != NotApplicable {
			out = append(out, e.Code)
		}
	}
	return out
}

func firstRung(codes []Entry, residual Group) Rung {
	r := Rung{Name: RungCodes}
	for _, e := range codes {
		r.Groups = append(r.Groups, single(e))
	}
	r.Groups = append(r.Groups, residual)
	return r
}

// rung makes one written rung: its groups and the codes it keeps, in the order
// of the list, then the residual.
func (b *builder) rung(field FieldName, src rungSource, codes []Entry, rest Group) Rung {
	r := Rung{Name: src.Name}
	for _, g := range src.Groups {
		r.Groups = append(r.Groups, Group{Code: g.Code, Label: g.Text, Codes: g.Codes})
	}
	for _, c := range src.Keep {
		i := slices.IndexFunc(codes, func(e Entry) bool { return e.Code == c })
		if i < 0 {
			b.fault("field %q, rung %q: no code %q to keep", field, src.Name, c)
			continue
		}
		r.Groups = append(r.Groups, single(codes[i]))
	}
	place := func(g Group) int {
		return slices.IndexFunc(codes, func(e Entry) bool { return slices.Contains(g.Codes, e.Code) })
	}
	slices.SortStableFunc(r.Groups, func(x, y Group) int { return place(x) - place(y) })
	r.Groups = append(r.Groups, rest)
	return r
}

func single(e Entry) Group {
	return Group{Code: e.Code, Label: e.Label, Codes: []Code{e.Code}}
}
