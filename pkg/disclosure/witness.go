package disclosure

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

func sortedMoves(net map[int]int) []move {
	var out []move
	for _, a := range slices.Sorted(maps.Keys(net)) {
		if net[a] != 0 {
			out = append(out, move{a, net[a]})
		}
	}
	return out
}

// changes adds up what moves do to the component's cells.
func (c *component) changes(moves []move) []gain {
	by := make(map[int]int)
	for _, m := range moves {
		for _, e := range c.gains[m.atom] {
			by[e.cell] += m.n * e.by
		}
	}
	var out []gain
	for cell, n := range by {
		if n != 0 {
			out = append(out, gain{cell, n})
		}
	}
	slices.SortFunc(out, func(a, b gain) int { return cmp.Compare(a.cell, b.cell) })
	return out
}

// serves says whether moves are possible in the task's view and reach its goal.
func (t *task) serves(moves []move) bool {
	change := 0
	balance := make([]int, t.part.blocks)
	for _, m := range moves {
		if t.hidden.y[m.atom]+m.n < 0 || m.n > 0 && t.hidden.barred[m.atom] {
			return false
		}
		balance[t.part.block[m.atom]] += m.n
		if t.members[m.atom] {
			change += m.n
		}
	}
	if t.part.balanced {
		if _, explained := t.part.settle(balance, t.hidden.joins); !explained {
			return false
		}
	}
	if t.goal == plan.None {
		return change == t.need
	}
	return change >= t.need
}

// find is a population with some moves, if they serve the task and no cell that
// changes is beyond price; nil otherwise.
func (t *task) find(moves []move, p prices) *found {
	if !t.check(t, moves) {
		return nil
	}
	f := &found{moves: moves, changes: t.part.changes(moves)}
	for _, c := range f.changes {
		f.cost += p[c.cell]
	}
	if math.IsInf(f.cost, 1) {
		return nil
	}
	return f
}

// lift writes moves of a component as changes of whole records: each who goes
// comes back changed on the component's axes alone, or is split and comes back
// as two. rest is the view's unknown part, sorted, and hidden where it stands.
func (c *component) lift(moves []move, rest []plan.Count, hidden *unknown) []plan.Count {
	var out []plan.Count
	l := c.leaving(moves, rest, hidden)
	for _, from := range l.who {
		out = append(out, plan.Count{Atom: from.Atom, N: -from.N})
	}
	out = append(out, l.exchange(moves, rest, hidden)...)
	for _, m := range moves {
		for n := m.n; n > 0; {
			from := l.in(c.block[m.atom])
			if from == nil {
				out = append(out, plan.Count{Atom: c.become(make([]int, len(c.space.sys.Axes)), m.atom), N: n})
				break
			}
			k := min(n, from.N)
			out = append(out, plan.Count{Atom: c.become(from.Atom, m.atom), N: k})
			from.N -= k
			n -= k
		}
	}
	return tally(out)
}

// leavers are the records that moves take away, for others to come back as.
type leavers struct {
	part *component
	who  []*leaver
}

type leaver struct {
	plan.Count
	block int
	was   []int // of somebody who does not leave: the record that changes; nil otherwise
}

// leaving picks the records that moves take away.
func (c *component) leaving(moves []move, rest []plan.Count, hidden *unknown) *leavers {
	want := make(map[int]int)
	for _, m := range moves {
		if m.n < 0 {
			want[m.atom] = -m.n
		}
	}
	l := &leavers{part: c}
	for i, r := range rest {
		a := hidden.at[i]
		if k := min(want[a], r.N); k > 0 {
			l.who = append(l.who, &leaver{Count: plan.Count{Atom: r.Atom, N: k}, block: c.block[a]})
			want[a] -= k
		}
	}
	return l
}

// exchange makes two of those who leave, or one of two, where that is what
// explains how many come to each block.
func (l *leavers) exchange(moves []move, rest []plan.Count, hidden *unknown) (out []plan.Count) {
	c := l.part
	balance := make([]int, c.blocks)
	for _, m := range moves {
		balance[c.block[m.atom]] += m.n
	}
	times, _ := c.settle(balance, hidden.joins)
	for i, n := range times {
		if n < 0 {
			out = append(out, l.join(c.exchanges[i], -n, rest, hidden)...)
			continue
		}
		l.split(c.exchanges[i], n)
	}
	return out
}

// split makes two of n who leave, one for each part of their stay, alike in
// everything else.
func (l *leavers) split(x parting, n int) {
	b := l.part.space.batch
	for n > 0 {
		from := l.in(x.from)
		if from == nil {
			return // moves that do not serve; the last check refuses them
		}
		k := min(n, from.N)
		for _, block := range x.parts {
			piece := slices.Clone(from.Atom)
			piece[b] = l.part.space.example[b][l.part.stayOf(block)]
			l.who = append(l.who, &leaver{Count: plan.Count{Atom: piece, N: k}, block: block})
		}
		from.N -= k
		n -= k
	}
}

// in is somebody who leaves a block, or nil.
func (l *leavers) in(block int) *leaver {
	for _, who := range l.who {
		if who.N > 0 && who.block == block {
			return who
		}
	}
	return nil
}

// become is a record moved to an atom of the component along the axes on which
// persons move. Categories that already fit stay as they are.
func (c *component) become(record []int, atom int) []int {
	out := slices.Clone(record)
	for i, a := range c.axes {
		if class := c.atoms[atom][i]; c.moves(a) && c.space.classOf[a][out[a]] != class {
			out[a] = c.space.example[a][class]
		}
	}
	return out
}
