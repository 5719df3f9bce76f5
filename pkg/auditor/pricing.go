package auditor

import (
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// errTooHard: a search met its limit before it had its proof.
var errTooHard = errors.New("the search met its limit")

// pricingNodes is how many partial atoms one search may look at, and
// pricingEnough how many if it has found something.
const (
	pricingNodes  = 2_000_000
	pricingEnough = 20_000
)

// A pricer finds, among all atoms that no ban covers, one in which a weighted
// sum of terms is greatest, without listing the atoms: depth first over the
// axes, each branch bounded by mini-bucket elimination of the axes below. With
// whole weights its arithmetic is exact as long as sums stay below 2^53.
type pricer struct {
	space    *space
	rows     int // how many of the terms are rows; the quantity's parts follow
	terms    []compiled
	factors  []*factor
	bucket   []bucket
	roots    []*factor // messages that depend on no axis
	constant []int     // terms that are the same for every atom
	// loose terms and bans span too many atoms for a table; the search itself
	// keeps their products.
	loose     []int
	looseBans []compiled
	looked    int // partial atoms that the last search looked at
}

// A bucket is what is decided when the search reaches one axis.
type bucket struct {
	in   []*factor
	mini []mini
}

func newPricer(sizes []int, rows []row, q quantity, bans []plan.Selection) *pricer {
	terms := termsOf(rows, q)
	p := &pricer{space: newSpace(sizes, terms, bans), rows: len(rows)}
	for _, t := range terms {
		p.add(t)
	}
	for _, b := range bans {
		p.ban(b)
	}
	p.bucket = make([]bucket, len(p.space.at))
	for _, f := range p.factors {
		p.drop(f)
	}
	for i := len(p.bucket) - 1; i >= 0; i-- {
		p.divide(i)
	}
	return p
}

// add takes a term in; terms are known by the order in which they were added.
// After the buckets are made only loose terms may follow.
func (p *pricer) add(t term) {
	c := p.space.compile(t)
	k := len(p.terms)
	p.terms = append(p.terms, c)
	switch {
	case len(c.scope) == 0:
		p.constant = append(p.constant, k)
	case p.bucket != nil || p.space.width(c.scope) > tableLimit:
		p.loose = append(p.loose, k)
	default:
		f := p.over(c.scope)
		at, value := f.nonzero(c)
		f.terms = append(f.terms, entries{k, at, value})
	}
}

func (p *pricer) ban(b plan.Selection) {
	c := p.space.compile(term{where: b})
	if p.space.width(c.scope) > tableLimit {
		p.looseBans = append(p.looseBans, c)
		return
	}
	f := p.over(c.scope)
	at, _ := f.nonzero(c)
	f.banned = append(f.banned, at...)
}

func (p *pricer) over(scope []int) *factor {
	for _, f := range p.factors {
		if slices.Equal(f.scope, scope) {
			return f
		}
	}
	f := p.space.newFactor(scope)
	p.factors = append(p.factors, f)
	return f
}

// drop puts a table into the bucket of its deepest axis.
func (p *pricer) drop(f *factor) {
	if len(f.scope) == 0 {
		p.roots = append(p.roots, f)
		return
	}
	last := f.scope[len(f.scope)-1]
	p.bucket[last].in = append(p.bucket[last].in, f)
}

// divide splits a bucket so that each part's joint table is small, and hands
// the parts' messages on.
func (p *pricer) divide(i int) {
	b := &p.bucket[i]
	in := slices.Clone(b.in)
	slices.SortStableFunc(in, func(x, y *factor) int { return cmp.Compare(len(y.scope), len(x.scope)) })
	var parts [][]*factor
	var scopes [][]int
next:
	for _, f := range in {
		for k := range parts {
			if u := union(scopes[k], f.scope); p.space.width(u) <= tableLimit {
				parts[k], scopes[k] = append(parts[k], f), u
				continue next
			}
		}
		parts, scopes = append(parts, []*factor{f}), append(scopes, f.scope)
	}
	for k := range parts {
		m := p.space.newMini(parts[k], scopes[k])
		b.mini = append(b.mini, m)
		p.drop(m.out)
	}
}

func union(a, b []int) []int {
	u := slices.Concat(a, b)
	slices.Sort(u)
	return slices.Compact(u)
}

// prepare fills every table for the weights and returns the bound at the root,
// loose terms left out.
func (p *pricer) prepare(weight []float64) float64 {
	for _, f := range p.factors {
		f.fill(weight)
	}
	for i := len(p.bucket) - 1; i >= 0; i-- {
		for _, m := range p.bucket[i].mini {
			m.pass()
		}
	}
	bound := 0.0
	for _, f := range p.roots {
		bound += f.table[0]
	}
	for _, k := range p.constant {
		bound += weight[k] * p.terms[k].scale
	}
	return bound
}

// improve returns atoms whose weighted sum is above floor, each better than the
// one before it; the last is the best that was found in reasonable time. None:
// no atom is above floor.
func (p *pricer) improve(weight []float64, floor float64) ([][]int, error) {
	root := p.prepare(weight)
	s := newSearch(p, weight, floor)
	s.descend(0, root)
	p.looked = s.nodes
	if len(s.found) == 0 && s.nodes > pricingNodes {
		return nil, errTooHard
	}
	return s.found, nil
}

// sample draws one atom in which the term is not 0; none if there is none or
// the search takes long.
func (p *pricer) sample(k int, rng *rand.Rand) []int {
	root := p.prepare(make([]float64, len(p.terms)))
	s := newSearch(p, make([]float64, len(p.terms)), -1)
	s.rng, s.within, s.limit = rng, &p.terms[k], 10_000
	if p.terms[k].scale != 0 && !math.IsInf(root, -1) {
		s.descend(0, 0)
	}
	if len(s.found) == 0 {
		return nil
	}
	return s.found[0]
}
