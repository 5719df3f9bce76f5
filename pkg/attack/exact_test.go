package attack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// small is a system small enough to go through every population.
type small struct {
	k     *knowledge
	atoms [][]int
	truth []int // by atom
	all   [][]int
}

// drawSmall draws a population of a few persons and tables of one and two
// answers, hides some counts, and lists every population that agrees.
func drawSmall(t *rapid.T) small {
	s := small{k: &knowledge{byKey: map[string]int{}, small: 5}}
	for range rapid.IntRange(2, 3).Draw(t, "axes") {
		s.k.sizes = append(s.k.sizes, rapid.IntRange(2, 3).Draw(t, "categories"))
	}
	s.atoms = atomsOf(s.k.sizes)
	persons := rapid.IntRange(1, 5).Draw(t, "persons")
	s.truth = make([]int, len(s.atoms))
	for range persons {
		s.truth[rapid.IntRange(0, len(s.atoms)-1).Draw(t, "person")]++
	}
	s.tell(t, nil, false)
	for a, n := range s.k.sizes {
		for c := range n {
			s.tell(t, box{{a, newSet(n, c)}}, true)
			for b := range a {
				for d := range s.k.sizes[b] {
					s.tell(t, box{{b, newSet(s.k.sizes[b], d)}, {a, newSet(n, c)}}, true)
				}
			}
		}
	}
	s.list(make([]int, len(s.atoms)), 0, persons)
	return s
}

func atomsOf(sizes []int) [][]int {
	out := [][]int{nil}
	for _, n := range sizes {
		var next [][]int
		for _, atom := range out {
			for c := range n {
				next = append(next, append(slices.Clone(atom), c))
			}
		}
		out = next
	}
	return out
}

func (s *small) value(population []int, b box) (n int) {
	for i, atom := range s.atoms {
		if b.holds(atom) {
			n += population[i]
		}
	}
	return n
}

// tell publishes a count: exactly, or within a range that holds it.
func (s *small) tell(t *rapid.T, b box, hide bool) {
	v := s.value(s.truth, b)
	c := cell{name: b.key(), where: b, lo: v, hi: v, shown: true, total: !hide}
	if hide && rapid.Bool().Draw(t, "hidden") {
		c.shown, c.lo, c.hi = false, max(0, v-rapid.IntRange(0, 2).Draw(t, "below")), v+rapid.IntRange(0, 2).Draw(t, "above")
	}
	s.k.byKey[b.key()] = len(s.k.cells)
	s.k.cells = append(s.k.cells, c)
}

// list goes through every way to place the persons that are left.
func (s *small) list(population []int, at, left int) {
	if at == len(s.atoms)-1 {
		population[at] = left
		if s.agrees(population) {
			s.all = append(s.all, slices.Clone(population))
		}
		population[at] = 0
		return
	}
	for n := 0; n <= left; n++ {
		population[at] = n
		s.list(population, at+1, left-n)
	}
	population[at] = 0
}

func (s *small) agrees(population []int) bool {
	return !slices.ContainsFunc(s.k.cells, func(c cell) bool {
		v := s.value(population, c.where)
		return v < c.lo || v > c.hi
	})
}

// bounds are the least and the most that any population has in a box.
func (s *small) bounds(b box) (lo, hi int) {
	lo = unbounded
	for _, p := range s.all {
		v := s.value(p, b)
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}

// Whatever is said to be known is so in every population, and records are
// provable only where every population holds them.
func TestWhatIsRecoveredIsProved(t *testing.T) {
	provable, whole := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := drawSmall(t)
		k := s.k.clone()
		k.deduce(context.Background())
		for _, c := range k.cells {
			if lo, hi := s.bounds(c.where); c.lo > lo || c.hi < hi {
				t.Fatalf("%s: deduced %d to %d, populations have %d to %d", c.name, c.lo, c.hi, lo, hi)
			}
		}
		span := s.k.eliminate()
		for _, c := range s.k.cells {
			if v, ok := span.value(c.where, nil); ok {
				if lo, hi := s.bounds(c.where); lo != v || hi != v {
					t.Fatalf("%s: computed as %d, populations have %d to %d", c.name, v, lo, hi)
				}
			}
		}
		c, _ := s.k.enumerate(context.Background())
		claimed := map[string]int{}
		for _, atom := range c.provable(context.Background()).present {
			claimed[fmt.Sprint(atom)]++
		}
		for i, atom := range s.atoms {
			least := unbounded
			for _, p := range s.all {
				least = min(least, p[i])
			}
			if claimed[fmt.Sprint(atom)] > least {
				t.Fatalf("record %v claimed %d times, a population has it %d times", atom, claimed[fmt.Sprint(atom)], least)
			}
			provable, whole = provable+claimed[fmt.Sprint(atom)], whole+least
		}
	})
	if provable*10 < whole*9 {
		t.Errorf("%d of %d certain records are found: the attack is weak", provable, whole)
	}
}

// Populations that are imagined agree with everything that is known.
func TestWorldsAgreeWithWhatIsKnown(t *testing.T) {
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		s := drawSmall(t)
		for _, w := range s.k.worlds(context.Background(), 2, rand.New(rand.NewPCG(1, 1))) {
			found++
			for _, c := range s.k.cells {
				if v := w.count(c.where); v < c.lo || v > c.hi {
					t.Fatalf("%s: a world has %d, known are %d to %d", c.name, v, c.lo, c.hi)
				}
			}
		}
	})
	if found == 0 {
		t.Error("no world was found: the test has lost its point")
	}
}

// Boxes are sets of atoms.
func TestBoxes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := []int{2, 3, 70}
		draw := func(name string) box {
			var b box
			for a, n := range sizes {
				members := rapid.SliceOfN(rapid.IntRange(0, n-1), 0, n).Draw(t, name)
				if in := newSet(n, members...); len(members) > 0 && !fullSet(n).within(in) {
					b = append(b, side{a, in})
				}
			}
			return b
		}
		a, b := draw("a"), draw("b")
		both, overlap := a.meet(b)
		parts := a.minus(sizes, b)
		implied := true
		met := false
		for _, atom := range atomsOf(sizes) {
			inA, inB, times := a.holds(atom), b.holds(atom), 0
			for _, p := range parts {
				times += one(p.holds(atom))
			}
			if times != one(inA && !inB) {
				t.Fatalf("%v: %d times in a without b", atom, times)
			}
			if overlap && both.holds(atom) != (inA && inB) {
				t.Fatalf("%v: in both %v", atom, both.holds(atom))
			}
			implied, met = implied && (!inA || inB), met || inA && inB
		}
		if implied != a.implies(b) || met != overlap {
			t.Fatalf("implies %v, want %v; overlaps %v, want %v", a.implies(b), implied, overlap, met)
		}
		if a.vacant(sizes, []box{b}) != implied {
			t.Fatalf("vacant under a ban of b: %v, want %v", !implied, implied)
		}
		if back, ok := boxOf(sizes, a.selection(sizes)); !ok || back.key() != a.key() {
			t.Fatalf("%q read back as %q", a.key(), back.key())
		}
	})
}
