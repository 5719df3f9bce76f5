package attack

import "context"

// lines completes the rows and columns of the tables.
var lines = adversary{
	2, "line attack", "completes the rows and columns of every table from their totals",
	func(_ context.Context, s *session) (outcome, error) {
		if len(s.latest) == 0 {
			return notRun(noRelease), nil
		}
		var n, found int
		var total exposure
		for _, y := range s.latest {
			k := y.knows.clone()
			rows := k.lines()
			n += len(rows)
			k.propagate(rows, nil)
			e := k.expose(nil)
			total.withheld += e.withheld
			total.recovered += e.recovered
			found += e.breaches()
		}
		return verdict(found, figure("lines", n), share("withheld counts recovered", total.recovered, total.withheld),
			figure("small counts known exactly", found)), nil
	},
}
