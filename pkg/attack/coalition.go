package attack

import (
	"context"
	"slices"
)

// coalition lets two organisations pool their records.
var coalition = adversary{
	9, "coalition", "every two organisations pool their records and reconstruct the rest",
	func(ctx context.Context, s *session) (outcome, error) {
		if !s.hasRecords() {
			return notRun(noRecords), nil
		}
		h, err := s.holdings(ctx)
		if err != nil {
			return outcome{}, err
		}
		names := h.names()
		if len(names) < 2 {
			return notRun("needs the records of two organisations"), nil
		}
		pairs, exposed, undecided := 0, 0, 0
		for i, a := range names {
			for _, b := range names[i+1:] {
				e, err := s.residual(ctx, slices.Concat(h[a], h[b]), len(names)*(len(names)-1)/2)
				if err != nil {
					return outcome{}, err
				}
				pairs++
				exposed += one(e.breaches() > 0)
				undecided += e.undecided
			}
		}
		out := verdict(exposed, share("pairs that find out too much", exposed, pairs), figure("not decided", undecided))
		if exposed > 0 && !s.promisesCoalitions() {
			out.status = Reported
		}
		return out, nil
	},
}

// promisesCoalitions says whether the policy covers two organisations together.
func (s *session) promisesCoalitions() bool {
	return slices.ContainsFunc(s.latest, func(y year) bool { return y.knows.policy.Coalition >= 2 })
}
