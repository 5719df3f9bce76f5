package attack

import (
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// planted is the seed of the population that the controls are run on: one whose
// small counts can all be computed from eight tables of two answers.
const planted = 2674

// against runs every attack on contents that were published and names the
// organisations' records.
func against(t *testing.T, people []person, contents ...plan.Content) Report {
	t.Helper()
	target := serve(t, contents...)
	target.Truth, target.Bit = truth(people), fieldOf(bit)
	report, err := Run(t.Context(), target, Options{Short: true, Steps: enough, Repeats: 2})
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Results) != 18 {
		t.Fatalf("%d attacks, want 18", len(report.Results))
	}
	return report
}

// numbers finds a figure of an attack.
func numbers(t *testing.T, r Report, attack int, name string) (n, of int) {
	t.Helper()
	for _, f := range r.Results[attack-1].Figures {
		if f.Name == name {
			if f.Of != nil {
				of = *f.Of
			}
			return f.N, of
		}
	}
	t.Fatalf("attack %d has no figure %q: %v", attack, name, r.Results[attack-1])
	return 0, 0
}

func statuses(t *testing.T, r Report, want Status, attacks ...int) {
	t.Helper()
	for _, n := range attacks {
		if got := r.Results[n-1]; got.Status != want {
			t.Errorf("attack %d (%s) is %s, want %s: %s %v", n, got.Name, got.Status, want, got.Reason, got.Figures)
		}
	}
}

const (
	recovered = "withheld counts recovered"
	provably  = "complete records provably present"
)

// The positive control: a threshold alone is broken, and the more tables the
// more thoroughly.
func TestContrastAThresholdAloneIsBrokenFromOneWayTables(t *testing.T) {
	r := against(t, population(planted), baseline(population(planted), nil))
	for _, attack := range []int{2, 3, 4} {
		if n, of := numbers(t, r, attack, recovered); n < 8 || of != 10 {
			t.Errorf("attack %d recovers %d of %d withheld counts, want 8 of 10", attack, n, of)
		}
	}
	statuses(t, r, Broken, 2, 3, 4, 8, 14)
	statuses(t, r, Reported, 9)
	if !r.Broken() {
		t.Error("the report does not say so")
	}
}

func TestContrastAThresholdAloneIsBrokenFromEightTables(t *testing.T) {
	r := against(t, population(planted), baseline(population(planted), pairs(8)))
	if n, of := numbers(t, r, 2, recovered); n != of || of < 40 {
		t.Errorf("the line attack recovers %d of %d withheld counts, want all of 40", n, of)
	}
	if n, of := numbers(t, r, 4, recovered); n != of || of < 40 {
		t.Errorf("reconstruction recovers %d of %d withheld counts, want all of 40", n, of)
	}
	statuses(t, r, Broken, 1, 2, 3, 4, 8, 12, 14)
}

func TestContrastAThresholdAloneGivesWholeRecordsAway(t *testing.T) {
	r := against(t, population(planted), baseline(population(planted), pairs(allPairs)))
	if n, of := numbers(t, r, 4, provably); n < 25 || of != 35 {
		t.Errorf("%d of %d records are provably present, want at least 25 of 35", n, of)
	}
	if n, of := numbers(t, r, 11, "persons of whom something is certain"); n < 30 || of != 35 {
		t.Errorf("of %d of %d persons something is certain, want at least 30", n, of)
	}
	statuses(t, r, Broken, 1, 2, 3, 4, 8, 11, 12, 14, 18)
}

// What casestat publishes of the same records holds: with merging, as it is
// meant to be used, and without, when it can only withhold.
func TestTheProductHolds(t *testing.T) {
	people := population(planted)
	for _, c := range []struct {
		name     string
		content  plan.Content
		withhold bool
	}{
		{"one-way tables", product(t.Context(), t, people, nil), false},
		{"three tables of two, as many as are admitted", product(t.Context(), t, people, pairs(3)), false},
		{"one-way tables, unmerged", withheld(t.Context(), t, people, nil), true},
		{"three tables of two, unmerged", withheld(t.Context(), t, people, pairs(3)), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := against(t, people, c.content)
			statuses(t, r, Held, 1, 2, 3, 4, 5, 7, 8, 11, 12, 13, 16, 17, 18)
			if r.Broken() {
				t.Errorf("%d attacks break it", r.Count(Broken))
			}
			for _, attack := range []int{1, 2, 3, 4} {
				if n, of := numbers(t, r, attack, recovered); n != 0 || c.withhold && of == 0 {
					t.Errorf("attack %d recovers %d of %d", attack, n, of)
				}
			}
			if n, of := numbers(t, r, 4, provably); n != 0 || of != 35 {
				t.Errorf("%d of %d records are provably present", n, of)
			}
			if n, _ := numbers(t, r, 4, "populations found that agree with everything"); n < 2 {
				t.Errorf("%d populations: nothing was held against anything", n)
			}
			if c.withhold {
				statuses(t, r, Held, 14)
			}
		})
	}
}
