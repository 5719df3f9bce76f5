package demo

import (
	"errors"
	"fmt"
)

// Slide holds the numbers of the platform's slide.
type Slide struct {
	Persons      int // women and girls exploited for sexual purposes
	CivilSociety int // whose first contact was with civil society
	NeverDared   int // who never dared to report
	Undocumented int
	Violence     int // who were forced in by violence
	Relation     int // who have some relation to the perpetrator
	Parents      int
	Children     int // of the parents, in total
	Minors       int
}

// Expected is the slide that the script must give, to the digit.
var Expected = Slide{
	Persons: 35, CivilSociety: 15, NeverDared: 10, Undocumented: 7, Violence: 9,
	Relation: 26, Parents: 16, Children: 24, Minors: 7,
}

// Stated is one figure as it was answered.
type Stated struct {
	Name    string
	N       int
	Of      int // 0 where the figure has no denominator
	Sum     int // 0 where the figure has no sum
	AtLeast bool
}

// read puts the eight figures into their places. It refuses a figure that is
// not there, one it does not know, and a denominator that is not the universe.
func read(figures []Stated) (slide Slide, err error) {
	places := map[string]*int{
		"women_girls_sexual_exploitation": &slide.Persons,
		"first_contact_civil_society":     &slide.CivilSociety,
		"never_dared_to_report":           &slide.NeverDared,
		"undocumented":                    &slide.Undocumented,
		"forced_by_violence":              &slide.Violence,
		"relation_to_perpetrator":         &slide.Relation,
		"children":                        &slide.Parents,
		"minors_themselves":               &slide.Minors,
	}
	for _, f := range figures {
		place, known := places[f.Name]
		if !known {
			return slide, fmt.Errorf("figure %q is not of the slide, or there twice", f.Name)
		}
		*place = f.N
		delete(places, f.Name)
		if f.Name == "children" {
			slide.Children = f.Sum
		}
		if f.AtLeast {
			return slide, fmt.Errorf("figure %q is only a lower bound", f.Name)
		}
	}
	for _, f := range figures {
		if f.Of != 0 && f.Of != slide.Persons {
			return slide, fmt.Errorf("figure %q is of %d, not of the %d persons", f.Name, f.Of, slide.Persons)
		}
	}
	if len(places) > 0 {
		return slide, errors.New("the slide is not whole")
	}
	return slide, nil
}
