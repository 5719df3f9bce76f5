package codelist

import "slices"

// newList makes a list that finds its codes fast.
func newList(name string, entries []Entry) List {
	l := List{Name: name, Entries: entries, index: make(map[Code]int, len(entries))}
	for i, e := range entries {
		l.index[e.Code] = i
	}
	return l
}

// Index gives a code's stable number inside the list.
func (l List) Index(code Code) (int, bool) {
	e, ok := l.Entry(code)
	return e.Index, ok
}

// Entry gives what the list says about a code.
func (l List) Entry(code Code) (Entry, bool) {
	i, ok := l.index[code]
	if l.index == nil { // a list made by hand
		i = slices.IndexFunc(l.Entries, func(e Entry) bool { return e.Code == code })
		ok = i >= 0
	}
	if !ok {
		return Entry{}, false
	}
	return l.Entries[i], true
}

// Field gives a field by its name.
func (b *Book) Field(name FieldName) (Field, bool) {
	i, ok := b.byName[name]
	if b.byName == nil { // a book made by hand
		i = slices.IndexFunc(b.Fields, func(f Field) bool { return f.Name == name })
		ok = i >= 0
	}
	if !ok {
		return Field{}, false
	}
	return b.Fields[i], true
}

// Group gives the codes of a named group of a field, e.g. "minor" of age_band
// or "known" of perpetrator_relation. Every group of the field's ladder has its
// name; a name means the same codes on every rung. Crosswalks are not found:
// they are never published.
func (b *Book) Group(field FieldName, group Code) ([]Code, bool) {
	f, ok := b.Field(field)
	if !ok {
		return nil, false
	}
	for _, r := range f.Ladder {
		for _, g := range r.Groups {
			if g.Code == group {
				return slices.Clone(g.Codes), true
			}
		}
	}
	return nil, false
}

// Rung gives a rung of the ladder by its name.
func (l Ladder) Rung(name string) (Rung, bool) {
	for _, r := range l {
		if r.Name == name {
			return r, true
		}
	}
	return Rung{}, false
}

// Enum gives the words that a sender may use in a field: the codes of its list
// in order but for deprecated ones, then the missing codes that it allows. A
// number field has its missing codes only; record_id and contact_year have none.
func (b *Book) Enum(field FieldName) []string {
	f, ok := b.Field(field)
	if !ok {
		return nil
	}
	var out []string
	for _, e := range b.Lists[f.List].Entries {
		if !e.Deprecated {
			out = append(out, string(e.Code))
		}
	}
	for _, c := range f.Missing {
		out = append(out, string(c))
	}
	return out
}

// answers are all codes that may be stored for a field, whoever put them there:
// its codes (or the digits of its numbers) and every missing code.
func (b *Book) answers(f Field) []Code {
	var out []Code
	if len(f.Ladder) > 0 {
		for _, g := range f.Ladder[0].Groups {
			out = append(out, g.Codes...)
		}
	}
	return append(out, NotApplicable)
}
