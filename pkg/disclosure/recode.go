package disclosure

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/plan"
)

// Ladder says how the categories of an axis may be merged.
type Ladder struct {
	Axis int
	// Rungs are groupings from fine to coarse. Each divides all categories of the
	// axis, and every group is a union of groups of the rung before.
	Rungs []Grouping
	// Residual is the category ("other or unknown") into whose group single
	// groups may be merged besides; -1 if there is none.
	Residual int
}

// Grouping divides categories into groups, each in increasing order.
type Grouping [][]int

// Table is one table of a plan, before it is decided how fine it is shown.
type Table struct {
	Name string
	// Universe is whom the table is about; its size should be a cell of the base.
	Universe plan.Selection
	// Axes are the dimensions, increasing, none of them in Universe.
	Axes []int
}

// Layout is what recoding starts from.
type Layout struct {
	// Base holds the axes, the bans and every cell that is no table's: the sizes
	// of populations, figures, sums.
	Base    plan.System
	Tables  []Table
	Ladders []Ladder // at most one an axis; an axis without one is never merged
}

// Presentation is how a table is shown.
type Presentation struct {
	Table  string
	Groups []Grouping // per axis of the table
	Cells  []int      // into the recoded system's cells
	// Dropped: no presentation leaves enough that is safe. All cells of the table
	// are withheld, and the table has to be published so, not omitted.
	Dropped bool
}

// Recode chooses for every table the finest presentation that is worth
// protecting: a one-way table in which no cell is sensitive in any view, a
// larger one of which at most a share of the cells is. Presentations of one
// axis are nested in each other in all tables. The system returned is the base
// with the tables' cells added.
func Recode(ctx context.Context, l Layout, p Problem) (plan.System, []Presentation, error) {
	p.System = l.Base
	if err := p.validate(); err != nil {
		return plan.System{}, nil, err
	}
	if !l.valid() {
		return plan.System{}, nil, malformed()
	}
	r := newRecoder(ctx, l, p)
	order := make([]int, len(l.Tables))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(l.Tables[a].Axes) - len(l.Tables[b].Axes) })
	out := make([]Presentation, len(l.Tables))
	for _, i := range order {
		out[i] = r.present(l.Tables[i])
	}
	if err := ctx.Err(); err != nil {
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

// valid checks the ladders and tables against the base's axes.
func (l *Layout) valid() bool {
	seen := make(map[int]bool)
	for _, d := range l.Ladders {
		if d.Axis < 0 || d.Axis >= len(l.Base.Axes) || seen[d.Axis] || !d.valid(len(l.Base.Axes[d.Axis].Categories)) {
			return false
		}
		seen[d.Axis] = true
	}
	for _, t := range l.Tables {
		if t.Name == "" || len(t.Axes) == 0 || !validSelection(l.Base, t.Universe) {
			return false
		}
		last := -1
		for _, a := range t.Axes {
			named := slices.ContainsFunc(t.Universe, func(s plan.Subset) bool { return s.Axis == a })
			if a <= last || a >= len(l.Base.Axes) || named {
				return false
			}
			last = a
		}
	}
	return true
}

func (d *Ladder) valid(categories int) bool {
	if len(d.Rungs) == 0 || d.Residual < -1 || d.Residual >= categories {
		return false
	}
	for i, rung := range d.Rungs {
		count := make([]int, categories)
		for _, g := range rung {
			for _, c := range g {
				if c < 0 || c >= categories {
					return false
				}
				count[c]++
			}
			if len(g) == 0 || !slices.IsSorted(g) {
				return false
			}
		}
		if slices.ContainsFunc(count, func(n int) bool { return n != 1 }) || i > 0 && !refines(d.Rungs[i-1], rung) {
			return false
		}
	}
	return true
}

// refines says whether every group of fine lies inside one of coarse.
func refines(fine, coarse Grouping) bool {
	return !slices.ContainsFunc(fine, func(g []int) bool {
		return !slices.ContainsFunc(coarse, func(h []int) bool { return subset(g, h) })
	})
}

// addCells adds a table's cells to a system, the last axis running fastest.
func addCells(s *plan.System, t Table, groups []Grouping) []int {
	var cells []int
	rank := plan.Inner
	if len(t.Axes) == 1 {
		rank = plan.OneWay
	}
	eachCell(groups, func(chosen [][]int) {
		var labels []string
		for i, g := range chosen {
			labels = append(labels, label(s.Axes[t.Axes[i]], g))
		}
		cells = append(cells, len(s.Cells))
		s.Cells = append(s.Cells, plan.Cell{
			Name: t.Name + ":" + strings.Join(labels, "|"), Rank: rank,
			Where: cellSelection(t, chosen),
		})
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

func cellSelection(t Table, chosen [][]int) plan.Selection {
	sel := slices.Clone(t.Universe)
	for i, g := range chosen {
		sel = append(sel, plan.Subset{Axis: t.Axes[i], Categories: g})
	}
	slices.SortFunc(sel, func(a, b plan.Subset) int { return a.Axis - b.Axis })
	return sel
}

// eachCell calls visit for every combination of one group of each axis.
func eachCell(groups []Grouping, visit func(chosen [][]int)) {
	chosen := make([][]int, len(groups))
	var walk func(depth int)
	walk = func(depth int) {
		if depth == len(groups) {
			visit(chosen)
			return
		}
		for _, g := range groups[depth] {
			chosen[depth] = g
			walk(depth + 1)
		}
	}
	walk(0)
}
