package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
)

// Check says everything that is wrong with the plan and can be seen without
// records: the refusal points into the plan document. Whether the universes
// and figures that it names exist is for package frame to say.
func (p *Plan) Check(book *codelist.Book) error {
	c := checker{book: book, plan: p, names: make(map[Name]bool)}
	c.text("/title", p.Title)
	c.years()
	c.universes()
	c.policy()
	if len(p.Tables)+len(p.Figures)+len(p.Sums)+len(p.Prose) == 0 {
		c.refuse(CodeEmpty, "")
	}
	c.limit("/tables", len(p.Tables), MaxTables)
	c.limit("/figures", len(p.Figures), MaxFigures)
	c.limit("/sums", len(p.Sums), MaxFigures)
	c.limit("/prose", len(p.Prose), MaxFigures)
	c.limit("/participation", len(p.Participation), MaxYears)
	c.limit("/panels", len(p.Panels), MaxPanels)
	if len(c.wrong) > 0 {
		return refusal(c.wrong)
	}
	for i, t := range p.Tables {
		c.table(fmt.Sprintf("/tables/%d", i), t)
	}
	for i, f := range p.Figures {
		c.name(fmt.Sprintf("/figures/%d/name", i), f.Name)
	}
	for i, s := range p.Sums {
		c.sum(fmt.Sprintf("/sums/%d", i), s)
	}
	for i, s := range p.Prose {
		c.prose(fmt.Sprintf("/prose/%d", i), s)
	}
	c.intervals()
	c.comparisons()
	return refusal(c.wrong)
}

// checker collects what is wrong.
type checker struct {
	book  *codelist.Book
	plan  *Plan
	names map[Name]bool // of tables, figures, sums and prose: one space of names
	wrong []fault.Detail
}

func (c *checker) refuse(code fault.Code, format string, args ...any) {
	c.wrong = append(c.wrong, fault.Detail{Code: code, Pointer: fmt.Sprintf(format, args...)})
}

func (c *checker) limit(at string, n, most int) {
	if n > most {
		c.refuse(CodeLimit, "%s", at)
	}
}

func (c *checker) years() {
	years := c.plan.Years
	c.limit("/years", len(years), MaxYears)
	if len(years) == 0 {
		c.refuse(CodeEmpty, "/years")
	}
	for i, y := range years {
		if y < FirstYear || y > LastYear || i > 0 && y <= years[i-1] {
			c.refuse(CodeYears, "/years/%d", i)
		}
	}
}

func (c *checker) universes() {
	listed := c.plan.Universes
	c.limit("/universes", len(listed), MaxUniverses)
	if len(listed) == 0 {
		c.refuse(CodeEmpty, "/universes")
	}
	for i, u := range listed {
		at := fmt.Sprintf("/universes/%d", i)
		c.wellNamed(at, u)
		if slices.Contains(listed[:i], u) {
			c.refuse(CodeDuplicateName, "%s", at)
		}
	}
}

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

func (c *checker) wellNamed(at string, name Name) {
	if !namePattern.MatchString(string(name)) {
		c.refuse(CodeName, "%s", at)
	}
}

func (c *checker) name(at string, name Name) {
	c.wellNamed(at, name)
	if c.names[name] {
		c.refuse(CodeDuplicateName, "%s", at)
	}
	c.names[name] = true
}

func (c *checker) text(at string, t codelist.Text) {
	for i, s := range []string{t.SV, t.EN} {
		if strings.TrimSpace(s) == "" || utf8.RuneCountInString(s) > MaxText || strings.ContainsFunc(s, unicode.IsControl) {
			c.refuse(CodeText, "%s/%s", at, [...]string{"sv", "en"}[i])
		}
	}
}

func (c *checker) table(at string, t Tabulation) {
	c.name(at+"/name", t.Name)
	c.text(at+"/title", t.Title)
	if !slices.Contains(c.plan.Universes, t.Universe) {
		c.refuse(CodeUniverseNotListed, "%s/universe", at)
	}
	if len(t.Dimensions) == 0 {
		c.refuse(CodeEmpty, "%s/dimensions", at)
	}
	c.limit(at+"/dimensions", len(t.Dimensions), MaxDimensions)
	for i, d := range t.Dimensions {
		here := fmt.Sprintf("%s/dimensions/%d", at, i)
		c.dimension(here, d)
		if slices.ContainsFunc(t.Dimensions[:i], func(e Dimension) bool { return e.Field == d.Field }) {
			c.refuse(CodeDuplicateDimension, "%s/field", here)
		}
	}
	c.conditions(at+"/filters", t.Filters)
}

func (c *checker) dimension(at string, d Dimension) {
	f, ok := c.field(at, d.Field)
	if !ok || d.Rung == "" {
		return
	}
	if _, ok := f.Ladder.Rung(d.Rung); ok {
		return
	}
	if _, crosswalk := c.book.Crosswalks[d.Rung]; crosswalk {
		c.refuse(CodeOverlapping, "%s/rung", at)
		return
	}
	c.refuse(CodeUnknownGrouping, "%s/rung", at)
}

// field finds a field that tables and figures may use.
func (c *checker) field(at string, name codelist.FieldName) (codelist.Field, bool) {
	f, ok := c.book.Field(name)
	if !ok || f.Identifies < 0 || len(f.Ladder) == 0 {
		c.refuse(CodeUnknownField, "%s/field", at)
		return f, false
	}
	return f, true
}

func (c *checker) sum(at string, s Sum) {
	c.name(at+"/name", s.Name)
	c.text(at+"/title", s.Title)
	c.wellNamed(at+"/universe", s.Universe)
	c.conditions(at+"/where", s.Where)
	if f, ok := c.book.Field(s.Field); !ok || f.Kind != codelist.Number {
		c.refuse(CodeNotSummable, "%s/field", at)
	}
}

func (c *checker) prose(at string, s Prose) {
	c.name(at+"/name", s.Name)
	c.wellNamed(at+"/universe", s.Universe)
	c.text(at+"/sentence", s.Sentence)
	for i, text := range []string{s.Sentence.SV, s.Sentence.EN} {
		if !statesN(text) {
			c.refuse(CodeSentence, "%s/sentence/%s", at, [...]string{"sv", "en"}[i])
		}
	}
	if len(s.Where) == 0 {
		c.refuse(CodeEmpty, "%s/where", at)
	}
	c.conditions(at+"/where", s.Where)
}

// placeholder is what a sentence may hold in braces: {n}, {of}, {n:one|many}.
var placeholder = regexp.MustCompile(`\{(n|of)(:[^{}|]*\|[^{}|]*)?\}`)

// statesN says whether a sentence writes {n} and holds no other brace than
// those of its placeholders.
func statesN(s string) bool {
	return strings.Contains(s, "{n}") && !strings.ContainsAny(placeholder.ReplaceAllString(s, ""), "{}")
}

func (c *checker) conditions(at string, where []Condition) {
	c.limit(at, len(where), MaxFilters)
	for i, w := range where {
		c.condition(fmt.Sprintf("%s/%d", at, i), w)
	}
}

func (c *checker) condition(at string, w Condition) {
	f, ok := c.field(at, w.Field)
	if (len(w.In)+len(w.Groups) > 0) == (len(w.NotIn) > 0) {
		c.refuse(CodeCondition, "%s", at)
	}
	for _, m := range []struct {
		key   string
		codes []codelist.Code
		group bool
	}{{"in", w.In, false}, {"groups", w.Groups, true}, {"not_in", w.NotIn, false}} {
		c.limit(at+"/"+m.key, len(m.codes), MaxCodes)
		for i, code := range m.codes {
			here := fmt.Sprintf("%s/%s/%d", at, m.key, i)
			if ok && !c.knows(f, code, m.group) {
				c.refuse(CodeUnknownCode, "%s", here)
			}
			if slices.Contains(m.codes[:i], code) {
				c.refuse(CodeDuplicateName, "%s", here)
			}
		}
	}
}

func (c *checker) knows(f codelist.Field, code codelist.Code, group bool) bool {
	if group {
		_, ok := c.book.Group(f.Name, code)
		return ok
	}
	return code == codelist.NotApplicable || slices.ContainsFunc(f.Ladder[0].Groups, func(g codelist.Group) bool {
		return slices.Contains(g.Codes, code)
	})
}

// Resolve spells the groups of a checked condition out.
func (w Condition) Resolve(book *codelist.Book) codelist.Condition {
	if len(w.NotIn) > 0 {
		return codelist.Condition{Field: w.Field, Codes: slices.Clone(w.NotIn), Not: true}
	}
	codes := slices.Clone(w.In)
	for _, g := range w.Groups {
		of, _ := book.Group(w.Field, g)
		for _, code := range of {
			if !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	return codelist.Condition{Field: w.Field, Codes: codes}
}

// policy refuses parameters below the floors of the protection, or without
// meaning. t is at least t_org + 2, so that a person who subtracts herself and
// one acquaintance still faces what an organisation faces.
func (c *checker) policy() {
	p := c.plan.Policy
	for _, r := range []struct {
		key              string
		value, low, high int
	}{
		{"t", p.Threshold, max(3, p.OrganisationThreshold+2), 100},
		{"t_org", p.OrganisationThreshold, 1, 50},
		{"coalition", p.Coalition, 1, 3},
		{"organisations_fail", p.OrganisationsFail, 1, 10},
		{"organisations_review", p.OrganisationsReview, p.OrganisationsFail, 20},
		{"p", p.DominancePercent, 15, 100},
		{"contributors", p.Contributors, 5, 100},
		{"sensitive_share", p.SensitiveShare, 1, 100},
		{"conjunction", p.Conjunction, 1, 3},
		{"posterior", p.PosteriorPercent, 50, 100},
		{"matching", p.MatchingValues, 2, 100},
	} {
		if r.value < r.low || r.value > r.high {
			c.refuse(CodePolicy, "/policy/%s", r.key)
		}
	}
}
