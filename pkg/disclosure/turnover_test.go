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

// Batches of two releases: who was there both times, who came, who went.
const (
	stayed = iota
	came
	went
)

// revised is a system released once and again, the first cells those of the
// first time. batch says of each record in which of the two it was.
func revised(t testing.TB, system plan.System, data []plan.Count, batch func(i int) int) Problem {
	t.Helper()
	p := Problem{Policy: plan.Defaults(), Uncounted: true}
	at := len(system.Axes)
	p.System = system
	p.System.Axes = append(slices.Clone(system.Axes), plan.Axis{Name: plan.BatchAxis, Categories: []string{"1-2", "2-2", "1-1"}, Hidden: true})
	p.System.Cells = nil
	for release, in := range [][]int{{stayed, went}, {stayed, came}} {
		for _, c := range system.Cells {
			c.Name = fmt.Sprintf("%s@%d", c.Name, release+1)
			c.Where = append(slices.Clone(c.Where), plan.Subset{Axis: at, Categories: in})
			p.System.Cells = append(p.System.Cells, c)
		}
	}
	for i, d := range data {
		p.Data = append(p.Data, plan.Count{Atom: append(slices.Clone(d.Atom), batch(i)), N: d.N})
	}
	p.Data = tally(p.Data)
	p.Functionals = append(Derive(p.System), Differences(p.System, len(system.Cells))...)
	var err error
	if p.Views, err = Views(p.System, p.Data, p.Policy, p.Functionals...); err != nil {
		t.Fatal(err)
	}
	return p
}

// first protects the first release by itself, and lays down what it shows.
func first(t testing.TB, p *Problem) {
	t.Helper()
	alone := *p
	alone.System.Cells = p.System.Cells[:len(p.System.Cells)/2]
	alone.Functionals = Derive(alone.System)
	var err error
	if alone.Views, err = Views(alone.System, alone.Data, alone.Policy, alone.Functionals...); err != nil {
		t.Fatal(err)
	}
	s, err := Protect(t.Context(), alone, Seed{1})
	if err != nil {
		t.Fatal(err, s.Findings)
	}
	p.Earlier = []plan.Pattern{s.Pattern}
}

func secondly(t testing.TB, p Problem) Solution {
	t.Helper()
	s, err := Protect(t.Context(), p, Seed{1})
	if err != nil {
		t.Fatal(err, s.Findings)
	}
	if fails := audit(p, s); len(fails) > 0 {
		t.Errorf("%d findings fail, the first: %+v", len(fails), fails[0])
	}
	return s
}

// laterSlide is the slide with ten more persons, two of each organisation, of
// whom some have violence, five never dared and nobody has anything else.
func laterSlide(t testing.TB, violence int) Problem {
	t.Helper()
	system, data := slide(0, 0)
	before := len(data)
	for i := range 10 {
		atom := make([]int, len(system.Axes))
		atom[slideOrganisation] = i % 5
		atom[slideFigure+slices.Index(slideFigures, "violence")] = int(bit(i < violence))
		atom[slideFigure+slices.Index(slideFigures, "never_dared")] = int(bit(i < 5))
		data = append(data, plan.Count{Atom: atom, N: 1})
	}
	return revised(t, system, data, func(i int) int {
		if i < before {
			return stayed
		}
		return came
	})
}

// Where somebody could have gone, that nobody who came has a property is denied:
// as many who had it may have gone. That some of those who came have it and too
// few is not.
func TestWhoCameIsDeniedByWhoMayHaveGone(t *testing.T) {
	for violence := range 11 {
		p := laterSlide(t, violence)
		first(t, &p)
		s := secondly(t, p)
		for _, name := range []string{"persons@2", "civil_society@2", "never_dared@2", "undocumented@2", "relation@2", "minor@2", "has_children@2"} {
			if !s.Pattern[cellNamed(t, p.System, name)] {
				t.Errorf("%d with violence: %s is withheld", violence, name)
			}
		}
		want := violence%5 == 0
		if got := s.Pattern[cellNamed(t, p.System, "violence@2")]; got != want {
			t.Errorf("%d with violence: shown %v", violence, got)
		}
	}
}

// The contrast: where nobody can have gone, that nobody who came has a property
// withholds the newer figure.
func TestContrastWhereNobodyCanHaveGoneNobodyDenies(t *testing.T) {
	p := twoReleases(t, change{added: []int{0, 1, 2, 3, 4, 0, 1, 2, 3, 4}})
	s, err := Protect(t.Context(), p, Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	if s.Pattern[cellNamed(t, p.System, "relation@2")] {
		t.Error("26 of 35 and 26 of 45 are shown though nobody can have gone")
	}
}

// One-way tables of eight attributes beside the slide, recoded for the first
// release; six went and ten came.
func TestTheAuditorAcceptsARevisionOfTables(t *testing.T) {
	for seed := range uint64(3) {
		p, _, _, err := slideProblem(t.Context(), seed, 8, 1)
		if err != nil {
			t.Fatal(err)
		}
		data := slices.Clone(p.Data)
		before := len(data)
		for i := range 10 {
			atom := slices.Clone(data[i*7%before].Atom)
			atom[slideOrganisation] = i % 5
			data = append(data, plan.Count{Atom: atom, N: 1})
		}
		q := revised(t, p.System, data, func(i int) int {
			switch {
			case i >= before:
				return came
			case i%6 == 2:
				return went
			}
			return stayed
		})
		first(t, &q)
		s := secondly(t, q)
		if !s.Pattern[cellNamed(t, q.System, "persons@2")] {
			t.Errorf("seed %d: the size is withheld", seed)
		}
	}
}

// Six score persons in a component too large to list, of whom some went and
// some came.
func TestTheAuditorAcceptsARevisionOfALargeComponent(t *testing.T) {
	whole := crowdOf(1, 120, 5, 3, 8)
	p := revised(t, whole.System, whole.Data, func(i int) int {
		switch i % 12 {
		case 3:
			return went
		case 5, 8:
			return came
		}
		return stayed
	})
	first(t, &p)
	s := secondly(t, p)
	if !s.Pattern[len(p.System.Cells)/2] || len(s.Witnesses) == 0 {
		t.Errorf("%d witnesses, the size is shown %v", len(s.Witnesses), s.Pattern[len(p.System.Cells)/2])
	}
	t.Logf("%d of %d newer cells shown", s.Shown()-shownIn(p.Earlier[0]), len(p.System.Cells)/2)
}

func shownIn(p plan.Pattern) (n int) {
	for _, shown := range p {
		n += int(bit(shown))
	}
	return n
}

// One left while five came: 35 becomes 39. Who knows that only enough changes
// make a release knows that some left, unless records come and go outside.
func TestAJoinNeedsRoom(t *testing.T) {
	system, data := slide(0, 0)
	before := len(data)
	for i := range 5 {
		atom := make([]int, len(system.Axes))
		atom[slideOrganisation] = i
		data = append(data, plan.Count{Atom: atom, N: 1})
	}
	none := slices.IndexFunc(data, func(d plan.Count) bool { return !slices.Contains(d.Atom[1:], 1) })
	data[max(0, none)].Atom = make([]int, len(system.Axes))
	p := revised(t, system, data, func(i int) int {
		switch {
		case i >= before:
			return came
		case i == max(0, none):
			return went
		}
		return stayed
	})
	first(t, &p)
	p.Uncounted = false
	if _, err := Protect(t.Context(), p, Seed{1}); fault.CodeOf(err) != CodeNotDeniable {
		t.Errorf("%v: four more, and everybody knows that at least five came", err)
	}
	p.Uncounted = true
	secondly(t, p)
}

func TestSplitsAreFound(t *testing.T) {
	one, two, three := []int{0, 1, 2}, []int{1, 2, 3, 4}, []int{2, 4, 5} // 1-1 1-2 1-3 2-2 2-3 3-3
	for _, c := range []struct {
		name    string
		moments [][]int
		want    int
	}{
		{"one moment", [][]int{one}, 0},
		{"two moments", [][]int{one, two}, 1},
		{"three moments", [][]int{one, two, three}, 4},
		{"a cell of everybody ever there", [][]int{one, two, three, nil}, 0},
	} {
		s := &space{sys: plan.System{Axes: []plan.Axis{{Name: plan.BatchAxis, Categories: slices.Repeat([]string{"x"}, 6), Hidden: true}}}}
		p := &Problem{}
		for i, in := range c.moments {
			cell := plan.Cell{Name: fmt.Sprint(i), Rank: plan.Total}
			if in != nil {
				cell.Where = plan.Selection{{Axis: 0, Categories: in}}
			}
			s.sys.Cells = append(s.sys.Cells, cell)
		}
		p.System = s.sys
		if got := len(newSpace(p, nil).turnover); got != c.want {
			t.Errorf("%s: %d splits, want %d", c.name, got, c.want)
		}
	}
}

// A balance of blocks is explained by splits first, and by joins only if there
// are few enough.
func TestABalanceIsExplained(t *testing.T) {
	// Blocks are 1-1 1-2 1-3 2-2 2-3 3-3.
	c := &component{space: &space{room: room{unbound: true}}, exchanges: []parting{
		{2, [2]int{0, 4}}, {2, [2]int{1, 5}}, {1, [2]int{0, 3}}, {4, [2]int{3, 5}},
	}}
	for _, x := range []struct {
		name    string
		balance []int
		most    []int
		want    []int
		ok      bool
	}{
		{"nothing", []int{0, 0, 0, 0, 0, 0}, nil, nil, true},
		{"one split", []int{0, 5, -5, 0, 0, 5}, nil, []int{0, 5, 0, 0}, true},
		{"in three", []int{2, 0, -2, 2, 0, 2}, nil, []int{2, 0, 0, 2}, true},
		{"out of nothing", []int{0, 1, 0, 0, 0, 0}, nil, nil, false},
		{"a join", []int{-1, 1, 0, -1, 0, 0}, []int{0, 0, 1, 0}, []int{0, 0, -1, 0}, true},
		{"a join too many", []int{-2, 2, 0, -2, 0, 0}, []int{0, 0, 1, 0}, nil, false},
	} {
		got, ok := c.settle(x.balance, x.most)
		if ok != x.ok {
			t.Errorf("%s: explained: %v", x.name, ok)
		}
		if sum := explained(c, got); ok && got != nil && !slices.Equal(sum, x.balance) {
			t.Errorf("%s: %v explains %v", x.name, got, sum)
		}
		if d := cmp.Diff(x.want, got); x.name == "a join" && d != "" {
			t.Errorf("%s: %s", x.name, d)
		}
	}
}

func explained(c *component, times []int) []int {
	out := make([]int, 6)
	for i, n := range times {
		out[c.exchanges[i].from] -= n
		for _, part := range c.exchanges[i].parts {
			out[part] += n
		}
	}
	return out
}

// Whatever two or three releases say of a few persons, the auditor accepts what
// the protector proves.
func TestTheAuditorAcceptsTinyRevisions(t *testing.T) {
	proved := 0
	rapid.Check(t, func(t *rapid.T) {
		p := tinyRevision(t)
		s, err := Protect(t.Context(), p, Seed{1})
		if code := fault.CodeOf(err); code == CodeNotDeniable || code == CodeRequiredCell {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if fails := audit(p, s); len(fails) > 0 {
			t.Fatalf("%+v", fails)
		}
		proved++
	})
	if proved == 0 {
		t.Error("nothing ever goes through")
	}
}

// tinyRevision is two properties of persons of four organisations at some moments.
func tinyRevision(t *rapid.T) Problem {
	moments := rapid.IntRange(2, 3).Draw(t, "moments")
	p := Problem{Policy: plan.Defaults(), Uncounted: rapid.Bool().Draw(t, "uncounted")}
	axis := plan.Axis{Name: plan.BatchAxis, Hidden: true}
	alive := make([][]int, moments)
	for from := range moments {
		for last := from; last < moments; last++ {
			for m := from; m <= last; m++ {
				alive[m] = append(alive[m], len(axis.Categories))
			}
			axis.Categories = append(axis.Categories, fmt.Sprintf("%d-%d", from+1, last+1))
		}
	}
	p.System.Axes = []plan.Axis{
		{Name: plan.OrganisationAxis, Categories: []string{"A", "B", "C", "D"}, Hidden: true},
		{Name: "p", Categories: []string{"no", "yes"}},
		{Name: "q", Categories: []string{"a", "b", "c"}},
		axis,
	}
	both := rapid.Bool().Draw(t, "a cell of both")
	var declared []plan.Functional
	for m, in := range alive {
		of := plan.Subset{Axis: 3, Categories: in}
		cell := func(name string, rank plan.Rank, where ...plan.Subset) {
			p.System.Cells = append(p.System.Cells, plan.Cell{Name: fmt.Sprintf("%s@%d", name, m+1), Rank: rank, Where: append(where, of)})
		}
		earlier := len(p.System.Cells)
		cell("all", plan.Total)
		cell("p", plan.Figure, plan.Subset{Axis: 1, Categories: []int{1}})
		for q := range 3 {
			cell(fmt.Sprintf("q%d", q), plan.OneWay, plan.Subset{Axis: 2, Categories: []int{q}})
		}
		if both {
			cell("pq", plan.Inner, plan.Subset{Axis: 1, Categories: []int{1}}, plan.Subset{Axis: 2, Categories: []int{0}})
		}
		declared = append(declared, Differences(p.System, earlier)...)
	}
	for range rapid.IntRange(1, 12).Draw(t, "kinds of person") {
		atom := make([]int, 4)
		for a := range atom {
			atom[a] = rapid.IntRange(0, len(p.System.Axes[a].Categories)-1).Draw(t, "category")
		}
		p.Data = append(p.Data, plan.Count{Atom: atom, N: rapid.IntRange(1, 9).Draw(t, "persons")})
	}
	p.Data = tally(p.Data)
	p.Functionals = append(Derive(p.System), declared...)
	var err error
	if p.Views, err = Views(p.System, p.Data, p.Policy, p.Functionals...); err != nil {
		t.Fatal(err)
	}
	return p
}
