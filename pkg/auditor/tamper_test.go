package auditor

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// A tampering changes a certificate that holds. It returns false when the change
// found nothing to change.
type tampering struct {
	name string
	do   func(c *Certificate, rng *rand.Rand) bool
}

func witnessOf(c *Certificate, rng *rand.Rand) *plan.Witness {
	return &c.Witnesses[rng.IntN(len(c.Witnesses))]
}

func moveOf(c *Certificate, rng *rand.Rand) (*plan.Witness, int) {
	for {
		if w := witnessOf(c, rng); len(w.Moves) > 0 {
			return w, rng.IntN(len(w.Moves))
		}
	}
}

var tamperings = []tampering{
	{"a witness is missing", func(c *Certificate, rng *rand.Rand) bool {
		i := rng.IntN(len(c.Witnesses))
		c.Witnesses = slices.Delete(c.Witnesses, i, i+1)
		return true
	}},
	{"a witness is there twice", func(c *Certificate, rng *rand.Rand) bool {
		c.Witnesses = append(c.Witnesses, *witnessOf(c, rng))
		return true
	}},
	{"a witness names no view", func(c *Certificate, rng *rand.Rand) bool {
		witnessOf(c, rng).View += "x"
		return true
	}},
	{"a witness names no functional", func(c *Certificate, rng *rand.Rand) bool {
		witnessOf(c, rng).Functional += "x"
		return true
	}},
	{"a witness claims the other goal", func(c *Certificate, rng *rand.Rand) bool {
		w := witnessOf(c, rng)
		w.Goal = 1 - w.Goal
		return true
	}},
	{"a witness claims a goal that is none", func(c *Certificate, rng *rand.Rand) bool {
		witnessOf(c, rng).Goal = 7
		return true
	}},
	{"one person more or less", func(c *Certificate, rng *rand.Rand) bool {
		w, i := moveOf(c, rng)
		w.Moves[i].N += []int{-1, 1}[rng.IntN(2)]
		return true
	}},
	{"a move is missing", func(c *Certificate, rng *rand.Rand) bool {
		w, i := moveOf(c, rng)
		w.Moves = slices.Delete(w.Moves, i, i+1)
		return true
	}},
	{"a move of nobody", func(c *Certificate, rng *rand.Rand) bool {
		w, i := moveOf(c, rng)
		w.Moves[i].N = 0
		return true
	}},
	{"a move of a number beyond all bounds", func(c *Certificate, rng *rand.Rand) bool {
		w, i := moveOf(c, rng)
		w.Moves[i].N = 1 << 62
		return true
	}},
	{"a move out of order", func(c *Certificate, rng *rand.Rand) bool {
		w, i := moveOf(c, rng)
		k := (i + 1) % len(w.Moves)
		w.Moves[i], w.Moves[k] = w.Moves[k], w.Moves[i]
		return i != k
	}},
	{"a move there twice", func(c *Certificate, rng *rand.Rand) bool {
		w, i := moveOf(c, rng)
		w.Moves = slices.Insert(w.Moves, i, w.Moves[i])
		return true
	}},
	{"a move to a category that is not there", func(c *Certificate, rng *rand.Rand) bool {
		w, i := moveOf(c, rng)
		w.Moves[i].Atom[rng.IntN(len(c.System.Axes))] = []int{-1, 99}[rng.IntN(2)]
		return true
	}},
	{"a move to an atom that is too short", func(c *Certificate, rng *rand.Rand) bool {
		w, i := moveOf(c, rng)
		w.Moves[i].Atom = w.Moves[i].Atom[:1]
		return true
	}},
	{"a move to another atom", func(c *Certificate, rng *rand.Rand) bool {
		w, i := moveOf(c, rng)
		axis := rng.IntN(len(c.System.Axes))
		w.Moves[i].Atom[axis] = rng.IntN(len(c.System.Axes[axis].Categories))
		return true
	}},
	{"somebody banned", func(c *Certificate, rng *rand.Rand) bool {
		w, i := moveOf(c, rng)
		if w.Moves[i].N < 0 {
			return false
		}
		for _, s := range c.System.Bans[0] {
			w.Moves[i].Atom[s.Axis] = s.Categories[0]
		}
		return true
	}},
	{"a small cell is shown after all", func(c *Certificate, rng *rand.Rand) bool {
		i := rng.IntN(len(c.Shown))
		was := c.Shown[i]
		c.Shown[i] = true
		return !was && c.Values[i] < c.Policy.Threshold && possible(*c, i)
	}},
	{"an earlier release showed a small cell", func(c *Certificate, rng *rand.Rand) bool {
		i := rng.IntN(len(c.Shown))
		c.Earlier = []plan.Pattern{make(plan.Pattern, i+1)}
		c.Earlier[0][i] = true
		return !c.Shown[i] && c.Values[i] < c.Policy.Threshold && possible(*c, i)
	}},
	{"a view is missing", func(c *Certificate, rng *rand.Rand) bool {
		i := rng.IntN(len(c.Views))
		name := c.Views[i].Name
		c.Views = slices.Delete(c.Views, i, i+1)
		c.Witnesses = slices.DeleteFunc(c.Witnesses, func(w plan.Witness) bool { return w.View == name })
		return true
	}},
	{"a view's threshold is one lower", func(c *Certificate, rng *rand.Rand) bool {
		c.Views[rng.IntN(len(c.Views))].Threshold--
		return true
	}},
	{"zeros are safe for the public", func(c *Certificate, _ *rand.Rand) bool {
		c.Views[0].ZeroIsSafe = true
		return true
	}},
	{"an organisation forgets a record", func(c *Certificate, rng *rand.Rand) bool {
		v := &c.Views[1+rng.IntN(len(c.Views)-1)]
		v.Known = v.Known[1:]
		return true
	}},
	{"an organisation does not know that it knows all its records", func(c *Certificate, rng *rand.Rand) bool {
		c.Views[1+rng.IntN(len(c.Views)-1)].Empty = nil
		return true
	}},
	{"a record more than was published", func(c *Certificate, rng *rand.Rand) bool {
		c.Data[rng.IntN(len(c.Data))].N++
		return true
	}},
	{"a published value is changed", func(c *Certificate, rng *rand.Rand) bool {
		i := rng.IntN(len(c.Shown))
		c.Values[i]++
		return c.Shown[i]
	}},
	{"the policy is below its floor", func(c *Certificate, _ *rand.Rand) bool {
		c.Policy.Threshold = 2
		return true
	}},
}

// possible: somebody could stand in the cell.
func possible(c Certificate, cell int) bool {
	return populated(c.System, plan.Functional{Within: c.System.Cells[cell].Where}, c.System.Bans)
}

// again is a deep copy of what the tamperings change.
func again(c Certificate) Certificate {
	c.Data, c.Shown, c.Values = slices.Clone(c.Data), slices.Clone(c.Shown), slices.Clone(c.Values)
	c.Views, c.Witnesses = slices.Clone(c.Views), slices.Clone(c.Witnesses)
	for i := range c.Witnesses {
		moves := slices.Clone(c.Witnesses[i].Moves)
		for k := range moves {
			moves[k].Atom = slices.Clone(moves[k].Atom)
		}
		c.Witnesses[i].Moves = moves
	}
	return c
}

// stillProves checks every changed witness the long way: the whole population is made,
// and every shown cell counted in it anew.
func stillProves(c, before Certificate) bool {
	for i, w := range c.Witnesses {
		if slices.EqualFunc(w.Moves, before.Witnesses[i].Moves, func(a, b plan.Count) bool { return a.N == b.N && slices.Equal(a.Atom, b.Atom) }) {
			continue
		}
		view := c.Views[slices.IndexFunc(c.Views, func(v plan.View) bool { return v.Name == w.View })]
		world := map[string]plan.Count{}
		for _, d := range slices.Concat(c.Data, w.Moves) {
			key := fmt.Sprint(d.Atom)
			world[key] = plan.Count{Atom: d.Atom, N: world[key].N + d.N}
		}
		for i, cell := range c.System.Cells {
			sum := 0
			for _, p := range world {
				sum += p.N * weight(cell, p.Atom)
			}
			if c.Shown[i] && sum != c.Values[i] {
				return false
			}
		}
		for _, k := range view.Known {
			if world[fmt.Sprint(k.Atom)].N < k.N {
				return false
			}
		}
		for _, p := range world {
			own := slices.ContainsFunc(view.Empty, func(e plan.Selection) bool { return holds(e, p.Atom) })
			known := slices.ContainsFunc(view.Known, func(k plan.Count) bool { return slices.Equal(k.Atom, p.Atom) && k.N == p.N })
			banned := slices.ContainsFunc(c.System.Bans, func(b plan.Selection) bool { return holds(b, p.Atom) })
			if p.N < 0 || p.N > 0 && (banned || own && !known) {
				return false
			}
		}
	}
	return true
}

func TestEveryTamperingIsFound(t *testing.T) {
	whole := town(t)
	rng := rand.New(rand.NewPCG(1, 2))
	found := map[string]int{}
	for done := 0; done < 1000; {
		c, kind := again(whole), tamperings[rng.IntN(len(tamperings))]
		if !kind.do(&c, rng) {
			continue
		}
		if kind.name == "a move to another atom" && stillProves(c, whole) {
			continue // another proof of the same
		}
		done++
		if Worst(Verify(c)) != Fail {
			t.Errorf("%s: not found", kind.name)
		}
		found[kind.name]++
	}
	for _, kind := range tamperings {
		if found[kind.name] < 5 {
			t.Errorf("%s: tried %d times only", kind.name, found[kind.name])
		}
	}
}
