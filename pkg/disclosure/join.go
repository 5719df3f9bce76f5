package disclosure

import (
	"encoding/binary"
	"math"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// A join is a split the other way round: somebody who went and somebody who came
// are taken to be one who stayed. To the cells of a component that is the same
// only if both counted in the same of them. But persons of one batch can exchange
// what a component is about without changing any cell, so that it is enough if
// some who went and some who came are alike in it, for each component by itself.

// overlap is, for a split among persons alike on the other fixed axes, how many
// joins each component allows.
type overlap map[string][]int

// overlaps counts those of an unknown part who are alike, component by component.
func (s *space) overlaps(rest []plan.Count) overlap {
	out := make(overlap)
	if !s.separate() {
		return out
	}
	for _, x := range s.turnover {
		for i, c := range s.comps {
			signs := make(map[string]map[string][2]int) // group -> sign -> who went, who came
			for _, r := range rest {
				p := slices.Index(x.parts[:], s.classOf[s.batch][r.Atom[s.batch]])
				if p < 0 {
					continue
				}
				group := s.group(x, r.Atom)
				if signs[group] == nil {
					signs[group] = make(map[string][2]int)
				}
				sign := c.sign(x, r.Atom)
				n := signs[group][sign]
				n[p] += r.N
				signs[group][sign] = n
			}
			for group, of := range signs {
				if out[group] == nil {
					out[group] = make([]int, len(s.comps))
				}
				for _, n := range of {
					out[group][i] += min(n[0], n[1])
				}
			}
		}
	}
	return out
}

// separate says whether nobody moves along an axis that tells to which published
// population she belongs: then that is the same for all components.
func (s *space) separate() bool {
	for a := range s.sys.Axes {
		if s.penned(a) && !s.fixed(a) {
			return false
		}
	}
	return true
}

// group names a split and where a person stands on the fixed axes, but for her
// batch.
func (s *space) group(x split, atom []int) string {
	b := binary.AppendUvarint(nil, uint64(slices.Index(s.turnover, x)))
	for a := range s.sys.Axes {
		if s.penned(a) && a != s.batch {
			b = binary.AppendUvarint(b, uint64(s.classOf[a][atom[a]]))
		}
	}
	return string(b)
}

// sign says in which of the cells that count the one of a split a person would
// count. Who is joined keeps the other's part, so that nothing else matters.
func (c *component) sign(x split, atom []int) string {
	full := make([]int, len(atom))
	for a := range atom {
		full[a] = c.space.classOf[a][atom[a]]
	}
	full[c.space.batch] = x.parts[1]
	var b []byte
	for k, i := range c.cells {
		if c.space.ignored != nil && c.space.ignored[i] {
			continue
		}
		if by := c.worth(i, full); by != 0 {
			b = binary.AppendUvarint(b, uint64(k))
			b = binary.AppendUvarint(b, uint64(by))
		}
	}
	return string(b)
}

// joinable says of each exchange how often it can go the other way round, as far
// as the other components allow.
func (c *component) joinable(o overlap) []int {
	out := make([]int, len(c.exchanges))
	if c.whole != nil || len(o) == 0 {
		return out
	}
	for i, x := range c.exchanges {
		atom := make([]int, len(c.space.sys.Axes))
		for k, a := range c.axes {
			atom[a] = c.space.example[a][c.atoms[slices.Index(c.block, x.from)][k]]
		}
		allowed := o[c.space.group(c.splitOf(x), atom)]
		out[i] = -1
		for k, d := range c.space.comps {
			if k < len(allowed) && d != c && (out[i] < 0 || allowed[k] < out[i]) {
				out[i] = allowed[k]
			}
		}
		out[i] = c.space.room.upTo(out[i])
	}
	return out
}

// splitOf is the split that an exchange of the component is about.
func (c *component) splitOf(x parting) split {
	return split{c.stayOf(x.from), [2]int{c.stayOf(x.parts[0]), c.stayOf(x.parts[1])}}
}

// stayOf is the class of a block's persons on the batch axis.
func (c *component) stayOf(block int) int {
	return c.atoms[slices.Index(c.block, block)][slices.Index(c.axes, c.space.batch)]
}

// sparing says whether joins are few enough to be carried out: one exchange's, as
// often as allowed, and nobody of its blocks is split.
func (c *component) sparing(times, most []int) bool {
	at := slices.IndexFunc(times, func(n int) bool { return n < 0 })
	if at < 0 {
		return true
	}
	x := c.exchanges[at]
	for i, n := range times {
		y := c.exchanges[i]
		touches := y.from == x.from || slices.ContainsFunc(y.parts[:], func(b int) bool {
			return b == x.from || b == x.parts[0] || b == x.parts[1]
		}) || y.from == x.parts[0] || y.from == x.parts[1]
		if i != at && n != 0 && (n < 0 || touches) {
			return false
		}
	}
	return at < len(most) && -times[at] <= most[at] && c.space.room.allows(-times[at])
}

// room is how far joins may go. Everybody knows that a release is made only of
// enough changes: nobody believes in a population in which fewer came, or a few
// went. Where persons can be outside everything that is counted, any number of
// those may have come or gone.
type room struct {
	unbound    bool
	gone, came int
	least      int
}

func (r room) allows(joins int) bool {
	gone, came := r.gone-joins, r.came-joins
	return r.unbound || came >= r.least && (gone == 0 || gone >= r.least)
}

// upTo is how many joins there may be, and any less, but no more than most.
func (r room) upTo(most int) (n int) {
	for n < most && r.allows(n+1) {
		n++
	}
	return n
}

// makeRoom counts who went and who came between two moments. Between more of
// them there is no room, unless anybody can be outside.
func (s *space) makeRoom(data []plan.Count, p *Problem) {
	if len(s.turnover) == 0 {
		return
	}
	s.room = room{unbound: p.Uncounted || s.hasOutside(), least: p.Policy.Threshold}
	if !s.pairs {
		return
	}
	first := s.cells[0]
	from := first[slices.IndexFunc(first, func(p maskPart) bool { return p.axis == s.batch })].in
	for _, x := range s.turnover {
		for _, d := range data {
			switch class := s.classOf[s.batch][d.Atom[s.batch]]; {
			case !slices.Contains(x.parts[:], class):
			case from[class]:
				s.room.gone += d.N
			default:
				s.room.came += d.N
			}
		}
	}
}

// hasOutside says whether a person can be where no cell counts her.
func (s *space) hasOutside() bool {
	d := make(domains, len(s.example))
	for a, classes := range s.example {
		d[a] = slices.Repeat([]bool{true}, len(classes))
	}
	var clauses []mask
	for _, m := range s.cells {
		clauses = append(clauses, slices.DeleteFunc(slices.Clone(m), func(p maskPart) bool { return p.axis == s.batch }))
	}
	steps := habitableSteps
	return d.satisfies(append(clauses, s.bans...), &steps) && steps >= 0
}

// join makes one of each pair of leavers of an exchange's parts, n times. Others
// of their batches take over what keeps the pair from being alike: the changes
// of those who do not leave are returned.
func (l *leavers) join(x parting, n int, rest []plan.Count, hidden *unknown) (out []plan.Count) {
	c := l.part
	var pools [2][]*leaver
	for p, block := range x.parts {
		pools[p] = l.pool(block, rest, hidden)
		if len(pools[p]) < n {
			return nil // moves that do not serve; the last check refuses them
		}
	}
	of := c.splitOf(x)
	for _, d := range c.space.comps {
		if d != c {
			for i := range n {
				d.liken(of, pools, i)
			}
		}
	}
	for p := range pools {
		for _, who := range pools[p] {
			if who.was != nil && compareAtoms(who.was, who.Atom) != 0 {
				out = append(out, plan.Count{Atom: who.was, N: -1}, plan.Count{Atom: who.Atom, N: 1})
			}
		}
	}
	for i := range n {
		one := slices.Clone(pools[0][i].Atom)
		one[c.space.batch] = c.space.example[c.space.batch][of.from]
		pools[0][i].N, pools[1][i].N = 0, 0
		l.who = append(l.who, &leaver{Count: plan.Count{Atom: one, N: 1}, block: x.from})
	}
	return out
}

// pool lists the unknown persons of a block one by one, those who leave first.
// The others are marked by where they were.
func (l *leavers) pool(block int, rest []plan.Count, hidden *unknown) (out []*leaver) {
	left := make(map[string]int)
	var others []*leaver
	for _, who := range l.who {
		if who.block != block {
			others = append(others, who)
			continue
		}
		left[key(who.Atom)] += who.N
		for range who.N {
			out = append(out, &leaver{Count: plan.Count{Atom: slices.Clone(who.Atom), N: 1}, block: block})
		}
	}
	l.who = append(others, out...)
	for i, r := range rest {
		if l.part.block[hidden.at[i]] != block {
			continue
		}
		for range r.N - left[key(r.Atom)] {
			out = append(out, &leaver{Count: plan.Count{Atom: slices.Clone(r.Atom), N: 1}, block: block, was: r.Atom})
		}
	}
	return out
}

// liken gives the i-th persons of two pools the parts of two that are alike in a
// component, none of them before the i-th.
func (c *component) liken(x split, pools [2][]*leaver, i int) {
	for a, one := range pools[0][i:] {
		for b, other := range pools[1][i:] {
			if c.sign(x, one.Atom) == c.sign(x, other.Atom) {
				c.swapParts(pools[0][i], pools[0][i+a])
				c.swapParts(pools[1][i], pools[1][i+b])
				return
			}
		}
	}
}

// swapParts exchanges what the component is about between two persons.
func (c *component) swapParts(a, b *leaver) {
	for _, axis := range c.loose {
		a.Atom[axis], b.Atom[axis] = b.Atom[axis], a.Atom[axis]
	}
}

// reconsider looks for a population in which persons are joined who are unlike in
// cells of other components that are withheld anyway. It is written down at once:
// whom a join concerns hangs on what is withheld now.
func (e *engine) reconsider(d *duty) *found {
	if d.part == nil || len(d.part.exchanges) == 0 || d.part.whole != nil {
		return nil
	}
	e.space.ignored = slices.Clone(e.withheld)
	defer func() { e.space.ignored = nil }()
	hidden, t := *d.hidden, d.task
	hidden.joins = d.part.joinable(e.space.overlaps(d.sight.rest))
	t.hidden, t.joins = &hidden, true
	f, pivots := search(e.ctx, t, e.prices(-1), e.stream(d), startsFirst)
	e.stats.Searches++
	e.stats.Pivots += pivots
	if f == nil {
		return nil
	}
	f.written, f.changes = d.part.lift(f.moves, d.sight.rest, &hidden), nil
	for i, c := range e.problem.System.Cells {
		if by := value(c, f.written); by != 0 {
			if math.IsInf(e.cost[i], 1) && !e.withheld[i] {
				return nil
			}
			f.changes = append(f.changes, gain{i, by})
		}
	}
	return f
}
