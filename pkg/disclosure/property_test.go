package disclosure

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// tinyProblem draws a system so small that all its populations can be listed:
// two public axes, organisations, perhaps a ban, one-way and two-way cells, a
// sum.
func tinyProblem(t *rapid.T) Problem {
	names := func(n int, prefix string) (out []string) {
		for i := range n {
			out = append(out, fmt.Sprintf("%s%d", prefix, i+1))
		}
		return out
	}
	rows, cols := rapid.IntRange(2, 3).Draw(t, "rows"), rapid.IntRange(2, 3).Draw(t, "columns")
	universe := plan.Selection(nil)
	if rapid.Bool().Draw(t, "universe") {
		rows, cols = 2, 2
		universe = plan.Selection{{Axis: 3, Categories: []int{1}}}
	}
	s := plan.System{Axes: []plan.Axis{
		{Name: "r", Categories: names(rows, "r")},
		{Name: "c", Categories: names(cols, "c")},
		{Name: plan.OrganisationAxis, Categories: names(2, "o"), Hidden: true},
	}}
	s.Cells = []plan.Cell{{Name: "all", Rank: plan.Total, Where: universe}}
	if universe != nil {
		s.Axes = append(s.Axes, plan.Axis{Name: "u", Categories: []string{"out", "in"}})
		if rapid.Bool().Draw(t, "everybody") {
			s.Cells = append(s.Cells, plan.Cell{Name: "everybody", Rank: plan.Total})
		}
	}
	sizes := len(s.Cells)
	for a := range 2 {
		if rapid.Bool().Draw(t, "one-way") {
			addCells(&s, plan.Table{Name: s.Axes[a].Name, Axes: []int{a}, Universe: universe}, []plan.Grouping{singles(s.Axes[a])})
		}
	}
	if rapid.Bool().Draw(t, "two-way") || len(s.Cells) == sizes {
		addCells(&s, plan.Table{Name: "rc", Axes: []int{0, 1}, Universe: universe}, []plan.Grouping{singles(s.Axes[0]), singles(s.Axes[1])})
	}
	if rapid.Bool().Draw(t, "ban") {
		s.Bans = []plan.Selection{{{Axis: 0, Categories: []int{0}}, {Axis: 1, Categories: []int{0}}}}
	}
	if rapid.Bool().Draw(t, "sum") {
		s.Cells = append(s.Cells, plan.Cell{Name: "sum", Rank: plan.Figure, Weighted: true, WeightAxis: 1, Weights: []int{0, 1, 2}[:cols], Where: universe})
	}
	p := Problem{System: s, Policy: plan.Defaults()}
	p.Policy.Threshold, p.Policy.OrganisationThreshold, p.Policy.OrganisationsFail, p.Policy.Contributors = 3, 2, 0, 2
	for range rapid.IntRange(3, 9-2*len(universe)).Draw(t, "persons") {
		atom := []int{rapid.IntRange(0, rows-1).Draw(t, "r"), rapid.IntRange(0, cols-1).Draw(t, "c"), rapid.IntRange(0, 1).Draw(t, "o")}
		if universe != nil {
			atom = append(atom, rapid.IntRange(0, 1).Draw(t, "u"))
		}
		if validAtom(s, atom) {
			p.Data = append(p.Data, plan.Count{Atom: atom, N: 1})
		}
	}
	var err error
	if p.Views, err = Views(s, p.Data, p.Policy); err != nil {
		t.Fatal(err)
	}
	return p
}

func singles(a plan.Axis) (g plan.Grouping) {
	for c := range a.Categories {
		g = append(g, []int{c})
	}
	return g
}

// populations calls visit with every population that a view cannot tell from
// the truth, by listing them. Hidden organisations play no part in the cells, so
// persons stand in atoms of the public axes; how many there are in all is taken
// as known, which changes nothing inside a universe of published size.
func populations(p Problem, view plan.View, shown plan.Pattern, visit func(y []plan.Count)) {
	atoms := publicAtoms(p.System)
	var want []int
	left := 0
	for _, c := range p.System.Cells {
		want = append(want, value(c, p.Data)-value(c, view.Known))
	}
	for _, d := range p.Data {
		left += d.N
	}
	for _, k := range view.Known {
		left -= k.N
	}
	y := make([]plan.Count, 0, len(atoms))
	var walk func(i, left int)
	walk = func(i, left int) {
		if i == len(atoms)-1 {
			full := append(y, plan.Count{Atom: atoms[i], N: left})
			for j, c := range p.System.Cells {
				if shown[j] && value(c, full) != want[j] {
					return
				}
			}
			visit(full)
			return
		}
		for n := 0; n <= left; n++ {
			y = append(y, plan.Count{Atom: atoms[i], N: n})
			walk(i+1, left-n)
			y = y[:len(y)-1]
		}
	}
	walk(0, left)
}

// ends are the least and the greatest value of each functional over the
// populations that a view takes for possible.
func ends(p Problem, view plan.View, shown plan.Pattern, fs []plan.Functional) (low, high []int) {
	low, high = slices.Repeat([]int{1 << 30}, len(fs)), slices.Repeat([]int{-1}, len(fs))
	populations(p, view, shown, func(y []plan.Count) {
		for i, f := range fs {
			v := total(f, y)
			low[i], high[i] = min(low[i], v), max(high[i], v)
		}
	})
	return low, high
}

// undeniable lists the sensitive functionals that a pattern lets a view pin
// down, by listing all populations.
func undeniable(p Problem, shown plan.Pattern) (out []string) {
	fs := Derive(p.System)
	for _, view := range p.Views {
		low, high := ends(p, view, shown, fs)
		for i, f := range fs {
			v := total(f, p.Data) - total(f, view.Known)
			if empty(p, f) || !sensitive(view, f, v) {
				continue
			}
			if low[i] > 0 || high[i] < view.Threshold {
				out = append(out, view.Name+" "+f.Name)
			}
		}
	}
	return out
}

// publicAtoms lists the valid atoms, hidden axes left at their first category.
func publicAtoms(s plan.System) (atoms [][]int) {
	atom := make([]int, len(s.Axes))
	var walk func(a int)
	walk = func(a int) {
		if a == len(s.Axes) {
			if !slices.ContainsFunc(s.Bans, func(b plan.Selection) bool { return holds(b, atom) }) {
				atoms = append(atoms, slices.Clone(atom))
			}
			return
		}
		for c := range s.Axes[a].Categories {
			if c == 0 || !s.Axes[a].Hidden {
				atom[a] = c
				walk(a + 1)
			}
		}
		atom[a] = 0
	}
	walk(0)
	return atoms
}

// empty says whether no valid atom counts towards a functional.
func empty(p Problem, f plan.Functional) bool {
	return !slices.ContainsFunc(publicAtoms(p.System), func(atom []int) bool { return inside(f, atom) })
}

// Whatever is published leaves every sensitive quantity deniable; what is
// refused could not have been protected by withholding everything.
func TestEverySolutionIsDeniableByListingAllPopulations(t *testing.T) {
	solved, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := tinyProblem(t)
		s, err := Protect(t.Context(), p, Seed{byte(rapid.IntRange(0, 9).Draw(t, "seed"))})
		switch fault.CodeOf(err) {
		case "":
			if err != nil {
				t.Fatal(err)
			}
			solved++
			if open := undeniable(p, s.Pattern); len(open) > 0 {
				t.Fatalf("published, but not deniable: %v", open)
			}
		case CodeNotDeniable:
			refused++
			nothing := make(plan.Pattern, len(p.System.Cells))
			for i, c := range p.System.Cells {
				nothing[i] = c.Rank == plan.Total
			}
			if len(undeniable(p, nothing)) == 0 {
				t.Fatalf("refused, but withholding all but the total protects: %v", s.Findings)
			}
		default:
			t.Fatal(err)
		}
	})
	if solved == 0 || refused == 0 {
		t.Errorf("%d solved, %d refused: the property was not put to the test", solved, refused)
	}
}

// Serving one duty more never shows a cell that was withheld.
func TestMoreWitnessesNeverShowMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := tinyProblem(t)
		for i := range p.System.Cells {
			p.System.Cells[i].Required = false // with one, beginning may already fail
		}
		e, err := newEngine(t.Context(), &p, Seed{1}, rankCost)
		if err != nil {
			t.Fatal(err)
		}
		if err := e.begin(); err != nil {
			t.Fatal(err)
		}
		duties := e.duties
		for _, d := range duties {
			before := slices.Clone(e.withheld)
			e.duties = []*duty{d}
			_ = e.serve() // a duty that cannot be served withholds nothing
			for i := range before {
				if before[i] && !e.withheld[i] {
					t.Fatalf("cell %d is shown again", i)
				}
			}
		}
	})
}

func TestTheSameSeedGivesTheSameSolution(t *testing.T) {
	for seed := range uint64(4) {
		p, _, _, err := slideProblem(t.Context(), seed, 12, 3)
		if err != nil {
			t.Fatal(err)
		}
		first, err := Protect(t.Context(), p, Seed{7})
		if err != nil {
			t.Fatal(err)
		}
		again, err := Protect(t.Context(), p, Seed{7})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(first, again, cmp.AllowUnexported(Solution{})); d != "" {
			t.Errorf("seed %d: %s", seed, d)
		}
	}
}

// The order in which records are listed is nobody's business.
func TestTheOrderOfRecordsDoesNotMatter(t *testing.T) {
	p, _, _, err := slideProblem(t.Context(), 3, 12, 3)
	if err != nil {
		t.Fatal(err)
	}
	first, err := Protect(t.Context(), p, Seed{7})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(p.Data)
	for i := range p.Views {
		p.Views[i].Known = slices.Clone(p.Views[i].Known)
		slices.Reverse(p.Views[i].Known)
	}
	again, err := Protect(t.Context(), p, Seed{7})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(first, again, cmp.AllowUnexported(Solution{})); d != "" {
		t.Error(d)
	}
}
