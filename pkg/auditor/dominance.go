package auditor

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// Number is what contributions are written in.
type Number interface{ ~int | ~int64 | ~float64 }

// PercentRule says whether a sum gives its largest contribution away: the second
// largest contributor, subtracting its own, would come within p per cent of it.
// A sum of nothing gives nothing away; negative contributions count by size.
func PercentRule[N Number](contributions []N, p float64) bool {
	sum, largest := largest(contributions, 2)
	return largest[0] > 0 && 100*(float64(sum)-float64(largest[0])-float64(largest[1])) < p*float64(largest[0])
}

// Dominance says whether the n largest contributions make up more than k per
// cent of the sum.
func Dominance[N Number](contributions []N, n int, k float64) bool {
	sum, largest := largest(contributions, n)
	top := 0.0
	for _, v := range largest {
		top += float64(v)
	}
	return sum > 0 && 100*top > k*float64(sum)
}

// largest are the sum and the n largest, by size, 0 where there are fewer.
func largest[N Number](contributions []N, n int) (sum N, top []N) {
	sizes := slices.Clone(contributions)
	for i, v := range sizes {
		sizes[i] = max(v, -v)
		sum += sizes[i]
	}
	slices.Sort(sizes)
	slices.Reverse(sizes)
	return sum, append(sizes, make([]N, max(n, 1))...)[:max(n, 1)]
}

// contributors examines shown cells: counts to which too few organisations
// contributed, and sums that tell about one person or one organisation.
func contributors(c Certificate, known plan.Pattern, l lapses) (findings []Finding) {
	axis := organisationAxis(c.System)
	for i, cell := range c.System.Cells {
		if !known[i] || cell.StructuralZero {
			continue
		}
		persons, orgs := contributions(c, cell, axis)
		switch n := len(orgs); {
		case cell.Weighted && !l.sums && sumTells(c.Policy, persons, orgs, axis >= 0):
			findings = append(findings, Finding{Class: Fail, Rule: RuleSum, Scope: cell.Name})
		case cell.Weighted || axis < 0 || n == 0:
		case n <= c.Policy.OrganisationsFail && !l.organisations:
			findings = append(findings, Finding{Class: Fail, Rule: RuleOrganisations, Scope: cell.Name, Desk: Numbers{n, c.Policy.OrganisationsFail}})
		case n <= c.Policy.OrganisationsReview:
			findings = append(findings, Finding{Class: Review, Rule: RuleOrganisations, Scope: cell.Name, Desk: Numbers{n, c.Policy.OrganisationsReview}})
		}
	}
	for _, between := range slices.Concat(betweenReleases(withSums(c.System, known)), besidePanels(c.System, known, true)) {
		if persons, orgs := contributions(c, between, axis); !l.sums && sumTells(c.Policy, persons, orgs, axis >= 0) {
			findings = append(findings, Finding{Class: Fail, Rule: RuleSum, Scope: between.Name})
		}
	}
	for _, left := range besidePanels(c.System, known, false) {
		_, orgs := contributions(c, left, axis)
		if n := len(orgs); axis >= 0 && n > 0 && n < plan.MinPanel && !l.organisations {
			findings = append(findings, Finding{Class: Fail, Rule: RuleOrganisations, Scope: left.Name, Desk: Numbers{n, plan.MinPanel}})
		}
	}
	return findings
}

// contributions are what each person, and each organisation, adds to a cell;
// those who add nothing are left out.
func contributions(c Certificate, cell plan.Cell, axis int) (persons, orgs []int) {
	by := map[int]int{}
	for _, d := range c.Data {
		w := weight(cell, d.Atom)
		if w == 0 {
			continue
		}
		for range d.N {
			persons = append(persons, w)
		}
		if axis >= 0 {
			by[d.Atom[axis]] += w * d.N
		}
	}
	for _, sum := range by {
		orgs = append(orgs, sum)
	}
	return persons, orgs
}

// sumTells is the rule for sums, with persons as contributors and again with
// organisations.
func sumTells(p plan.Policy, persons, orgs []int, byOrganisation bool) bool {
	tells := func(contributions []int) bool {
		return PercentRule(contributions, float64(p.DominancePercent)) || Dominance(contributions, 1, 50)
	}
	return len(persons) < p.Contributors || tells(persons) ||
		byOrganisation && (len(orgs) <= p.OrganisationsReview || tells(orgs))
}
