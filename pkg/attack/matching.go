package attack

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"

	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/plan"
)

// matching knows the program: it repeats it on populations that could be the
// true one and keeps the values with which it withholds what was withheld.
var matching = adversary{
	14, "matching", "repeats the public algorithm on possible populations and drops the values with which it would not have withheld",
	func(ctx context.Context, s *session) (outcome, error) {
		if len(s.latest) == 0 {
			return notRun(noRelease), nil
		}
		var m matched
		for _, y := range s.latest {
			limited, cancel := s.within(ctx, 3, 1)
			m.year(limited, s, y)
			cancel()
		}
		if m.cells == 0 {
			if m.undecided > 0 {
				return notRun("no possible population was found in the time given"), nil
			}
			return notRun("no count is withheld"), nil
		}
		return verdict(m.narrowed, share("withheld counts narrowed to fewer than three values, or without 0", m.narrowed, m.cells),
			figure("times the algorithm was repeated", m.repeated), figure("not decided", m.undecided)), nil
	},
}

// matched is what came of matching.
type matched struct{ cells, narrowed, repeated, undecided int }

// matchedCells bounds the withheld counts that are tried, matchedRuns the
// repetitions for each value of each.
const (
	matchedCells = 4
	matchedRuns  = 3
)

func (m *matched) year(ctx context.Context, s *session, y year) {
	k := y.knows.clone()
	pairs, _ := k.nested()
	k.propagate(k.lines(), pairs)
	rng := s.random(14)
	targets := 0
	for _, i := range k.withheld() {
		c := k.cells[i]
		if !c.counts() || i < y.publication.Earlier {
			continue
		}
		if c.hi < k.small { // what is public leaves too little, whatever the algorithm does
			m.cells++
			m.narrowed += one(c.lo > 0 || c.hi < 2)
			continue
		}
		if c.lo > 0 || targets == s.matchedTargets() {
			continue // not below the threshold for all that anybody knows, or enough of them
		}
		targets++
		m.target(ctx, k, y, i, rng)
	}
}

func (s *session) matchedTargets() int {
	if s.options.Short {
		return 1
	}
	return matchedCells
}

// target tries 0 and the values next to it until three are left.
func (m *matched) target(ctx context.Context, k *knowledge, y year, at int, rng *rand.Rand) {
	var left []int
	tried := 0
	for v := 0; v <= min(k.cells[at].hi, k.small) && len(left) < 3; v++ {
		narrowed := k.clone()
		narrowed.narrow(at, v, v)
		worlds := narrowed.worlds(ctx, matchedRuns, rng)
		tried += len(worlds)
		for _, w := range worlds {
			m.repeated++
			if withholds(ctx, y, w, at, rng) {
				left = append(left, v)
				break
			}
		}
		if v == 0 && len(worlds) == 0 {
			break
		}
	}
	if ctx.Err() != nil && len(left) < 3 || tried == 0 {
		m.undecided++
		m.cells += one(tried > 0)
		return
	}
	m.cells++
	m.narrowed += one(len(left) < 3 || !slices.Contains(left, 0))
}

// withholds repeats the algorithm on a population whose records the attacker
// spreads over organisations at random, and says whether the cell is withheld.
func withholds(ctx context.Context, y year, w world, at int, rng *rand.Rand) bool {
	p, ok := problemOf(y, w, rng)
	if !ok {
		return false
	}
	var seed disclosure.Seed
	for i := 0; i < len(seed); i += 8 {
		binary.LittleEndian.PutUint64(seed[i:], rng.Uint64())
	}
	solution, err := disclosure.Protect(ctx, p, seed)
	return err == nil && at < len(solution.Pattern) && !solution.Pattern[at]
}

// guessedOrganisations is into how many an attacker divides the records.
const guessedOrganisations = 5

func problemOf(y year, w world, rng *rand.Rand) (disclosure.Problem, bool) {
	p := disclosure.Problem{Policy: y.knows.policy}
	p.System.Axes, p.System.Bans = slices.Clone(y.publication.Axes), y.publication.Bans
	organisation := plan.Axis{Name: plan.OrganisationAxis, Hidden: true}
	for i := range guessedOrganisations {
		organisation.Categories = append(organisation.Categories, fmt.Sprint("organisation ", i+1))
	}
	p.System.Axes = append(p.System.Axes, organisation)
	for _, c := range y.publication.Cells {
		c.Required = false
		p.System.Cells = append(p.System.Cells, c.Cell)
	}
	counts := map[string]*plan.Count{}
	for _, atom := range w {
		if atom == nil {
			continue
		}
		full := append(slices.Clone(atom), rng.IntN(guessedOrganisations))
		key := fmt.Sprint(full)
		if counts[key] == nil {
			counts[key] = &plan.Count{Atom: full}
		}
		counts[key].N++
	}
	for _, c := range counts {
		p.Data = append(p.Data, *c)
	}
	slices.SortFunc(p.Data, func(a, b plan.Count) int { return slices.Compare(a.Atom, b.Atom) })
	var err error
	p.Views, err = disclosure.Views(p.System, p.Data, p.Policy)
	return p, err == nil
}
