package release

import (
	"context"
	"slices"

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
	assault, err := s.checks.attack(ctx, AsPublished(published.Publication()), y.problem.Policy)
	if err != nil {
		return disclosure.Year{}, err
	}
	found := slices.Concat(assault.Findings, assault.Against(y.veiled(), y.problem.Policy.Threshold))
	if err := y.judge(found); err != nil {
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
