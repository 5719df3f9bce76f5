package auditor

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// Assault is what an outsider found out from a publication alone.
type Assault struct {
	// Ranges are between which values each withheld cell lies, in the order of
	// the cells. They follow from what is public, and so may be published.
	Ranges []Range
	// Findings fail, need a review, or, being a single one, pass.
	Findings []Finding
	// Present are the combinations of conditions that certainly somebody meets,
	// though perhaps fewer than the threshold; see Against.
	Present []Conjunction
}

// Range is what everybody may be told about a withheld cell: it is proved that
// no population with the published values lies outside it.
type Range struct {
	Cell     string
	Known    bool // false: nothing was established, nothing may be said
	From, To int
	Open     bool // no upper end; To says nothing
	// Tight: both ends are taken by some population. If not, the true range may
	// be narrower.
	Tight bool
}

// Conjunction is a combination of conditions and between which values the
// number of persons lies who meet it.
type Conjunction struct {
	Where plan.Selection
	Range Interval
	Words string // the names of its axes and categories
}

// attacker is one assault while it lasts.
type attacker struct {
	published Published
	policy    plan.Policy
	view      plan.View
	prober    *Prober
	span      *span
	assault   Assault
	asked     int
	ranged    bool // the ranges of what is withheld are asked for
}

// Attack finds out what it can from the release alone: it holds no records. A
// release that it was not able to examine to the end, before the context's
// deadline, does not pass. It fails when the context is cancelled.
func Attack(ctx context.Context, p Published, policy plan.Policy) (Assault, error) {
	return assail(ctx, p, plan.View{Threshold: policy.Threshold, ZeroIsSafe: policy.ZerosArePublic}, policy, true)
}

// AttackAs is Attack by a reader of a view, who subtracts from what is
// published whom it knows. What it finds is about the others, and for the desk
// and the reviewer alone: it follows from records. Values must hold the truth
// of every cell that is shown; the view's persons must be among those counted.
func AttackAs(ctx context.Context, p Published, v plan.View, policy plan.Policy) (Assault, error) {
	if err := fits(p.System, v); err != nil {
		return Assault{}, err
	}
	return assail(ctx, p, v, policy, true)
}

// FindAs is AttackAs without the ranges, which take a third of its time: for
// whoever asks only whether there is something to find.
func FindAs(ctx context.Context, p Published, v plan.View, policy plan.Policy) (Assault, error) {
	if err := fits(p.System, v); err != nil {
		return Assault{}, err
	}
	return assail(ctx, p, v, policy, false)
}

// fits refuses a view of other axes than the system's.
func fits(s plan.System, v plan.View) error {
	for _, k := range v.Known {
		if len(k.Atom) != len(s.Axes) || k.N < 0 {
			return fault.New(fault.Invalid, CodeSystem)
		}
		for axis, c := range k.Atom {
			if c < 0 || c >= len(s.Axes[axis].Categories) {
				return fault.New(fault.Invalid, CodeSystem)
			}
		}
	}
	for _, e := range v.Empty {
		if !wellFormed(s.Axes, e) {
			return fault.New(fault.Invalid, CodeSystem)
		}
	}
	return nil
}

func assail(ctx context.Context, p Published, v plan.View, policy plan.Policy, ranged bool) (Assault, error) {
	if policy.ZerosArePublic {
		p.WithheldAtLeast = max(p.WithheldAtLeast, 1)
	}
	prober, err := probe(ctx, p, v)
	if err != nil {
		return Assault{}, err
	}
	a := &attacker{published: p, policy: policy, view: v, prober: prober, ranged: ranged}
	err = a.run()
	if errors.Is(ctx.Err(), context.Canceled) {
		return Assault{}, ctx.Err()
	}
	if errors.Is(err, fault.New(fault.Invalid, CodeContradiction)) {
		a.find(Fail, RuleContradiction, "", Interval{})
		return a.assault, nil
	}
	if err != nil {
		return Assault{}, err
	}
	if len(a.assault.Findings) == 0 {
		a.find(Pass, RuleWithstood, "", Interval{})
	}
	return a.assault, nil
}

func (a *attacker) run() error {
	imagined := a.prober.imagine()
	if err := a.sensitive(); err != nil {
		return err
	}
	if a.ranged {
		if err := a.ranges(); err != nil {
			return err
		}
	}
	if !imagined {
		a.find(Review, RuleTruncated, "records and combinations", Interval{})
		return a.contradictions()
	}
	if err := a.records(); err != nil {
		return err
	}
	return a.conjunctions()
}

// contradictions looks, where no population was found, for a proof that there
// is none.
func (a *attacker) contradictions() error {
	for _, axis := range a.mentioned() {
		if _, err := a.prober.interval(quantity{{term{where: plan.Selection{{Axis: axis, Categories: []int{0}}}}, 1}}); err != nil {
			return err
		}
	}
	return nil
}

// find records a finding; its numbers are those that an outsider has.
func (a *attacker) find(c Class, r Rule, scope string, i Interval) {
	a.assault.Findings = append(a.assault.Findings, Finding{Class: c, Rule: r, Scope: scope, View: a.view.Name, Desk: Numbers{i.Most, a.view.Threshold}})
}

func (a *attacker) ranges() error {
	for i, c := range a.published.System.Cells {
		if a.published.Shown[i] {
			continue
		}
		in, err := a.prober.interval(quantity{{termOf(c), 1}})
		if err != nil {
			return err
		}
		a.assault.Ranges = append(a.assault.Ranges, Range{
			Cell: c.Name, Known: in.Bounded, From: in.Least, To: in.Most, Open: in.Open, Tight: in.ProvedWhole,
		})
	}
	return nil
}

// sensitive examines every count and difference: whether it is certainly small,
// and whether its value is known.
func (a *attacker) sensitive() error {
	p := a.published
	functionals, exposed := derive(p.System, nil, p.Shown)
	functionals = append(functionals, outsiders(p.System, functionals)...)
	functionals = append(functionals, newcomers(withOutsiders(p.System), functionals)...)
	exposed = append(exposed, make([]bool, len(functionals)-len(exposed))...)
	values := map[string]int{}
	for i, c := range p.System.Cells {
		if p.Shown[i] && !c.Weighted {
			values[fmt.Sprint(c.Where)] = p.Values[i]
		}
	}
	barred := slices.Concat(p.System.Bans, a.view.Empty)
	for i, f := range functionals {
		if !populated(p.System, f, barred) {
			continue
		}
		if exposed[i] {
			v := values[fmt.Sprint(f.Within)]
			if f.Except != nil {
				v -= values[fmt.Sprint(*f.Except)]
			}
			a.judge(f, exact(v-count(f, a.view.Known)))
			continue
		}
		if err := a.question(f); err != nil {
			return err
		}
	}
	return nil
}

// question finds out whether a quantity that is not given may be large. A
// population in which it is settles that; bounds are only asked for if there is
// none.
func (a *attacker) question(f plan.Functional) error {
	q := a.prober.lean(quantityOf(f))
	if at, v := a.prober.push(q, a.view.Threshold, tries); at != nil && v >= a.view.Threshold {
		return nil
	}
	in, err := a.prober.interval(q)
	if err != nil {
		return err
	}
	a.judge(f, in)
	return nil
}

func (a *attacker) judge(f plan.Functional, in Interval) {
	zeroSafe := a.view.ZeroIsSafe && f.Except == nil
	switch {
	case in.Reached && in.To >= a.view.Threshold, in.Bounded && in.Most == 0 && !in.Open && zeroSafe:
		return
	case !in.Bounded, in.Open || in.Most >= a.view.Threshold:
		a.unproved(f)
		return
	case in.Determined():
		a.find(Fail, RuleDetermined, f.Name, in)
	default:
		a.find(Fail, RuleTooSmall, f.Name, in)
	}
	if f.Except != nil && in.Most <= 1 {
		class := Fail
		if len(a.prober.known.lean(f.Within)) == 0 { // a statement about everybody
			class = Review
		}
		a.find(class, RuleGroup, f.Name, in)
	}
}

// unproved: the bounds were too hard to establish. Elimination may still show
// that the quantity is a combination of what is shown, and of which value; if
// not, a reviewer has to know that this was not exhausted. That of a value which
// is no number of persons contradicts what is shown.
func (a *attacker) unproved(f plan.Functional) {
	if a.span == nil {
		a.span = a.prober.newSpan()
	}
	switch v, determined := a.span.contains(quantityOf(f)); {
	case !determined:
		a.find(Review, RuleTruncated, f.Name, Interval{})
	case v < 0 || v > greatestValue:
		a.find(Fail, RuleDetermined, f.Name, Interval{})
	default:
		a.judge(f, exact(v))
	}
}
