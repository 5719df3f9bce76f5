package export

import (
	"strings"
	"unicode"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/report"
)

// Cube is a table as every format of statistics sees it: dimensions, time and
// what is counted among them, and a number for every combination. All formats
// are written from it, so that they say the same.
type Cube struct {
	ID      string
	Title   codelist.Text
	Edition Edition
	// Dimensions are in the order of Numbers, the last running fastest. One of
	// them is the time and one says what is counted.
	Dimensions []Dimension
	// Across is how many of the last dimensions stand side by side where a format
	// has rows and columns; the others stand below each other.
	Across  int
	Numbers []report.Number
	// Total is the number that the cube is about as a whole. It is never the sum
	// of Numbers: it was protected as a number of its own. Nil: there is none.
	Total *report.Number
	Notes []codelist.Text
}

// Role says what a dimension is.
type Role int

// The roles.
const (
	Classification Role = iota
	Time                // its codes are years
	Contents            // what is counted
)

// Dimension is one side of a cube.
type Dimension struct {
	Code  string
	Label codelist.Text
	Role  Role
	// Options: the categories are options of which a person can have several, so
	// that they do not add up.
	Options    bool
	Categories []Category
}

// Category is one place on a dimension.
type Category struct {
	Code  string
	Label codelist.Text
	Unit  codelist.Text // what is counted, such as "persons"; of a Contents dimension alone
}

// The dimensions that every cube has, by the names that clients of PxWebApi
// know.
const (
	TimeCode     = "Tid"
	ContentsCode = "ContentsCode"
)

// Symbols stand where a number would. There is one for all that is withheld,
// whatever for.
const (
	SymbolWithheld   = ".."
	SymbolImpossible = "."
)

// maxPlaces bounds a cube.
const maxPlaces = 1 << 22

// normal gives the cube with labels that every format can hold: no control
// characters, and none twice in a dimension. It refuses what is no cube.
func (c *Cube) normal() (*Cube, error) {
	out := *c
	if err := out.check(); err != nil {
		return nil, err
	}
	out.Title = plain(c.Title)
	out.Edition.Publisher = plainIn(c.Edition.Publisher)
	out.Dimensions, out.Notes = make([]Dimension, len(c.Dimensions)), make([]codelist.Text, len(c.Notes))
	for i, d := range c.Dimensions {
		categories := make([]Category, len(d.Categories))
		for j, cat := range d.Categories {
			categories[j] = Category{Code: cat.Code, Label: plain(cat.Label), Unit: plain(cat.Unit)}
		}
		distinct(len(categories), func(j int) (string, *codelist.Text) { return categories[j].Code, &categories[j].Label })
		d.Label, d.Categories = plain(d.Label), categories
		out.Dimensions[i] = d
	}
	distinct(len(out.Dimensions), func(i int) (string, *codelist.Text) { return out.Dimensions[i].Code, &out.Dimensions[i].Label })
	for i, n := range c.Notes {
		out.Notes[i] = plain(n)
	}
	return &out, nil
}

func (c *Cube) check() error {
	places, seen, roles := 1, make(map[string]bool), make(map[Role]int)
	for _, d := range c.Dimensions {
		codes := make(map[string]bool)
		for _, cat := range d.Categories {
			if !isCode(cat.Code) || codes[cat.Code] || d.Role == Time && !isYear(cat.Code) {
				return fault.New(fault.Invalid, CodeCube)
			}
			codes[cat.Code] = true
		}
		if places *= len(codes); places == 0 || places > maxPlaces || !isCode(d.Code) || seen[strings.ToUpper(d.Code)] {
			return fault.New(fault.Invalid, CodeCube)
		}
		seen[strings.ToUpper(d.Code)] = true
		roles[d.Role]++
	}
	if !isCode(c.ID) || places != len(c.Numbers) || roles[Time] != 1 || roles[Contents] != 1 || c.Across < 1 || c.Across > len(c.Dimensions) {
		return fault.New(fault.Invalid, CodeCube)
	}
	return nil
}

// isCode takes what is a code in every format: letters and digits of ASCII, and
// between them "_", "-", "." or "@". "_T" is a total's.
func isCode(code string) bool {
	code = strings.TrimPrefix(code, "_")
	for i, r := range code {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && (i == 0 || !strings.ContainsRune("_-.@", r)) {
			return false
		}
	}
	return code != "" && len(code) <= 128
}

func isYear(code string) bool {
	return len(code) == 4 && strings.Trim(code, "0123456789") == ""
}

// plain is a text without control characters and without space at its ends: a
// label that no format has to break a line for.
func plain(t codelist.Text) codelist.Text {
	return codelist.Text{SV: plainIn(t.SV), EN: plainIn(t.EN)}
}

func plainIn(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case r == '\ufffe', r == '\uffff', r == '\ufeff', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			// No XML can hold the first two; a byte order mark would hide what the
			// first field of a file begins with; the rest turn the order of letters.
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(text, "\ufffd")))
}

// distinct makes the labels of a row differ in each language, by their codes
// where they do not by themselves: some formats know a category by its label
// alone. What has no label is known by its code.
func distinct(n int, at func(int) (code string, label *codelist.Text)) {
	for _, of := range []func(*codelist.Text) *string{
		func(t *codelist.Text) *string { return &t.SV },
		func(t *codelist.Text) *string { return &t.EN },
	} {
		seen := make(map[string]int)
		for i := range n {
			code, label := at(i)
			if text := of(label); *text == "" {
				*text = code
			}
			seen[*of(label)]++
		}
		for i := range n {
			code, label := at(i)
			text := of(label)
			for shared := seen[*text] > 1; shared; shared = seen[*text] > 0 {
				*text += " (" + code + ")"
			}
		}
	}
}

// each calls do for every place of the cube, in the order of its numbers, with
// the index of a category on every dimension.
func (c *Cube) each(do func(place int, at []int)) {
	at := make([]int, len(c.Dimensions))
	for place := range c.Numbers {
		do(place, at)
		for d := len(at) - 1; d >= 0; d-- {
			if at[d]++; at[d] < len(c.Dimensions[d].Categories) {
				break
			}
			at[d] = 0
		}
	}
}

// dimension finds the one with a role.
func (c *Cube) dimension(role Role) Dimension {
	for _, d := range c.Dimensions {
		if d.Role == role {
			return d
		}
	}
	return Dimension{}
}

// addsUp says whether nobody stands in two places of the cube.
func (c *Cube) addsUp() bool {
	for _, d := range c.Dimensions {
		if d.Options {
			return false
		}
	}
	return len(c.dimension(Contents).Categories) == 1
}

// places is how many combinations some dimensions have.
func places(dimensions []Dimension) int {
	n := 1
	for _, d := range dimensions {
		n *= len(d.Categories)
	}
	return n
}
