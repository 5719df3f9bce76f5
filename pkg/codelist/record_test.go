package codelist

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// answers is a record in the making: what each field holds so far.
type answers map[FieldName][]Code

func (a answers) of(f FieldName) []Code { return a[f] }

// hard gives the clauses that refuse a record; of one field, unless it is "".
func hard(b *Book, f FieldName) []Clause {
	var out []Clause
	for _, r := range b.Rules {
		for _, c := range r.Clauses {
			mentions := f == "" || c.Then.Field == f ||
				slices.ContainsFunc(c.When, func(w Condition) bool { return w.Field == f })
			if !r.Warning && mentions {
				out = append(out, c)
			}
		}
	}
	return out
}

// settles says whether every field of the clause is answered.
func (a answers) settles(c Clause) bool {
	for _, w := range c.When {
		if a[w.Field] == nil {
			return false
		}
	}
	return a[c.Then.Field] != nil
}

// broken gives a clause that the answers so far break.
func (a answers) broken(clauses []Clause) (Clause, bool) {
	for _, c := range clauses {
		if a.settles(c) && !c.holds(a.of) {
			return c, true
		}
	}
	return Clause{}, false
}

// options gives the single answers that a field can take beside the others. A
// number that does not apply is left out, which reads as not_applicable.
func (a answers) options(b *Book, f Field) []Code {
	var out []Code
	clauses := hard(b, f.Name)
	for _, c := range b.answers(f) {
		sendable := !slices.Contains(missingOrder, c) || slices.Contains(f.Missing, c)
		if !sendable && (f.Kind != Number || c != NotApplicable) {
			continue
		}
		a[f.Name] = []Code{c}
		if _, broken := a.broken(clauses); !broken {
			out = append(out, c)
		}
		delete(a, f.Name)
	}
	return out
}

// answered says whether a field is of the kind that rules and tables look at.
func answered(f Field) bool { return f.Kind == Coded || f.Kind == Number }

// draw answers every field in order, at random among what the earlier answers
// allow. With leaveOut it now and then leaves an extended field out.
func draw(t *rapid.T, b *Book, leaveOut bool) (answers, error) {
	a := answers{}
	for _, f := range b.Fields {
		if !answered(f) {
			continue
		}
		options := a.options(b, f)
		if len(options) == 0 {
			return a, fmt.Errorf("nothing can be answered to %s after %v", f.Name, a)
		}
		if leaveOut && !f.Core && rapid.Bool().Draw(t, "leave out "+string(f.Name)) {
			a[f.Name] = []Code{b.omitted(f.Name, a.of)}
			if !slices.Contains(options, a[f.Name][0]) {
				return a, fmt.Errorf("left out, %s becomes %s, but only %v is possible after %v", f.Name, a[f.Name], options, a)
			}
			continue
		}
		a.choose(t, b, f, options)
	}
	return a, nil
}

// choose answers one field, with several codes where it takes several.
func (a answers) choose(t *rapid.T, b *Book, f Field, options []Code) {
	first := rapid.SampledFrom(options).Draw(t, string(f.Name))
	a[f.Name] = []Code{first}
	if !f.Multi || slices.Contains(missingOrder, first) {
		return
	}
	clauses := hard(b, f.Name)
	for _, more := range rapid.SliceOfNDistinct(rapid.SampledFrom(options), 0, len(options), rapid.ID).Draw(t, "more") {
		before := a[f.Name]
		if more == first || slices.Contains(missingOrder, more) {
			continue
		}
		a[f.Name] = append(slices.Clone(before), more)
		if _, broken := a.broken(clauses); broken {
			a[f.Name] = before
		}
	}
}

// Whatever has been answered in the order of the codebook, the next field still
// has a possible answer: no rules contradict each other.
func TestRulesNeverLeaveAFieldWithoutAnAnswer(t *testing.T) {
	book := Current()
	rapid.Check(t, func(t *rapid.T) {
		a, err := draw(t, book, false)
		if err != nil {
			t.Fatal(err)
		}
		if c, broken := a.broken(hard(book, "")); broken {
			t.Fatalf("%v breaks %v", a, c)
		}
	})
}

func TestLeavingExtendedFieldsOutIsAlwaysValid(t *testing.T) {
	book := Current()
	rapid.Check(t, func(t *rapid.T) {
		a, err := draw(t, book, true)
		if err != nil {
			t.Fatal(err)
		}
		if c, broken := a.broken(hard(book, "")); broken {
			t.Fatalf("%v breaks %v", a, c)
		}
	})
}

// The defaults do not depend on the order in which left-out fields are filled.
func TestDefaultsLookOnlyAtEarlierFields(t *testing.T) {
	book := Current()
	rapid.Check(t, func(t *rapid.T) {
		a, err := draw(t, book, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range book.Fields {
			if !answered(f) {
				continue
			}
			earlier := func(name FieldName) []Code {
				if other, _ := book.Field(name); other.Number < f.Number {
					return a[name]
				}
				return nil
			}
			if all, some := book.omitted(f.Name, a.of), book.omitted(f.Name, earlier); all != some {
				t.Fatalf("%s: %s by all answers, %s by the earlier ones of %v", f.Name, all, some, a)
			}
		}
	})
}

// No code is dead: each answer that a sender may give stands in some valid record.
func TestEveryAnswerCanBeGiven(t *testing.T) {
	book := Current()
	for _, f := range book.Fields {
		if !answered(f) {
			continue
		}
		for _, code := range (answers{}).options(book, f) {
			if err := complete(book, answers{f.Name: {code}}); err != nil {
				t.Errorf("%s = %s: %v", f.Name, code, err)
			}
		}
	}
}

// complete answers the open fields with the first code that fits.
func complete(b *Book, a answers) error {
	for _, f := range b.Fields {
		if !answered(f) || a[f.Name] != nil {
			continue
		}
		options := a.options(b, f)
		if len(options) == 0 {
			return fmt.Errorf("nothing can be answered to %s", f.Name)
		}
		a[f.Name] = options[:1]
	}
	return nil
}

// Contrast: with one contradictory rule more, each of the three proofs fails.
func TestProofsNoticeContradictoryRules(t *testing.T) {
	with := func(c Clause) *Book {
		b := *Current()
		b.Rules = append(slices.Clone(b.Rules), Rule{Code: "R99", Clauses: []Clause{c}})
		return &b
	}
	exploited := []Condition{{Field: "person_role", Codes: []Code{"directly_exploited"}}}
	t.Run("no answer possible", func(t *testing.T) {
		book := with(Clause{When: exploited, Then: Condition{Field: "duration_band", Codes: []Code{NotApplicable}}})
		if complete(book, answers{"person_role": {"directly_exploited"}}) == nil {
			t.Error("a field that must and must not apply was answered")
		}
	})
	t.Run("default not possible", func(t *testing.T) {
		book := with(Clause{When: exploited, Then: Condition{Field: "pregnant", Codes: []Code{NotRecorded}, Not: true}})
		a := answers{"person_role": {"directly_exploited"}, "gender": {"woman"}, "age_band": {"24_26"}}
		f, _ := book.Field("pregnant")
		if slices.Contains(a.options(book, f), book.omitted("pregnant", a.of)) {
			t.Error("a forbidden default counts as possible")
		}
	})
	t.Run("dead code", func(t *testing.T) {
		book := with(Clause{When: exploited, Then: Condition{Field: "exploitation_types", Codes: []Code{"sexual"}, Not: true}})
		if complete(book, answers{"sexual_forms": {"prostitution"}}) == nil {
			t.Error("a form of sexual exploitation was answered without any")
		}
	})
}
