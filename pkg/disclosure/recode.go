package disclosure

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/plan"
)

// Recode chooses for every table the finest presentation that is worth
// protecting: a one-way table in which no cell is sensitive in any view, a
// larger one of which at most a share of the cells is. Presentations of one
// axis are nested in each other in all tables. The system returned is the base
// with the tables' cells added.
func Recode(ctx context.Context, l plan.Layout, p Problem) (plan.System, []plan.Presentation, error) {
	return newRecoder(ctx, l, p).recode(p)
}

func (r *recoder) recode(p Problem) (plan.System, []plan.Presentation, error) {
	l := r.layout
	p.System = l.Base
	if err := p.validate(); err != nil {
		return plan.System{}, nil, err
	}
	if !validLayout(l) {
		return plan.System{}, nil, malformed()
	}
	order := make([]int, len(l.Tables))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(l.Tables[a].Axes) - len(l.Tables[b].Axes) })
	out := make([]plan.Presentation, len(l.Tables))
	for _, i := range order {
		out[i] = r.present(l.Tables[i])
	}
	if err := r.ctx.Err(); err != nil {
		return plan.System{}, nil, fmt.Errorf("recode: %w", err)
	}
	system := l.Base
	system.Cells = slices.Clone(l.Base.Cells)
	for i, t := range l.Tables {
		if !out[i].Dropped {
			out[i].Cells = addCells(&system, t, out[i].Groups)
		}
	}
	if err := validSystem(system); err != nil {
		return plan.System{}, nil, err
	}
	return system, out, nil
}

// validLayout checks the ladders and tables against the base's axes.
func validLayout(l plan.Layout) bool {
	rungs := make(map[int]int)
	for _, d := range l.Ladders {
		if d.Axis < 0 || d.Axis >= len(l.Base.Axes) || rungs[d.Axis] > 0 || !validLadder(d, len(l.Base.Axes[d.Axis].Categories)) {
			return false
		}
		rungs[d.Axis] = len(d.Rungs)
	}
	return !slices.ContainsFunc(l.Tables, func(t plan.Table) bool { return !validTable(l, t, rungs) })
}

func validTable(l plan.Layout, t plan.Table, rungs map[int]int) bool {
	if t.Name == "" || len(t.Axes) == 0 || !validSelection(l.Base, t.Universe) {
		return false
	}
	if t.Finest != nil && len(t.Finest) != len(t.Axes) {
		return false
	}
	last := -1
	for i, a := range t.Axes {
		if a <= last || a >= len(l.Base.Axes) {
			return false
		}
		if t.Finest != nil && (t.Finest[i] < 0 || t.Finest[i] >= max(1, rungs[a])) {
			return false
		}
		last = a
	}
	return true
}

func validLadder(d plan.Ladder, categories int) bool {
	if len(d.Rungs) == 0 || d.Residual < -1 || d.Residual >= categories {
		return false
	}
	for i, rung := range d.Rungs {
		if !divides(rung, categories) || i > 0 && !refines(d.Rungs[i-1], rung) {
			return false
		}
	}
	return true
}

// divides says whether every category is in exactly one group.
func divides(g plan.Grouping, categories int) bool {
	count := make([]int, categories)
	for _, group := range g {
		for _, c := range group {
			if c < 0 || c >= categories {
				return false
			}
			count[c]++
		}
		if len(group) == 0 || !slices.IsSorted(group) {
			return false
		}
	}
	return !slices.ContainsFunc(count, func(n int) bool { return n != 1 })
}

// refines says whether every group of fine lies inside one of coarse.
func refines(fine, coarse plan.Grouping) bool {
	return !slices.ContainsFunc(fine, func(g []int) bool {
		return !slices.ContainsFunc(coarse, func(h []int) bool { return subset(g, h) })
	})
}

// addCells adds a table's cells to a system, the last axis running fastest.
func addCells(s *plan.System, t plan.Table, groups []plan.Grouping) []int {
	var cells []int
	rank := plan.Inner
	if len(t.Axes) == 1 {
		rank = plan.OneWay
	}
	eachCell(t, groups, func(chosen [][]int, where plan.Selection) {
		var labels []string
		for i, g := range chosen {
			labels = append(labels, label(s.Axes[t.Axes[i]], g))
		}
		cells = append(cells, len(s.Cells))
		s.Cells = append(s.Cells, plan.Cell{Name: t.Name + ":" + strings.Join(labels, "|"), Rank: rank, Where: where})
	})
	return cells
}

func label(axis plan.Axis, group []int) string {
	var names []string
	for _, c := range group {
		names = append(names, axis.Categories[c])
	}
	return strings.Join(names, "+")
}

// cellSelection is the universe cut down to one group of each axis; false if
// the universe leaves nothing of it.
func cellSelection(t plan.Table, chosen [][]int) (plan.Selection, bool) {
	sel := slices.Clone(t.Universe)
	for i, g := range chosen {
		at := slices.IndexFunc(sel, func(s plan.Subset) bool { return s.Axis == t.Axes[i] })
		if at < 0 {
			sel = append(sel, plan.Subset{Axis: t.Axes[i], Categories: g})
			continue
		}
		both := slices.DeleteFunc(slices.Clone(g), func(c int) bool { return !slices.Contains(sel[at].Categories, c) })
		if len(both) == 0 {
			return nil, false
		}
		sel[at].Categories = both
	}
	slices.SortFunc(sel, func(a, b plan.Subset) int { return a.Axis - b.Axis })
	return sel, true
}

// eachCell calls visit for every combination of one group of each axis of which
// the universe leaves something.
func eachCell(t plan.Table, groups []plan.Grouping, visit func(chosen [][]int, where plan.Selection)) {
	chosen := make([][]int, len(groups))
	var walk func(depth int)
	walk = func(depth int) {
		if depth == len(groups) {
			if where, some := cellSelection(t, chosen); some {
				visit(chosen, where)
			}
			return
		}
		for _, g := range groups[depth] {
			chosen[depth] = g
			walk(depth + 1)
		}
	}
	walk(0)
}

// cellsOf is how many cells a presentation has.
func cellsOf(t plan.Table, groups []plan.Grouping) int {
	n := 0
	eachCell(t, groups, func([][]int, plan.Selection) { n++ })
	return n
}
