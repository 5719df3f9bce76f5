package frame

import (
	"math/bits"
	"slices"
	"strconv"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/record"
)

// Limits of one field: codes, and answers told apart.
const (
	maxCodes      = 64
	maxCategories = 1 << 10
)

// notAskedMissing is the answer "not asked" of a person who went missing before
// the question could be put. It stands for no code: it is split from not_asked
// where a figure's ask rate leaves such persons out.
const notAskedMissing codelist.Code = "not_asked:went_missing"

// codes is a set of codes of one field, by their place among variable.codes.
type codes uint64

// variable is one field of the record. Its categories are the answers that the
// registered code sets can tell apart: vectors of "meets set i". A single code
// meets the sets it is in; of several codes, a set is met when one of them is.
type variable struct {
	column record.Column
	codes  []codelist.Code
	sets   []codes
	shown  []codes // of the sets, those that the plan looks at
	axis   bool    // the plan looks at the field
	// groups are the conditions that the population stands for; see population.
	groups []query
	read   bool // needed to place a record
	split  int  // the place of notAskedMissing, or -1

	tooFine bool
	vectors []uint64       // by category
	of      map[uint64]int // back
	stated  []codes        // by category, of a single-valued field: the codes in it
	alive   set            // categories that some valid record of the plan has
	final   []int          // category -> category of the axis, -1 for a dead one
	place   int            // of the axis in the system, -1 if it has none
}

// newVariable lists every code that a valid record can hold in the field.
func newVariable(book *codelist.Book, column record.Column) *variable {
	v := &variable{column: column, split: -1, place: -1}
	for _, e := range column.List.Entries {
		v.codes = append(v.codes, e.Code)
	}
	if f := column.Field; f.Kind == codelist.Number {
		for n := f.Min; n <= f.Max; n++ {
			v.codes = append(v.codes, codelist.Code(strconv.Itoa(n)))
		}
	}
	for _, e := range book.Missing {
		if slices.Contains(column.Field.Missing, e.Code) || e.Code == codelist.NotApplicable && demanded(book, column.Field.Name) {
			v.codes = append(v.codes, e.Code)
		}
	}
	return v
}

// demanded says whether a rule ever makes the field not applicable.
func demanded(book *codelist.Book, field codelist.FieldName) bool {
	for _, r := range book.Rules {
		for _, c := range r.Clauses {
			if !r.Warning && !c.Then.Not && c.Then.Field == field && slices.Equal(c.Then.Codes, []codelist.Code{codelist.NotApplicable}) {
				return true
			}
		}
	}
	return false
}

// splitNotAsked tells the persons apart who went missing before they could be asked.
func (v *variable) splitNotAsked() {
	if v.split < 0 && slices.Contains(v.codes, codelist.NotAsked) {
		v.split = len(v.codes)
		v.codes = append(v.codes, notAskedMissing)
	}
}

// pick gives the set of the codes that the field knows. A person who could not
// be asked was not asked.
func (v *variable) pick(wanted []codelist.Code) codes {
	var out codes
	for _, code := range wanted {
		if i := slices.Index(v.codes, code); i >= 0 && i < maxCodes {
			out |= 1 << i
		}
		if code == codelist.NotAsked && v.split >= 0 {
			out |= 1 << v.split
		}
	}
	return out
}

func (v *variable) all() codes { return 1<<len(v.codes) - 1 }

// tell registers a set whose members are to be told apart from the rest.
func (v *variable) tell(s codes) {
	if !slices.Contains(v.sets, s) {
		v.sets = append(v.sets, s)
	}
}

// show registers a set that the plan looks at.
func (v *variable) show(s codes) {
	v.axis = true
	v.tell(s)
	if !slices.Contains(v.shown, s) {
		v.shown = append(v.shown, s)
	}
}

// vector says which sets an answer meets.
func (v *variable) vector(answer codes) uint64 {
	var out uint64
	for i, s := range v.sets {
		if s&answer != 0 {
			out |= 1 << i
		}
	}
	return out
}

// missing says whether a code is one of the shared missing codes.
func missing(code codelist.Code) bool {
	switch code {
	case codelist.Unknown, codelist.NotAsked, codelist.Declined, codelist.NotApplicable, codelist.NotRecorded, notAskedMissing:
		return true
	}
	return false
}

// build finds the categories. Codes stand alone in a single-valued field; in
// any other, a missing code and "none identified" stand alone and the rest in
// any company.
func (v *variable) build() {
	v.of = make(map[uint64]int)
	if len(v.sets) > maxCodes || len(v.codes) > maxCodes {
		v.tooFine = true
		return
	}
	var company []uint64 // distinct vectors of the codes that combine
	for i, code := range v.codes {
		vector := v.vector(1 << i)
		if v.column.Field.Multi && !missing(code) && code != record.NoneIdentified && !slices.Contains(company, vector) {
			company = append(company, vector)
		}
		v.stated[v.category(vector)] |= 1 << i
	}
	for grown := true; grown && !v.tooFine; {
		grown = v.combine(company)
	}
	v.alive = fullSet(len(v.vectors))
}

// combine adds the answers that hold one code more.
func (v *variable) combine(company []uint64) (grown bool) {
	for _, a := range slices.Clone(v.vectors) {
		if !v.combines(a, company) {
			continue
		}
		for _, b := range company {
			before := len(v.vectors)
			v.category(a | b)
			grown = grown || len(v.vectors) > before
			if len(v.vectors) > maxCategories {
				v.tooFine = true
				return false
			}
		}
	}
	return grown
}

// combines says whether an answer with this vector can be made of codes that
// combine: then their vectors make it up.
func (v *variable) combines(vector uint64, company []uint64) bool {
	var union uint64
	any := false
	for _, b := range company {
		if b&^vector == 0 {
			union |= b
			any = true
		}
	}
	return any && union == vector
}

func (v *variable) category(vector uint64) int {
	c, known := v.of[vector]
	if !known {
		c = len(v.vectors)
		v.of[vector] = c
		v.vectors = append(v.vectors, vector)
		v.stated = append(v.stated, 0)
	}
	return c
}

// meets gives the categories that meet a registered set, or that do not.
func (v *variable) meets(t test) set {
	bit := slices.Index(v.sets, t.codes)
	out := newSet(len(v.vectors))
	for c, vector := range v.vectors {
		if (vector>>bit&1 == 1) != t.not {
			out.add(c)
		}
	}
	return out
}

// answer gives the codes that a record states.
func (v *variable) answer(schema *record.Schema, a record.Answers, buffer []codelist.Code) codes {
	if n, ok := schema.Number(a, v.column); ok {
		return 1 << (n - v.column.Field.Min)
	}
	return v.pick(schema.AppendCodes(buffer[:0], a, v.column)) &^ v.splitBit()
}

func (v *variable) splitBit() codes {
	if v.split < 0 {
		return 0
	}
	return 1 << v.split
}

// first gives the lowest place in a set.
func (s codes) first() int { return bits.TrailingZeros64(uint64(s)) }
func (s codes) count() int { return bits.OnesCount64(uint64(s)) }

// test is a condition on one variable: an answer meets it when it has one of
// the codes (not: none of them).
type test struct {
	variable int
	codes    codes
	not      bool
	universe bool // it is a universe's condition, not a figure's or a table's
}

func (t test) met(answer codes) bool { return (t.codes&answer != 0) != t.not }

// query is a conjunction.
type query []test
