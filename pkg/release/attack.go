package release

import (
	"context"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/plan"
)

// checks are what a computation has to pass. Tests switch them off one by one,
// to see what each holds up.
type checks struct {
	enough func(t *story, threshold int) error
	verify func(auditor.Certificate) []auditor.Finding
	attack func(context.Context, auditor.Published, plan.Policy) (auditor.Assault, error)
	// separate says whether a reviewer is another person than the others.
	separate func(reviewer Person, others ...Person) bool
}

var standard = checks{enough: enough, verify: auditor.Verify, attack: auditor.Attack, separate: separate}

// AsPublished is a publication as the auditor attacks it: what everybody holds,
// and nothing else.
func AsPublished(y plan.Publication) auditor.Published {
	out := auditor.Published{System: plan.System{Axes: y.Axes, Bans: y.Bans}}
	for _, c := range y.Cells {
		out.System.Cells = append(out.System.Cells, c.Cell)
		out.Shown = append(out.Shown, c.Shown)
		out.Values = append(out.Values, c.Value)
	}
	return out
}

// attack has the auditor find out what it can from the publication alone. What
// it establishes about withheld cells is published with it: everybody could.
func (s *Service) attack(ctx context.Context, y *year, published disclosure.Year) (disclosure.Year, error) {
	target := AsPublished(published.Publication())
	assault, err := s.checks.attack(ctx, target, y.problem.Policy)
	if err != nil {
		return disclosure.Year{}, err
	}
	if err := y.judge(slices.Concat(assault.Findings, y.against(target.System, assault))); err != nil {
		return disclosure.Year{}, err
	}
	ranges := make(map[string]plan.Range)
	for _, r := range assault.Ranges {
		if r.Known {
			ranges[r.Cell] = plan.Range{From: r.From, To: r.To, Open: r.Open}
		}
	}
	return published.WithRanges(ranges), nil
}

// against holds what the attack left undecided against the records, and says of
// each finding which combination it is about.
func (y *year) against(system plan.System, assault auditor.Assault) (out []auditor.Finding) {
	records := y.veiled()
	for _, c := range assault.Present {
		alone := auditor.Assault{Present: []auditor.Conjunction{c}}
		for _, f := range alone.Against(records, y.problem.Policy.Threshold) {
			f.Scope = describe(system, c.Where)
			out = append(out, f)
		}
	}
	return out
}

// describe names a selection by its axes and categories.
func describe(system plan.System, where plan.Selection) string {
	var parts []string
	for _, s := range where {
		var names []string
		for _, c := range s.Categories {
			names = append(names, system.Axes[s.Axis].Categories[c])
		}
		parts = append(parts, system.Axes[s.Axis].Name+"="+strings.Join(names, "|"))
	}
	return strings.Join(parts, " & ")
}

// veiled are the records over the axes that are published: without the
// organisations.
func (y *year) veiled() []plan.Count {
	hidden := slices.IndexFunc(y.problem.System.Axes, func(a plan.Axis) bool { return a.Name == plan.OrganisationAxis })
	out := make([]plan.Count, len(y.problem.Data))
	for i, d := range y.problem.Data {
		out[i] = plan.Count{Atom: slices.Delete(slices.Clone(d.Atom), hidden, hidden+1), N: d.N}
	}
	return out
}
