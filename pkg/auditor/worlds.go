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

func selectionOf(all []condition) plan.Selection {
	where := make(plan.Selection, len(all))
	for i, c := range all {
		where[i] = plan.Subset{Axis: c.axis, Categories: []int{c.category}}
	}
	return where
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
		in, err := a.interval(all, a.prober.seen(quantity{{term{where: where}, 1}}))
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

// interval establishes between what numbers those are who meet all conditions,
// as long as there is patience, knowing between what numbers they are in known
// worlds. Once one without any of them is known, the rest does not matter.
func (a *attacker) interval(all []condition, seen Interval) (Interval, error) {
	if seen.Reached && seen.From <= 0 {
		return seen, nil
	}
	q := a.prober.lean(quantity{{term{where: selectionOf(all)}, 1}})
	enough := a.view.Threshold
	if seen.To >= enough {
		enough = 1 // that it is not known to be small has been seen
	}
	in, err := a.prober.lower(q, seen, enough)
	if err != nil || in.Reached && (in.From <= 0 || in.To >= a.view.Threshold) || in.Bounded && in.Least >= a.view.Threshold {
		return in, err
	}
	return a.prober.interval(q)
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
// threshold, needs a review. The result is for the desk and the reviewer alone,
// its scopes hold names of axes and categories and no number.
func (s Assault) Against(data []plan.Count, threshold int) (findings []Finding) {
	for _, c := range s.Present {
		if v := count(plan.Functional{Within: c.Where}, data); v < threshold {
			findings = append(findings, Finding{Class: Review, Rule: RuleConjunction, Scope: c.Words, Desk: Numbers{v, threshold}})
		}
	}
	return findings
}
