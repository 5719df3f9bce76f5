package codelist

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// load reads, resolves and checks the codebook in a folder. The error lists
// everything that is wrong with it.
func load(fsys fs.FS) (*Book, error) {
	src, err := readSource(fsys)
	if err != nil {
		return nil, err
	}
	b := builder{src: src, book: &Book{Version: src.Version}}
	b.missing()
	b.lists()
	b.fields()
	b.rules()
	b.crosswalks()
	if err := errors.Join(errors.Join(b.faults...), b.book.check()); err != nil {
		return nil, err
	}
	return b.book, nil
}

// builder turns the written codebook into a Book. It gathers faults rather
// than stop at the first.
type builder struct {
	src    source
	book   *Book
	faults []error
}

func (b *builder) fault(format string, args ...any) {
	b.faults = append(b.faults, fmt.Errorf(format, args...))
}

func (b *builder) missing() {
	b.book.Missing = entries(b.src.Missing)
}

func (b *builder) lists() {
	b.book.Lists = make(map[string]List, len(b.src.Lists))
	for _, l := range b.src.Lists {
		if _, twice := b.book.Lists[l.Name]; twice {
			b.fault("list %q: defined twice", l.Name)
			continue
		}
		b.book.Lists[l.Name] = newList(l.Name, entries(l.Codes))
	}
}

func (b *builder) fields() {
	for _, f := range b.src.Fields {
		missing, ok := b.src.MissingSets[f.Missing]
		if !ok {
			b.fault("field %q: unknown missing set %q", f.Name, f.Missing)
		}
		b.book.Fields = append(b.book.Fields, Field{
			Number: f.Number, Name: f.Name, Label: f.Text,
			Kind: f.Kind, List: f.List, Min: f.Min, Max: f.Max,
			Core: f.Core, Multi: f.Multi, CountOnly: f.CountOnly,
			Missing: slices.Clone(missing), Identifies: f.Identifies,
			Ladder: b.ladder(f), Mappings: f.mappings(),
		})
	}
	slices.SortStableFunc(b.book.Fields, func(x, y Field) int { return x.Number - y.Number })
	b.book.byName = make(map[FieldName]int, len(b.book.Fields))
	for i, f := range b.book.Fields {
		b.book.byName[f.Name] = i
	}
}

func (b *builder) crosswalks() {
	b.book.Crosswalks = make(map[string]Rung, len(b.src.Crosswalks))
	for _, c := range b.src.Crosswalks {
		f, ok := b.book.Field(c.Field)
		if !ok {
			b.fault("crosswalk %q: unknown field %q", c.Name, c.Field)
			continue
		}
		if _, twice := b.book.Crosswalks[c.Name]; twice {
			b.fault("crosswalk %q: defined twice", c.Name)
		}
		r := Rung{Name: c.Name}
		for _, g := range c.Groups {
			r.Groups = append(r.Groups, Group{Code: g.Code, Label: g.Text, Codes: g.Codes})
			b.known(fmt.Sprintf("crosswalk %q", c.Name), f, g.Codes)
		}
		b.book.Crosswalks[c.Name] = r
	}
}

// known complains about codes that field f cannot hold.
func (b *builder) known(where string, f Field, codes []Code) {
	if len(codes) == 0 {
		b.fault("%s: no codes for field %q", where, f.Name)
	}
	for _, c := range codes {
		if !slices.Contains(b.book.answers(f), c) {
			b.fault("%s: field %q has no code %q", where, f.Name, c)
		}
	}
}

func entries(src []entrySource) []Entry {
	out := make([]Entry, len(src))
	for i, e := range src {
		out[i] = Entry{Code: e.Code, Index: i, Label: e.Text, Deprecated: e.Deprecated, Mappings: e.mappings()}
	}
	return out
}
