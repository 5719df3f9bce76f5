package attack

import "context"

// sybil subtracts records that were made up to carry counts over the threshold.
var sybil = adversary{
	10, "sybil records", "an organisation submits crafted records and subtracts them from what is published",
	func(ctx context.Context, s *session) (outcome, error) {
		if s.target.Poisoner == "" || !s.hasRecords() {
			return notRun("needs an organisation that planted crafted records"), nil
		}
		h, err := s.holdings(ctx)
		if err != nil {
			return outcome{}, err
		}
		crafted := h[s.target.Poisoner]
		if len(crafted) == 0 {
			return notRun("the organisation planted no records"), nil
		}
		carried := 0 // counts that are over the threshold through them alone
		for _, y := range s.latest {
			for _, c := range y.knows.cells {
				own := 0
				for _, p := range crafted {
					if p.Year == y.knows.year {
						own += p.adds(c.quantity)
					}
				}
				carried += one(c.counts() && c.known() && c.lo >= y.knows.small && c.lo-own < y.knows.small)
			}
		}
		e, err := s.residual(ctx, crafted, 1)
		if err != nil {
			return outcome{}, err
		}
		return verdict(e.breaches(), figure("crafted records", len(crafted)), figure("counts carried over the threshold", carried),
			figure("small remainders and differences known exactly", e.breaches()), figure("not decided", e.undecided)), nil
	},
}
