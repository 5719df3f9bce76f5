package figure

import (
	"fmt"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
)

// Wording is one sentence in both languages, as a template. Inside braces
// stands the name of a value: {n} writes it, {n:one|many} writes "one" when it
// is 1 and "many" otherwise, {least:text} writes text when it is not 0.
type Wording struct {
	SV, EN sentence
}

// The values that a template may name.
const (
	valueN        = "n"        // the numerator
	valueOf       = "of"       // the denominator
	valueSum      = "sum"      // the sum
	valueLeast    = "least"    // 1 when the sum is a lower bound
	valueHigh     = "high"     // the numerator if every undetermined record counted
	valueOpen     = "open"     // the undetermined records
	valueContacts = "contacts" // records
	valueLow      = "low"      // persons at least
)

type values map[string]int

// part is a piece of a sentence: plain text, or a value, or one of two texts
// chosen by a value.
type part struct {
	text      string // plain text when value is ""
	value     string
	choice    bool
	one, many string
}

type sentence []part

// parseSentence reads a template that may name the given values alone.
func parseSentence(template string, allowed ...string) (sentence, error) {
	var s sentence
	for rest := template; rest != ""; {
		open := strings.IndexAny(rest, "{}")
		if open < 0 {
			return append(s, part{text: rest}), nil
		}
		if open > 0 {
			s = append(s, part{text: rest[:open]})
		}
		end := strings.IndexByte(rest[open:], '}')
		if rest[open] == '}' || end < 0 {
			return nil, fmt.Errorf("unbalanced brace in %q", template)
		}
		p, err := parsePart(rest[open+1:open+end], allowed)
		if err != nil {
			return nil, err
		}
		s = append(s, p)
		rest = rest[open+end+1:]
	}
	return s, nil
}

func parsePart(body string, allowed []string) (part, error) {
	name, texts, choice := strings.Cut(body, ":")
	if !slices.Contains(allowed, name) {
		return part{}, fmt.Errorf("a template may not name %q here", name)
	}
	p := part{value: name, choice: choice}
	switch one, many, two := strings.Cut(texts, "|"); {
	case !choice && name == valueLeast, two && name == valueLeast:
		return part{}, fmt.Errorf("%q takes one text", name)
	case name == valueLeast:
		p.one = texts
	case choice && !two, strings.Contains(many, "|"):
		return part{}, fmt.Errorf("%q takes two texts, for 1 and for other numbers", name)
	default:
		p.one, p.many = one, many
	}
	return p, nil
}

// uses says whether the sentence writes the value itself.
func (s sentence) uses(value string) bool {
	return slices.ContainsFunc(s, func(p part) bool { return p.value == value && !p.choice })
}

func (s sentence) render(lang codelist.Lang, v values) string {
	var b strings.Builder
	for _, p := range s {
		switch {
		case p.value == "":
			b.WriteString(p.text)
		case !p.choice:
			b.WriteString(lang.Number(v[p.value]))
		case v[p.value] == 1:
			b.WriteString(p.one)
		default:
			b.WriteString(p.many)
		}
	}
	return b.String()
}

func (w Wording) render(lang codelist.Lang, v values) string {
	if lang == codelist.Swedish {
		return w.SV.render(lang, v)
	}
	return w.EN.render(lang, v)
}

// Numbers are what a figure's sentence states.
type Numbers struct {
	N       int
	Of      int  // of a Share or an AskRate
	Sum     int  // of a Total
	AtLeast bool // Sum is a lower bound: a number behind it is missing or open upwards
	// Undetermined are the records outside N that could belong to it: a
	// condition's answer is missing and no known answer rules them out.
	Undetermined int
}

func (n Numbers) values() values {
	v := values{
		valueN: n.N, valueOf: n.Of, valueSum: n.Sum,
		valueOpen: n.Undetermined, valueHigh: n.N + n.Undetermined,
	}
	if n.AtLeast {
		v[valueLeast] = 1
	}
	return v
}

// Template is the figure's sentence before any number stands in it, in the
// form that Wording describes.
func (f Figure) Template(lang codelist.Lang) string {
	if lang == codelist.Swedish {
		return f.wording.SV.template()
	}
	return f.wording.EN.template()
}

func (s sentence) template() string {
	var b strings.Builder
	for _, p := range s {
		switch {
		case p.value == "":
			b.WriteString(p.text)
		case !p.choice:
			b.WriteString("{" + p.value + "}")
		case p.value == valueLeast:
			b.WriteString("{" + p.value + ":" + p.one + "}")
		default:
			b.WriteString("{" + p.value + ":" + p.one + "|" + p.many + "}")
		}
	}
	return b.String()
}

// Sentence words the figure: "26 of 35 have some relation to the perpetrator".
func (f Figure) Sentence(lang codelist.Lang, n Numbers) string {
	return f.wording.render(lang, n.values())
}

// Range words what the missing answers leave open beside a figure, "" when
// they leave nothing open: "between 26 and 30 if the 4 unknown are counted".
// Away from the desk it may be said only where the release states every number
// of it exactly.
func (s *Set) Range(lang codelist.Lang, n Numbers) string {
	if n.Undetermined == 0 {
		return ""
	}
	return s.open.render(lang, n.values())
}

// PersonsSentence words contacts beside persons: "322 contacts, between 253
// and 271 persons", or "3 contacts, 3 persons" where the bounds meet.
func (s *Set) PersonsSentence(lang codelist.Lang, contacts, low, high int) string {
	wording := s.between
	if low == high {
		wording = s.exactly
	}
	return wording.render(lang, values{valueContacts: contacts, valueLow: low, valueHigh: high})
}
