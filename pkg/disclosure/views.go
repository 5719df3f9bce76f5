package disclosure

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// PublicView is the name of the view of whoever has all releases and nothing
// else. The others are called "organisation:<code>",
// "organisation:<code>+duplicate:<n>" and "coalition:<code>+<code>...".
const PublicView = "public"

// maxViews bounds coalitions, which grow fast.
const maxViews = 20_000

// Views gives the viewpoints from which a system has to be safe:
//
//   - the public;
//   - each organisation, which knows its records and that all of them are known
//     to it;
//   - each organisation that moreover recognises one person whom another one
//     counted. That can turn a remainder of t_org into less, so there is one such
//     view for every record of others that shares a count or difference with a
//     record of its own, of which no more than t_org remain;
//   - coalitions of as many organisations as the policy says.
//
// Without an axis called [plan.OrganisationAxis] there is the public alone.
// Declared are functionals besides those that [Derive] finds.
func Views(system plan.System, data []plan.Count, policy plan.Policy, declared ...plan.Functional) ([]plan.View, error) {
	if err := validPolicy(policy); err != nil {
		return nil, err
	}
	p := Problem{System: system, Data: data}
	if err := validSystem(system); err != nil {
		return nil, err
	}
	if err := p.validData(); err != nil {
		return nil, err
	}
	v := viewer{
		system: system, data: tally(data), policy: policy, axis: organisationAxis(system),
		functionals: append(Derive(system), declared...),
	}
	v.views = []plan.View{{Name: PublicView, Threshold: policy.Threshold, ZeroIsSafe: policy.ZerosArePublic}}
	if v.axis >= 0 {
		v.organisations()
	}
	if len(v.views) > maxViews {
		return nil, fault.New(fault.TooLarge, CodeTooLarge)
	}
	return v.views, nil
}

// viewer collects views.
type viewer struct {
	system plan.System
	data   []plan.Count
	policy plan.Policy
	axis   int
	views  []plan.View

	functionals []plan.Functional
}

func (v *viewer) organisations() {
	active, met := v.active(), v.recognisable()
	for _, org := range active {
		single := v.insiders([]int{org})
		v.views = append(v.views, single)
		for i, at := range met[org] {
			more := single
			more.Name = fmt.Sprintf("%s+duplicate:%d", single.Name, i+1)
			more.Known = tally(append(slices.Clone(single.Known), plan.Count{Atom: v.data[at].Atom, N: 1}))
			v.views = append(v.views, more)
		}
	}
	for size := 2; size <= v.policy.Coalition && size < len(active); size++ {
		v.coalitions(nil, active, size)
	}
}

// insiders is the view of organisations that pool their records.
func (v *viewer) insiders(orgs []int) plan.View {
	var codes []string
	for _, o := range orgs {
		codes = append(codes, v.system.Axes[v.axis].Categories[o])
	}
	name := "organisation:" + codes[0]
	if len(orgs) > 1 {
		name = "coalition:" + strings.Join(codes, "+")
	}
	view := plan.View{
		Name: name, Threshold: v.policy.OrganisationThreshold, ZeroIsSafe: true,
		Empty: []plan.Selection{{{Axis: v.axis, Categories: slices.Clone(orgs)}}},
	}
	for _, d := range v.data {
		if slices.Contains(orgs, d.Atom[v.axis]) {
			view.Known = append(view.Known, d)
		}
	}
	return view
}

// coalitions adds the view of every set of size organisations that holds orgs
// and others of from.
func (v *viewer) coalitions(orgs, from []int, size int) {
	if len(orgs) == size {
		v.views = append(v.views, v.insiders(orgs))
		return
	}
	for i, org := range from {
		if len(v.views) <= maxViews {
			v.coalitions(append(slices.Clone(orgs), org), from[i+1:], size)
		}
	}
}

// active lists the organisations that have records; all of them, where bans tell
// organisations apart: then it matters that one has none.
func (v *viewer) active() (out []int) {
	if slices.ContainsFunc(v.system.Bans, func(b plan.Selection) bool { return namesAxis(b, v.axis) }) {
		for org := range v.system.Axes[v.axis].Categories {
			out = append(out, org)
		}
		return out
	}
	for _, d := range v.data {
		if d.N > 0 {
			out = append(out, d.Atom[v.axis])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// recognisable lists for each organisation the records of others, by index and
// once each, that it could recognise with effect.
func (v *viewer) recognisable() [][]int {
	orgs := len(v.system.Axes[v.axis].Categories)
	met := make([]map[int]bool, orgs)
	for org := range met {
		met[org] = make(map[int]bool)
	}
	for _, f := range v.functionals {
		by, all := make([]int, orgs), 0
		var in []int
		for i, d := range v.data {
			if inside(f, d.Atom) {
				in = append(in, i)
				by[d.Atom[v.axis]] += d.N
				all += d.N
			}
		}
		for org, own := range by {
			if own == 0 || all-own > v.policy.OrganisationThreshold {
				continue
			}
			for _, i := range in {
				if v.data[i].Atom[v.axis] != org {
					met[org][i] = true
				}
			}
		}
	}
	out := make([][]int, orgs)
	for org, m := range met {
		out[org] = slices.Sorted(maps.Keys(m))
	}
	return out
}
