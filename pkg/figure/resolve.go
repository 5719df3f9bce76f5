package figure

import (
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
)

func (l *loader) conditions(at string, docs []conditionDoc) []codelist.Condition {
	conditions := make([]codelist.Condition, 0, len(docs))
	for _, doc := range docs {
		conditions = append(conditions, l.condition(at, doc))
	}
	return conditions
}

// condition resolves groups to codes and checks that every code exists.
func (l *loader) condition(at string, doc conditionDoc) codelist.Condition {
	field, ok := l.set.Book.Field(doc.Field)
	if !ok || field.Kind != codelist.Coded {
		l.refuse("%s: %q is not a coded field", at, doc.Field)
		return codelist.Condition{}
	}
	c := codelist.Condition{Field: doc.Field, Not: len(doc.NotIn)+len(doc.StatedNotIn) > 0}
	c.Codes = slices.Concat(doc.In, doc.NotIn, doc.StatedNotIn)
	if !oneOf(len(doc.In)+len(doc.Groups) > 0, len(doc.NotIn) > 0, len(doc.StatedNotIn) > 0) {
		l.refuse("%s: a condition on %s takes exactly one of in (and groups), not_in, stated_not_in", at, doc.Field)
	}
	for _, group := range doc.Groups {
		codes, ok := l.set.Book.Group(doc.Field, group)
		if !ok {
			l.refuse("%s: %s has no group %q", at, doc.Field, group)
		}
		c.Codes = append(c.Codes, codes...)
	}
	l.codes(at, field, c.Codes)
	if len(doc.StatedNotIn) > 0 {
		for _, m := range l.set.Book.Missing {
			c.Codes = append(c.Codes, m.Code)
		}
	}
	return c
}

func (l *loader) codes(at string, field codelist.Field, codes []codelist.Code) {
	known := slices.Concat(l.set.Book.Lists[field.List].Entries, l.set.Book.Missing)
	for i, code := range codes {
		if !slices.ContainsFunc(known, func(e codelist.Entry) bool { return e.Code == code }) {
			l.refuse("%s: %s has no code %q", at, field.Name, code)
		}
		if slices.Contains(codes[:i], code) {
			l.refuse("%s: %s names %q twice", at, field.Name, code)
		}
	}
}

func oneOf(given ...bool) bool {
	n := 0
	for _, g := range given {
		if g {
			n++
		}
	}
	return n == 1
}
