package attack

import "context"

// member subtracts an organisation's own records.
var member = adversary{
	8, "organisation's own knowledge", "each organisation subtracts its own records and reconstructs the rest",
	func(ctx context.Context, s *session) (outcome, error) {
		if !s.hasRecords() {
			return notRun(noRecords), nil
		}
		h, err := s.holdings(ctx)
		if err != nil {
			return outcome{}, err
		}
		var sum exposure
		exposed := 0
		for _, name := range h.names() {
			e, err := s.residual(ctx, h[name], len(h))
			if err != nil {
				return outcome{}, err
			}
			exposed += one(e.breaches() > 0)
			sum.small, sum.rests, sum.undecided = sum.small+e.small, sum.rests+e.rests, sum.undecided+e.undecided
		}
		return verdict(exposed, share("organisations that find out too much", exposed, len(h)),
			figure("small remainders known exactly", sum.small), figure("small differences known exactly", sum.rests),
			figure("not decided", sum.undecided)), nil
	},
}
