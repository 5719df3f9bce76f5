package auditor

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

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

// A condition is one category of one axis.
type condition struct{ axis, category int }

func meets(atom []int, all []condition) bool {
	for _, c := range all {
		if atom[c.axis] != c.category {
			return false
		}
	}
	return true
}

func selectionOf(all []condition) plan.Selection {
	where := make(plan.Selection, len(all))
	for i, c := range all {
		where[i] = plan.Subset{Axis: c.axis, Categories: []int{c.category}}
	}
	return where
}

// avoided: there is a world in which nobody meets all conditions. It is put
// first, because what one world does without it often does without in other
// company.
func (a *attacker) avoided(all []condition) bool {
	worlds := a.prober.worlds
	for i, world := range worlds {
		if !slices.ContainsFunc(world, func(c plan.Count) bool { return meets(c.Atom, all) }) {
			worlds[0], worlds[i] = worlds[i], worlds[0]
			return true
		}
	}
	return false
}

// certain lists the conditions on the axes, one by one, that somebody meets in
// every world.
func (a *attacker) certain(axes []int) (found []condition) {
	for _, axis := range axes {
		for category := range a.published.System.Axes[axis].Categories {
			if c := (condition{axis, category}); !a.avoided([]condition{c}) {
				found = append(found, c)
			}
		}
	}
	return found
}

// records looks for whole records that are certainly present (S4), a public
// matter.
func (a *attacker) records() error {
	axes := a.mentioned()
	if len(axes) == 0 || len(axes) <= a.policy.Conjunction || len(a.view.Known) > 0 {
		return nil // conjunctions say it
	}
	world := a.prober.world()
	for _, c := range slices.Clone(world) {
		all := make([]condition, len(axes))
		for i, axis := range axes {
			all[i] = condition{axis, c.Atom[axis]}
		}
		where := selectionOf(all)
		in, err := a.examine(all)
		switch {
		case err != nil:
			return err
		case in.Bounded && in.Least > 0:
			a.find(Fail, RuleRecord, a.describe(where), in)
		case !in.Reached || in.From > 0:
			a.find(Review, RuleTruncated, a.describe(where), in)
		}
	}
	return nil
}

// probes is how many combinations may be examined one by one where all worlds
// agree.
const probes = 3000

// examine establishes an interval, as long as there is patience. Once a world
// without anybody in the selection is known, the rest does not matter.
func (a *attacker) examine(all []condition) (Interval, error) {
	nobody := Interval{Bounded: true, Open: true, Reached: true}
	if a.avoided(all) {
		return nobody, nil
	}
	a.asked++
	q := a.prober.lean(quantity{{term{where: selectionOf(all)}, 1}})
	if at, v := a.prober.push(q.negative(), 0, tries); at != nil && v == 0 {
		return nobody, nil
	}
	in, err := a.prober.lower(q)
	if err != nil || in.Reached && in.To >= a.view.Threshold {
		return in, err
	}
	return a.prober.interval(q)
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
	single := a.certain(a.mentioned())
	level := [][]condition{nil}
	for range a.policy.Conjunction {
		var longer [][]condition
		for _, all := range level {
			for _, c := range single {
				if len(all) > 0 && c.axis <= all[len(all)-1].axis {
					continue
				}
				if more := append(slices.Clip(all), c); !a.avoided(more) {
					longer = append(longer, more)
				}
			}
		}
		for _, all := range longer {
			if !a.telling(all) || counted[a.describe(selectionOf(all))] {
				continue
			}
			if a.asked >= probes || a.prober.stopped() {
				a.find(Review, RuleTruncated, "combinations", Interval{})
				return nil
			}
			if err := a.conjunction(all); err != nil {
				return err
			}
		}
		level = longer
	}
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

func (a *attacker) conjunction(all []condition) error {
	where := selectionOf(all)
	in, err := a.examine(all)
	switch {
	case err != nil:
		return err
	case in.Reached && in.From <= 0 || in.Bounded && in.Least >= a.view.Threshold:
	case !in.Bounded || in.Least <= 0: // perhaps nobody, perhaps certainly somebody
		a.find(Review, RuleTruncated, a.describe(where), in)
	case in.Determined():
		a.find(Fail, RuleConjunction, a.describe(where), in)
	case !in.Open && in.Most < a.view.Threshold:
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
		if v := count(plan.Functional{Within: c.Where}, data); v < threshold {
			findings = append(findings, Finding{Class: Review, Rule: RuleConjunction, Desk: Numbers{v, threshold}})
		}
	}
	return findings
}
