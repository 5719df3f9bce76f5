package auditor

import (
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// plain is 10 persons with b and 14 without, of whom some have a, those with
// both being none. How many have a is shown or withheld; withheld it comes with
// the two witnesses that it needs.
func plain(a int, shown bool) Certificate {
	s := pairs("a", "b")
	for axis, name := range []string{"a", "b"} {
		s.Cells = append(s.Cells, plan.Cell{Name: name, Rank: plan.Figure, Where: yes(axis)})
	}
	c := Certificate{
		System: s, Policy: plan.Defaults(), Shown: plan.Pattern{true, shown, true}, Values: []int{24, a, 10},
		Views: []plan.View{{Name: "public", Threshold: 5}},
		Data:  []plan.Count{{Atom: []int{0, 0}, N: 14 - a}, {Atom: []int{0, 1}, N: 10}},
	}
	if a > 0 {
		c.Data = append(c.Data, plan.Count{Atom: []int{1, 0}, N: a})
	}
	if !shown {
		c.Witnesses = []plan.Witness{
			{View: "public", Functional: "count:a", Goal: plan.None, Moves: moves(a, -a, 0)},
			{View: "public", Functional: "count:a", Goal: plan.Enough, Moves: moves(a-5, 5-a, 0)},
		}
	}
	return c
}

// moves puts so many more among those with neither, with a alone, and with both.
func moves(neither, a, both int) (m []plan.Count) {
	for i, n := range []int{neither, a, both} {
		if n != 0 {
			m = append(m, plan.Count{Atom: [][]int{{0, 0}, {1, 0}, {1, 1}}[i], N: n})
		}
	}
	return m
}

func changed(c Certificate, change func(*Certificate)) Certificate {
	change(&c)
	return c
}

// lopsidedTo is 20 persons, all but so many of whom have a.
func lopsidedTo(without int) Certificate {
	c := plain(6, true)
	c.System.Cells = c.System.Cells[:2]
	c.Shown, c.Values = c.Shown[:2], []int{20, 20 - without}
	c.Data = []plan.Count{{Atom: []int{0, 0}, N: without}, {Atom: []int{1, 0}, N: 20 - without}}
	return c
}

// without has lost its last view.
func without(c Certificate) Certificate {
	last := len(c.Views) - 1
	c.Witnesses = slices.DeleteFunc(slices.Clone(c.Witnesses), func(w plan.Witness) bool { return w.View == c.Views[last].Name })
	c.Views = c.Views[:last]
	return c
}

// TestEachLapseWouldBeNoticed: of everything that the verifier looks at, a
// certificate that is refused for that alone. A verifier that forgets to look
// takes it; so each of these fails when somebody weakens the verifier so.
func TestEachLapseWouldBeNoticed(t *testing.T) {
	lacking := town(t)
	view := lacking.Witnesses[0].View
	lacking.Witnesses = slices.DeleteFunc(slices.Clone(lacking.Witnesses), func(w plan.Witness) bool { return w.View == view })
	enough := func(m []plan.Count) func(*Certificate) {
		return func(c *Certificate) { c.Witnesses[1].Moves = m }
	}
	alone := Certificate{
		System: plan.System{
			Axes:  []plan.Axis{{Name: OrganisationAxis, Categories: []string{"A"}, Hidden: true}},
			Cells: []plan.Cell{{Name: "all", Rank: plan.Total}},
		},
		Policy: plan.Defaults(), Shown: plan.Pattern{true}, Values: []int{10}, Data: []plan.Count{{Atom: []int{0}, N: 10}},
	}
	alone.Views = required(alone, nil)
	for name, m := range map[string]struct {
		forgets lapses
		c       Certificate
	}{
		"a view is skipped":                    {lapses{view: view}, lacking},
		"t is off by one":                      {lapses{threshold: 1}, plain(4, true)},
		"zeros are not protected":              {lapses{zeros: true}, plain(0, true)},
		"complements are skipped":              {lapses{differences: true}, lopsidedTo(2)},
		"who came and went is not asked about": {lapses{newcomers: true}, sequel{stay: 60, come: 1, gone: 1, stayA: 30}.certificate(t)},
		"history is dropped":                   {lapses{history: true}, changed(plain(4, false), func(c *Certificate) { c.Earlier = []plan.Pattern{{true, true}} })},
		"values are not compared":              {lapses{values: true}, changed(plain(6, true), func(c *Certificate) { c.Values = []int{24, 7, 10} })},
		"a view that must be there is missing": {lapses{viewpoints: true}, without(town(t))},
		"witnesses are not checked":            {lapses{witnesses: true}, changed(plain(4, false), enough(nil))},
		"an impossible record is accepted": {lapses{bans: true}, changed(plain(4, false), func(c *Certificate) {
			c.System.Bans = []plan.Selection{yes(0, 1)}
			c.Witnesses[1].Moves = []plan.Count{{Atom: []int{0, 1}, N: -1}, {Atom: []int{1, 1}, N: 1}}
		})},
		"a negative count is accepted":    {lapses{negatives: true}, changed(plain(4, false), enough(moves(-11, 11, 0)))},
		"a witness changes what is shown": {lapses{changes: true}, changed(plain(4, false), enough(moves(-1, 0, 1)))},
		"a witness misses its goal":       {lapses{goals: true}, changed(plain(4, false), enough(moves(1, -1, 0)))},
		"a surplus witness is accepted": {lapses{surplus: true}, changed(plain(4, false), func(c *Certificate) {
			c.Witnesses = append(c.Witnesses, plan.Witness{View: "public", Functional: "count:b"})
		})},
		"few organisations are ignored": {lapses{organisations: true}, alone},
		"the sum rule is skipped":       {lapses{sums: true}, family(8, 1, 1, 1, 1, 1, 0, 0, 0)},
	} {
		if found := Verify(m.c); Worst(found) != Fail {
			t.Errorf("%s: the certificate is not refused: %+v", name, found)
		}
		if found := verify(m.c, m.forgets); Worst(found) == Fail {
			t.Errorf("%s: it is refused for something else as well: %+v", name, found)
		}
	}
}

// TestTheCertificatesOfTheLapsesHold: before anything is changed in them, they
// are taken.
func TestTheCertificatesOfTheLapsesHold(t *testing.T) {
	for name, c := range map[string]Certificate{
		"a withheld count":   plain(4, false),
		"a shown count":      plain(6, true),
		"two releases":       sequel{stay: 60, come: 30, stayA: 30, comeA: 15}.certificate(t),
		"sums of many alike": family(2, 2, 2, 1, 2, 3, 2, 1, 2),
	} {
		if found := Verify(c); Worst(found) == Fail {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
