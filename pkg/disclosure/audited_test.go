package disclosure

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// audit hands a solution to the auditor, which shares no code with the
// protector, and gives what it refuses.
func audit(p Problem, s Solution) (fails []auditor.Finding) {
	for _, f := range auditor.Verify(certificate(p, s)) {
		if f.Class == auditor.Fail {
			fails = append(fails, f)
		}
	}
	return fails
}

func certificate(p Problem, s Solution) auditor.Certificate {
	c := auditor.Certificate{
		System: p.System, Data: tally(p.Data), Views: p.Views, Policy: p.Policy,
		Shown: s.Pattern, Earlier: p.Earlier, Witnesses: s.Witnesses,
	}
	if p.Functionals != nil {
		c.Declared = p.Functionals[len(Derive(p.System)):]
	}
	for _, cell := range p.System.Cells {
		c.Values = append(c.Values, value(cell, p.Data))
	}
	return c
}

func TestTheAuditorAcceptsTheSlide(t *testing.T) {
	for seed := range uint64(20) {
		p, _, _, err := slideProblem(t.Context(), seed, 12, 3)
		if err != nil {
			t.Fatal(err)
		}
		s, err := Protect(t.Context(), p, Seed{byte(seed)})
		if err != nil {
			t.Fatal(err)
		}
		if fails := audit(p, s); len(fails) > 0 {
			t.Errorf("seed %d: %d findings fail, the first: %+v", seed, len(fails), fails[0])
		}
	}
}

func TestTheAuditorAcceptsTheUnrecodedSlide(t *testing.T) {
	for seed := range uint64(5) {
		system, data := slide(seed, 12)
		p := Problem{System: system, Data: data, Policy: plan.Defaults()}
		for a := slideAttribute; a < len(system.Axes); a++ {
			addCells(&p.System, plan.Table{Name: system.Axes[a].Name, Axes: []int{a}}, []plan.Grouping{singles(system.Axes[a])})
		}
		s := viewedAndProtected(t, &p)
		if len(s.Witnesses) == 0 {
			t.Errorf("seed %d: nothing had to be proved", seed)
		}
		if fails := audit(p, s); len(fails) > 0 {
			t.Errorf("seed %d: %d findings fail, the first: %+v", seed, len(fails), fails[0])
		}
	}
}

func viewedAndProtected(t testing.TB, p *Problem) Solution {
	t.Helper()
	var err error
	if p.Views, err = Views(p.System, p.Data, p.Policy); err != nil {
		t.Fatal(err)
	}
	s, err := Protect(t.Context(), *p, Seed{1})
	if err != nil {
		t.Fatal(err, s.Findings)
	}
	return s
}

// Neighbourhoods: two hundred persons in a component too large to list.
func TestTheAuditorAcceptsALargeComponent(t *testing.T) {
	p := crowd(1, 200, 4, 6)
	s := viewedAndProtected(t, &p)
	if len(s.Witnesses) == 0 || s.Shown() < len(p.System.Cells)/2 {
		t.Errorf("%d witnesses, %d of %d cells shown", len(s.Witnesses), s.Shown(), len(p.System.Cells))
	}
	if fails := audit(p, s); len(fails) > 0 {
		t.Errorf("%d findings fail, the first: %+v", len(fails), fails[0])
	}
}

// Bans tie axes together that no cell names; a neighbourhood has to keep them.
func TestTheAuditorAcceptsALargeComponentWithBans(t *testing.T) {
	p := crowd(2, 150, 4, 6)
	for a := 1; a < 9; a++ {
		p.System.Bans = append(p.System.Bans, plan.Selection{{Axis: a, Categories: []int{3}}, {Axis: a + 3, Categories: []int{2, 3}}})
	}
	p.Data = slices.DeleteFunc(p.Data, func(c plan.Count) bool { return !validAtom(p.System, c.Atom) })
	s := viewedAndProtected(t, &p)
	if len(s.Witnesses) == 0 {
		t.Error("nothing had to be proved")
	}
	if fails := audit(p, s); len(fails) > 0 {
		t.Errorf("%d findings fail, the first: %+v", len(fails), fails[0])
	}
}

func TestTheAuditorAcceptsTinySystems(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := tinyProblem(t)
		s, err := Protect(t.Context(), p, Seed{1})
		if fault.CodeOf(err) == CodeNotDeniable {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if fails := audit(p, s); len(fails) > 0 {
			t.Fatalf("%+v", fails)
		}
	})
}

// Without a published total nothing can be glued: persons may come and go, and
// all axes are one component.
func TestTheAuditorAcceptsSystemsWithoutATotal(t *testing.T) {
	shown := 0
	rapid.Check(t, func(t *rapid.T) {
		p := tinyProblem(t)
		for i := range p.System.Cells {
			p.System.Cells[i].Rank = min(p.System.Cells[i].Rank, plan.Figure)
		}
		var err error
		if p.Views, err = Views(p.System, p.Data, p.Policy); err != nil {
			t.Fatal(err)
		}
		s, err := Protect(t.Context(), p, Seed{1})
		if err != nil {
			t.Fatal(err) // with everything withheld, anything may be true
		}
		shown += s.Shown()
		if fails := audit(p, s); len(fails) > 0 {
			t.Fatalf("%+v", fails)
		}
	})
	if shown == 0 {
		t.Error("nothing is ever shown")
	}
}

// The contrast: the same slide with the small counts alone hidden, or with a
// view forgotten, is refused by the auditor.
func TestContrastTheAuditorRefusesLess(t *testing.T) {
	system, data := slide(0, 12)
	p := Problem{System: system, Data: data, Policy: plan.Defaults()}
	for a := slideAttribute; a < len(system.Axes); a++ {
		addCells(&p.System, plan.Table{Name: system.Axes[a].Name, Axes: []int{a}}, []plan.Grouping{singles(system.Axes[a])})
	}
	whole := viewedAndProtected(t, &p)
	alone := whole
	alone.Pattern = slices.Clone(whole.Pattern)
	for i, c := range p.System.Cells {
		alone.Pattern[i] = value(c, data) >= p.Policy.Threshold
	}
	if len(audit(p, alone)) == 0 {
		t.Error("a threshold alone is accepted")
	}
	q := p
	q.Views = q.Views[:1]
	public, err := Protect(t.Context(), q, Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	if len(audit(q, public)) == 0 {
		t.Error("the public view alone is accepted")
	}
	for i := range whole.Witnesses {
		if len(whole.Witnesses[i].Moves) > 0 {
			whole.Witnesses[i].Moves = whole.Witnesses[i].Moves[1:]
			break
		}
	}
	if len(audit(p, whole)) == 0 {
		t.Error("a witness with a move missing is accepted")
	}
}
