package auditor

import (
	"errors"
	"fmt"

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

// Range is what everybody may be told about a withheld cell.
type Range struct {
	Cell     string
	Known    bool // false: nothing was established, nothing may be said
	From, To int
	Open     bool // no upper end; To says nothing
}

// Conjunction is a combination of conditions and between which values the
// number of persons lies who meet it.
type Conjunction struct {
	Where plan.Selection
	Range Interval
}

// attacker is one assault while it lasts.
type attacker struct {
	published Published
	policy    plan.Policy
	prober    *Prober
	span      *span
	assault   Assault
	// worlds are populations that agree with everything shown.
	worlds [][]plan.Count
	points map[string][]point // by the axes that they are about
	asked  int
}

// Attack finds out what it can from the release alone: it holds no records. A
// release that it was not able to examine to the end does not pass.
func Attack(p Published, policy plan.Policy) (Assault, error) {
	if policy.ZerosArePublic {
		p.WithheldAtLeast = max(p.WithheldAtLeast, 1)
	}
	prober, err := Probe(p)
	if err != nil {
		return Assault{}, err
	}
	a := &attacker{published: p, policy: policy, prober: prober, points: map[string][]point{}}
	err = a.run()
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
	if err := a.ranges(); err != nil {
		return err
	}
	if err := a.sensitive(); err != nil {
		return err
	}
	if err := a.imagine(); errors.Is(err, errTooHard) {
		a.find(Review, RuleTruncated, "records and combinations", Interval{})
		return nil
	} else if err != nil {
		return err
	}
	if err := a.records(); err != nil {
		return err
	}
	return a.conjunctions()
}

// find records a finding; its numbers are those that an outsider has.
func (a *attacker) find(c Class, r Rule, scope string, i Interval) {
	a.assault.Findings = append(a.assault.Findings, Finding{Class: c, Rule: r, Scope: scope, Desk: Numbers{i.Most, a.policy.Threshold}})
}

// interval asks the prober and keeps the populations that it found.
func (a *attacker) interval(q quantity) (Interval, error) {
	i, err := a.prober.interval(q)
	if err != nil {
		return i, err
	}
	for _, pt := range []point{a.prober.least, a.prober.most} {
		if pt.den == 1 {
			key := fmt.Sprint(a.prober.joined)
			a.points[key] = append(a.points[key], pt)
		}
	}
	return i, nil
}

func (a *attacker) ranges() error {
	for i, c := range a.published.System.Cells {
		if a.published.Shown[i] {
			continue
		}
		in, err := a.interval(quantity{{termOf(c), 1}})
		if err != nil {
			return err
		}
		a.assault.Ranges = append(a.assault.Ranges, Range{c.Name, in.ProvedWhole, in.Least, in.Most, in.Open})
	}
	return nil
}

// sensitive examines every count and difference: whether it is certainly small,
// and whether its value is known.
func (a *attacker) sensitive() error {
	p := a.published
	functionals, exposed := derive(p.System, nil, p.Shown)
	values := map[string]int{}
	for i, c := range p.System.Cells {
		if p.Shown[i] && !c.Weighted {
			values[fmt.Sprint(c.Where)] = p.Values[i]
		}
	}
	for i, f := range functionals {
		if !populated(p.System, f, p.System.Bans) {
			continue
		}
		var in Interval
		if exposed[i] {
			v := values[fmt.Sprint(f.Within)]
			if f.Except != nil {
				v -= values[fmt.Sprint(*f.Except)]
			}
			in = exact(v)
		} else {
			var err error
			if in, err = a.interval(quantityOf(f)); err != nil {
				return err
			}
		}
		a.judge(f, in)
	}
	return nil
}

func (a *attacker) judge(f plan.Functional, in Interval) {
	zeroSafe := a.policy.ZerosArePublic && f.Except == nil
	switch {
	case !in.ProvedWhole:
		a.unproved(f)
		return
	case in.Open || in.Most >= a.policy.Threshold || in.Most == 0 && zeroSafe:
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
// that the quantity is a combination of what is shown; if not, a reviewer has
// to know that this was not exhausted.
func (a *attacker) unproved(f plan.Functional) {
	if a.span == nil {
		a.span = a.prober.newSpan()
	}
	if a.span.contains(quantityOf(f)) {
		a.find(Fail, RuleDetermined, f.Name, Interval{})
		return
	}
	a.find(Review, RuleTruncated, f.Name, Interval{})
}
