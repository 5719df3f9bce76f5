package figure

import (
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
)

// phrases are the words of a definition in one language.
type phrases struct {
	among, counted, summed, asked string
	everyone, or, not, and        string
}

var words = map[codelist.Lang]phrases{
	codelist.Swedish: {
		among: "Räknas bland", counted: "Räknas när", summed: "Läggs ihop",
		asked: "Räknas när frågan ställdes", everyone: "alla fullständiga poster",
		or: " eller ", not: "inte ", and: "; ",
	},
	codelist.English: {
		among: "Counted among", counted: "Counted when", summed: "Added up",
		asked: "Counted when the question was put", everyone: "all full records",
		or: " or ", not: "not ", and: "; ",
	},
}

// Definition says in plain words what the figure counts, with the codebook's
// labels.
func (s *Set) Definition(f Figure) codelist.Text {
	return codelist.Text{
		SV: s.define(f, codelist.Swedish),
		EN: s.define(f, codelist.English),
	}
}

func (s *Set) define(f Figure, lang codelist.Lang) string {
	w := words[lang]
	sentences := []string{w.among + ": " + s.conditions(f.Universe.Where, lang)}
	if len(f.Where) > 0 {
		sentences = append(sentences, w.counted+": "+s.conditions(f.Where, lang))
	}
	if f.Kind == AskRate {
		sentences = append(sentences, w.asked+": "+s.field(f.Concerns).Label.In(lang))
	}
	if f.Kind == Total {
		sentences = append(sentences, w.summed+": "+s.field(f.Sum.Field).Label.In(lang))
	}
	return strings.Join(sentences, ". ") + "."
}

func (s *Set) conditions(where []codelist.Condition, lang codelist.Lang) string {
	if len(where) == 0 {
		return words[lang].everyone
	}
	parts := make([]string, len(where))
	for i, c := range where {
		parts[i] = s.condition(c, lang)
	}
	return strings.Join(parts, words[lang].and)
}

func (s *Set) condition(c codelist.Condition, lang codelist.Lang) string {
	w := words[lang]
	field := s.field(c.Field)
	labels := make([]string, len(c.Codes))
	for i, code := range c.Codes {
		labels[i] = s.label(field, code).In(lang)
	}
	answer := strings.Join(labels, w.or)
	if c.Not {
		answer = w.not + answer
	}
	return field.Label.In(lang) + " = " + answer
}

func (s *Set) field(name codelist.FieldName) codelist.Field {
	f, _ := fieldOf(s.Book, name)
	return f
}

func (s *Set) label(field codelist.Field, code codelist.Code) codelist.Text {
	for _, entries := range [][]codelist.Entry{s.Book.Lists[field.List].Entries, s.Book.Missing} {
		for _, e := range entries {
			if e.Code == code {
				return e.Label
			}
		}
	}
	return codelist.Text{SV: string(code), EN: string(code)}
}

func fieldOf(book *codelist.Book, name codelist.FieldName) (codelist.Field, bool) {
	for _, f := range book.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return codelist.Field{}, false
}
