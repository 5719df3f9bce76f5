package release

import (
	"cmp"
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/plan"
)

// RuleTooFewChanges is the rule of a finding about records added or removed
// since the last release; the others are those of disclosure and auditor.
const RuleTooFewChanges = "too_few_changes"

// The rules of notes about what was not examined: an insider's attack that did
// not get to its end, and the chance of guessing among very many persons.
const (
	RuleNotFinished = "inside_not_exhausted"
	RuleNotGuessed  = "posterior_not_examined"
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
	out := slices.Clone(f)
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

func fromProtector(year int, found []disclosure.Finding) (out findings) {
	classes := map[disclosure.Class]Class{disclosure.Note: Note, disclosure.Review: ForReview}
	for _, f := range found {
		class, known := classes[f.Class]
		if !known {
			class = Fail
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
		out.add(Finding{
			Year: year, Class: class, Rule: string(f.Rule), Scope: f.Scope, View: f.View,
			Value: f.Desk.Value, Threshold: f.Desk.Threshold,
		})
	}
	return out
}
