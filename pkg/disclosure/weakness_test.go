package disclosure

import (
	"slices"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// protectWeakly protects with some safeguards exchanged.
func protectWeakly(t *testing.T, p Problem, weaken func(*engine)) (Solution, error) {
	t.Helper()
	e, err := newEngine(t.Context(), &p, Seed{1}, rankCost)
	if err != nil {
		t.Fatal(err)
	}
	weaken(e)
	return e.protect()
}

// unrecoded is the slide with all codes of twelve attributes published, so that
// much is small.
func unrecoded(t *testing.T) Problem {
	system, data := slide(0, 12)
	p := Problem{System: system, Data: data, Policy: plan.Defaults()}
	for a := slideAttribute; a < len(system.Axes); a++ {
		addCells(&p.System, plan.Table{Name: system.Axes[a].Name, Axes: []int{a}}, []plan.Grouping{singles(system.Axes[a])})
	}
	p.Views = viewsOf(t, p)
	return p
}

// caseload is the slide with all minors met by one organisation.
func caseload(t *testing.T) Problem {
	system, data := slide(2, 0)
	minor := slideFigure + slices.Index(slideFigures, "minor")
	for i := range data {
		data[i].Atom[minor] = int(bit(data[i].Atom[slideOrganisation] == 0))
	}
	p := Problem{System: system, Data: data, Policy: plan.Defaults()}
	p.Views = viewsOf(t, p)
	return p
}

// lopsided is the slide with a mother of three in an organisation where
// everybody else's children are few.
func lopsided(t *testing.T) Problem {
	system, data := slide(0, 0)
	for i := range data {
		data[i].Atom[slideChildren] = min(1, data[i].Atom[slideChildren]) * int(bit(data[i].Atom[slideOrganisation] > 1))
	}
	data[0].Atom[slideChildren] = 3
	p := Problem{System: system, Data: data, Policy: plan.Defaults()}
	p.Policy.DominancePercent = 300
	p.Views = viewsOf(t, p)
	return p
}

// ruled is a table of which a code is impossible together with another: that
// nobody can be there must not be mistaken for somewhere to hide.
func ruled(t *testing.T) Problem {
	p := Problem{Policy: plan.Defaults()}
	p.System = plan.System{
		Axes: []plan.Axis{
			{Name: plan.OrganisationAxis, Categories: []string{"A", "B", "C", "D", "E"}, Hidden: true},
			{Name: "kind", Categories: []string{"x", "y"}},
			{Name: "answer", Categories: []string{"1", "2", "3"}},
		},
		Bans:  []plan.Selection{{{Axis: 1, Categories: []int{0}}, {Axis: 2, Categories: []int{2}}}},
		Cells: []plan.Cell{{Name: "persons", Rank: plan.Total}},
	}
	addCells(&p.System, plan.Table{Name: "both", Axes: []int{1, 2}}, []plan.Grouping{singles(p.System.Axes[1]), singles(p.System.Axes[2])})
	for org := range 5 {
		for _, n := range [][3]int{{0, 0, 4}, {0, 1, 3}, {1, 0, 3}, {1, 1, 4}, {1, 2, 3}} {
			p.Data = append(p.Data, plan.Count{Atom: []int{org, n[0], n[1]}, N: n[2]})
		}
	}
	p.Data[1].N, p.Data[6].N, p.Data[11].N, p.Data[16].N, p.Data[21].N = 1, 1, 0, 0, 0
	p.Data = tally(p.Data)
	p.Views = viewsOf(t, p)
	return p
}

// nearlyAll is the slide with all but two persons related to the perpetrator.
func nearlyAll(t *testing.T) Problem {
	system, data := slide(2, 0)
	relation := slideFigure + slices.Index(slideFigures, "relation")
	for i := range data {
		data[i].Atom[relation] = int(bit(i > 1))
	}
	p := Problem{System: system, Data: data, Policy: plan.Defaults()}
	p.Views = viewsOf(t, p)
	return p
}

// grown is a second release, the first one's cells being the cheaper to withhold.
func grown(t *testing.T) Problem {
	p := twoReleases(t, change{added: []int{0, 1, 2, 3, 4}})
	for i := range p.Earlier[0] {
		if c := &p.System.Cells[i]; c.Rank == plan.Headline {
			c.Rank = plan.Figure
		}
	}
	return p
}

// weakened are deliberate weakenings of the protector. Each is noticed: either
// the protector's own last check publishes nothing, or the auditor, which shares
// no code, refuses.
var weakened = []struct {
	name    string
	problem func(*testing.T) Problem
	weaken  func(*engine)
	byCheck bool // the last check notices; otherwise the auditor has to
}{
	{"the public is skipped", unrecoded, blind(func(v plan.View) bool { return v.Name == PublicView }), false},
	{"an organisation is skipped", unrecoded, blind(func(v plan.View) bool { return v.Name == "organisation:A" }), false},
	{"an organisation that recognises somebody is skipped", unrecoded, blind(func(v plan.View) bool { return strings.HasPrefix(v.Name, "organisation:A+") }), false},
	{"t is off by one", unrecoded, judging(func(v plan.View, f plan.Functional, n int) bool { return sensitive(v, f, n+1) }), false},
	{"t_org is ignored", unrecoded, judging(func(v plan.View, f plan.Functional, n int) bool {
		return v.Name == PublicView && sensitive(v, f, n)
	}), false},
	{"zeros are not protected", unrecoded, judging(func(v plan.View, f plan.Functional, n int) bool { return n > 0 && sensitive(v, f, n) }), false},
	{"complements and differences are skipped", nearlyAll, judging(func(v plan.View, f plan.Functional, n int) bool {
		return f.Except == nil && sensitive(v, f, n)
	}), false},
	{"counts are skipped, differences are not", unrecoded, judging(func(v plan.View, f plan.Functional, n int) bool {
		return f.Except != nil && sensitive(v, f, n)
	}), false},
	{"anything is taken for impossible", unrecoded, func(e *engine) {
		e.safe.habitable = func(*space, plan.Functional, plan.View) bool { return false }
	}, false},
	{"one organisation's caseload is shown", caseload, func(e *engine) {
		e.safe.few = func(int, plan.Policy) bool { return false }
	}, false},
	{"the rule for sums is skipped", lopsided, func(e *engine) {
		e.safe.publishable = func(plan.Cell, []plan.Count, int, plan.Policy) bool { return true }
	}, false},
	{"history is dropped", grown, func(e *engine) {
		e.problem.Earlier = nil
	}, false},
	{"the search lets counts fall below nought", unrecoded, func(e *engine) { e.safe.serves = reaches }, true},
	{"the search and the last check let counts fall below nought", unrecoded, func(e *engine) {
		e.safe.serves, e.safe.proves = reaches, believe
	}, false},
	{"a witness that leaves one person counts for none", unrecoded, func(e *engine) { e.safe.serves = nearly }, true},
	{"nor does the last check mind the one person", unrecoded, func(e *engine) { e.safe.serves, e.safe.proves = nearly, believe }, false},
	{"cleaning up shows cells without new witnesses", unrecoded, func(e *engine) { e.safe.redeem = show }, true},
	{"nor does the last check mind that shown cells change", unrecoded, func(e *engine) { e.safe.redeem, e.safe.proves = show, believe }, false},
}

// blind takes nothing for sensitive in some views.
func blind(to func(plan.View) bool) func(*engine) {
	return judging(func(v plan.View, f plan.Functional, n int) bool { return !to(v) && sensitive(v, f, n) })
}

func judging(sensitive func(plan.View, plan.Functional, int) bool) func(*engine) {
	return func(e *engine) { e.safe.sensitive = sensitive }
}

// reaches looks at the goal alone, whoever may have to leave who is not there.
func reaches(t *task, moves []move) bool {
	if t.goal == plan.None {
		return gained(t, moves) == t.need
	}
	return gained(t, moves) >= t.need
}

// gained is by how much moves change a task's quantity.
func gained(t *task, moves []move) (n int) {
	for _, m := range moves {
		if t.members[m.atom] {
			n += m.n
		}
	}
	return n
}

// nearly lets one person stay.
func nearly(t *task, moves []move) bool {
	almost := *t
	if almost.goal == plan.None && almost.need < 0 {
		almost.need = min(0, gained(t, moves), t.need+1)
	}
	return almost.serves(moves)
}

func believe(*engine, plan.Witness, *sight, plan.Functional, plan.Pattern) bool { return true }

func show(e *engine, cell int) bool {
	e.withheld[cell] = false
	return true
}

func TestEveryWeakeningOfTheProtectorIsNoticed(t *testing.T) {
	for _, c := range weakened {
		t.Run(c.name, func(t *testing.T) {
			p := c.problem(t)
			if s, err := protectWeakly(t, p, func(*engine) {}); err != nil || len(audit(p, s)) > 0 {
				t.Fatalf("unweakened: %v, %v", err, s.Findings)
			}
			s, err := protectWeakly(t, p, c.weaken)
			switch {
			case c.byCheck && err == nil:
				t.Error("the last check lets it pass")
			case c.byCheck && s.Pattern != nil:
				t.Error("the last check speaks up, and something would be published all the same")
			case !c.byCheck && err != nil:
				t.Errorf("%v: the weakening has no effect of its own", err)
			case !c.byCheck && len(audit(p, s)) == 0:
				t.Error("the auditor lets it pass")
			}
		})
	}
}

// What the engine builds on is weakened before it starts: it protects another
// problem than the one that the auditor sees.
func TestEveryWeakenedProblemIsNoticed(t *testing.T) {
	for _, c := range []struct {
		name    string
		problem func(*testing.T) Problem
		weaken  func(*Problem)
	}{
		{"bans are ignored", ruled, func(p *Problem) { p.System.Bans = nil }},
		{"an organisation is thought to have forgotten its records", unrecoded, func(p *Problem) {
			for i := range p.Views {
				p.Views[i].Known, p.Views[i].Empty = nil, nil
			}
		}},
		{"t_org is taken for one", unrecoded, func(p *Problem) {
			for i := range p.Views[1:] {
				p.Views[1+i].Threshold = 1
			}
		}},
		{"a figure in prose is no cell", nearlyAll, func(p *Problem) { p.System.Cells = p.System.Cells[:5] }},
	} {
		p := c.problem(t)
		if s, err := Protect(t.Context(), p, Seed{1}); err != nil || len(audit(p, s)) > 0 {
			t.Fatalf("%s: unweakened: %v, %v", c.name, err, s.Findings)
		}
		q := p
		q.Views = slices.Clone(p.Views)
		c.weaken(&q)
		s, err := Protect(t.Context(), q, Seed{1})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for len(s.Pattern) < len(p.System.Cells) {
			s.Pattern = append(s.Pattern, true)
		}
		if len(audit(p, s)) == 0 {
			t.Errorf("%s: the auditor lets it pass", c.name)
		}
	}
}
