package attack

import "context"

// differencing subtracts every released number from every one that contains it.
var differencing = adversary{
	1, "filter differencing", "subtracts every released count from every one that includes it",
	func(_ context.Context, s *session) (outcome, error) {
		if len(s.latest) == 0 {
			return notRun(noRelease), nil
		}
		var compared, found, recovered, withheld int
		for _, y := range s.latest {
			k := y.knows.clone()
			pairs, all := k.nested()
			if !all {
				return notRun("too many counts to compare each with each"), nil
			}
			withheld += len(k.withheld())
			for _, p := range pairs {
				if !k.cells[p[0]].known() || !k.cells[p[1]].known() {
					continue
				}
				compared++
				rest := k.cells[p[0]].where.minus(k.sizes, k.cells[p[1]].where)
				if i, published := k.byKey[rest[0].key()]; published && len(rest) == 1 && !k.cells[i].known() {
					recovered++
					k.narrow(i, k.cells[p[0]].lo-k.cells[p[1]].lo, k.cells[p[0]].lo-k.cells[p[1]].lo)
				}
			}
			found += k.expose(pairs).breaches()
		}
		return verdict(found,
			figure("pairs subtracted", compared), share("withheld counts recovered", recovered, withheld),
			figure("small counts and differences known exactly", found)), nil
	},
}
