package disclosure

import (
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// The last check believes nothing that the search says: each way in which a
// witness can be wrong is refused.
func TestTheLastCheckRefusesWrongWitnesses(t *testing.T) {
	p := Problem{
		System: plan.System{
			Axes:  []plan.Axis{{Name: "a", Categories: []string{"x", "y", "z", "banned", "own"}}},
			Bans:  []plan.Selection{{{Axis: 0, Categories: []int{3}}}},
			Cells: []plan.Cell{{Name: "all", Rank: plan.Total}},
		},
		Data:   []plan.Count{{Atom: []int{0}, N: 3}, {Atom: []int{1}, N: 9}, {Atom: []int{4}, N: 2}},
		Policy: plan.Defaults(),
		Views: []plan.View{{
			Name: "insider", Threshold: 5, Known: []plan.Count{{Atom: []int{4}, N: 2}},
			Empty: []plan.Selection{{{Axis: 0, Categories: []int{4}}}},
		}},
	}
	x := plan.Selection{{Axis: 0, Categories: []int{0}}}
	p.System.Cells = append(p.System.Cells, plan.Cell{Name: "x", Rank: plan.OneWay, Where: x})
	e, err := newEngine(t.Context(), &p, Seed{}, rankCost)
	if err != nil {
		t.Fatal(err)
	}
	move := func(atom, n int) plan.Count { return plan.Count{Atom: []int{atom}, N: n} }
	hidden, shown := plan.Pattern{true, false}, plan.Pattern{true, true}
	for _, c := range []struct {
		name    string
		goal    plan.Goal
		moves   []plan.Count
		pattern plan.Pattern
		want    bool
	}{
		{"none of x", plan.None, []plan.Count{move(0, -3), move(1, 3)}, hidden, true},
		{"five of x", plan.Enough, []plan.Count{move(0, 2), move(1, -2)}, hidden, true},
		{"four of x are not enough", plan.Enough, []plan.Count{move(0, 1), move(1, -1)}, hidden, false},
		{"one of x is not none", plan.None, []plan.Count{move(0, -2), move(1, 2)}, hidden, false},
		{"x is shown", plan.Enough, []plan.Count{move(0, 2), move(1, -2)}, shown, false},
		{"the total changes", plan.Enough, []plan.Count{move(0, 2)}, hidden, false},
		{"more leave than there are", plan.None, []plan.Count{move(0, -3), move(1, -10), move(2, 13)}, hidden, false},
		{"a banned atom", plan.None, []plan.Count{move(0, -3), move(3, 3)}, hidden, false},
		{"the reader's own atom", plan.None, []plan.Count{move(0, -3), move(4, 3)}, hidden, false},
		{"the reader's own persons", plan.Enough, []plan.Count{move(0, 2), move(4, -2)}, hidden, false},
		{"moves out of order", plan.Enough, []plan.Count{move(1, -2), move(0, 2)}, hidden, false},
		{"an atom twice", plan.Enough, []plan.Count{move(0, 1), move(0, 1), move(1, -2)}, hidden, false},
		{"a move of nobody", plan.Enough, []plan.Count{move(0, 2), move(1, -2), move(2, 0)}, hidden, false},
		{"an atom that does not exist", plan.None, []plan.Count{move(0, -3), move(9, 3)}, hidden, false},
	} {
		w := plan.Witness{Goal: c.goal, Moves: c.moves}
		if got := e.proves(w, e.sights[0], plan.Functional{Name: "count:x", Within: x}, c.pattern); got != c.want {
			t.Errorf("%s: accepted %v, want %v", c.name, got, c.want)
		}
	}
}

// A required cell is never the price of another's protection.
func TestARequiredCellIsNotGivenUpForAnother(t *testing.T) {
	p := smallProblem()
	p.System.Bans = nil
	p.System.Cells = p.System.Cells[:1]
	for c, name := range []string{"x", "y", "z"} {
		p.System.Cells = append(p.System.Cells, plan.Cell{Name: name, Rank: plan.OneWay, Where: plan.Selection{{Axis: 0, Categories: []int{c}}}})
	}
	p.Data = []plan.Count{{Atom: []int{0, 0}, N: 20}, {Atom: []int{1, 0}, N: 9}, {Atom: []int{2, 0}, N: 3}}
	s, err := Protect(t.Context(), p, Seed{})
	if err != nil || slices.Equal(s.Pattern, plan.Pattern{true, true, true, true}) {
		t.Fatalf("%v, %v", s.Pattern, err)
	}
	if want := (plan.Pattern{true, true, false, false}); !slices.Equal(s.Pattern, want) {
		t.Errorf("pattern %v, want %v: the cheaper cell goes", s.Pattern, want)
	}
	p.System.Cells[2].Required = true
	if s, err = Protect(t.Context(), p, Seed{}); err != nil || !slices.Equal(s.Pattern, plan.Pattern{true, false, true, false}) {
		t.Errorf("y required: %v, %v", s.Pattern, err)
	}
	p.System.Cells[1].Required = true
	if _, err = Protect(t.Context(), p, Seed{}); fault.CodeOf(err) != CodeNotDeniable {
		t.Errorf("x and y required: %v", err)
	}
}
