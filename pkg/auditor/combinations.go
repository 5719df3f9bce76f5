package auditor

import (
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// A combination is a set of conditions that somebody meets in every world
// looked at so far.
type combination struct {
	all []condition
	// from and to are between how many persons meet it, and fewest is a world in
	// which as few do.
	from, to, fewest int
}

// combinations is the search for sets of conditions whose small number is known
// (S5). A set is harmless as soon as one world lacks it; so worlds are made that
// lack many at a time, and only what is left in all of them is asked about.
type combinations struct {
	*attacker
	census *census
	taken  int // worlds that open ones were counted in
	open   []*combination
	own    map[condition]int // how many certainly meet it, where a row says so
	least  map[string]int    // how many certainly meet a combination
	total  int               // of the persons; -1 when nobody says
}

const (
	// together is how many combinations one world is to lack at once, and
	// avoiding how many changes the search for it may make.
	together = 16
	avoiding = 8_000
)

func (a *attacker) newCombinations() *combinations {
	k := &a.prober.known
	c := &combinations{attacker: a, census: newCensus(a.mentioned(), k.sizes), own: map[condition]int{}, least: map[string]int{}, total: -1}
	for _, r := range k.rows {
		switch {
		case r.weights != nil:
		case len(r.where) == 0 && !r.open:
			c.total = r.hi
		case len(r.where) == 1 && len(r.where[0].Categories) == 1:
			s := r.where[0]
			c.own[condition{s.Axis, s.Categories[0]}] = r.lo
		}
	}
	return c
}

// conjunctions looks for combinations of conditions, one at least identifying
// and one sensitive, whose small number is known (S5). Those that a cell counts
// have been examined already. Only who meets some conditions in every world can
// meet those and another one.
func (a *attacker) conjunctions() error {
	counted := map[string]bool{}
	for _, c := range a.published.System.Cells {
		if !c.Weighted {
			counted[a.describe(c.Where)] = true
		}
	}
	c := a.newCombinations()
	single := c.certain([]*combination{{}}, c.every())
	level := []*combination{{}}
	for range a.policy.Conjunction {
		c.certain(level, single)
		asked := slices.DeleteFunc(slices.Clone(c.open), func(o *combination) bool {
			return !a.telling(o.all) || counted[a.describe(selectionOf(o.all))]
		})
		c.avoid(asked)
		for _, o := range asked {
			if c.recount(); o.from == 0 {
				continue
			}
			if a.asked >= probes || a.prober.stopped() {
				a.find(Review, RuleTruncated, "combinations", Interval{})
				return nil
			}
			if err := c.examine(o); err != nil {
				return err
			}
		}
		c.recount()
		level = c.open
	}
	return nil
}

// every is each condition on the axes by itself.
func (c *combinations) every() (single []*combination) {
	for _, axis := range c.census.axes {
		for category := range c.census.sizes[axis] {
			single = append(single, &combination{all: []condition{{axis, category}}})
		}
	}
	return single
}

// certain opens those combinations of one of a level and a single condition
// that somebody meets in every world.
func (c *combinations) certain(level, single []*combination) []*combination {
	c.open, c.taken = nil, 0
	for _, o := range level {
		for _, s := range single {
			if n := len(o.all); n == 0 || s.all[0].axis > o.all[n-1].axis {
				c.open = append(c.open, &combination{all: append(slices.Clip(o.all), s.all[0])})
			}
		}
	}
	c.recount()
	return c.open
}

// recount counts the open combinations in the worlds that were made since, and
// closes those that a world lacks.
func (c *combinations) recount() {
	for ; c.taken < len(c.prober.worlds); c.taken++ {
		c.census.take(c.prober.worlds[c.taken])
		c.open = slices.DeleteFunc(c.open, func(o *combination) bool {
			n := c.census.count(o.all)
			if c.taken == 0 {
				o.from, o.to = n, n
			}
			if n < o.from {
				o.from, o.fewest = n, c.taken
			}
			o.to = max(o.to, n)
			return n == 0
		})
	}
}

// avoid makes worlds that lack many combinations at a time, as long as that
// leaves much fewer, and then worlds that lack one.
func (c *combinations) avoid(some []*combination) {
	for before := 2 * len(some); 4*len(some) < 3*before; {
		before = len(some)
		some = c.round(some, (before+together-1)/together, avoiding)
	}
	c.round(some, len(some), avoiding/4)
}

// round divides combinations into heaps, those in one far from each other so
// that they get in each other's way less, and tries to make worlds without each.
// It returns what is left.
func (c *combinations) round(some []*combination, heaps, tries int) []*combination {
	for h := range heaps {
		if c.prober.stopped() {
			break
		}
		var heap []*combination
		for i := h; i < len(some); i += heaps {
			heap = append(heap, some[i])
		}
		c.lack(heap, tries)
	}
	return slices.DeleteFunc(slices.Clone(some), func(o *combination) bool { return o.from == 0 || c.atLeast(o) > 0 })
}

// lack tries to make a world without all of some combinations, beginning with
// one that has few of the first of them.
func (c *combinations) lack(heap []*combination, tries int) {
	var q quantity
	from := -1
	for _, o := range heap {
		if o.from > 0 && c.atLeast(o) == 0 {
			q = append(q, part{term{where: selectionOf(o.all)}, -1})
			from = max(from, o.fewest)
		}
	}
	if len(q) > 0 {
		c.prober.approach(c.prober.worlds[from], q, tries)
		c.recount()
	}
}

// atLeast is how many persons certainly meet a combination, as far as that
// follows at once: by counting (of 20 persons, if 15 meet one condition and 8
// another, 3 meet both), and from what was established about a part of it.
func (c *combinations) atLeast(o *combination) int {
	if c.total < 0 {
		return 0
	}
	n := c.total
	for _, one := range o.all {
		n -= c.total - c.own[one]
	}
	for i, one := range o.all {
		if len(o.all) < 3 {
			break
		}
		rest := c.least[keyOfAll(slices.Delete(slices.Clone(o.all), i, i+1))]
		if rest > n && c.implied(o.all, i) {
			n = rest
		}
		n = max(n, rest+c.own[one]-c.total)
	}
	return max(n, 0)
}

// implied: nobody can meet the other conditions and not that one.
func (c *combinations) implied(all []condition, i int) bool {
	piece := selectionOf(all)
	piece[i].Categories = complement(piece[i].Categories, c.census.sizes[all[i].axis])
	cut := cutter{sizes: c.census.sizes, left: banCuts}
	return len(piece[i].Categories) == 0 || cut.covered(piece, c.prober.known.bans) && cut.left > 0
}

func keyOfAll(all []condition) string { return fmt.Sprint(all) }

// examine establishes between what numbers those are who meet a combination.
func (c *combinations) examine(o *combination) error {
	n := c.atLeast(o)
	in := Interval{Reached: true, From: o.from, To: o.to}
	if n == 0 || n < c.view.Threshold && o.to < c.view.Threshold {
		var err error
		c.asked++
		if in, err = c.interval(o.all, in); err != nil {
			return err
		}
	} else {
		in.Bounded, in.Open, in.Least = true, true, n
	}
	c.least[keyOfAll(o.all)] = in.Least
	c.conclude(o, in)
	return nil
}

// telling: conditions on the axes say of somebody who can be recognised what
// she would not have told.
func (a *attacker) telling(all []condition) bool {
	has := func(r plan.Role) bool {
		return slices.ContainsFunc(all, func(c condition) bool {
			role := a.published.System.Axes[c.axis].Role
			return role == plan.Both || role == r
		})
	}
	return has(plan.Identifying) && has(plan.Sensitive)
}

// conclude says what follows from the numbers between which those are who meet
// a combination.
func (c *combinations) conclude(o *combination, in Interval) {
	where := selectionOf(o.all)
	switch {
	case in.Reached && in.From <= 0 || in.Bounded && in.Least >= c.view.Threshold:
	case !in.Bounded || in.Least <= 0: // perhaps nobody, perhaps certainly somebody
		c.find(Review, RuleTruncated, c.describe(where), in)
	case in.Determined():
		c.find(Fail, RuleConjunction, c.describe(where), in)
	case !in.Open && in.Most < c.view.Threshold:
		c.find(Review, RuleConjunction, c.describe(where), in)
	default:
		c.assault.Present = append(c.assault.Present, Conjunction{where, in, c.describe(where)})
	}
}
