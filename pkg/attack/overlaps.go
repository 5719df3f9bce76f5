package attack

import "context"

// overlaps looks at counts that share some persons without one containing the
// other: bands of different ladders, periods that overlap.
var overlaps = adversary{
	7, "overlapping periods and ladders", "intersects bands and periods that overlap without containing each other",
	func(ctx context.Context, s *session) (outcome, error) {
		if len(s.latest) == 0 {
			return notRun(noRelease), nil
		}
		ctx, cancel := s.within(ctx, 1, 1)
		defer cancel()
		var crossing, found, undecided int
		for _, y := range s.latest {
			k := y.knows
			span := k.eliminate()
			for i, a := range k.cells {
				for _, b := range k.cells[i+1:] {
					if !crosses(a, b) {
						continue
					}
					if ctx.Err() != nil {
						undecided++
						continue
					}
					crossing++
					found += k.pieces(span, a.where, b.where)
				}
			}
		}
		return verdict(found, figure("overlapping pairs", crossing), figure("small pieces computed", found),
			figure("not decided", undecided)), nil
	},
}

// crosses says whether two counts on the same axes overlap without either
// containing the other.
func crosses(a, b cell) bool {
	if !a.counts() || !b.counts() || len(a.where) != len(b.where) {
		return false
	}
	for i, s := range a.where {
		if b.where[i].axis != s.axis {
			return false
		}
	}
	_, overlap := a.where.meet(b.where)
	return overlap && !a.where.implies(b.where) && !b.where.implies(a.where)
}

// pieces counts the parts of two overlapping boxes that can be computed and are
// small.
func (k *knowledge) pieces(span *span, a, b box) int {
	both, _ := a.meet(b)
	parts := append(append([]box{both}, a.minus(k.sizes, b)...), b.minus(k.sizes, a)...)
	found := 0
	for _, p := range parts {
		if p.vacant(k.sizes, k.bans) {
			continue
		}
		if i, published := k.byKey[p.key()]; published && k.cells[i].known() {
			continue // no news
		}
		v, ok := span.value(p, nil)
		found += one(ok && k.reveals(v, true))
	}
	return found
}
