package auditor

import (
	"fmt"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/plan"
)

// viewpoints derives from the records which views a certificate must hold, and
// finds those that are missing or weaker than they must be. A view is known by
// what its reader knows, not by its name. Further views are welcome; they are
// verified like the others.
func viewpoints(c Certificate, functionals []plan.Functional) (findings []Finding) {
	p := c.Policy
	if p.Threshold < 3 || p.OrganisationThreshold < 1 || p.Coalition < 1 {
		findings = append(findings, Finding{Class: Fail, Rule: RulePolicy})
	} else if p.Threshold < p.OrganisationThreshold+2 { // covers the person herself
		findings = append(findings, Finding{Class: Review, Rule: RulePolicy})
	}
	held := map[string]plan.View{}
	for _, v := range c.Views {
		key := knows(v)
		if h, twice := held[key]; twice { // the weaker of two counts
			v.Threshold = min(v.Threshold, h.Threshold)
			v.ZeroIsSafe = v.ZeroIsSafe || h.ZeroIsSafe
		}
		held[key] = v
	}
	for _, must := range required(c, functionals) {
		v, have := held[knows(must)]
		if !have || v.Threshold < must.Threshold || v.ZeroIsSafe && !must.ZeroIsSafe {
			findings = append(findings, Finding{Class: Fail, Rule: RuleViews, Scope: must.Name, View: v.Name})
		}
	}
	return findings
}

// knows is what a view's reader knows, as text.
func knows(v plan.View) string {
	var b strings.Builder
	for _, k := range v.Known {
		fmt.Fprint(&b, k.Atom, k.N, ";")
	}
	b.WriteString("|")
	empty := make([]string, len(v.Empty))
	for i, e := range v.Empty {
		empty[i] = fmt.Sprint(e)
	}
	slices.Sort(empty)
	b.WriteString(strings.Join(empty, ";"))
	return b.String()
}

// required lists the public, every organisation with records - where bans say
// something of organisations, those without as well - every one of them
// with one more person whom it recognises, and the coalitions of the policy.
func required(c Certificate, functionals []plan.Functional) []plan.View {
	views := []plan.View{{Name: "public", Threshold: c.Policy.Threshold, ZeroIsSafe: c.Policy.ZerosArePublic}}
	axis := organisationAxis(c.System)
	if axis < 0 {
		return views
	}
	var active []int
	tied := slices.ContainsFunc(c.System.Bans, func(b plan.Selection) bool {
		return slices.ContainsFunc(b, func(s plan.Subset) bool { return s.Axis == axis })
	})
	for org := range c.System.Axes[axis].Categories {
		if tied || slices.ContainsFunc(c.Data, func(d plan.Count) bool { return d.Atom[axis] == org }) {
			active = append(active, org)
		}
	}
	for _, org := range active {
		own := insider(c, axis, []int{org})
		views = append(views, own)
		views = append(views, recognising(c, own, functionals)...)
	}
	for n := 2; n <= c.Policy.Coalition && n < len(active); n++ {
		for _, set := range subsets(active, n) {
			views = append(views, insider(c, axis, set))
		}
	}
	return views
}

func organisationAxis(s plan.System) int {
	return slices.IndexFunc(s.Axes, func(a plan.Axis) bool { return a.Hidden && a.Name == OrganisationAxis })
}

// insider is what organisations know together: their records, and that there
// are no others of theirs.
func insider(c Certificate, axis int, orgs []int) plan.View {
	v := plan.View{Threshold: c.Policy.OrganisationThreshold, ZeroIsSafe: true, Empty: []plan.Selection{{{Axis: axis, Categories: orgs}}}}
	for _, d := range c.Data {
		if slices.Contains(orgs, d.Atom[axis]) {
			v.Known = append(v.Known, d)
		}
	}
	for _, o := range orgs {
		v.Name += "+" + c.System.Axes[axis].Categories[o]
	}
	v.Name = "organisation:" + v.Name[1:]
	return v
}

// recognising are an organisation's views when it knows one more person, whom
// another counted: one whom it shares a functional with of which others hold
// few.
func recognising(c Certificate, own plan.View, functionals []plan.Functional) (views []plan.View) {
	met := make([]bool, len(c.Data))
	for _, f := range functionals {
		mine := count(f, own.Known)
		if mine == 0 || count(f, c.Data)-mine > c.Policy.OrganisationThreshold {
			continue
		}
		for i, d := range c.Data {
			met[i] = met[i] || !holds(own.Empty[0], d.Atom) && count(f, c.Data[i:i+1]) > 0
		}
	}
	for i, d := range c.Data {
		if !met[i] {
			continue
		}
		more := own
		more.Name = fmt.Sprintf("%s and 1", own.Name)
		at, _ := slices.BinarySearchFunc(own.Known, d.Atom, func(k plan.Count, atom []int) int { return slices.Compare(k.Atom, atom) })
		more.Known = slices.Insert(slices.Clone(own.Known), at, plan.Count{Atom: d.Atom, N: 1})
		views = append(views, more)
	}
	return views
}

func subsets(of []int, n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var sets [][]int
	for i, first := range of {
		for _, rest := range subsets(of[i+1:], n-1) {
			sets = append(sets, append([]int{first}, rest...))
		}
	}
	return sets
}
