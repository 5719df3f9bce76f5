package attack

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/plan"
)

// reconstruction bounds everything by linear programming and puts whole records
// together.
var reconstruction = adversary{
	4, "reconstruction", "solves all released numbers together for counts, combinations and whole records",
	func(ctx context.Context, s *session) (outcome, error) {
		if len(s.latest) == 0 {
			return notRun(noRelease), nil
		}
		var sum rebuilt
		for _, y := range s.latest {
			sum.add(s.rebuild(ctx, y.knows))
		}
		figures := []Figure{
			share("withheld counts recovered", sum.recovered, sum.withheld),
			figure("small counts and differences known exactly", sum.breaches()),
			figure("populations found that agree with everything", sum.worlds),
			figure("not decided", sum.undecided),
		}
		if !sum.unexamined {
			figures = append(figures, share("complete records provably present", sum.records, sum.persons),
				figure("small combinations of up to three answers determined", sum.combinations))
		}
		out := verdict(sum.breaches()+sum.records+sum.combinations, figures...)
		if sum.unexamined && out.status == Held {
			out.status, out.reason = NotRun, "counts were examined and held, but for records and combinations no population was found in the time given"
		}
		return out, nil
	},
}

// rebuilt is what a reconstruction came to.
type rebuilt struct {
	exposure
	persons, records, combinations, worlds int
	// unexamined: nothing can be said about records and combinations.
	unexamined bool
}

func (r *rebuilt) add(o rebuilt) {
	r.withheld += o.withheld
	r.recovered += o.recovered
	r.small += o.small
	r.rests += o.rests
	r.undecided += o.undecided
	r.persons += o.persons
	r.records += o.records
	r.combinations += o.combinations
	r.worlds += o.worlds
	r.unexamined = r.unexamined || o.unexamined
}

// enoughWorlds is how many populations combinations are compared in.
const enoughWorlds = 12

func (s *session) rebuild(ctx context.Context, from *knowledge) rebuilt {
	k := from.clone()
	limited, cancel := s.within(ctx, 1, 1)
	defer cancel()
	out := rebuilt{exposure: k.deduce(limited)}
	if _, out.persons = k.population(); out.persons == unbounded {
		out.persons = 0
	}
	second, done := s.within(ctx, 1, 1)
	defer done()
	c, few := k.enumerate(second)
	if few {
		p := c.provable(second)
		out.records, out.undecided = p.records(), out.undecided+p.undecided
		few = p.examined
	}
	worlds := k.worlds(second, enoughWorlds, s.random(4))
	out.worlds = len(worlds)
	if len(worlds) < 2 {
		out.unexamined = !few
		return out
	}
	if !few {
		n, undecided := k.inAll(second, worlds)
		out.records, out.undecided = out.records+n, out.undecided+undecided
	}
	n, undecided := k.combinations(second, worlds)
	out.combinations, out.undecided = n, out.undecided+undecided
	return out
}

// random gives each attack its own chance.
func (s *session) random(salt uint64) *rand.Rand {
	return rand.New(rand.NewPCG(s.options.Seed, salt))
}

// inAll counts the records that every population must hold: those in all of the
// worlds that the prober confirms.
func (k *knowledge) inAll(ctx context.Context, worlds []world) (records, undecided int) {
	common := tally(worlds[0])
	for _, w := range worlds[1:] {
		here := tally(w)
		for key := range common {
			if _, there := here[key]; !there {
				delete(common, key)
			}
		}
	}
	if len(common) == 0 {
		return 0, 0
	}
	prober, err := auditor.Probe(ctx, k.published())
	if err != nil {
		return 0, len(common)
	}
	for _, atom := range common {
		in, err := prober.Cell(plan.Cell{Name: "record", Where: k.atomBox(atom).selection(k.sizes)})
		switch {
		case err != nil || !in.Bounded:
			undecided++
		case in.Least > 0:
			records++
		}
	}
	return records, undecided
}

func tally(w world) map[string][]int {
	out := map[string][]int{}
	for _, atom := range w {
		if atom != nil {
			out[fmt.Sprint(atom)] = atom
		}
	}
	return out
}

func (k *knowledge) atomBox(atom []int) box {
	var b box
	for a, c := range atom {
		if k.sizes[a] > 1 {
			b = append(b, side{a, newSet(k.sizes[a], c)})
		}
	}
	return b
}

// combinationLimit bounds how many combinations the prober is asked about.
const combinationLimit = 200

// combinations counts those of up to three answers, published nowhere, that are
// determined exactly to be small. One that differs between two worlds is not.
func (k *knowledge) combinations(ctx context.Context, worlds []world) (determined, undecided int) {
	suspects := k.steady(ctx, worlds)
	if len(suspects) == 0 {
		return 0, 0
	}
	prober, err := auditor.Probe(ctx, k.published())
	if err != nil {
		return 0, len(suspects)
	}
	for i, b := range suspects {
		if i >= combinationLimit || ctx.Err() != nil {
			return determined, undecided + len(suspects) - i
		}
		in, err := prober.Cell(plan.Cell{Name: "combination", Where: b.selection(k.sizes)})
		switch {
		case err != nil || !in.Bounded:
			undecided++
		case in.Determined():
			determined++
		}
	}
	return determined, undecided
}

// steady lists the combinations that are small, and the same in every world.
func (k *knowledge) steady(ctx context.Context, worlds []world) []box {
	var out []box
	seen := map[string]bool{}
	for _, atom := range worlds[0] {
		if atom == nil || ctx.Err() != nil {
			continue
		}
		full := k.atomBox(atom)
		choose(len(full), 3, func(picked []int) {
			if len(picked) < 2 {
				return
			}
			b := make(box, len(picked))
			for i, p := range picked {
				b[i] = full[p]
			}
			key := b.key()
			if _, published := k.byKey[key]; published || seen[key] {
				return
			}
			seen[key] = true
			if n := worlds[0].count(b); n < k.small && !slices.ContainsFunc(worlds[1:], func(w world) bool { return w.count(b) != n }) {
				out = append(out, b)
			}
		})
	}
	return out
}

func (w world) count(b box) int {
	n := 0
	for _, atom := range w {
		n += one(atom != nil && b.holds(atom))
	}
	return n
}

// choose goes through the choices of 1 to most out of n, each increasing.
func choose(n, most int, each func(picked []int)) {
	var picked []int
	var from func(int)
	from = func(first int) {
		for i := first; i < n; i++ {
			picked = append(picked, i)
			each(picked)
			if len(picked) < most {
				from(i + 1)
			}
			picked = picked[:len(picked)-1]
		}
	}
	from(0)
}
