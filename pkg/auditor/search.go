package auditor

import (
	"math"
	"math/rand/v2"
)

// A search is one walk of a pricer through the atoms.
type search struct {
	p      *pricer
	weight []float64
	best   float64
	found  [][]int
	nodes  int
	limit  int
	class  []int
	// product and rest are, for each loose term and ban, its product over the
	// axes assigned so far and the greatest that the others can add to it.
	loose   []compiled
	product [][]float64
	rest    [][]float64
	// rng and within make the walk a random one inside a term.
	rng    *rand.Rand
	within *compiled
}

func newSearch(p *pricer, weight []float64, floor float64) *search {
	s := &search{p: p, weight: weight, best: floor, limit: pricingNodes, class: make([]int, len(p.bucket))}
	for _, k := range p.loose {
		s.loose = append(s.loose, p.terms[k])
	}
	s.loose = append(s.loose, p.looseBans...)
	depth := len(p.bucket)
	for _, c := range s.loose {
		product, rest := make([]float64, depth+1), make([]float64, depth+1)
		product[0], rest[depth] = c.scale, 1
		for i := depth - 1; i >= 0; i-- {
			rest[i] = rest[i+1] * c.greatest(i)
		}
		s.product, s.rest = append(s.product, product), append(s.rest, rest)
	}
	return s
}

// on is what a class contributes to the product at a position.
func (c compiled) on(position, class int) float64 {
	for k, i := range c.scope {
		if i == position {
			return c.value[k][class]
		}
	}
	return 1
}

func (c compiled) greatest(position int) float64 {
	for k, i := range c.scope {
		if i == position {
			g := 0.0
			for _, v := range c.value[k] {
				g = max(g, v)
			}
			return g
		}
	}
	return 1
}

// last is the deepest position that the product depends on.
func (c compiled) last() int {
	if len(c.scope) == 0 {
		return -1
	}
	return c.scope[len(c.scope)-1]
}

// over says that the walk has looked long enough: sooner when it found something.
func (s *search) over() bool {
	return s.nodes > s.limit || len(s.found) > 0 && s.nodes > pricingEnough
}

// descend assigns the axis at depth; bound is what the prefix can still reach,
// loose terms left out.
func (s *search) descend(depth int, bound float64) {
	if s.nodes++; s.over() || !(bound+s.slack(depth) > s.best) {
		return
	}
	if depth == len(s.class) {
		s.best = bound + s.slack(depth)
		s.found = append(s.found, s.p.space.atom(s.class))
		return
	}
	b := s.p.bucket[depth]
	for _, m := range b.mini {
		bound -= m.out.look(s.class)
	}
	reach := make([]float64, len(s.p.space.at[depth].holds))
	for k := range reach {
		s.class[depth] = k
		reach[k] = bound
		for _, f := range b.in {
			reach[k] += f.look(s.class)
		}
	}
	for range reach {
		k := s.choose(depth, reach)
		if k < 0 {
			break
		}
		s.class[depth] = k
		for l, c := range s.loose {
			s.product[l][depth+1] = s.product[l][depth] * c.on(depth, k)
		}
		s.descend(depth+1, reach[k])
		reach[k] = math.Inf(-1)
	}
	s.class[depth] = 0
}

// choose picks the class that reaches furthest, or any that may be taken when
// the walk is random; -1 when none is left.
func (s *search) choose(depth int, reach []float64) int {
	if s.rng == nil {
		best := -1
		for k, r := range reach {
			if !math.IsInf(r, -1) && (best < 0 || r > reach[best]) {
				best = k
			}
		}
		return best
	}
	if len(s.found) > 0 {
		return -1
	}
	var open []int
	for k, r := range reach {
		if !math.IsInf(r, -1) && s.within.on(depth, k) != 0 {
			open = append(open, k)
		}
	}
	if len(open) == 0 {
		return -1
	}
	return open[s.rng.IntN(len(open))]
}

// slack is the most that loose terms can add to the prefix; -Inf when a loose
// ban covers it.
func (s *search) slack(depth int) float64 {
	sum := 0.0
	for l, c := range s.loose {
		if l >= len(s.p.loose) {
			if c.last() < depth && s.product[l][depth] != 0 {
				return math.Inf(-1)
			}
			continue
		}
		w := s.weight[s.p.loose[l]]
		if c.last() < depth {
			sum += w * s.product[l][depth]
		} else if w > 0 {
			sum += w * s.product[l][depth] * s.rest[l][depth]
		}
	}
	return sum
}
