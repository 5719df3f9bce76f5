package figure

import (
	"bytes"
	_ "embed" // figures.yaml
	"errors"
	"fmt"
	"io"
	"regexp"

	"go.yaml.in/yaml/v3"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
)

//go:embed figures.yaml
var current []byte

// Current gives casestat's own figures over book.
func Current(book *codelist.Book) (*Set, error) { return Load(current, book) }

// The YAML document. An unknown key is refused.
type (
	setDoc struct {
		CountOnly       conditionDoc        `yaml:"count_only"`
		Excused         conditionDoc        `yaml:"excused"`
		Earlier         earlierDoc          `yaml:"earlier"`
		Persons         personsDoc          `yaml:"persons"`
		Range           codelist.Text       `yaml:"range"`
		Summands        []Summand           `yaml:"summands"`
		Universes       []universeDoc       `yaml:"universes"`
		Slide           []figureDoc         `yaml:"slide"`
		Recommendations []recommendationDoc `yaml:"recommendations"`
	}
	earlierDoc struct {
		Field codelist.FieldName `yaml:"field"`
		None  codelist.Code      `yaml:"none"`
		One   codelist.Code      `yaml:"one"`
		Two   codelist.Code      `yaml:"two"`
	}
	personsDoc struct {
		Between codelist.Text `yaml:"between"`
		Exactly codelist.Text `yaml:"exactly"`
	}
	universeDoc struct {
		Name   Name           `yaml:"name"`
		Within Name           `yaml:"within"` // a universe declared above, whose conditions hold too
		Label  codelist.Text  `yaml:"label"`
		Where  []conditionDoc `yaml:"where"`
	}
	figureDoc struct {
		Name     Name               `yaml:"name"`
		Label    codelist.Text      `yaml:"label"`
		Kind     Kind               `yaml:"kind"`
		Universe Name               `yaml:"universe"`
		Where    []conditionDoc     `yaml:"where"`
		Sum      codelist.FieldName `yaml:"sum"`
		Concerns codelist.FieldName `yaml:"concerns"`
		Sentence codelist.Text      `yaml:"sentence"`
	}
	recommendationDoc struct {
		Number     int           `yaml:"number"`
		Label      codelist.Text `yaml:"label"`
		Indicators []figureDoc   `yaml:"indicators"`
	}
	// conditionDoc takes exactly one of in (with groups), not_in, stated_not_in:
	// the last is met by a known answer without any of the codes.
	conditionDoc struct {
		Field       codelist.FieldName `yaml:"field"`
		In          []codelist.Code    `yaml:"in"`
		Groups      []codelist.Code    `yaml:"groups"` // of the field's ladder
		NotIn       []codelist.Code    `yaml:"not_in"`
		StatedNotIn []codelist.Code    `yaml:"stated_not_in"`
	}
)

// Load reads figures and checks them against book, strictly.
func Load(data []byte, book *codelist.Book) (_ *Set, err error) {
	defer fault.Wrap(&err, "load figures")
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	var doc setDoc
	if err := decoder.Decode(&doc); err != nil {
		return nil, err
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one document")
	}
	l := loader{set: &Set{Book: book, byName: make(map[Name]Figure)}, names: make(map[Name]bool)}
	l.general(doc)
	l.universes(doc.Universes)
	l.set.Slide = l.figures(doc.Slide)
	l.recommendations(doc.Recommendations)
	if err := errors.Join(l.errs...); err != nil {
		return nil, err
	}
	return l.set, nil
}

// loader resolves the document and collects everything that is wrong with it.
type loader struct {
	set   *Set
	names map[Name]bool
	errs  []error
}

func (l *loader) refuse(format string, args ...any) {
	l.errs = append(l.errs, fmt.Errorf(format, args...))
}

func (l *loader) general(doc setDoc) {
	s := l.set
	s.CountOnly = l.condition("count_only", doc.CountOnly)
	s.Excused = l.condition("excused", doc.Excused)
	e := doc.Earlier
	told := func(code codelist.Code) codelist.Condition {
		return l.condition("earlier", conditionDoc{Field: e.Field, In: []codelist.Code{code}})
	}
	s.Earlier = Earlier{None: told(e.None), One: told(e.One), Two: told(e.Two)}
	s.between = l.wording("persons between", doc.Persons.Between, valueContacts, valueLow, valueHigh)
	s.exactly = l.wording("persons exactly", doc.Persons.Exactly, valueContacts, valueHigh)
	s.open = l.wording("range", doc.Range, valueN, valueHigh, valueOpen)
	for _, n := range doc.Summands {
		if f, ok := s.Book.Field(n.Field); !ok || f.Kind != codelist.Number {
			l.refuse("summands: %q is not a number field", n.Field)
		}
		s.Summands = append(s.Summands, n)
	}
}

func (l *loader) universes(docs []universeDoc) {
	for _, doc := range docs {
		l.name(doc.Name)
		l.text(string(doc.Name), doc.Label)
		u := Universe{Name: doc.Name, Label: doc.Label}
		if doc.Within != "" {
			base, ok := l.set.Universe(doc.Within)
			if !ok {
				l.refuse("%s: within %q, which is not declared above", doc.Name, doc.Within)
			}
			u.Where = append(u.Where, base.Where...)
		}
		u.Where = append(u.Where, l.conditions(string(doc.Name), doc.Where)...)
		l.set.Universes = append(l.set.Universes, u)
	}
}

func (l *loader) recommendations(docs []recommendationDoc) {
	for i, doc := range docs {
		if doc.Number != i+1 {
			l.refuse("recommendation %d stands in place %d", doc.Number, i+1)
		}
		l.text(fmt.Sprintf("recommendation %d", doc.Number), doc.Label)
		l.set.Recommendations = append(l.set.Recommendations, Recommendation{
			Number: doc.Number, Label: doc.Label, Indicators: l.figures(doc.Indicators),
		})
	}
}

func (l *loader) figures(docs []figureDoc) []Figure {
	figures := make([]Figure, 0, len(docs))
	for _, doc := range docs {
		f := l.figure(doc)
		l.set.byName[f.Name] = f
		figures = append(figures, f)
	}
	return figures
}

func (l *loader) figure(doc figureDoc) Figure {
	at := string(doc.Name)
	l.name(doc.Name)
	l.text(at, doc.Label)
	f := Figure{
		Name: doc.Name, Label: doc.Label, Kind: doc.Kind, Concerns: doc.Concerns,
		Where: l.conditions(at, doc.Where),
	}
	universe, ok := l.set.Universe(doc.Universe)
	if !ok {
		l.refuse("%s: no universe %q", at, doc.Universe)
	}
	f.Universe = universe
	if _, ok := l.set.Book.Field(doc.Concerns); !ok && doc.Concerns != "" {
		l.refuse("%s: concerns %q, which is no field", at, doc.Concerns)
	}
	f.wording = l.sentence(doc)
	if doc.Sum != "" {
		if f.Sum, ok = l.set.Summand(doc.Sum); !ok {
			l.refuse("%s: %q is not among the summands", at, doc.Sum)
		}
	}
	l.kind(f)
	return f
}

// sentence reads a figure's wording. A sentence states every number of its
// kind and no other.
func (l *loader) sentence(doc figureDoc) Wording {
	states := map[Kind][]string{
		Count: {valueN}, Share: {valueN, valueOf}, AskRate: {valueN, valueOf}, Total: {valueN, valueSum, valueLeast},
	}[doc.Kind]
	w := l.wording(string(doc.Name), doc.Sentence, states...)
	for _, value := range states {
		if value != valueLeast && (!w.SV.uses(value) || !w.EN.uses(value)) {
			l.refuse("%s: a sentence does not state {%s}", doc.Name, value)
		}
	}
	return w
}

func (l *loader) kind(f Figure) {
	switch {
	case f.Kind != Count && f.Kind != Share && f.Kind != Total && f.Kind != AskRate:
		l.refuse("%s: unknown kind %q", f.Name, f.Kind)
	case (f.Kind == Total) != (f.Sum.Field != ""):
		l.refuse("%s: a sum belongs to kind %q and to no other", f.Name, Total)
	case f.Kind == AskRate && (f.Concerns == "" || len(f.Where) > 0):
		l.refuse("%s: kind %q concerns a field and has no condition of its own", f.Name, AskRate)
	}
}

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

func (l *loader) name(name Name) {
	if !namePattern.MatchString(string(name)) {
		l.refuse("%q is not a name", name)
	}
	if l.names[name] {
		l.refuse("%s: stands twice", name)
	}
	l.names[name] = true
}

func (l *loader) text(at string, t codelist.Text) {
	if t.SV == "" || t.EN == "" {
		l.refuse("%s: a text is missing in one language", at)
	}
}

func (l *loader) wording(at string, t codelist.Text, allowed ...string) Wording {
	l.text(at, t)
	var w Wording
	for lang, into := range map[codelist.Lang]*sentence{codelist.Swedish: &w.SV, codelist.English: &w.EN} {
		parsed, err := parseSentence(t.In(lang), allowed...)
		if err != nil {
			l.refuse("%s: %w", at, err)
		}
		*into = parsed
	}
	return w
}
