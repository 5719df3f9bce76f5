package demo

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"go.yaml.in/yaml/v3"

	"manniskohandel.se/casestat/pkg/codelist"
)

// usualGap is how many answers in a hundred are missing where a habit does not say.
const usualGap = 9

// habit is how the answers to one field fall under some condition.
type habit struct {
	When map[codelist.FieldName][]codelist.Code `yaml:"when"`
	Of   map[codelist.Code]int                  `yaml:"of"`
	Take int                                    `yaml:"take"`
	Gap  *int                                   `yaml:"gap"`
}

type habits map[codelist.FieldName][]habit

// gaps are the missing codes by how often they are given.
var gaps = map[codelist.Code]int{codelist.Unknown: 4, codelist.NotAsked: 4, codelist.Declined: 2, codelist.NotRecorded: 2}

// readHabits refuses a file that forgets a field or knows a code that the
// codebook does not.
func readHabits(text []byte, book *codelist.Book) (habits, error) {
	var h habits
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&h); err != nil {
		return nil, fmt.Errorf("habits: %w", err)
	}
	for _, f := range answered(book) {
		if len(h[f.Name]) == 0 {
			return nil, fmt.Errorf("habits: field %s is missing", f.Name)
		}
		for _, c := range h[f.Name] {
			if err := c.check(book, f); err != nil {
				return nil, fmt.Errorf("habits: %w", err)
			}
		}
	}
	return h, nil
}

func (c habit) check(book *codelist.Book, f codelist.Field) error {
	for name, codes := range c.When {
		asked, known := book.Field(name)
		if !known {
			return fmt.Errorf("there is no field %s", name)
		}
		if err := checkCodes(book, asked, codes); err != nil {
			return err
		}
	}
	return checkCodes(book, f, slices.Collect(maps.Keys(c.Of)))
}

// answered gives the fields that hold an answer, in the order of the codebook:
// all but the record's id and year.
func answered(book *codelist.Book) []codelist.Field {
	return slices.DeleteFunc(slices.Clone(book.Fields), func(f codelist.Field) bool {
		return f.Kind != codelist.Coded && f.Kind != codelist.Number
	})
}

func checkCodes(book *codelist.Book, f codelist.Field, codes []codelist.Code) error {
	for _, code := range codes {
		if f.Kind == codelist.Coded && !slices.Contains(codesOf(book, f), code) {
			return fmt.Errorf("field %s has no code %s", f.Name, code)
		}
	}
	return nil
}

func codesOf(book *codelist.Book, f codelist.Field) []codelist.Code {
	var codes []codelist.Code
	for _, e := range book.Lists[f.List].Entries {
		codes = append(codes, e.Code)
	}
	return append(codes, f.Missing...)
}

// draw gives an answer to f as people in the situation of a give it.
func (h habits) draw(random *rand.Rand, f codelist.Field, a Answers) ([]codelist.Code, error) {
	i := slices.IndexFunc(h[f.Name], func(c habit) bool { return c.holds(a) })
	if i < 0 {
		return nil, errors.New("no habit for field " + string(f.Name))
	}
	c := h[f.Name][i]
	if random.IntN(100) < c.gap() {
		return []codelist.Code{pick(random, possibleGaps(f))}, nil
	}
	left, codes := maps.Clone(c.Of), []codelist.Code(nil)
	for range 1 + random.IntN(max(c.Take, 1)) {
		if len(left) == 0 {
			break
		}
		code := pick(random, left)
		if code == "none_identified" && len(codes) > 0 {
			break
		}
		codes = append(codes, code)
		delete(left, code)
		if code == "none_identified" {
			break
		}
	}
	return codes, nil
}

func (c habit) holds(a Answers) bool {
	for field, codes := range c.When {
		if !a.meets(codelist.Condition{Field: field, Codes: codes}) {
			return false
		}
	}
	return true
}

func (c habit) gap() int {
	if c.Gap == nil {
		return usualGap
	}
	return *c.Gap
}

// possibleGaps are the missing codes that a sender may use for f. In a core
// field "not recorded" is for older material alone.
func possibleGaps(f codelist.Field) map[codelist.Code]int {
	possible := maps.Clone(gaps)
	maps.DeleteFunc(possible, func(code codelist.Code, _ int) bool {
		return !slices.Contains(f.Missing, code) || f.Core && code == codelist.NotRecorded
	})
	return possible
}

// pick draws one code by weight. The codes are sorted first, so that the same
// seed picks the same one.
func pick(random *rand.Rand, weights map[codelist.Code]int) codelist.Code {
	codes, total := slices.Sorted(maps.Keys(weights)), 0
	for _, code := range codes {
		total += weights[code]
	}
	at := random.IntN(total)
	for _, code := range codes {
		if at -= weights[code]; at < 0 {
			return code
		}
	}
	return codes[len(codes)-1]
}
