package record

import (
	"fmt"
	"reflect"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
)

// test is a compiled condition on one column. met costs a few nanoseconds.
type test struct {
	offset  int
	single  [4]uint64 // the stored bytes that meet it, as a bit set
	multi   []byte    // the stated bits that meet it; nil for a single-valued column
	missing uint8     // of a multi-valued column: the numbers of missing codes that meet it, as a bit set
	not     bool
}

func (t *test) met(a Answers) bool {
	b := a[t.offset]
	if t.multi == nil {
		return (t.single[b>>6]>>(b&63)&1 == 1) != t.not
	}
	if b&statedBit == 0 {
		return (t.missing>>(b&missingMask>>1)&1 == 1) != t.not
	}
	for i, mask := range t.multi {
		if a[t.offset+i]&mask != 0 {
			return !t.not
		}
	}
	return t.not
}

// accepts says whether the test is met by a missing code.
func (t *test) accepts(missing uint8) bool {
	if t.multi == nil {
		return (t.single[0]>>missing&1 == 1) != t.not
	}
	return (t.missing>>missing&1 == 1) != t.not
}

// clause is a compiled codelist.Clause without its premise.
type clause struct {
	then   test
	column int // of then
	detail fault.Detail
}

// demand says whether the clause turns away "not recorded", but not "not
// applicable".
func (c *clause) demand() bool { return c.then.accepts(notApplicable) && !c.then.accepts(notRecorded) }

// premise is what the clauses of one rule hang on; those with the same are
// kept together, so that it is tested once.
type premise struct {
	when    []test
	touches uint64 // the columns it looks at, as a bit set
	clauses []clause
	warning bool
}

// inForce says whether the clauses must be met.
func (p *premise) inForce(a Answers) bool {
	for i := range p.when {
		if !p.when[i].met(a) {
			return false
		}
	}
	return true
}

// compile turns the codebook's rules into premises.
func (s *Schema) compile() (all []premise, err error) {
	defer fault.Wrap(&err, "compile rules of codebook %d", s.Book.Version)
	for _, rule := range s.Book.Rules {
		var last []codelist.Condition
		for i, c := range together(rule.Clauses) {
			if i == 0 || !reflect.DeepEqual(last, c.When) {
				p, err := s.premise(c.When)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", rule.Code, err)
				}
				p.warning = rule.Warning
				all = append(all, p)
			}
			last = c.When
			if err := s.conclude(&all[len(all)-1], rule.Code, c.Then); err != nil {
				return nil, fmt.Errorf("%s: %w", rule.Code, err)
			}
		}
	}
	return all, nil
}

// conclude adds to a premise what must hold when it does.
func (s *Schema) conclude(p *premise, rule string, then codelist.Condition) error {
	t, err := s.test(then)
	if err != nil {
		return err
	}
	p.clauses = append(p.clauses, clause{
		then: t, column: s.byName[then.Field],
		detail: fault.Detail{Pointer: "/" + string(then.Field), Code: fault.Code(rule)},
	})
	return nil
}

// together orders clauses so that those with the same premise are neighbours.
func together(clauses []codelist.Clause) []codelist.Clause {
	clauses = slices.Clone(clauses)
	for i := range clauses {
		next := i + 1
		for j := next; j < len(clauses); j++ {
			if reflect.DeepEqual(clauses[i].When, clauses[j].When) {
				c := clauses[j]
				copy(clauses[next+1:j+1], clauses[next:j])
				clauses[next] = c
				next++
			}
		}
	}
	return clauses
}

func (s *Schema) premise(when []codelist.Condition) (p premise, err error) {
	for _, condition := range when {
		t, err := s.test(condition)
		if err != nil {
			return premise{}, err
		}
		p.when = append(p.when, t)
		p.touches |= 1 << s.byName[condition.Field]
	}
	return p, nil
}

func (s *Schema) test(condition codelist.Condition) (test, error) {
	i, ok := s.byName[condition.Field]
	if !ok {
		return test{}, fmt.Errorf("field %s is not packed", condition.Field)
	}
	c := &s.Columns[i]
	t := test{offset: c.Offset, not: condition.Not}
	if c.Field.Multi {
		t.multi = make([]byte, c.Width)
	}
	for _, code := range condition.Codes {
		p, ok := c.place(code)
		switch {
		case !ok:
			return test{}, fmt.Errorf("field %s has no code %s", condition.Field, code)
		case !c.Field.Multi:
			t.single[p.value>>6] |= 1 << (p.value & 63)
		case p.missing:
			t.missing |= 1 << p.value
		default:
			t.multi[p.value>>3] |= 1 << (p.value & 7)
		}
	}
	return t, nil
}

// place finds a code as a rule names it: a number stands as its digits.
func (c *Column) place(code codelist.Code) (place, bool) {
	if p, ok := c.places[string(code)]; ok {
		return p, true
	}
	n, wrong := integer([]byte(code))
	if c.Field.Kind != codelist.Number || wrong != "" || n < c.Field.Min || n > c.Field.Max {
		return place{}, false
	}
	return place{value: uint8(firstCode + n - c.Field.Min)}, true
}
