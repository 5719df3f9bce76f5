package disclosure

import (
	"cmp"
	"maps"
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
	for _, n := range balance {
		if t.part.balanced && n != 0 {
			return false
		}
	}
	if t.goal == plan.None {
		return change == t.need
	}
	return change >= t.need
}

// lift writes moves of a component as changes of whole records: each who goes
// comes back changed on the component's axes alone. rest is the view's unknown
// part, sorted, and hidden where it stands.
func (c *component) lift(moves []move, rest []plan.Count, hidden *unknown) []plan.Count {
	leaving, arriving := leaving(moves, rest, hidden), []move(nil)
	for _, m := range moves {
		if m.n > 0 {
			arriving = append(arriving, m)
		}
	}
	var out []plan.Count
	for _, m := range arriving {
		for n := m.n; n > 0; {
			from := c.partner(leaving, m.atom)
			if from == nil {
				out = append(out, plan.Count{Atom: c.become(make([]int, len(c.space.sys.Axes)), m.atom), N: n})
				break
			}
			k := min(n, from.N)
			out = append(out, plan.Count{Atom: from.Atom, N: -k}, plan.Count{Atom: c.become(from.Atom, m.atom), N: k})
			from.N -= k
			n -= k
		}
	}
	for _, l := range leaving {
		out = append(out, plan.Count{Atom: l.Atom, N: -l.N})
	}
	return tally(out)
}

// leaving picks the records that moves take away.
func leaving(moves []move, rest []plan.Count, hidden *unknown) []*plan.Count {
	want := make(map[int]int)
	for _, m := range moves {
		if m.n < 0 {
			want[m.atom] = -m.n
		}
	}
	var out []*plan.Count
	for i, r := range rest {
		a := hidden.at[i]
		if k := min(want[a], r.N); k > 0 {
			out = append(out, &plan.Count{Atom: r.Atom, N: k})
			want[a] -= k
		}
	}
	return out
}

// partner is somebody who leaves the same published population, or nil.
func (c *component) partner(leaving []*plan.Count, to int) *plan.Count {
	for _, l := range leaving {
		if l.N > 0 && c.block[c.index[key(c.project(l.Atom))]] == c.block[to] {
			return l
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
