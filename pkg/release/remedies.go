package release

import (
	"context"
	"slices"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// Remedies prices what the desk could do about a draft of which too much is
// withheld, or which is refused: each table coarser or left out, and each
// requirement given up. It computes every one of them, shares the one place for
// computing, and ends with its context.
func (s *Service) Remedies(ctx context.Context, p access.Principal, id DraftID) (out []disclosure.Remedy, err error) {
	defer fault.Wrap(&err, "price remedies")
	if err := p.Require(access.ReleasesPrepare); err != nil {
		return nil, err
	}
	if !s.computing.TryLock() {
		return nil, fault.New(fault.Unavailable, CodeBusy)
	}
	defer s.computing.Unlock()
	d, err := s.read(ctx, p, id)
	if err != nil {
		return nil, err
	}
	if err := d.in(Planned, Computed, Rejected); err != nil {
		return nil, err
	}
	c := &computation{draft: d}
	if err := s.prepare(ctx, c); err != nil {
		return nil, err
	}
	for _, y := range c.years {
		y.problem.Functionals = earlierDifferences(y.layout.Base, y.frame.Past)
		of, err := disclosure.Remedies(ctx, y.layout, y.problem, y.seed)
		if err != nil {
			return nil, err
		}
		out = append(out, slices.DeleteFunc(of, y.isSize)...)
	}
	return out, nil
}

// isSize says whether a remedy is to withhold the size of a listed universe.
// That is no remedy: without it nothing could be said of anybody.
func (y *year) isSize(r disclosure.Remedy) bool {
	return r.Kind == disclosure.Withhold && slices.ContainsFunc(y.frame.Layout.Base.Cells, func(c plan.Cell) bool {
		return c.Rank == plan.Total && c.Name == r.Scope
	})
}
