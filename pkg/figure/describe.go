package figure

import (
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
)

// phrases are the words of a definition in one language.
type phrases struct {
	among, counted, summed, asked    string
	everyone, or, not, statedNot, to string
	open, shut                       string // quotation marks
}

var words = map[codelist.Lang]phrases{
	codelist.Swedish: {
		among: "Bland", counted: "Räknas när", summed: "Läggs ihop",
		asked: "Räknas när frågan ställts", everyone: "alla fullständiga poster",
		or: " eller ", not: "inte ", statedNot: "känt svar, men inte ", to: ": ", open: "”", shut: "”",
	},
	codelist.English: {
		among: "Among", counted: "Counted when", summed: "Added up",
		asked: "Counted when the question was put", everyone: "all full records",
		or: " or ", not: "not ", statedNot: "a known answer, but not ", to: ": ", open: "“", shut: "”",
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
	sentences := []string{w.among + w.to + s.conditions(f.Universe.Where, lang)}
	if len(f.Where) > 0 {
		sentences = append(sentences, w.counted+w.to+s.conditions(f.Where, lang))
	}
	if f.Kind == AskRate {
		sentences = append(sentences, w.asked+w.to+s.field(f.Concerns).Label.In(lang))
	}
	if f.Kind == Total {
		sentences = append(sentences, w.summed+w.to+s.field(f.Sum.Field).Label.In(lang))
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
	return strings.Join(parts, "; ")
}

func (s *Set) condition(c codelist.Condition, lang codelist.Lang) string {
	w := words[lang]
	field := s.field(c.Field)
	not, codes := "", c.Codes
	if c.Not {
		not = w.not
		if stated := s.withoutMissing(codes); len(codes)-len(stated) == len(s.Book.Missing) {
			not, codes = w.statedNot, stated
		}
	}
	labels := make([]string, len(codes))
	for i, code := range codes {
		labels[i] = w.open + s.label(field, code).In(lang) + w.shut
	}
	return field.Label.In(lang) + w.to + not + enumerate(labels, w.or)
}

// withoutMissing leaves the codes that are no missing codes.
func (s *Set) withoutMissing(codes []codelist.Code) []codelist.Code {
	return slices.DeleteFunc(slices.Clone(codes), func(code codelist.Code) bool {
		return slices.ContainsFunc(s.Book.Missing, func(e codelist.Entry) bool { return e.Code == code })
	})
}

// enumerate writes "a, b or c".
func enumerate(items []string, or string) string {
	last := len(items) - 1
	if last <= 0 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:last], ", ") + or + items[last]
}

func (s *Set) field(name codelist.FieldName) codelist.Field {
	f, _ := s.Book.Field(name)
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
