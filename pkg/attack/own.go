package attack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// noRecords is why attacks of organisations are not run.
const noRecords = "needs the credentials of member organisations, or planted records"

// holdings are records by the organisation that submitted them.
type holdings map[string][]Person

// holdings reads the members' own records, or takes the planted ones.
func (s *session) holdings(ctx context.Context) (holdings, error) {
	out := holdings{}
	for _, m := range s.target.Members {
		records, err := s.recordsOf(ctx, m)
		if err != nil {
			return nil, err
		}
		out[m.Name] = records
	}
	if len(out) == 0 {
		for _, p := range s.target.Truth {
			out[p.Organisation] = append(out[p.Organisation], p)
		}
	}
	return out, nil
}

func (h holdings) names() []string {
	var out []string
	for name := range h {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// recordsOf reads a member's records page by page.
func (s *session) recordsOf(ctx context.Context, m Party) ([]Person, error) {
	var out []Person
	for after := ""; ; {
		path := "/v1/records?limit=500"
		if after != "" {
			path += "&after=" + after
		}
		got, err := s.ask(ctx, request{path: path, by: m.HTTP})
		if err != nil {
			return nil, err
		}
		var page struct {
			Records []struct{ Record map[string]any }
			Next    *string
		}
		if got.status != http.StatusOK || json.Unmarshal(got.body, &page) != nil {
			return nil, fault.New(fault.Unavailable, CodeAnswer)
		}
		for _, r := range page.Records {
			out = append(out, personOf(m.Name, r.Record))
		}
		if page.Next == nil || *page.Next == after {
			return out, nil
		}
		after = *page.Next
	}
}

func personOf(organisation string, record map[string]any) Person {
	p := Person{Organisation: organisation, Answers: Answers{}}
	for field, value := range record {
		for _, code := range codesOf(value) {
			p.Answers[codelist.FieldName(field)] = append(p.Answers[codelist.FieldName(field)], code)
		}
	}
	if y := p.Answers["contact_year"]; len(y) == 1 {
		p.Year, _ = strconv.Atoi(string(y[0])) //nolint:errcheck // 0 is no year
	}
	return p
}

func codesOf(value any) []codelist.Code {
	switch v := value.(type) {
	case string:
		return []codelist.Code{codelist.Code(v)}
	case float64:
		return []codelist.Code{codelist.Code(strconv.Itoa(int(v)))}
	case []any:
		var out []codelist.Code
		for _, each := range v {
			out = append(out, codesOf(each)...)
		}
		return out
	}
	return nil
}

// adds is what the person adds to a quantity.
func (p Person) adds(q plan.Quantity) int {
	for _, c := range slices.Concat(q.Universe, q.Where) {
		if !p.Answers.meet(c) {
			return 0
		}
	}
	if q.Sum == "" {
		return 1
	}
	for _, code := range p.Answers[q.Sum] {
		if n, err := strconv.Atoi(string(code)); err == nil {
			return n
		}
	}
	return 0
}

// meet says whether the answers meet a condition. What was left out is not
// recorded, and every field that knows no such answer fails the condition.
func (a Answers) meet(c plan.Condition) bool {
	codes := a[c.Field]
	if len(codes) == 0 {
		codes = []codelist.Code{codelist.NotRecorded}
	}
	in := func(set []codelist.Code) bool {
		return slices.ContainsFunc(codes, func(code codelist.Code) bool { return slices.Contains(set, code) })
	}
	if len(c.NotIn) > 0 {
		return !in(c.NotIn)
	}
	return in(c.In)
}

// subtract takes known records out of every number: what remains is about the
// others. A number smaller than what is taken from it was misread: an error.
func (k *knowledge) subtract(records []Person) (*knowledge, error) {
	out := k.clone()
	out.small, out.zeroIsSafe = k.policy.OrganisationThreshold, true
	for i := range out.cells {
		c := &out.cells[i]
		own := 0
		for _, p := range records {
			if p.Year == k.year {
				own += p.adds(c.quantity)
			}
		}
		if c.lo = max(0, c.lo-own); c.hi < unbounded {
			c.hi -= own
		}
		if c.hi < c.lo {
			return nil, fmt.Errorf("year %d: %w", k.year, fault.New(fault.Invalid, CodeContent))
		}
	}
	return out, nil
}

// residual is what the holders of records work out about everybody else. An
// attack that asks for n of them has the bound of one, divided.
func (s *session) residual(ctx context.Context, records []Person, n int) (exposure, error) {
	var sum exposure
	for _, y := range s.latest {
		k, err := y.knows.subtract(records)
		if err != nil {
			return sum, err
		}
		limited, cancel := s.within(ctx, 2, n)
		e := k.deduce(limited)
		cancel()
		sum.withheld, sum.recovered = sum.withheld+e.withheld, sum.recovered+e.recovered
		sum.small, sum.rests, sum.undecided = sum.small+e.small, sum.rests+e.rests, sum.undecided+e.undecided
	}
	return sum, nil
}

func (s *session) hasRecords() bool {
	return len(s.latest) > 0 && (len(s.target.Members) > 0 || len(s.target.Truth) > 0)
}
