package attack

import "context"

// elimination asks what follows by adding and subtracting any number of counts.
var elimination = adversary{
	3, "rank attack", "adds and subtracts any number of released counts, by exact elimination",
	func(ctx context.Context, s *session) (outcome, error) {
		if len(s.latest) == 0 {
			return notRun(noRelease), nil
		}
		ctx, cancel := s.within(ctx, 1, 1)
		defer cancel()
		var withheld, recovered, found, asked, undecided int
		for _, y := range s.latest {
			k := y.knows
			pairs, _ := k.nested()
			span := k.eliminate()
			for _, i := range k.withheld() {
				withheld++
				if v, ok := span.value(k.cells[i].where, nil); ok && k.cells[i].counts() {
					recovered++
					found += one(k.reveals(v, false))
				}
			}
			for _, p := range pairs {
				parent, child := k.cells[p[0]], k.cells[p[1]]
				if parent.known() && child.known() {
					continue
				}
				if ctx.Err() != nil {
					undecided++
					continue
				}
				asked++
				v, ok := span.value(parent.where, &child.where)
				found += one(ok && k.reveals(v, true) && !(k.waived && parent.total))
			}
		}
		return verdict(found, share("withheld counts recovered", recovered, withheld), figure("differences asked for", asked),
			figure("small counts and differences computed", found), figure("not decided", undecided)), nil
	},
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}
