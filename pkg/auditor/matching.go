package auditor

import (
	"context"
	"math/rand/v2"
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// Protect decides what of a system is shown, were these the records; nil if
// nothing would be published. An error ends the examination.
type Protect func(ctx context.Context, data []plan.Count, seed uint64) (plan.Pattern, error)

// MatchingOptions say what Matching tries.
type MatchingOptions struct {
	Protect Protect
	Cells   []int       // withheld counts, each examined by itself
	Seeds   int         // with which Protect is run again; 0 stands for 20
	Least   int         // that many values must lead to the pattern; 0 stands for 3
	Most    int         // the greatest value that is tried; 0 stands for 10
	Random  rand.Source // the same source gives the same findings
}

// manyValues bounds how many values of one cell are tried.
const manyValues = 1_000_000

// Matching warns of withheld counts whose value the pattern gives away. Whoever
// knows how the protector works can try it on records of their own: of all
// values that a count may have, only some lead to the pattern that was
// published. For each value Matching makes records that agree with everything
// shown and have it, protects them with seed after seed, and keeps the value if
// the pattern comes out; the true one is kept in any case. Fewer than so many
// are a finding.
//
// It tries one population for each value, near the true records; another one of
// the same value might lead to the pattern where this one does not, so that it
// warns rather too often. What it finds is for the desk and the reviewer alone.
func Matching(ctx context.Context, p Published, data []plan.Count, o MatchingOptions) ([]Finding, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	o.complete()
	bad := func(cell int) bool {
		return cell < 0 || cell >= len(p.Shown) || p.Shown[cell] || p.System.Cells[cell].Weighted
	}
	if o.Protect == nil || o.Random == nil || o.Seeds < 0 || o.Least < 0 || o.Most < 0 || o.Most > manyValues || slices.ContainsFunc(o.Cells, bad) {
		return nil, fault.New(fault.Invalid, CodeSystem)
	}
	k := p.knowledge(nil, nil)
	m := matcher{MatchingOptions: o, mould: newMould(k.sizes, k.rows, k.bans), rng: rand.New(o.Random), data: data, shown: p.Shown}
	if !m.mould.stands(data) || !m.mould.fits(data) {
		return nil, fault.New(fault.Invalid, CodeContradiction)
	}
	var findings []Finding
	for _, cell := range o.Cells {
		n, err := m.values(ctx, quantity{{term{where: k.lean(p.System.Cells[cell].Where)}, 1}})
		if err != nil {
			return nil, err
		}
		if n < o.Least {
			findings = append(findings, Finding{Class: Review, Rule: RuleMatching, Scope: p.System.Cells[cell].Name, Desk: Numbers{n, o.Least}})
		}
	}
	return findings, nil
}

func (o *MatchingOptions) complete() {
	for _, d := range []struct {
		option  *int
		instead int
	}{{&o.Seeds, 20}, {&o.Least, 3}, {&o.Most, 10}} {
		if *d.option == 0 {
			*d.option = d.instead
		}
	}
}

type matcher struct {
	MatchingOptions
	mould *mould
	rng   *rand.Rand
	data  []plan.Count
	shown plan.Pattern
}

// values counts the values that lead to the pattern, until there are enough.
// The nearest are tried first: they are the most likely to.
func (m *matcher) values(ctx context.Context, q quantity) (n int, err error) {
	truth := q.of(m.data)
	n = 1
	for distance := 1; n < m.Least && distance <= max(truth, m.Most-truth); distance++ {
		for _, v := range []int{truth - distance, truth + distance} {
			if v < 0 || v > m.Most || n >= m.Least {
				continue
			}
			leads, err := m.leads(ctx, q, v)
			if err != nil {
				return 0, err
			}
			if leads {
				n++
			}
		}
	}
	return n, nil
}

// leads says whether records in which the quantity has a value come out with
// the pattern.
func (m *matcher) leads(ctx context.Context, q quantity, value int) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	m.mould.ask(q)
	f := newForge(m.mould, m.rng, m.data)
	f.from, f.to = value, value
	if !f.work(tries, func() bool { return ctx.Err() != nil }) {
		return false, ctx.Err()
	}
	people := f.population()
	for seed := range m.Seeds {
		pattern, err := m.Protect(ctx, people, uint64(seed))
		if err != nil {
			return false, err
		}
		if slices.Equal(pattern, m.shown) {
			return true, nil
		}
	}
	return false, nil
}
