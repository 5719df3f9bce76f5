package attack

// placeOn says what somebody who knows a planted person knows of her in the
// terms of the release: on each axis the narrowest published group that she is
// in. Axes on which no published count places her are left out, and so is the
// population that everybody in question belongs to.
func (k *knowledge) placeOn(p Person, common box) box {
	var known box
	for _, c := range k.cells {
		if !c.counts() || p.adds(c.quantity) == 0 {
			continue
		}
		rest := c.where
		for _, s := range common {
			if in, named := rest.on(s.axis); named && s.in.within(in) {
				rest = rest.without(s.axis)
			}
		}
		if len(rest) == 1 {
			if both, ok := known.meet(rest); ok {
				known = both
			}
		}
	}
	return known
}

// personsOf places the planted persons of the year's population.
func (s *session) personsOf(k *knowledge) []box {
	var out []box
	common, _ := k.population()
	i, known := k.byKey[common.key()]
	if !known {
		return nil
	}
	for _, p := range s.target.Truth {
		if p.Year != k.year || p.adds(k.cells[i].quantity) == 0 {
			continue
		}
		if b := k.placeOn(p, common); len(b) > 1 {
			out = append(out, b)
		}
	}
	return out
}
