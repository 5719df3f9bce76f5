package disclosure

import (
	"cmp"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// A split is what the sizes of a population at several moments do not tell: to
// every cell somebody who stayed is the same as one alike who went and another
// alike who came in her place. So nobody outside knows that nobody went, even
// where all sizes are shown. Classes are those of the batch axis.
type split struct {
	from  int
	parts [2]int
}

// findSplits compares what the cells say of batches. There is no split if a cell
// counts all who were ever there: its number would change. Nor is there one if
// something says in which batches nobody can be, or if persons are moved along
// the batches anyway.
func (s *space) findSplits() {
	b := batchAxis(s.sys)
	if b < 0 || !s.fixed(b) || !s.hasTotal() {
		return
	}
	if slices.ContainsFunc(s.ties, func(sel plan.Selection) bool { return namesAxis(sel, b) }) {
		return
	}
	moments, each := s.moments(b)
	if !each {
		return
	}
	s.pairs = len(moments) == 2
	for from := range s.example[b] {
		for one := range s.example[b] {
			for other := range one {
				if parts(moments, from, one, other) {
					s.turnover = append(s.turnover, split{from, [2]int{other, one}})
				}
			}
		}
	}
	lasting := func(class int) (n int) {
		for _, m := range moments {
			n += int(bit(m[class]))
		}
		return n
	}
	slices.SortStableFunc(s.turnover, func(x, y split) int { return cmp.Compare(lasting(y.from), lasting(x.from)) })
	s.batch = b
}

func namesAxis(sel plan.Selection, axis int) bool {
	return slices.ContainsFunc(sel, func(p plan.Subset) bool { return p.Axis == axis })
}

// moments are the different sets of batches that cells count; false if a cell
// counts all batches.
func (s *space) moments(batch int) (found [][]bool, each bool) {
	for _, m := range s.cells {
		i := slices.IndexFunc(m, func(p maskPart) bool { return p.axis == batch })
		if i < 0 {
			return nil, false
		}
		if !slices.ContainsFunc(found, func(f []bool) bool { return slices.Equal(f, m[i].in) }) {
			found = append(found, m[i].in)
		}
	}
	return found, true
}

// parts says whether at every moment two classes hold together what one does,
// and each of them something.
func parts(moments [][]bool, from, one, other int) bool {
	some := [2]bool{}
	for _, m := range moments {
		if bit(m[from]) != bit(m[one])+bit(m[other]) {
			return false
		}
		some[0], some[1] = some[0] || m[one], some[1] || m[other]
	}
	return some[0] && some[1]
}

// origins are the records, and what becomes of them when they are split: persons
// can be moved from there too.
func (s *space) origins(data []plan.Count) []plan.Count {
	if len(s.turnover) == 0 {
		return data
	}
	out := slices.Clone(data)
	for _, d := range data {
		in := make([]bool, len(s.example[s.batch]))
		in[s.classOf[s.batch][d.Atom[s.batch]]] = true
		for _, x := range s.turnover { // the longest first
			for _, part := range x.parts {
				if in[x.from] && !in[part] {
					in[part] = true
					atom := slices.Clone(d.Atom)
					atom[s.batch] = s.example[s.batch][part]
					out = append(out, plan.Count{Atom: atom})
				}
			}
		}
	}
	return out
}

// parting is a split of the persons of one atom, or of one block, of a component.
type parting struct {
	from  int
	parts [2]int
}

// part notes how the atoms and blocks of a component can be split, the longest
// stay first.
func (c *component) part() {
	at := slices.Index(c.axes, c.space.batch)
	if len(c.space.turnover) == 0 || at < 0 || !c.balanced {
		return
	}
	known := make(map[parting]bool)
	for _, x := range c.space.turnover {
		for a, atom := range c.atoms {
			if atom[at] != x.from {
				continue
			}
			p, blocks := parting{from: a}, parting{from: c.block[a]}
			listed := true
			for i, class := range x.parts {
				piece := slices.Clone(atom)
				piece[at] = class
				to, has := c.index[key(piece)]
				if listed = listed && has; listed {
					p.parts[i], blocks.parts[i] = to, c.block[to]
				}
			}
			if !listed {
				continue
			}
			c.partings = append(c.partings, p)
			if !known[blocks] {
				known[blocks] = true
				c.exchanges = append(c.exchanges, blocks)
			}
		}
	}
	c.gather()
}

// gather puts the exchanges of one block next to each other. All of a block have
// the same stay, so that the longest still come first.
func (c *component) gather() {
	first := make(map[int]int)
	for i, x := range c.exchanges {
		if _, seen := first[x.from]; !seen {
			first[x.from] = i
		}
	}
	slices.SortStableFunc(c.exchanges, func(x, y parting) int { return cmp.Compare(first[x.from], first[y.from]) })
}

// settleSteps bounds how many ways of explaining a balance are tried; beyond,
// there is taken to be none.
const settleSteps = 100_000

// settle explains by splits and joins how many more came to each block than left
// it: how often each exchange happened, or its reverse if that is negative. most
// says how many joins there may be. False if that does not explain it.
func (c *component) settle(balance, most []int) (times []int, ok bool) {
	if !slices.ContainsFunc(balance, func(n int) bool { return n != 0 }) {
		return nil, true
	}
	for _, joins := range []bool{false, true} {
		w := settler{
			exchanges: c.exchanges, joins: joins, open: slices.Clone(balance), times: make([]int, len(c.exchanges)), steps: settleSteps,
		}
		if w.settle(0) && c.sparing(w.times, most) {
			return w.times, true
		}
	}
	return nil, false
}

type settler struct {
	exchanges []parting
	joins     bool  // not splits alone
	open      []int // by block: what is not explained yet
	times     []int
	steps     int
}

func (w *settler) settle(i int) bool {
	if w.steps--; w.steps < 0 {
		return false
	}
	if i == len(w.exchanges) {
		return !slices.ContainsFunc(w.open, func(n int) bool { return n != 0 })
	}
	from := w.exchanges[i].from
	most, least := max(0, -w.open[from]), min(0, -w.open[from])
	if i+1 == len(w.exchanges) || w.exchanges[i+1].from != from {
		most, least = -w.open[from], -w.open[from] // the last that can explain who left this block
	}
	if !w.joins && least < 0 {
		if least = 0; most < 0 {
			return false
		}
	}
	for n := most; n >= least; n-- {
		w.exchange(i, n)
		if w.settle(i + 1) {
			return true
		}
		w.exchange(i, -n)
	}
	return false
}

func (w *settler) exchange(i, n int) {
	x := w.exchanges[i]
	w.times[i] += n
	w.open[x.from] += n
	for _, part := range x.parts {
		w.open[part] -= n
	}
}

// turnOver serves a task by splits alone, which change no cell; nil if there are
// not enough persons to split.
func turnOver(t task, p prices) *found {
	left, sign := t.need, 1
	if left < 0 {
		left, sign = -left, -1
	}
	net, spent := make(map[int]int), make(map[int]int)
	for _, x := range t.part.partings {
		by := sign * (int(bit(t.members[x.parts[0]])) + int(bit(t.members[x.parts[1]])) - int(bit(t.members[x.from])))
		free := t.hidden.y[x.from] - spent[x.from]
		if by <= 0 || free <= 0 || left <= 0 || t.hidden.barred[x.parts[0]] || t.hidden.barred[x.parts[1]] {
			continue
		}
		n := min(free, (left+by-1)/by)
		spent[x.from] += n
		left -= n * by
		net[x.from] -= n
		net[x.parts[0]] += n
		net[x.parts[1]] += n
	}
	if left > 0 {
		return nil
	}
	return t.find(sortedMoves(net), p)
}
