package record

import (
	"fmt"

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

// clause is a compiled codelist.Clause.
type clause struct {
	when    []test
	then    test
	column  int    // of then
	touches uint64 // the columns it looks at, as a bit set
	detail  fault.Detail
	warning bool
}

// inForce says whether the other answers are such that then must be met.
func (c *clause) inForce(a Answers) bool {
	for i := range c.when {
		if !c.when[i].met(a) {
			return false
		}
	}
	return true
}

func (c *clause) broken(a Answers) bool { return c.inForce(a) && !c.then.met(a) }

// compile turns the codebook's rules into clauses.
func (s *Schema) compile() (clauses []clause, err error) {
	defer fault.Wrap(&err, "compile rules of codebook %d", s.Book.Version)
	for _, rule := range s.Book.Rules {
		for _, c := range rule.Clauses {
			compiled, err := s.clause(c)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", rule.Code, err)
			}
			compiled.detail.Code = fault.Code(rule.Code)
			compiled.warning = rule.Warning
			clauses = append(clauses, compiled)
		}
	}
	return clauses, nil
}

func (s *Schema) clause(from codelist.Clause) (clause, error) {
	c := clause{column: s.byName[from.Then.Field], detail: fault.Detail{Pointer: "/" + string(from.Then.Field)}}
	for _, condition := range from.When {
		t, err := s.test(condition)
		if err != nil {
			return clause{}, err
		}
		c.when = append(c.when, t)
		c.touches |= 1 << s.byName[condition.Field]
	}
	c.touches |= 1 << c.column
	var err error
	c.then, err = s.test(from.Then)
	return c, err
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
