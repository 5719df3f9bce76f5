package auditor

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

func yes(axes ...int) plan.Selection {
	var s plan.Selection
	for _, a := range axes {
		s = append(s, plan.Subset{Axis: a, Categories: []int{1}})
	}
	return s
}

// lopsided is 40 persons of whom so many have a and so many b.
func lopsided(a, b int) (Published, []plan.Count) {
	s := pairs("a", "b")
	for axis, name := range []string{"a", "b"} {
		s.Cells = append(s.Cells, plan.Cell{Name: name, Rank: plan.OneWay, Where: yes(axis)})
	}
	s.Cells = append(s.Cells, plan.Cell{Name: "both", Where: yes(0, 1)})
	both := min(a, b)
	people := []plan.Count{{Atom: []int{0, 0}, N: 40 - a - b + both}, {Atom: []int{0, 1}, N: b - both}, {Atom: []int{1, 0}, N: a - both}, {Atom: []int{1, 1}, N: both}}
	return Published{System: s, Shown: plan.Pattern{true, true, true, false}, Values: []int{40, a, b, both}}, people
}

func sampled(t *testing.T, p Published, people []plan.Count, fs []plan.Functional) []Finding {
	t.Helper()
	found, err := Posterior(p, people, fs, PosteriorOptions{Random: rand.NewPCG(1, 2)})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestWhatIsEasilyGuessedIsWarnedOf: of 40 persons 39 have a and 39 b, so that
// 38 or 39 have both, one of which is 39 times as likely as the other. Were it
// 20 and 20, anything between 0 and 20 could be.
func TestWhatIsEasilyGuessedIsWarnedOf(t *testing.T) {
	both := []plan.Functional{{Name: "count:both", Within: yes(0, 1)}, {Name: "count:a", Within: yes(0)}}
	p, _ := lopsided(39, 39)
	// Whoever lacks a is another person than who lacks b, in 39 of 40 cases.
	people := []plan.Count{{Atom: []int{0, 1}, N: 1}, {Atom: []int{1, 0}, N: 1}, {Atom: []int{1, 1}, N: 38}}
	found := sampled(t, p, people, both)
	if len(found) != 1 || found[0].Scope != "count:both" || found[0].Rule != RulePosterior || found[0].Class != Review {
		t.Fatalf("%+v", found)
	}
	if share := found[0].Desk.Value; share < 95 || share > 99 {
		t.Errorf("a share of 39 in 40 is found to be %d per cent", share)
	}
	p, people = lopsided(20, 20)
	if found := sampled(t, p, people, both); len(found) != 0 {
		t.Errorf("of 20 and 20: %+v", found)
	}
}

// TestAWalkVisitsEveryPopulationAsOftenAsItMust: with three persons and three
// properties shown once each, how many have two of them has known odds.
func TestAWalkVisitsEveryPopulationAsOftenAsItMust(t *testing.T) {
	s := pairs("a", "b")
	s.Cells = append(s.Cells, plan.Cell{Name: "a", Where: yes(0)}, plan.Cell{Name: "b", Where: yes(1)})
	p := Published{System: s, Shown: plan.Pattern{true, true, true}, Values: []int{3, 1, 1}}
	k := p.knowledge(nil, nil)
	w := newWalk(newMould(k.sizes, k.rows, k.bans), rand.New(rand.NewPCG(3, 4)), []plan.Count{
		{Atom: []int{0, 0}, N: 1}, {Atom: []int{0, 1}, N: 1}, {Atom: []int{1, 0}, N: 1},
	})
	together := 0
	const n = 6000
	for range n {
		w.on(20)
		if count(plan.Functional{Within: yes(0, 1)}, w.population()) == 1 {
			together++
		}
		if !w.fits(w.population()) {
			t.Fatal("the walk shows a population that does not fit")
		}
	}
	// One of the three who has a has b as well in one of three cases.
	if together < n/3-250 || together > n/3+250 {
		t.Errorf("%d of %d, expected a third", together, n)
	}
}

func TestTheWarningDependsOnItsSourceAlone(t *testing.T) {
	s, people := crowd{1, 35, 6, 2, 5}.planned()
	p := threshold(s, people, 5)
	if diff := cmp.Diff(sampled(t, p, people, derived(s)), sampled(t, p, people, derived(s))); diff != "" {
		t.Error(diff)
	}
}

func TestThePosteriorOfTheTrendReport(t *testing.T) {
	s, people := trendReport(t, false)
	p := cautious(s, people, plan.Defaults())
	fs, _ := derive(s, nil, p.Shown)
	began := time.Now()
	found, err := Posterior(p, people, fs, PosteriorOptions{Samples: 300, Random: rand.NewPCG(1, 2)})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Class != Review {
			t.Errorf("%+v", f)
		}
	}
	t.Logf("%d of %d functionals warned of in %s", len(found), len(fs), time.Since(began).Round(time.Millisecond))
}

func TestThePosteriorOfSomethingElseIsRefused(t *testing.T) {
	p, people := lopsided(20, 20)
	fs := []plan.Functional{{Name: "x", Within: yes(0)}}
	for name, err := range map[string]error{
		"other records": func() error {
			_, err := Posterior(p, people[1:], fs, PosteriorOptions{Random: rand.NewPCG(1, 1)})
			return err
		}(),
		"an atom that is none": func() error {
			_, err := Posterior(p, []plan.Count{{Atom: []int{0, 9}, N: 1}}, fs, PosteriorOptions{Random: rand.NewPCG(1, 1)})
			return err
		}(),
		"no source": func() error { _, err := Posterior(p, people, fs, PosteriorOptions{}); return err }(),
		"a functional of nothing": func() error {
			_, err := Posterior(p, people, []plan.Functional{{Within: yes(4)}}, PosteriorOptions{Random: rand.NewPCG(1, 1)})
			return err
		}(),
	} {
		if code := fault.CodeOf(err); code != CodeSystem && code != CodeContradiction {
			t.Errorf("%s: %v", name, err)
		}
	}
}
