package codelist

import (
	"fmt"
	"slices"
)

// groupMissing names, in a rule, every missing code but not_applicable.
const groupMissing Code = "missing"

func (b *builder) rules() {
	for _, r := range b.src.Rules {
		rule := Rule{Code: r.Code, Text: r.Text, Warning: r.Warning}
		for i, c := range r.Clauses {
			where := fmt.Sprintf("rule %s, clause %d", r.Code, i+1)
			rule.Clauses = append(rule.Clauses, b.clauses(where, c)...)
		}
		b.book.Rules = append(b.book.Rules, rule)
	}
}

// clauses spells a written clause out: one for each field that it speaks of,
// and one more for the other direction of an exact one.
func (b *builder) clauses(where string, src clauseSource) []Clause {
	if forms := count(src.Then != nil, src.Apply != nil, src.NotApply != nil); forms != 1 {
		b.fault("%s: needs exactly one of then, apply and not_apply", where)
		return nil
	}
	if len(src.When) == 0 {
		b.fault("%s: no condition", where)
	}
	if src.Exactly && (len(src.When) != 1 || src.Apply == nil) {
		b.fault("%s: exactly needs one condition and apply", where)
		return nil
	}
	when := make([]Condition, len(src.When))
	for i, c := range src.When {
		when[i] = b.condition(where, c)
	}
	if src.Then != nil {
		return []Clause{{When: when, Then: b.condition(where, *src.Then)}}
	}
	var out []Clause
	for _, f := range src.NotApply {
		out = append(out, Clause{When: when, Then: b.applicable(where, f, false)})
	}
	for _, f := range src.Apply {
		out = append(out, Clause{When: when, Then: b.applicable(where, f, true)})
		if src.Exactly {
			otherwise := when[0]
			otherwise.Not = !otherwise.Not
			out = append(out, Clause{When: []Condition{otherwise}, Then: b.applicable(where, f, false)})
		}
	}
	return out
}

func (b *builder) applicable(where string, f FieldName, applies bool) Condition {
	return b.condition(where, conditionSource{Field: f, In: []Code{NotApplicable}, Not: applies})
}

// condition resolves the groups that a written condition names.
func (b *builder) condition(where string, src conditionSource) Condition {
	c := Condition{Field: src.Field, Codes: slices.Clone(src.In), Not: src.Not}
	f, ok := b.book.Field(src.Field)
	if !ok {
		b.fault("%s: unknown field %q", where, src.Field)
		return c
	}
	for _, g := range src.Group {
		codes, ok := b.group(f, g)
		if !ok {
			b.fault("%s: field %q has no group %q", where, src.Field, g)
		}
		c.Codes = append(c.Codes, codes...)
	}
	b.known(where, f, c.Codes)
	return c
}

func (b *builder) group(f Field, name Code) ([]Code, bool) {
	if name == groupMissing {
		return b.gaps(), true
	}
	return b.book.Group(f.Name, name)
}

// count says how many of its arguments hold.
func count(holds ...bool) int {
	n := 0
	for _, h := range holds {
		if h {
			n++
		}
	}
	return n
}

// forbids says whether the clause demands that its field be not_applicable.
func (c Clause) forbids() bool {
	return !c.Then.Not && len(c.Then.Codes) == 1 && c.Then.Codes[0] == NotApplicable
}
