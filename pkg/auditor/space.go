package auditor

import (
	"fmt"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/plan"
)

// tableLimit is the greatest number of atoms for which a table is kept.
const tableLimit = 1 << 13

// A space is the product of the axes that matter to a question. On each axis
// the categories that no term and no ban tells apart are one class. Positions
// are axes in the order in which the search assigns them.
type space struct {
	sizes []int // categories of every axis of the system
	at    []position
	where []int // axis -> position, or -1 where no class is told from another
}

type position struct {
	axis  int
	class []int   // category -> class
	holds [][]int // class -> its categories
}

// compiled is a term as a product of one factor an axis.
type compiled struct {
	scale float64 // what the axes contribute that cannot vary
	scope []int   // positions, ascending
	value [][]float64
}

func newSpace(sizes []int, terms []term, bans []plan.Selection) *space {
	sp := &space{sizes: sizes, where: make([]int, len(sizes))}
	signs := make([][]strings.Builder, len(sizes))
	for axis, n := range sizes {
		signs[axis] = make([]strings.Builder, n)
	}
	for _, t := range terms {
		t.sign(signs)
	}
	for _, b := range bans {
		term{where: b}.sign(signs)
	}
	var found []position
	for axis := range sizes {
		sp.where[axis] = -1
		if p := classes(axis, signs[axis]); len(p.holds) > 1 {
			found = append(found, p)
		}
	}
	sp.arrange(found, terms, bans)
	return sp
}

// sign adds to the mark of each category of the term's axes what the term sees
// of it.
func (t term) sign(marks [][]strings.Builder) {
	for _, axis := range t.axes() {
		for c := range marks[axis] {
			fmt.Fprintf(&marks[axis][c], "%d,", t.factor(axis, c))
		}
	}
}

// factor is what a category contributes to the term's product.
func (t term) factor(axis, category int) int {
	for _, s := range t.where {
		if s.Axis != axis {
			continue
		}
		if _, in := slices.BinarySearch(s.Categories, category); !in {
			return 0
		}
	}
	if t.weights != nil && t.axis == axis {
		return t.weights[category]
	}
	return 1
}

func classes(axis int, marks []strings.Builder) position {
	p := position{axis: axis, class: make([]int, len(marks))}
	seen := map[string]int{}
	for c := range marks {
		mark := marks[c].String()
		k, known := seen[mark]
		if !known {
			k = len(p.holds)
			seen[mark] = k
			p.holds = append(p.holds, nil)
		}
		p.class[c] = k
		p.holds[k] = append(p.holds[k], c)
	}
	return p
}

// arrange orders the axes so that eliminating them from the last to the first
// keeps tables small: the axis with the smallest neighbourhood goes first.
func (sp *space) arrange(found []position, terms []term, bans []plan.Selection) {
	size := map[int]int{}
	for _, p := range found {
		size[p.axis] = len(p.holds)
	}
	next := neighbours(size, terms, bans)
	sp.at = make([]position, len(found))
	for i := len(found) - 1; i >= 0; i-- {
		best, cost := -1, 0.0
		for k, p := range found {
			c := float64(size[p.axis])
			for n := range next[p.axis] {
				c *= float64(size[n])
			}
			if best < 0 || c < cost {
				best, cost = k, c
			}
		}
		sp.at[i] = found[best]
		sp.where[found[best].axis] = i
		eliminate(next, found[best].axis)
		found = slices.Delete(found, best, best+1)
	}
}

func neighbours(size map[int]int, terms []term, bans []plan.Selection) map[int]map[int]bool {
	next := map[int]map[int]bool{}
	for axis := range size {
		next[axis] = map[int]bool{}
	}
	join := func(axes []int) {
		for _, a := range axes {
			for _, b := range axes {
				if a != b && size[a] > 0 && size[b] > 0 {
					next[a][b] = true
				}
			}
		}
	}
	for _, t := range terms {
		join(t.axes())
	}
	for _, b := range bans {
		join(term{where: b}.axes())
	}
	return next
}

func eliminate(next map[int]map[int]bool, axis int) {
	for a := range next[axis] {
		delete(next[a], axis)
		for b := range next[axis] {
			if a != b {
				next[a][b] = true
			}
		}
	}
	delete(next, axis)
}

func (sp *space) compile(t term) compiled {
	c := compiled{scale: 1}
	for _, axis := range t.axes() {
		if sp.where[axis] < 0 { // every category counts alike
			c.scale *= float64(t.factor(axis, 0))
			continue
		}
		c.scope = append(c.scope, sp.where[axis])
	}
	slices.Sort(c.scope)
	for _, i := range c.scope {
		p := sp.at[i]
		values := make([]float64, len(p.holds))
		for k, members := range p.holds {
			values[k] = float64(t.factor(p.axis, members[0]))
		}
		c.value = append(c.value, values)
	}
	return c
}

// width is how many atoms a scope has, or more than tableLimit.
func (sp *space) width(scope []int) int {
	n := 1
	for _, i := range scope {
		if n *= len(sp.at[i].holds); n > tableLimit {
			return n
		}
	}
	return n
}

// atom writes classes as categories: the first of each class.
func (sp *space) atom(class []int) []int {
	atom := make([]int, len(sp.sizes))
	for i, k := range class {
		atom[sp.at[i].axis] = sp.at[i].holds[k][0]
	}
	return atom
}

// around is every atom that the space cannot tell from the given one.
func (sp *space) around(atom []int) plan.Selection {
	s := make(plan.Selection, 0, len(sp.at))
	for _, p := range sp.at {
		s = append(s, plan.Subset{Axis: p.axis, Categories: p.holds[p.class[atom[p.axis]]]})
	}
	slices.SortFunc(s, func(a, b plan.Subset) int { return a.Axis - b.Axis })
	return s
}
