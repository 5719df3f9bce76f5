package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
)

// tries bounds how often an answer that breaks a rule is drawn again.
const tries = 200

// author completes records as people would answer, within the codebook's rules.
type author struct {
	book   *codelist.Book
	habits habits
	random *rand.Rand
}

// complete gives a full record around the answers of sketch. An answer of the
// sketch that a rule makes impossible becomes not_applicable; of a count-only
// record nothing is left but the few fields it may hold. Warnings count as
// rules here.
func (w author) complete(sketch Answers) (Answers, error) {
	a := sketch.clone()
	minimal := a.says(fieldConsent, countOnly)
	for _, f := range inOrderOfAnswering(w.book) {
		switch {
		case minimal && !f.CountOnly:
			delete(a, f.Name)
		case minimal && len(a[f.Name]) > 0:
		default:
			codes, err := w.answer(f, a)
			if err != nil {
				return nil, err
			}
			a[f.Name] = codes
		}
	}
	return a, nil
}

// inOrderOfAnswering gives the core fields before the extended ones, which the
// rules make hang on them.
func inOrderOfAnswering(book *codelist.Book) []codelist.Field {
	fields := answered(book)
	slices.SortStableFunc(fields, func(a, b codelist.Field) int {
		switch {
		case a.Core == b.Core:
			return 0
		case a.Core:
			return -1
		}
		return 1
	})
	return fields
}

// answer keeps what is stated if the rules let it stand. Otherwise the question
// is beside the point, if the rules say so, or the answer is drawn.
func (w author) answer(f codelist.Field, a Answers) ([]codelist.Code, error) {
	codes, err := a[f.Name], error(nil)
	for range tries {
		if len(codes) > 0 && w.lawful(f, a, codes) {
			return w.ordered(f, codes), nil
		}
		if len(codes) > 0 && w.besideThePoint(f, a) {
			return []codelist.Code{codelist.NotApplicable}, nil
		}
		if codes, err = w.habits.draw(w.random, f, a); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("no habit for field %s keeps the rules", f.Name)
}

// besideThePoint says whether f may be not applicable. The number of children
// may, although it is then left out rather than sent.
func (w author) besideThePoint(f codelist.Field, a Answers) bool {
	possible := f.Kind == codelist.Number || slices.Contains(f.Missing, codelist.NotApplicable)
	return possible && w.lawful(f, a, []codelist.Code{codelist.NotApplicable})
}

// lawful says whether codes may stand in f beside the answers before it.
func (w author) lawful(f codelist.Field, a Answers, codes []codelist.Code) bool {
	trial := Answers{f.Name: codes}
	for _, rule := range w.book.Rules {
		for _, clause := range rule.Clauses {
			if clause.Then.Field == f.Name && holdAll(a, clause.When) && !trial.meets(clause.Then) {
				return false
			}
		}
	}
	return true
}

func holdAll(a Answers, when []codelist.Condition) bool {
	return !slices.ContainsFunc(when, func(c codelist.Condition) bool { return !a.meets(c) })
}

// ordered puts codes in the order of their list, as a form would send them.
func (w author) ordered(f codelist.Field, codes []codelist.Code) []codelist.Code {
	list := codesOf(w.book, f)
	slices.SortStableFunc(codes, func(a, b codelist.Code) int { return slices.Index(list, a) - slices.Index(list, b) })
	return codes
}
