package picture

import "manniskohandel.se/casestat/pkg/codelist"

// State says what is known of a number.
type State uint8

// The states.
const (
	Missing    State = iota // nobody collected it
	Exact                   // published
	Withheld                // exists, and is not published
	Impossible              // nobody can belong there
)

// Value is a number as the public knows it. The zero Value is missing.
type Value struct {
	State State
	N     int    // of an exact value
	Range *Range // where a withheld value lies for everybody; nil: nothing is established
}

// Range holds every number from From to To.
type Range struct {
	From, To int
	Open     bool // there is no upper end; To says nothing
}

// Exactly is a published number.
func Exactly(n int) Value { return Value{State: Exact, N: n} }

// Between is a withheld number that everybody can place from one number to
// another.
func Between(from, to int) Value {
	return Value{State: Withheld, Range: &Range{From: from, To: to}}
}

// AtLeast is a withheld number of which everybody knows the least it can be.
func AtLeast(from int) Value {
	return Value{State: Withheld, Range: &Range{From: from, Open: true}}
}

// extent is the part of an axis that a value takes: certain up to from, possible
// up to to, and beyond if open. A missing value takes none.
type extent struct {
	from, to int
	open     bool
}

// uncertain says whether there is more than one number in it.
func (e extent) uncertain() bool { return e.open || e.to > e.from }

// drawnAtMost bounds what is drawn, so that no axis overflows. What is printed is
// not bounded.
const drawnAtMost = 1_000_000_000_000

func (v Value) extent() extent {
	within := func(n int) int { return min(max(n, 0), drawnAtMost) }
	switch {
	case v.State == Exact:
		return extent{from: within(v.N), to: within(v.N)}
	case v.State != Withheld:
		return extent{}
	case v.Range == nil:
		return extent{open: true}
	}
	from := within(v.Range.From)
	return extent{from: from, to: max(from, within(v.Range.To)), open: v.Range.Open}.closed()
}

// closed drops the upper end that an open range does not have.
func (e extent) closed() extent {
	if e.open {
		e.to = e.from
	}
	return e
}

// short is the value as it is printed beside a mark.
func (v Value) short(lang Lang) string {
	switch {
	case v.State == Exact:
		return number(lang, v.N)
	case v.State == Missing:
		return missing.in(lang)
	case v.State == Impossible:
		return impossible.in(lang)
	case v.Range == nil:
		return withheld.in(lang)
	case v.Range.Open:
		return say(lang, atLeast, v.Range.From)
	}
	return number(lang, v.Range.From) + "–" + number(lang, v.Range.To)
}

// long is the value in the words of a description.
func (v Value) long(lang Lang) string {
	if placed := v.placed(lang); placed != "" {
		return withheld.in(lang) + " (" + placed + ")"
	}
	return v.short(lang)
}

// placed says where a withheld value lies, if anything is known of that.
func (v Value) placed(lang Lang) string {
	switch {
	case v.State != Withheld || v.Range == nil:
		return ""
	case v.Range.Open:
		return say(lang, atLeast, v.Range.From)
	}
	return say(lang, between, v.Range.From, v.Range.To)
}

// number writes a number as the sentences of figures do.
func number(lang Lang, n int) string { return codelist.Lang(lang).Number(n) }
