// Package figure defines figures over codes: universe, numerator, denominator
// and wording, and holds no numbers.
//
// The figures are data (figures.yaml): adding one needs no Go. Loading checks
// them against a codebook, so a figure over a field or a code that does not
// exist stops the program at start and never answers with a wrong number.
package figure

import (
	"manniskohandel.se/casestat/pkg/codelist"
)

// Name names a figure, a universe or a wording for good; callers program
// against it.
type Name string

// Kind says what a figure states.
type Kind string

// The kinds of figure.
const (
	Count   Kind = "count"    // "15 ...": the numerator alone
	Share   Kind = "share"    // "26 of 35 ...": numerator and universe
	Total   Kind = "sum"      // "16 ...; 24 children in total": numerator and a sum over it
	AskRate Kind = "ask_rate" // "33 of 35 were asked ...": asked and eligible for the field Concerns
)

// Universe is the population of a figure: the records that meet every
// condition. A count-only record belongs to no universe.
type Universe struct {
	Name  Name
	Label codelist.Text
	Where []codelist.Condition
}

// Summand is a number field that may be added up. A value of OrMore stands for
// itself or more, so a sum over it is a lower bound; 0 means no such value.
type Summand struct {
	Field  codelist.FieldName `yaml:"field"`
	OrMore int                `yaml:"or_more"`
}

// Figure is one figure: how many of its universe meet every condition of
// Where (all of them, if there is none).
type Figure struct {
	Name     Name
	Label    codelist.Text
	Kind     Kind
	Universe Universe
	Where    []codelist.Condition
	Sum      Summand            // of a Total; the zero value otherwise
	Concerns codelist.FieldName // whose asked and answered stand beside the figure; "" for none

	wording Wording
}

// Recommendation is one of the six recommendations of the trend report, with
// the indicators that follow it up.
type Recommendation struct {
	Number     int
	Label      codelist.Text
	Indicators []Figure
}

// Earlier says how a record tells how many other members had met the person
// before: each condition is over the same field.
type Earlier struct {
	None, One, Two codelist.Condition
}

// Set is every figure of one release of casestat over one codebook. It is
// read-only.
type Set struct {
	Book *codelist.Book
	// CountOnly is met by a record that counts among contacts and persons alone.
	CountOnly codelist.Condition
	// Excused is met by a record of a person who went missing: that the
	// question was not asked is then no gap.
	Excused codelist.Condition
	Earlier Earlier
	// Summands are the number fields that tables and figures may add up.
	Summands        []Summand
	Universes       []Universe
	Slide           []Figure // the platform's slide, in its order
	Recommendations []Recommendation

	between Wording // contacts beside bounds of persons
	exactly Wording // likewise, where the bounds meet
	open    Wording
	byName  map[Name]Figure
}

// Figure finds a figure of the slide or an indicator by name.
func (s *Set) Figure(name Name) (Figure, bool) {
	f, ok := s.byName[name]
	return f, ok
}

// Universe finds a universe by name.
func (s *Set) Universe(name Name) (Universe, bool) {
	for _, u := range s.Universes {
		if u.Name == name {
			return u, true
		}
	}
	return Universe{}, false
}

// Summand finds a number field that may be added up.
func (s *Set) Summand(field codelist.FieldName) (Summand, bool) {
	for _, n := range s.Summands {
		if n.Field == field {
			return n, true
		}
	}
	return Summand{}, false
}

// All gives the slide's figures and then every indicator, in order.
func (s *Set) All() []Figure {
	all := append([]Figure(nil), s.Slide...)
	for _, r := range s.Recommendations {
		all = append(all, r.Indicators...)
	}
	return all
}
