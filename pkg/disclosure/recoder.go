package disclosure

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"strconv"

	"manniskohandel.se/casestat/pkg/plan"
)

// maxOptional bounds how many groups are tried in all combinations for merging
// into the residual; with more, the smallest are merged first.
const maxOptional = 12

// recoder chooses presentations.
type recoder struct {
	ctx    context.Context // of the call that recodes; trials end with it
	layout plan.Layout
	policy plan.Policy
	data   []plan.Count
	orgs   int // the axis of the organisation, or -1
	views  []plan.View
	rests  [][]plan.Count          // per view
	chosen map[int][]plan.Grouping // per axis: what tables use already
	judged map[string]judgement    // of the selections already looked at
	lone   bool                    // nobody recognises anybody else's record
}

type judgement struct{ small, any bool }

func newRecoder(ctx context.Context, l plan.Layout, p Problem) *recoder {
	r := &recoder{
		ctx: ctx, layout: l, policy: p.Policy, data: tally(p.Data), orgs: organisationAxis(l.Base), views: p.Views,
		chosen: make(map[int][]plan.Grouping), judged: make(map[string]judgement),
	}
	for _, v := range p.Views {
		rest := slices.Clone(r.data)
		for _, k := range v.Known {
			rest = append(rest, plan.Count{Atom: k.Atom, N: -k.N})
		}
		r.rests = append(r.rests, tally(rest))
	}
	return r
}

// present chooses how one table is shown.
func (r *recoder) present(t plan.Table) plan.Presentation {
	out := plan.Presentation{Table: t.Name}
	if len(t.Axes) == 1 {
		best, found := r.oneWay(t)
		out.Groups, out.Dropped = []plan.Grouping{best}, !found
	} else {
		out.Groups, out.Dropped = r.manyWay(t)
	}
	if !out.Dropped {
		for i, g := range out.Groups {
			r.chosen[t.Axes[i]] = append(r.chosen[t.Axes[i]], g)
		}
	}
	return out
}

// ladder is that of a table's i-th axis, from the rung that the plan asks for.
func (r *recoder) ladder(t plan.Table, i int) plan.Ladder {
	axis := t.Axes[i]
	for _, l := range r.layout.Ladders {
		if l.Axis == axis {
			if t.Finest != nil {
				l.Rungs = l.Rungs[t.Finest[i]:]
			}
			return l
		}
	}
	var each plan.Grouping
	for c := range r.layout.Base.Axes[axis].Categories {
		each = append(each, []int{c})
	}
	return plan.Ladder{Axis: axis, Rungs: []plan.Grouping{each}, Residual: -1}
}

// oneWay looks for the presentation with the most groups in which none is
// sensitive; among equals the finest rung. If there is none the coarsest rung
// of two groups or more stands for the table.
func (r *recoder) oneWay(t plan.Table) (plan.Grouping, bool) {
	ladder := r.ladder(t, 0)
	var best plan.Grouping
	most, coarsest := 1, ladder.Rungs[0]
	for _, rung := range ladder.Rungs {
		if r.live(t, rung) > 1 {
			coarsest = rung
		}
		g := r.clean(t, rung, ladder.Residual)
		if n := r.live(t, g); n > most {
			best, most = g, n
		}
	}
	if best == nil {
		return coarsest, false
	}
	return best, true
}

// live is how many groups of a one-way table the universe leaves something of.
func (r *recoder) live(t plan.Table, g plan.Grouping) int { return cellsOf(t, []plan.Grouping{g}) }

// clean merges as few groups of a rung into the residual as make all safe, or
// gives nil.
func (r *recoder) clean(t plan.Table, rung plan.Grouping, residual int) plan.Grouping {
	var must, may [][]int
	var rest []int
	for _, g := range rung {
		switch {
		case slices.Contains(g, residual):
			rest = g
		case r.unsafe(t, g):
			must = append(must, g)
		default:
			may = append(may, g)
		}
	}
	if rest == nil && len(must) > 0 {
		return nil
	}
	slices.SortStableFunc(may, func(a, b []int) int { return cmp.Compare(r.size(t, a), r.size(t, b)) })
	merged := union(append(must, rest))
	if len(merged) == 0 || !r.unsafe(t, merged) {
		return r.admit(t.Axes[0], regroup(rung, merged))
	}
	for size := 1; size < len(may); size++ {
		if extra := r.extra(t, merged, may, size); extra != nil {
			return r.admit(t.Axes[0], regroup(rung, extra))
		}
	}
	return nil
}

// extra merges size more groups, the smallest that do.
func (r *recoder) extra(t plan.Table, merged []int, may [][]int, size int) []int {
	if len(may) > maxOptional {
		all := union(append(may[:size:size], merged))
		if r.unsafe(t, all) {
			return nil
		}
		return all
	}
	var found []int
	var walk func(from int, have []int, left int) bool
	walk = func(from int, have []int, left int) bool {
		if left == 0 {
			if r.unsafe(t, have) {
				return false
			}
			found = have
			return true
		}
		for i := from; i+left <= len(may); i++ {
			if walk(i+1, union([][]int{have, may[i]}), left-1) {
				return true
			}
		}
		return false
	}
	walk(0, merged, size)
	return found
}

// admit gives a grouping back if it is nested with all that tables use already.
func (r *recoder) admit(axis int, g plan.Grouping) plan.Grouping {
	for _, other := range r.chosen[axis] {
		if !refines(g, other) && !refines(other, g) {
			return nil
		}
	}
	return g
}

// manyWay looks at the presentations of which few enough cells are small in any
// view and takes the one that, once protected by itself, shows most; among
// equals the finest.
func (r *recoder) manyWay(t plan.Table) ([]plan.Grouping, bool) {
	all := r.presentations(t)
	if len(all) == 0 {
		return []plan.Grouping{}, true
	}
	var best []plan.Grouping
	most := 0
	for _, groups := range all {
		if cellsOf(t, groups) <= most {
			break
		}
		if r.small(t, groups)*max(1, r.policy.SensitiveShare) > cellsOf(t, groups) {
			continue
		}
		if n := r.trial(t, groups); n > most {
			best, most = groups, n
		}
	}
	if best == nil {
		return all[len(all)-1], true
	}
	return best, false
}

// presentations lists all combinations of the axes' steps, most cells first.
func (r *recoder) presentations(t plan.Table) (all [][]plan.Grouping) {
	steps := make([][]plan.Grouping, len(t.Axes))
	for i := range t.Axes {
		steps[i] = r.steps(t, i)
	}
	walkSteps(steps, func(g []plan.Grouping) { all = append(all, slices.Clone(g)) })
	slices.SortStableFunc(all, func(a, b []plan.Grouping) int { return cmp.Compare(cellsOf(t, b), cellsOf(t, a)) })
	return all
}

// small counts the cells that are small in some view.
func (r *recoder) small(t plan.Table, groups []plan.Grouping) int {
	n := 0
	eachCell(t, groups, func(_ [][]int, where plan.Selection) {
		n += int(bit(r.judge(t.Universe, where).small))
	})
	return n
}

// trial protects one table together with the base and the one-way tables of
// its axes and counts the cells of the table that stay; 0 if it cannot be
// protected or costs more one-way cells than it shows.
func (r *recoder) trial(t plan.Table, groups []plan.Grouping) int {
	p := Problem{System: r.layout.Base, Data: r.data, Views: r.views, Policy: r.policy}
	p.System.Cells = slices.Clone(p.System.Cells)
	var margins []int
	for i, a := range t.Axes {
		if used := r.chosen[a]; len(used) > 0 {
			margin := plan.Table{Name: "margin" + strconv.Itoa(i), Universe: t.Universe, Axes: []int{a}}
			margins = append(margins, addCells(&p.System, margin, used[:1])...)
		}
	}
	cells := addCells(&p.System, t, groups)
	if views, err := Views(p.System, r.data, r.policy); err == nil && !r.lone && len(r.views) > 1 {
		p.Views = views
	}
	s, err := Protect(r.ctx, p, Seed{})
	if err != nil {
		return 0
	}
	n := 0
	for _, c := range cells {
		n += int(bit(s.Pattern[c]))
	}
	for _, c := range margins {
		n -= int(bit(!s.Pattern[c]))
	}
	return n
}

func walkSteps(steps [][]plan.Grouping, visit func([]plan.Grouping)) {
	at := make([]plan.Grouping, len(steps))
	var walk func(depth int)
	walk = func(depth int) {
		if depth == len(steps) {
			visit(at)
			return
		}
		for _, g := range steps[depth] {
			at[depth] = g
			walk(depth + 1)
		}
	}
	walk(0)
}

// steps lists presentations of an axis from fine to coarse, each nested in the
// one before and with what tables use already: that of its one-way table, then
// with its smallest groups merged into the residual one by one, and the rungs.
func (r *recoder) steps(t plan.Table, i int) []plan.Grouping {
	axis, ladder := t.Axes[i], r.ladder(t, i)
	start := ladder.Rungs[0]
	if used := r.chosen[axis]; len(used) > 0 && refines(start, used[0]) {
		start = used[0]
	}
	out := []plan.Grouping{start}
	for g := start; ladder.Residual >= 0 && len(g) > 2; {
		g = r.mergeSmallest(plan.Table{Universe: t.Universe, Axes: []int{axis}}, g, ladder.Residual)
		out = append(out, g)
	}
	for _, rung := range ladder.Rungs[1:] {
		if len(rung) > 1 && refines(start, rung) {
			out = append(out, rung)
		}
	}
	return slices.DeleteFunc(out, func(g plan.Grouping) bool { return r.admit(axis, g) == nil })
}

func (r *recoder) mergeSmallest(t plan.Table, g plan.Grouping, residual int) plan.Grouping {
	var rest, least []int
	for _, group := range g {
		if slices.Contains(group, residual) {
			rest = group
		} else if least == nil || r.size(t, group) < r.size(t, least) {
			least = group
		}
	}
	return regroup(g, union([][]int{rest, least}))
}

// regroup replaces the groups inside merged by merged, which comes last.
func regroup(g plan.Grouping, merged []int) plan.Grouping {
	var out plan.Grouping
	for _, group := range g {
		if !subset(group, merged) {
			out = append(out, group)
		}
	}
	if len(merged) > 0 {
		out = append(out, merged)
	}
	return out
}

func union(groups [][]int) []int {
	out := slices.Concat(groups...)
	slices.Sort(out)
	return slices.Compact(out)
}

func (r *recoder) size(t plan.Table, group []int) int {
	where, some := cellSelection(t, [][]int{group})
	if !some {
		return 0
	}
	return total(plan.Functional{Within: where}, r.data)
}

// unsafe says whether a one-way cell could not be shown.
func (r *recoder) unsafe(t plan.Table, group []int) bool {
	where, some := cellSelection(t, [][]int{group})
	return some && r.judge(t.Universe, where).any
}

// judge looks at a cell from every view: is the cell itself too small
// somewhere, and is it or its complement in the universe?
func (r *recoder) judge(universe, cell plan.Selection) judgement {
	k := selectionKey(universe) + "/" + selectionKey(cell)
	if j, known := r.judged[k]; known {
		return j
	}
	count := plan.Functional{Within: cell}
	rest := plan.Functional{Within: universe, Except: &cell}
	var j judgement
	for i, v := range r.views {
		j.small = j.small || r.sensitive(i, v, count)
		j.any = j.any || r.sensitive(i, v, rest)
	}
	if r.orgs >= 0 && !j.small {
		n := 0
		for _, by := range contributions(plan.Cell{Where: cell}, r.data, r.orgs) {
			n += int(bit(by > 0))
		}
		j.small = n > 0 && n <= r.policy.OrganisationsFail
	}
	j.any = j.any || j.small
	r.judged[k] = j
	return j
}

// sensitive says whether a view may not learn a quantity. An organisation that
// knows some of it could recognise one more: such views come with the cells,
// which are not there yet, so their rule is applied here.
func (r *recoder) sensitive(i int, v plan.View, f plan.Functional) bool {
	n := total(f, r.rests[i])
	if !r.lone && !recognises(v) && n > 0 && n <= r.policy.OrganisationThreshold && total(f, v.Known) > 0 {
		n--
	}
	return sensitive(v, f, n)
}

// recognises says whether a view already knows somebody whom others counted.
func recognises(v plan.View) bool {
	return slices.ContainsFunc(v.Known, func(k plan.Count) bool {
		return !slices.ContainsFunc(v.Empty, func(own plan.Selection) bool { return holds(own, k.Atom) })
	})
}

func selectionKey(s plan.Selection) string {
	var b []byte
	for _, part := range s {
		b = binary.AppendUvarint(b, uint64(part.Axis))
		b = binary.AppendUvarint(b, uint64(len(part.Categories)))
		for _, c := range part.Categories {
			b = binary.AppendUvarint(b, uint64(c))
		}
	}
	return string(b)
}
