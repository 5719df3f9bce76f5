package frame

import (
	"encoding/binary"
	"iter"
	"maps"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
)

// Origin says where a record came from, as categories of the hidden axes.
type Origin struct {
	Organisation int
	Batch        int
}

// Atom places a record of the frame's codebook: its category on every axis. ok
// is false for a record in none of the plan's universes, which touches no cell,
// and for answers that no valid record has.
func (f *Frame) Atom(a record.Answers, from Origin) (atom []int, ok bool) {
	atom, in, valid := f.locate(a, from)
	return atom, in && valid
}

// locate places a record. in: it belongs to a universe; valid: its answers
// have a place.
func (f *Frame) locate(a record.Answers, from Origin) (atom []int, in, valid bool) {
	if len(a) != f.schema.Width {
		return nil, false, false
	}
	answers := f.answers(a)
	if f.countOnly.met(answers[f.countOnly.variable]) {
		return nil, false, true
	}
	if !slices.ContainsFunc(f.universes, func(u query) bool { return u.met(answers) }) {
		return nil, false, true
	}
	for i, v := range f.vars {
		if v.place < 0 {
			continue
		}
		c, known := v.lookup(i, answers)
		if !known {
			return nil, true, false
		}
		atom = append(atom, c)
	}
	return f.hide(atom, from)
}

// lookup gives the category of the i-th variable on its axis.
func (v *variable) lookup(i int, answers []codes) (category int, ok bool) {
	vector := v.member(answers)
	if v.groups == nil {
		vector = v.vector(answers[i])
	}
	c, known := v.of[vector]
	if !known || v.final[c] < 0 || v.groups == nil && answers[i] == 0 {
		return none, false
	}
	return v.final[c], true
}

// hide adds the hidden categories, and the group of panels that follows from them.
func (f *Frame) hide(atom []int, from Origin) (_ []int, in, valid bool) {
	at := f.organisations()
	for i, c := range []int{from.Organisation, from.Batch} {
		if c < 0 || c >= len(f.Layout.Base.Axes[at+i].Categories) {
			return nil, true, false
		}
	}
	if f.groups != nil {
		atom = append(atom, f.groupOf(f.Layout.Base.Axes[at].Categories[from.Organisation]))
	}
	return append(atom, from.Organisation, from.Batch), true, true
}

// answers reads every field that the plan or a universe looks at.
func (f *Frame) answers(a record.Answers) []codes {
	out := make([]codes, len(f.vars))
	buffer := make([]codelist.Code, 0, maxCodes)
	for i, v := range f.vars {
		if v.groups == nil && (v.read || v.axis) {
			out[i] = v.answer(f.schema, a, buffer)
		}
	}
	for i, v := range f.vars {
		notAsked := v.split >= 0 && out[i] == v.pick([]codelist.Code{codelist.NotAsked})&^v.splitBit()
		if notAsked && f.excused.met(out[f.excused.variable]) {
			out[i] = v.splitBit()
		}
	}
	return out
}

func (q query) met(answers []codes) bool {
	for _, t := range q {
		if !t.met(answers[t.variable]) {
			return false
		}
	}
	return true
}

// Data counts records by their atoms, sorted. Records outside every universe
// are left out; one whose answers have no place is an error, which names no
// answer.
func (f *Frame) Data(records iter.Seq2[record.Answers, Origin]) ([]plan.Count, error) {
	tally := make(map[string]*plan.Count)
	for a, from := range records {
		atom, in, valid := f.locate(a, from)
		switch {
		case !valid:
			return nil, fault.New(fault.Invalid, CodeRecordOutside)
		case !in:
			continue
		}
		key := key(atom)
		if tally[key] == nil {
			tally[key] = &plan.Count{Atom: atom}
		}
		tally[key].N++
	}
	out := make([]plan.Count, 0, len(tally))
	for _, k := range slices.Sorted(maps.Keys(tally)) {
		out = append(out, *tally[k])
	}
	return out, nil
}

// key orders atoms as their categories do.
func key(atom []int) string {
	b := make([]byte, 0, 4*len(atom))
	for _, c := range atom {
		b = binary.BigEndian.AppendUint32(b, uint32(c))
	}
	return string(b)
}
