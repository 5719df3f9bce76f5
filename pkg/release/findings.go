package release

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/plan"
)

// RuleTooFewChanges is the rule of a finding about records added or removed
// since the last release; the others are those of disclosure and auditor.
const RuleTooFewChanges = "too_few_changes"

// The rules of notes about what was not examined: an insider's attack that did
// not get to its end, the chance of guessing among very many persons, and what
// the pattern gives away where protecting takes long.
const (
	RuleNotFinished = "inside_not_exhausted"
	RuleNotGuessed  = "posterior_not_examined"
	RuleNotMatched  = "matching_not_examined"
)

// findings are collected while a draft is computed.
type findings []Finding

func (f *findings) add(more ...Finding) { *f = append(*f, more...) }

// of are the findings of a class.
func (f findings) of(class Class) findings {
	return slices.DeleteFunc(slices.Clone(f), func(x Finding) bool { return x.Class != class })
}

// severity orders the classes, the worst first.
func (c Class) severity() int { return slices.Index([]Class{Fail, ForReview, Note, Pass}, c) }

// settled sorts findings, the worst first, and gives each its id. What was
// found twice stands once; different ones of one name are numbered.
func (f findings) settled() findings {
	out := f.agreed()
	slices.SortFunc(out, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(a.Class.severity(), b.Class.severity()), cmp.Compare(a.Year, b.Year),
			cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Scope, b.Scope), cmp.Compare(a.View, b.View),
			cmp.Compare(a.Value, b.Value), cmp.Compare(a.Threshold, b.Threshold),
		)
	})
	out = slices.Compact(out)
	seen := make(map[string]int)
	for i := range out {
		id := out[i].name()
		if seen[id]++; seen[id] > 1 {
			id = fmt.Sprintf("%s#%d", id, seen[id])
		}
		out[i].ID = id
	}
	return out
}

// shared are the rules that the protector follows and the auditor examines
// again, each under its own name.
var shared = map[auditor.Rule]disclosure.Rule{
	auditor.RuleOrganisations: disclosure.RuleOrganisations,
	auditor.RuleSum:           disclosure.RuleSum,
}

// agreed says once what protector and auditor both found about one cell of one
// year, so that one waiver answers it: as the worse of the two has it, with the
// auditor's numbers.
func (f findings) agreed() (out findings) {
	for _, x := range f {
		i := slices.IndexFunc(out, func(o Finding) bool { return o.same(x) })
		if i < 0 {
			out.add(x)
			continue
		}
		if x.Class.severity() < out[i].Class.severity() {
			out[i].Class = x.Class
		}
		if x.Threshold != 0 {
			out[i].Value, out[i].Threshold = x.Value, x.Threshold
		}
	}
	return out
}

// same says whether two findings are one reason by a shared rule.
func (f Finding) same(o Finding) bool {
	return slices.Contains(slices.Collect(maps.Values(shared)), disclosure.Rule(f.Rule)) &&
		f.Year == o.Year && f.Rule == o.Rule && f.Scope == o.Scope && f.View == o.View
}

func (f Finding) name() string {
	id := fmt.Sprintf("%d/%s", f.Year, f.Rule)
	for _, part := range []string{f.Scope, f.View} {
		if part != "" {
			id += "/" + part
		}
	}
	return id
}

func tooFew(year int, scope string, n int, p plan.Policy) Finding {
	return Finding{Year: year, Class: Fail, Rule: RuleTooFewChanges, Scope: scope, Value: n, Threshold: p.Threshold}
}

func notFinished(year int, v plan.View) Finding {
	return Finding{Year: year, Class: Note, Rule: RuleNotFinished, View: v.Name}
}

// fromProtector takes over what the protector says. That few organisations stand
// behind a count asks for a reviewer only where the count is shown in the end.
func fromProtector(year int, found []disclosure.Finding, withheld map[string]bool) (out findings) {
	classes := map[disclosure.Class]Class{disclosure.Note: Note, disclosure.Review: ForReview}
	for _, f := range found {
		class, known := classes[f.Class]
		if !known {
			class = Fail
		}
		if f.Rule == disclosure.RuleOrganisations && withheld[f.Scope] {
			class = Note
		}
		out.add(Finding{Year: year, Class: class, Rule: string(f.Rule), Scope: f.Scope, View: f.View})
	}
	return out
}

func fromAuditor(year int, found []auditor.Finding) (out findings) {
	classes := map[auditor.Class]Class{auditor.Pass: Pass, auditor.Review: ForReview}
	for _, f := range found {
		class, known := classes[f.Class]
		if !known {
			class = Fail
		}
		rule := string(f.Rule)
		if common, ok := shared[f.Rule]; ok {
			rule = string(common)
		}
		out.add(Finding{
			Year: year, Class: class, Rule: rule, Scope: f.Scope, View: f.View,
			Value: f.Desk.Value, Threshold: f.Desk.Threshold,
		})
	}
	return out
}
