package disclosure

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/plan"
)

// families is a large component in which having children and their number are
// tied by bans: nobody can be moved from none to some on one axis alone.
func families(t *testing.T) Problem {
	p := crowd(3, 60, 5, 4)
	n := len(p.System.Axes)
	p.System.Axes = append(p.System.Axes,
		plan.Axis{Name: "has", Categories: []string{"no", "yes"}},
		plan.Axis{Name: "number", Categories: []string{"not applicable", "1", "2", "3", "4"}},
		plan.Axis{Name: "where", Categories: []string{"not applicable", "with her", "elsewhere"}})
	for _, a := range []int{n + 1, n + 2} {
		var stated []int
		for c := 1; c < len(p.System.Axes[a].Categories); c++ {
			stated = append(stated, c)
		}
		p.System.Bans = append(p.System.Bans,
			plan.Selection{{Axis: n, Categories: []int{0}}, {Axis: a, Categories: stated}},
			plan.Selection{{Axis: n, Categories: []int{1}}, {Axis: a, Categories: []int{0}}})
	}
	for i := range p.Data {
		has := int(bit(i%15 == 0))
		p.Data[i].Atom = append(p.Data[i].Atom, has, has*(1+i%4), has*(1+i%2))
	}
	yes := plan.Selection{{Axis: n, Categories: []int{1}}}
	p.System.Cells = append(p.System.Cells,
		plan.Cell{Name: "has children", Rank: plan.Headline, Where: yes},
		plan.Cell{Name: "children", Rank: plan.Headline, Weighted: true, WeightAxis: n + 1, Weights: []int{0, 1, 2, 3, 4}},
		plan.Cell{Name: "has and c1", Rank: plan.Inner, Where: append(plan.Selection{{Axis: 1, Categories: []int{0}}}, yes...)})
	p.Data = tally(p.Data)
	p.Views = viewsOf(t, p)
	return p
}

// A witness that a functional's own axes do not give is found one ring further
// out, with what the bans require changed as well.
func TestBansAreMendedWhereverAMoveBreaksThem(t *testing.T) {
	p := families(t)
	e, err := newEngine(t.Context(), &p, Seed{1}, rankCost)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.begin(); err != nil {
		t.Fatal(err)
	}
	farther := 0
	for _, d := range e.duties {
		f := e.functionals[d.functional]
		if f.Name != "count:has children" || d.need == 0 {
			continue
		}
		if e.seek(d, e.prices(-1), startsFirst) != nil {
			t.Errorf("%s: found on its own axes; the test has lost its point", d.sight.view.Name)
		}
		if d.found = e.attend(d); d.found == nil {
			t.Errorf("%s: no witness", d.sight.view.Name)
		}
		farther += d.ring
	}
	if farther == 0 {
		t.Error("no duty went further out")
	}
	s, err := Protect(t.Context(), p, Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	if fails := audit(p, s); len(fails) > 0 {
		t.Errorf("the auditor refuses: %+v", fails[0])
	}
}

// Swaps give valid witnesses wherever they give any, and they give most.
func TestSwapsServe(t *testing.T) {
	p := crowdOf(2, 300, 5, 5, 4)
	p.Views = viewsOf(t, p)[:3]
	e, err := newEngine(t.Context(), &p, Seed{1}, rankCost)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.begin(); err != nil {
		t.Fatal(err)
	}
	asked, served := 0, 0
	for _, d := range e.duties {
		if d.need == 0 {
			continue
		}
		asked++
		f := swap(d.task, e.prices(-1), func() bool { return false })
		if f == nil {
			continue
		}
		served++
		for _, c := range f.changes {
			e.withheld[c.cell] = true
		}
		w := plan.Witness{Goal: d.goal, Moves: d.part.lift(f.moves, d.sight.rest, d.hidden)}
		shown := make(plan.Pattern, len(e.withheld))
		for i, held := range e.withheld {
			shown[i] = !held
		}
		if !e.proves(w, d.sight, e.functionals[d.functional], shown) {
			t.Errorf("%s %s %d: the witness does not hold", d.sight.view.Name, e.functionals[d.functional].Name, d.goal)
		}
	}
	if asked < 20 || 10*served < 9*asked {
		t.Errorf("%d of %d served", served, asked)
	}
	if f := swap(e.duties[0].task, e.prices(-1), func() bool { return true }); f != nil && e.duties[0].need != 0 {
		t.Error("an ended search finds something")
	}
}

// shortLived ends after it was asked a number of times, and counts how often it
// is asked after that.
type shortLived struct {
	context.Context
	left, late int
}

func (c *shortLived) Err() error {
	if c.left--; c.left >= 0 {
		return nil
	}
	c.late++
	return context.Canceled
}

// Whatever it is at, the protector asks its context all the time, and is soon
// done once it has ended.
func TestProtectEndsSoonAfterItsContext(t *testing.T) {
	p := crowd(1, 35, 5, 6)
	p.Views = viewsOf(t, p)
	for _, left := range []int{0, 10, 300, 1_000, 5_000, 20_000} {
		ctx := &shortLived{Context: t.Context(), left: left}
		s, err := Protect(ctx, p, Seed{1})
		if !errors.Is(err, context.Canceled) || s.Pattern != nil {
			t.Errorf("ended after %d questions: %v", left, err)
		}
		if ctx.late > 20 {
			t.Errorf("ended after %d questions: asked %d times more", left, ctx.late)
		}
	}
}

// Propagation agrees with going through all atoms.
func TestHabitableIsWhatListingAllAtomsGives(t *testing.T) {
	yes, no := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := plan.System{Cells: []plan.Cell{{Name: "all", Rank: plan.Total}}}
		for range 4 {
			s.Axes = append(s.Axes, plan.Axis{Name: "a", Categories: []string{"1", "2", "3"}})
		}
		sel := func(label string, least int) (out plan.Selection) {
			for a := range s.Axes {
				in := rapid.SliceOfNDistinct(rapid.IntRange(0, 2), 0, 2, rapid.ID[int]).Draw(t, label)
				if slices.Sort(in); len(in) > 0 {
					out = append(out, plan.Subset{Axis: a, Categories: in})
				}
			}
			if len(out) < least {
				out = plan.Selection{{Axis: 0, Categories: []int{0}}}
			}
			return out
		}
		for range rapid.IntRange(0, 14).Draw(t, "bans") {
			s.Bans = append(s.Bans, sel("ban", 1))
		}
		f := plan.Functional{Name: "f", Within: sel("within", 0)}
		if rapid.Bool().Draw(t, "difference") {
			except := sel("except", 1)
			f.Except = &except
		}
		p := Problem{System: s, Views: []plan.View{{Name: "v", Threshold: 3, Empty: []plan.Selection{sel("empty", 1)}}}}
		want := slices.ContainsFunc(publicAtoms(s), func(atom []int) bool { return inside(f, atom) && !holds(p.Views[0].Empty[0], atom) })
		if got := newSpace(&p, []plan.Functional{f}).habitable(f, p.Views[0]); got != want {
			t.Fatalf("habitable %v, want %v", got, want)
		}
		yes, no = yes+int(bit(want)), no+int(bit(!want))
	})
	if yes == 0 || no == 0 {
		t.Errorf("%d habitable, %d not: the property was not put to the test", yes, no)
	}
}

// Seven, of whom A has met three and B two: each alone leaves four or five, both
// together two.
func TestCoalitionsAreHeldOff(t *testing.T) {
	for coalition, want := range map[int]bool{1: true, 2: false} {
		system, data := slide(0, 0)
		cell := slideFigure + slices.Index(slideFigures, "undocumented")
		left := []int{3, 2, 1, 1, 0}
		for i := range data {
			org := data[i].Atom[slideOrganisation]
			data[i].Atom[cell] = int(bit(left[org] > 0))
			left[org]--
		}
		p := Problem{System: system, Data: data, Policy: plan.Defaults()}
		p.Policy.Coalition = coalition
		p.Views = viewsOf(t, p)
		s, err := Protect(t.Context(), p, Seed{1})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Pattern[cellNamed(t, p.System, "undocumented")]; got != want {
			t.Errorf("coalitions of %d: shown %v, want %v", coalition, got, want)
		}
		if fails := audit(p, s); len(fails) > 0 {
			t.Errorf("the auditor refuses: %+v", fails[0])
		}
	}
}
