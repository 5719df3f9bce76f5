package auditor

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// imagined is how many populations are put together; probes is how many
// combinations may be examined one by one where all of those agree.
const (
	imagined = 60
	probes   = 3000
)

// imagine puts populations together that agree with everything shown: for each
// part of the axes one that was found before, joined person by person in random
// order. What differs between two of them is not known to anybody.
//
// It fails when there is a part of which no population is known: then nothing
// that follows would see it.
func (a *attacker) imagine() error {
	for _, axis := range a.mentioned() {
		if _, err := a.interval(quantity{{term{where: plan.Selection{{Axis: axis, Categories: []int{0}}}}, 1}}); err != nil {
			return err
		}
		if len(a.points[fmt.Sprint(a.prober.joined)]) == 0 {
			return errTooHard
		}
	}
	if !a.prober.known.counted {
		for _, pts := range a.points {
			for _, pt := range pts {
				a.worlds = append(a.worlds, pt.people())
			}
		}
		return nil
	}
	rng := rand.New(rand.NewPCG(0x5eed, 2))
	keys := slices.Sorted(maps.Keys(a.points))
	for w := range imagined {
		var world []plan.Count
		for _, key := range keys {
			pts := a.points[key]
			pt := pts[rng.IntN(len(pts))]
			if w < len(pts) {
				pt = pts[w]
			}
			world = a.merge(world, pt, key, rng)
		}
		a.worlds = append(a.worlds, world)
	}
	return nil
}

// merge gives everybody of a world the categories of somebody in the point, on
// the axes that the point is about. Both are as many.
func (a *attacker) merge(world []plan.Count, pt point, key string, rng *rand.Rand) []plan.Count {
	part := pt.people()
	if world == nil || !a.prober.known.counted {
		return part
	}
	world = slices.Clone(world)
	rng.Shuffle(len(part), func(i, k int) { part[i], part[k] = part[k], part[i] })
	rng.Shuffle(len(world), func(i, k int) { world[i], world[k] = world[k], world[i] })
	var merged []plan.Count
	for len(world) > 0 && len(part) > 0 {
		n := min(world[0].N, part[0].N)
		atom := slices.Clone(world[0].Atom)
		for _, axis := range a.prober.parts[key] {
			atom[axis] = part[0].Atom[axis]
		}
		merged = append(merged, plan.Count{Atom: atom, N: n})
		if world[0].N -= n; world[0].N == 0 {
			world = world[1:]
		}
		if part[0].N -= n; part[0].N == 0 {
			part = part[1:]
		}
	}
	return merged
}

// mentioned are the public axes that cells look at.
func (a *attacker) mentioned() (axes []int) {
	for axis, x := range a.published.System.Axes {
		uses := func(c plan.Cell) bool { return slices.Contains(termOf(c).axes(), axis) }
		if !x.Hidden && slices.ContainsFunc(a.published.System.Cells, uses) {
			axes = append(axes, axis)
		}
	}
	return axes
}

// certain lists the combinations of categories on the axes that somebody has in
// every imagined world.
func (a *attacker) certain(axes []int) []plan.Selection {
	var common map[string][]int
	for _, world := range a.worlds {
		here := map[string][]int{}
		for _, c := range world {
			values := make([]int, len(axes))
			for i, axis := range axes {
				values[i] = c.Atom[axis]
			}
			key := keyOf(values)
			if _, before := common[key]; before || common == nil {
				here[key] = values
			}
		}
		common = here
	}
	found := slices.SortedFunc(maps.Values(common), slices.Compare)
	out := make([]plan.Selection, len(found))
	for i, values := range found {
		for k, axis := range axes {
			out[i] = append(out[i], plan.Subset{Axis: axis, Categories: []int{values[k]}})
		}
	}
	return out
}

// records looks for whole records that are certainly present (S4).
func (a *attacker) records() error {
	axes := a.mentioned()
	if len(axes) == 0 || len(axes) <= a.policy.Conjunction {
		return nil // conjunctions say it
	}
	for _, where := range a.certain(axes) {
		in, err := a.examine(where)
		switch {
		case err != nil:
			return err
		case !in.ProvedWhole:
			a.find(Review, RuleTruncated, a.describe(where), in)
		case in.Least > 0:
			a.find(Fail, RuleRecord, a.describe(where), in)
		}
	}
	return nil
}

// examine establishes an interval, as long as there is patience. Once a world
// without anybody in the selection is known, the rest does not matter.
func (a *attacker) examine(where plan.Selection) (Interval, error) {
	for _, world := range a.worlds {
		if count(plan.Functional{Within: where}, world) == 0 {
			return Interval{Proved: true, ProvedWhole: true, Open: true}, nil
		}
	}
	if a.asked++; a.asked > probes {
		return Interval{}, nil
	}
	q := quantity{{term{where: where}, 1}}
	in, err := a.prober.lower(q)
	if err == nil && in.Least > 0 {
		in, err = a.interval(q)
	}
	if err == nil && in.ProvedWhole {
		a.worlds = append(a.worlds, a.variant(a.prober.least))
	}
	return in, err
}

// variant is the first world with one part replaced.
func (a *attacker) variant(pt point) []plan.Count {
	rng := rand.New(rand.NewPCG(0x5eed, uint64(a.asked)))
	return a.merge(a.worlds[0], pt, fmt.Sprint(a.prober.joined), rng)
}

// conjunctions looks for combinations of conditions whose small number is known
// (S5). Those that a cell counts have been examined already.
func (a *attacker) conjunctions() error {
	counted := map[string]bool{}
	for _, c := range a.published.System.Cells {
		if !c.Weighted {
			counted[a.describe(c.Where)] = true
		}
	}
	axes := a.mentioned()
	for n := 1; n <= min(a.policy.Conjunction, len(axes)); n++ {
		for _, set := range subsets(axes, n) {
			for _, where := range a.certain(set) {
				if counted[a.describe(where)] {
					continue
				}
				if err := a.conjunction(where); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (a *attacker) conjunction(where plan.Selection) error {
	in, err := a.examine(where)
	switch {
	case err != nil:
		return err
	case !in.ProvedWhole:
		a.find(Review, RuleTruncated, a.describe(where), in)
	case in.Least <= 0 || in.Least >= a.policy.Threshold:
	case in.Determined():
		a.find(Fail, RuleConjunction, a.describe(where), in)
	case !in.Open && in.Most < a.policy.Threshold:
		a.find(Review, RuleConjunction, a.describe(where), in)
	default:
		a.assault.Present = append(a.assault.Present, Conjunction{where, in})
	}
	return nil
}

// describe names a selection by its axes and categories.
func (a *attacker) describe(where plan.Selection) string {
	text := ""
	for _, s := range a.prober.known.lean(where) {
		axis := a.published.System.Axes[s.Axis]
		if text != "" {
			text += " & "
		}
		text += axis.Name + "="
		for i, c := range s.Categories {
			if i > 0 {
				text += "|"
			}
			text += axis.Categories[c]
		}
	}
	return text
}

// Against holds what an outsider could not decide against the records: a
// combination that certainly somebody meets, and in truth fewer than the
// threshold, needs a review. The result is for the desk and the reviewer alone.
func (s Assault) Against(data []plan.Count, threshold int) (findings []Finding) {
	for _, c := range s.Present {
		if v := count(plan.Functional{Within: c.Where}, data); cmp.Compare(v, threshold) < 0 {
			findings = append(findings, Finding{Class: Review, Rule: RuleConjunction, Desk: Numbers{v, threshold}})
		}
	}
	return findings
}
