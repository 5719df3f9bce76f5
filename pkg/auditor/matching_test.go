package auditor

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// three is 13 persons: 10, 2 and 1 of three kinds, the two small counts being
// withheld.
func three() (Published, []plan.Count) {
	s := plan.System{Axes: []plan.Axis{{Name: "kind", Categories: []string{"x", "y", "z"}}}, Cells: []plan.Cell{{Name: "all", Rank: plan.Total}}}
	for c, name := range s.Axes[0].Categories {
		s.Cells = append(s.Cells, plan.Cell{Name: name, Where: plan.Selection{{Axis: 0, Categories: []int{c}}}})
	}
	people := []plan.Count{{Atom: []int{0}, N: 10}, {Atom: []int{1}, N: 2}, {Atom: []int{2}, N: 1}}
	return threshold(s, people, 5), people
}

// hiding withholds what is from least to 4.
func hiding(s plan.System, least int) Protect {
	return func(_ context.Context, data []plan.Count, _ uint64) (plan.Pattern, error) {
		var pattern plan.Pattern
		for i, c := range s.Cells {
			v := quantity{{termOf(c), 1}}.of(data)
			pattern = append(pattern, i == 0 || v < least || v > 4)
		}
		return pattern, nil
	}
}

// TestAPatternThatOnlyTwoValuesLeadTo: where zeros are shown, two withheld
// counts of 3 persons are 1 and 2 or 2 and 1. The contrast: zeros are withheld
// as well, and there are four ways.
func TestAPatternThatOnlyTwoValuesLeadTo(t *testing.T) {
	p, people := three()
	for least, want := range map[int]int{1: 2, 0: 0} {
		found, err := Matching(t.Context(), p, people, MatchingOptions{
			Protect: hiding(p.System, least), Cells: []int{2, 3}, Random: rand.NewPCG(1, 1),
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != want {
			t.Errorf("withheld from %d: %+v", least, found)
		}
		for _, f := range found {
			if f.Class != Review || f.Rule != RuleMatching || f.Desk != (Numbers{2, 3}) {
				t.Errorf("%+v", f)
			}
		}
	}
}

// TestASeedThatLeadsToThePatternIsEnough: the protector draws; the value is
// kept when one of its draws comes out so.
func TestASeedThatLeadsToThePatternIsEnough(t *testing.T) {
	p, people := three()
	hide := hiding(p.System, 0)
	only := func(lucky uint64) Protect {
		return func(ctx context.Context, data []plan.Count, seed uint64) (plan.Pattern, error) {
			if seed != lucky {
				return nil, nil
			}
			return hide(ctx, data, seed)
		}
	}
	for lucky, want := range map[uint64]int{7: 0, 20: 1} {
		found, err := Matching(t.Context(), p, people, MatchingOptions{Protect: only(lucky), Cells: []int{2}, Random: rand.NewPCG(1, 1)})
		if err != nil || len(found) != want {
			t.Errorf("seed %d: %+v %v", lucky, found, err)
		}
	}
}

func TestMatchingIsRefusedOrEnds(t *testing.T) {
	p, people := three()
	broken := errors.New("broken")
	o := MatchingOptions{Protect: hiding(p.System, 0), Cells: []int{2}, Random: rand.NewPCG(1, 1)}
	with := func(change func(*MatchingOptions)) error {
		o := o
		change(&o)
		_, err := Matching(t.Context(), p, people, o)
		return err
	}
	for name, change := range map[string]func(*MatchingOptions){
		"a cell that is shown":     func(o *MatchingOptions) { o.Cells = []int{1} },
		"a cell that is not there": func(o *MatchingOptions) { o.Cells = []int{9} },
		"no protector":             func(o *MatchingOptions) { o.Protect = nil },
		"no source":                func(o *MatchingOptions) { o.Random = nil },
		"too many values":          func(o *MatchingOptions) { o.Most = manyValues + 1 },
	} {
		if err := with(change); fault.CodeOf(err) != CodeSystem {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Matching(t.Context(), p, people[1:], o); fault.CodeOf(err) != CodeContradiction {
		t.Errorf("other records: %v", err)
	}
	failing := func(o *MatchingOptions) {
		o.Protect = func(context.Context, []plan.Count, uint64) (plan.Pattern, error) { return nil, broken }
	}
	if err := with(failing); !errors.Is(err, broken) {
		t.Errorf("a protector that fails: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Matching(gone, p, people, o); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
