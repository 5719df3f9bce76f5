package disclosure

// across is the part of a large component in which persons change the
// organisation that met them, and with it the panel, and nothing else: the
// cheapest way to have more of them outside of a panel or fewer. Nil if nobody
// can, or there are too many organisations.
func (c *component) across() *component {
	panel, org := panelAxis(c.space.sys), organisationAxis(c.space.sys)
	if panel < 0 || org < 0 || !c.moves(panel) || !c.moves(org) || c.combinations([]int{panel, org}) > maxLoose {
		return nil
	}
	n := &component{
		space: c.space, whole: c, balanced: true, every: true,
		loose: []int{panel, org}, core: []int{panel, org}, index: make(map[string]int),
	}
	n.surround()
	return n
}

// cheapest seeks a population for a duty. Where one has a price and the
// functional is about a panel, persons who change organisation alone may do it
// for less: then the duty is served there.
func (e *engine) cheapest(d *duty, p prices, starts int) *found {
	f := e.seek(d, p, starts)
	if f != nil && f.cost == 0 || d.part == nil || d.part.whole == nil || !e.namesPanel(d.functional) {
		return f
	}
	other := *d
	if other.part = e.changing(d.part.whole); other.part == nil || other.part == d.part {
		return f
	}
	other.members, other.hidden = other.part.members(e.functionals[d.functional]), d.sight.within(other.part)
	g, free := e.reuse(&other), true
	if g == nil {
		g, free = e.seek(&other, p, starts), false
	}
	if g == nil || f != nil && !free && g.cost >= f.cost {
		return f
	}
	d.task = other.task
	return g
}

// changing gives the neighbourhood across panels, once.
func (e *engine) changing(home *component) *component {
	n := home.across()
	if n == nil {
		return nil
	}
	k := key(n.loose)
	if e.near[k] == nil {
		n.populate(e.origins, e.functionals)
		e.near[k] = n
	}
	return e.near[k]
}

func (e *engine) namesPanel(functional int) bool {
	panel := panelAxis(e.problem.System)
	for _, sel := range selections(e.functionals[functional]) {
		if panel >= 0 && namesAxis(sel, panel) {
			return true
		}
	}
	return false
}
