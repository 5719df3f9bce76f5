package attack

import "context"

// group looks for groups of which everybody, or all but one, certainly has one
// property.
var group = adversary{
	12, "group disclosure", "looks for a group all of whom, or all but one, certainly have one property",
	func(ctx context.Context, s *session) (outcome, error) {
		if len(s.latest) == 0 {
			return notRun(noRelease), nil
		}
		var examined, found, undecided int
		for _, y := range s.latest {
			k := y.knows.clone()
			pairs, all := k.nested()
			undecided += one(!all)
			k.propagate(k.lines(), pairs)
			span := k.eliminate()
			limited, cancel := s.within(ctx, 1, 1)
			for _, p := range pairs {
				parent, child := k.cells[p[0]], k.cells[p[1]]
				if k.waived && parent.total {
					continue // a statement about everybody, which a reviewer answers for
				}
				if limited.Err() != nil {
					undecided++
					continue
				}
				examined++
				found += one(parent.lo > 0 && k.restAtMostOne(span, parent, child))
			}
			cancel()
		}
		return verdict(found, figure("groups and properties", examined), figure("groups disclosed", found),
			figure("not decided", undecided)), nil
	},
}

// restAtMostOne says whether at most one of the parent's persons is not the
// child's, as the intervals of both or elimination have it.
func (k *knowledge) restAtMostOne(span *span, parent, child cell) bool {
	if parent.hi < unbounded && parent.hi-child.lo <= 1 {
		return true
	}
	if parts := parent.where.minus(k.sizes, child.where); len(parts) == 1 {
		if i, published := k.byKey[parts[0].key()]; published && k.cells[i].hi <= 1 {
			return true
		}
	}
	v, ok := span.value(parent.where, &child.where)
	return ok && v <= 1
}
