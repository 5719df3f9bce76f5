package auditor

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/plan"
)

// TestACensusCountsWhatCountingCounts: machine words say of every combination
// what looking at every person says, one world after another.
func TestACensusCountsWhatCountingCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, _ := crowd{1, 1, 5, 0, 2}.planned()
		sizes := make([]int, len(s.Axes))
		for i, a := range s.Axes {
			sizes[i] = len(a.Categories)
		}
		c := newCensus([]int{0, 2, 3}, sizes)
		for range 3 {
			drawn := crowd{rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 150).Draw(t, "persons"), 5, 0, 2}
			_, world := drawn.planned()
			c.take(world)
			for range 5 {
				all := []condition{{0, rapid.IntRange(0, 1).Draw(t, "a")}, {2, rapid.IntRange(0, 3).Draw(t, "b")}, {3, rapid.IntRange(0, 4).Draw(t, "c")}}
				all = all[:rapid.IntRange(1, 3).Draw(t, "conditions")]
				if got, want := c.count(all), count(plan.Functional{Within: selectionOf(all)}, world); got != want {
					t.Fatalf("%v: %d, want %d", all, got, want)
				}
			}
		}
	})
}

// TestAForgeKeepsItsSums: whatever it changes, its sums are those of the people
// that it has, terms with weights among them.
func TestAForgeKeepsItsSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, people := smallSystem(t)
		k := p.knowledge(nil, nil)
		weighted := row{term: term{axis: 0, weights: numbers(k.sizes[0])}, hi: 3}
		m := newMould(k.sizes, append(slices.Clone(k.rows), weighted), k.bans)
		m.ask(quantity{{term{where: plan.Selection{{Axis: 0, Categories: []int{0}}}}, 1}})
		f := newForge(m, rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1)), people)
		f.from = rapid.IntRange(0, 9).Draw(t, "from")
		f.work(rapid.IntRange(1, 300).Draw(t, "steps"), func() bool { return false })
		again := newForge(m, f.rng, f.population())
		if diff := cmp.Diff(again.sums, f.sums); diff != "" || again.off != f.off {
			t.Fatalf("off by %d, counted anew %d: %s", f.off, again.off, diff)
		}
	})
}

// TestWhatIsCertainByCountingIsNoLess: counting says no more than is proved, and
// a combination that it leaves out of the search is one of many persons.
func TestWhatIsCertainByCountingIsNoLess(t *testing.T) {
	s, people := crowd{2, 60, 6, 1, 3}.planned()
	p := threshold(s, people, 5)
	prober, err := Probe(context.Background(), p)
	if err != nil {
		t.Fatal(err)
	}
	a := &attacker{published: p, policy: plan.Defaults(), view: plan.View{Threshold: 5}, prober: prober}
	prober.imagine()
	c := a.newCombinations()
	single := c.certain([]*combination{{}}, c.every())
	counted := 0
	for _, o := range c.certain(single, single) {
		n := c.atLeast(o)
		if n > 0 {
			counted++
		}
		in, err := prober.Cell(plan.Cell{Where: selectionOf(o.all)})
		if err != nil || !in.Bounded || n > in.Least {
			t.Errorf("%v: at least %d, proved %+v, %v", o.all, n, in, err)
		}
		if in.Least > o.from {
			t.Errorf("%v: %d in a world, proved at least %d", o.all, o.from, in.Least)
		}
	}
	if counted == 0 {
		t.Error("nothing is certain by counting: the test shows nothing")
	}
}
