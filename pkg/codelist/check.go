package codelist

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// What packed records and published words can carry.
const (
	maxFields  = 255
	maxCodes   = 60
	maxNumbers = 249 // a number's byte is 6 + value - Min
)

var (
	codeForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9_]{0,62}$`)
	fieldForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	ruleForm  = regexp.MustCompile(`^R[1-9][0-9]*$`)
)

// missingOrder is fixed for ever: stored records hold places in it.
var missingOrder = []Code{Unknown, NotAsked, Declined, NotApplicable, NotRecorded}

// check says everything that is wrong with a book.
func (b *Book) check() error {
	c := &checker{book: b}
	c.shared()
	for name, l := range b.Lists {
		c.list(name, l)
	}
	c.fields()
	c.rules()
	for name, r := range b.Crosswalks {
		c.groups("crosswalk "+name, r)
	}
	return errors.Join(c.faults...)
}

type checker struct {
	book   *Book
	faults []error
}

func (c *checker) must(ok bool, format string, args ...any) {
	if !ok {
		c.faults = append(c.faults, fmt.Errorf(format, args...))
	}
}

func (c *checker) label(where string, t Text) {
	for _, s := range []string{t.SV, t.EN} {
		c.must(s != "" && s == strings.TrimSpace(s) && !strings.ContainsAny(s, "\n\r\t|"),
			"%s: needs a clean label in both languages", where)
	}
}

func (c *checker) shared() {
	c.must(c.book.Version > 0, "the book has no version")
	var codes []Code
	for _, e := range c.book.Missing {
		codes = append(codes, e.Code)
		c.label("missing code "+string(e.Code), e.Label)
	}
	c.must(slices.Equal(codes, missingOrder), "missing codes are %q, not %q", codes, missingOrder)
}

func (c *checker) list(name string, l List) {
	c.must(fieldForm.MatchString(name), "list %q: not a name", name)
	c.must(len(l.Entries) > 0 && len(l.Entries) <= maxCodes, "list %q: holds %d codes, not 1 to %d", name, len(l.Entries), maxCodes)
	seen := map[Code]bool{}
	for i, e := range l.Entries {
		where := fmt.Sprintf("list %q, code %q", name, e.Code)
		c.must(codeForm.MatchString(string(e.Code)), "%s: not a code", where)
		c.must(!seen[e.Code], "%s: occurs twice", where)
		c.must(!slices.Contains(missingOrder, e.Code), "%s: is a missing code", where)
		c.must(e.Index == i, "%s: has the index %d at place %d", where, e.Index, i)
		c.label(where, e.Label)
		seen[e.Code] = true
	}
}

func (c *checker) fields() {
	c.must(len(c.book.Fields) <= maxFields, "more than %d fields", maxFields)
	seen := map[FieldName]bool{}
	used := map[string]bool{}
	for i, f := range c.book.Fields {
		c.must(f.Number == i+1, "field %q: has the number %d at place %d", f.Name, f.Number, i+1)
		c.must(!seen[f.Name], "field %q: occurs twice", f.Name)
		seen[f.Name], used[f.List] = true, true
		c.field(f)
	}
	for name := range c.book.Lists {
		c.must(used[name], "list %q: no field draws on it", name)
	}
}

func (c *checker) field(f Field) {
	where := fmt.Sprintf("field %q", f.Name)
	c.must(fieldForm.MatchString(string(f.Name)), "%s: not a name", where)
	c.label(where, f.Label)
	c.must(f.Identifies >= -1 && f.Identifies <= 2, "%s: weight %d", where, f.Identifies)
	switch f.Kind {
	case Coded:
		c.must(f.Min == 0 && f.Max == 0, "%s: a coded field has no range", where)
		c.ladder(f)
	case Number:
		c.must(f.List == "" && !f.Multi, "%s: a number field has no list and one value", where)
		c.ladder(f)
	case Identifier, Year:
		c.must(f.List == "" && !f.Multi && len(f.Missing) == 0 && f.Core, "%s: must be plain, core and never missing", where)
	default:
		c.must(false, "%s: unknown kind %q", where, f.Kind)
	}
	for _, m := range f.Missing {
		c.must(slices.Contains(missingOrder, m), "%s: %q is no missing code", where, m)
	}
}

// ladder checks that every rung is a partition, each made of the one before,
// and that a group's name means the same codes throughout.
func (c *checker) ladder(f Field) {
	where := fmt.Sprintf("ladder of %q", f.Name)
	var all []Code
	for _, a := range c.book.answers(f) {
		if a != NotApplicable {
			all = append(all, a)
		}
	}
	meaning, rungs := map[Code][]Code{}, map[string]bool{}
	for i, r := range f.Ladder {
		at := fmt.Sprintf("%s, rung %q", where, r.Name)
		c.must(!rungs[r.Name] && fieldForm.MatchString(r.Name), "%s: not a name of its own", at)
		rungs[r.Name] = true
		c.groups(at, r)
		c.partition(at, r, all)
		if i > 0 {
			c.nested(at, f.Ladder[i-1], r)
		}
		for _, g := range r.Groups {
			before, again := meaning[g.Code]
			c.must(!again || sameSet(before, g.Codes), "%s: %q means other codes on another rung", at, g.Code)
			meaning[g.Code] = g.Codes
		}
	}
}

// groups checks the groups of a rung by themselves.
func (c *checker) groups(where string, r Rung) {
	seen := map[Code]bool{}
	for _, g := range r.Groups {
		c.must(codeForm.MatchString(string(g.Code)) && !seen[g.Code], "%s: %q is no group name of its own", where, g.Code)
		c.must(len(g.Codes) > 0, "%s: group %q is empty", where, g.Code)
		c.label(fmt.Sprintf("%s, group %q", where, g.Code), g.Label)
		seen[g.Code] = true
	}
}

func (c *checker) partition(where string, r Rung, all []Code) {
	times, residuals := map[Code]int{}, 0
	for _, g := range r.Groups {
		if g.Residual {
			residuals++
		}
		for _, code := range g.Codes {
			times[code]++
			c.must(slices.Contains(all, code), "%s: %q is not a code of the field", where, code)
		}
	}
	c.must(residuals == 1, "%s: %d residual groups", where, residuals)
	for _, code := range all {
		c.must(times[code] == 1, "%s: %q stands in %d groups", where, code, times[code])
	}
}

// nested checks that no group of the finer rung is torn apart.
func (c *checker) nested(where string, fine, coarse Rung) {
	home := map[Code]Code{}
	for _, g := range coarse.Groups {
		for _, code := range g.Codes {
			home[code] = g.Code
		}
	}
	for _, g := range fine.Groups {
		for _, code := range g.Codes {
			c.must(home[code] == home[g.Codes[0]], "%s: tears group %q of rung %q apart", where, g.Code, fine.Name)
		}
	}
}

// rules checks texts and codes, that rules which make a field not applicable
// look only at earlier fields (see Rule), and that a sender may say
// not_applicable exactly where some rule can demand it.
func (c *checker) rules() {
	seen, conditional := map[string]bool{}, map[FieldName]bool{}
	for _, r := range c.book.Rules {
		c.must(ruleForm.MatchString(r.Code) && !seen[r.Code], "rule %q: not a code of its own", r.Code)
		c.label("rule "+r.Code, r.Text)
		seen[r.Code] = true
		for _, cl := range r.Clauses {
			if cl.forbids() {
				c.must(!r.Warning, "rule %s: a warning cannot make %q not applicable", r.Code, cl.Then.Field)
				c.earlier(r.Code, cl)
				conditional[cl.Then.Field] = true
			}
		}
	}
	for _, f := range c.book.Fields {
		offered := slices.Contains(f.Missing, NotApplicable)
		left := f.Kind == Number && conditional[f.Name] // a number that does not apply is left out
		c.must(offered == (conditional[f.Name] && !left), "field %q: not_applicable and the rules disagree", f.Name)
	}
}

func (c *checker) earlier(rule string, cl Clause) {
	then, _ := c.book.Field(cl.Then.Field)
	for _, w := range cl.When {
		f, _ := c.book.Field(w.Field)
		c.must(f.Number < then.Number, "rule %s: %q depends on the later field %q", rule, then.Name, f.Name)
	}
}

func sameSet(a, b []Code) bool {
	x, y := slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(x, y)
}
