package disclosure

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// recodable is one attribute with the counts given, of a hidden single
// organisation's axis or, with share, spread evenly over three.
func recodable(counts ...int) (plan.Layout, Problem) {
	base := plan.System{
		Axes:  []plan.Axis{{Name: "a"}, {Name: "b", Categories: []string{"0", "1"}}},
		Cells: []plan.Cell{{Name: "persons", Rank: plan.Total}},
	}
	p := Problem{Policy: plan.Defaults(), Views: []plan.View{{Name: PublicView, Threshold: 5}}}
	var fine plan.Grouping
	for c, n := range counts {
		base.Axes[0].Categories = append(base.Axes[0].Categories, string(rune('a'+c)))
		fine = append(fine, []int{c})
		for b, part := range []int{n / 2, n - n/2} {
			if part > 0 {
				p.Data = append(p.Data, plan.Count{Atom: []int{c, b}, N: part})
			}
		}
	}
	last := len(counts) - 1
	l := plan.Layout{
		Base: base, Tables: []plan.Table{{Name: "t", Axes: []int{0}}},
		Ladders: []plan.Ladder{{Axis: 0, Rungs: []plan.Grouping{fine}, Residual: last}},
	}
	return l, p
}

func TestOneWayTablesAreMergedAsLittleAsIsSafe(t *testing.T) {
	for _, c := range []struct {
		name   string
		counts []int
		want   plan.Grouping // nil: dropped
	}{
		{"all large", []int{10, 8, 6}, plan.Grouping{{0}, {1}, {2}}},
		{"a small code goes into the residual", []int{10, 9, 2, 6}, plan.Grouping{{0}, {1}, {2, 3}}},
		{"two small codes make one of five", []int{12, 9, 2, 3}, plan.Grouping{{0}, {1}, {2, 3}}},
		{"the smallest large code joins where the small do not suffice", []int{12, 9, 6, 1, 2}, plan.Grouping{{0}, {1}, {2, 3, 4}}},
		{"a zero is small", []int{12, 9, 0, 6}, plan.Grouping{{0}, {1}, {2, 3}}},
		{"nearly everybody alike: nothing is safe", []int{31, 3, 1}, nil},
		{"two codes, one small", []int{20, 4}, nil},
	} {
		l, p := recodable(c.counts...)
		_, shown, err := Recode(t.Context(), l, p)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if shown[0].Dropped != (c.want == nil) {
			t.Errorf("%s: dropped %v", c.name, shown[0].Dropped)
		}
		if d := cmp.Diff(c.want, shown[0].Groups[0]); c.want != nil && d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

func TestRungsAreTriedBeforeEverythingIsMerged(t *testing.T) {
	l, p := recodable(9, 3, 8, 2, 7)
	l.Ladders[0].Residual = -1
	l.Ladders[0].Rungs = append(l.Ladders[0].Rungs, plan.Grouping{{0, 1}, {2, 3}, {4}}, plan.Grouping{{0, 1, 2, 3}, {4}})
	system, shown, err := Recode(t.Context(), l, p)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(plan.Grouping{{0, 1}, {2, 3}, {4}}, shown[0].Groups[0]); d != "" {
		t.Error(d)
	}
	var names []string
	for _, i := range shown[0].Cells {
		names = append(names, system.Cells[i].Name)
	}
	if d := cmp.Diff([]string{"t:a+b", "t:c+d", "t:e"}, names); d != "" {
		t.Error(d)
	}
	l.Tables[0].Finest = []int{2}
	if _, shown, err = Recode(t.Context(), l, p); err != nil || len(shown[0].Groups[0]) != 2 {
		t.Errorf("asked for the coarsest rung: %v, %v", shown, err)
	}
}

func TestAUniverseThatNamesTheAxisCutsTheGroups(t *testing.T) {
	l, p := recodable(12, 9, 8, 6)
	l.Base.Cells = append(l.Base.Cells, plan.Cell{Name: "a to c", Rank: plan.Total, Where: plan.Selection{{Axis: 0, Categories: []int{0, 1, 2}}}})
	l.Tables[0].Universe = l.Base.Cells[1].Where
	system, shown, err := Recode(t.Context(), l, p)
	if err != nil {
		t.Fatal(err)
	}
	if len(shown[0].Cells) != 3 || len(system.Cells) != 5 {
		t.Errorf("%d cells of the table, want 3: the universe leaves nothing of the fourth group", len(shown[0].Cells))
	}
}

// Presentations of one axis are nested in all tables.
func TestPresentationsAreNested(t *testing.T) {
	for seed := range uint64(10) {
		_, l, shown, err := slideProblem(t.Context(), seed, 12, 3)
		if err != nil {
			t.Fatal(err)
		}
		byAxis := make(map[int][]plan.Grouping)
		for i, pr := range shown {
			for k, g := range pr.Groups {
				if !pr.Dropped {
					byAxis[l.Tables[i].Axes[k]] = append(byAxis[l.Tables[i].Axes[k]], g)
				}
			}
		}
		for axis, all := range byAxis {
			for _, g := range all {
				for _, h := range all {
					if !refines(g, h) && !refines(h, g) {
						t.Errorf("seed %d, axis %d: %v and %v overlap", seed, axis, g, h)
					}
				}
			}
		}
	}
}

func TestLayoutsThatDoNotFitAreRefused(t *testing.T) {
	for name, change := range map[string]func(*plan.Layout){
		"overlapping groups":     func(l *plan.Layout) { l.Ladders[0].Rungs[0] = plan.Grouping{{0, 1}, {1, 2}} },
		"a category left out":    func(l *plan.Layout) { l.Ladders[0].Rungs[0] = plan.Grouping{{0, 1}} },
		"an empty group":         func(l *plan.Layout) { l.Ladders[0].Rungs[0] = plan.Grouping{{0, 1, 2}, {}} },
		"a category beyond":      func(l *plan.Layout) { l.Ladders[0].Rungs[0] = plan.Grouping{{0, 1, 2, 3}} },
		"rungs not nested":       func(l *plan.Layout) { l.Ladders[0].Rungs = []plan.Grouping{{{0, 1}, {2}}, {{0}, {1, 2}}} },
		"no rungs":               func(l *plan.Layout) { l.Ladders[0].Rungs = nil },
		"a residual beyond":      func(l *plan.Layout) { l.Ladders[0].Residual = 3 },
		"two ladders of an axis": func(l *plan.Layout) { l.Ladders = append(l.Ladders, l.Ladders[0]) },
		"a ladder of no axis":    func(l *plan.Layout) { l.Ladders[0].Axis = 2 },
		"a table of no axis":     func(l *plan.Layout) { l.Tables[0].Axes = []int{2} },
		"a table of none":        func(l *plan.Layout) { l.Tables[0].Axes = nil },
		"an axis twice":          func(l *plan.Layout) { l.Tables[0].Axes = []int{0, 0} },
		"a table without a name": func(l *plan.Layout) { l.Tables[0].Name = "" },
		"a rung beyond":          func(l *plan.Layout) { l.Tables[0].Finest = []int{1} },
		"rungs too many":         func(l *plan.Layout) { l.Tables[0].Finest = []int{0, 0} },
		"two tables of one name": func(l *plan.Layout) { l.Tables = append(l.Tables, l.Tables[0]) },
	} {
		l, p := recodable(10, 8, 6)
		change(&l)
		if _, _, err := Recode(t.Context(), l, p); fault.CodeOf(err) != CodeSystemMalformed {
			t.Errorf("%s: %v", name, err)
		}
	}
}
