package release_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
)

// fewUndocumented are the slide's persons without four of the undocumented, so
// that three are left: a count that is withheld because it is small.
func fewUndocumented(t testing.TB) []release.Counted {
	t.Helper()
	schema, gone := record.NewSchema(codelist.Current()), 0
	return slices.DeleteFunc(persons(t), func(c release.Counted) bool {
		if gone < 4 && has(schema, c, "residence_status", "undocumented") {
			gone++
			return true
		}
		return false
	})
}

func withFew(t testing.TB) (*house, *plan.Plan) {
	t.Helper()
	h := open(t)
	h.memory.SetRecords(theYear, fewUndocumented(t))
	p := tiny(t)
	p.Figures = slide(t).Figures[3:4] // undocumented
	return h, p
}

// telltale protects as the protector does, but publishes nothing unless the
// figure is what it truly is: a decision that follows the value.
func telltale(
	ctx context.Context, l plan.Layout, p disclosure.Problem, seed disclosure.Seed,
) (disclosure.Prepared, error) {
	for _, c := range l.Base.Cells {
		if c.Name == undocumented && release.Holds(c, p.Data) != 3 {
			return disclosure.Prepared{}, fault.New(fault.Withheld, disclosure.CodeNotDeniable)
		}
	}
	return disclosure.Prepare(ctx, l, p, seed)
}

// A pattern that gives a value away is warned of: the contrast to ours is a
// protector whose decision follows the value.
func TestAPatternThatGivesAValueAwayIsWarnedOf(t *testing.T) {
	h, p := withFew(t)
	if found := about(h.computed(draftA, p), string(auditor.RuleMatching)); len(found) != 0 {
		t.Errorf("ours gives it away: %+v", found)
	}
	h.WithProtector(telltale)
	d := must[release.Draft](t)(h.Compute(t.Context(), author, draftA))
	want := []release.Finding{{
		ID: "2025/matching/figure:undocumented", Year: theYear, Class: release.ForReview, Rule: "matching",
		Scope: undocumented, Value: 1, Threshold: 3,
	}}
	if diff := cmp.Diff(want, about(d, string(auditor.RuleMatching))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	_, err := h.Submit(t.Context(), author, draftA, nil)
	wantRefusal(t, err, fault.Conflict, release.CodeFindingsStand)
}

// The seeds of the other runs are others, and all the same from one
// computation to the next.
func TestMatchingIsReproducible(t *testing.T) {
	h, p := withFew(t)
	h.planned(draftA, p)
	play := func() (seeds []string, found []release.Finding) {
		h.WithProtector(func(ctx context.Context, l plan.Layout, p disclosure.Problem, s disclosure.Seed) (disclosure.Prepared, error) {
			seeds = append(seeds, string(s[:]))
			return telltale(ctx, l, p, s)
		})
		return seeds, must[release.Draft](t)(h.Compute(t.Context(), author, draftA)).Findings
	}
	seeds, found := play()
	again, foundAgain := play()
	if diff := cmp.Diff(seeds, again); diff != "" || len(seeds) < 20 {
		t.Errorf("%d runs (-first +second)\n%s", len(seeds), diff)
	}
	if diff := cmp.Diff(found, foundAgain); diff != "" {
		t.Errorf("(-first +second)\n%s", diff)
	}
	a := must[release.Artefacts](t)(h.memory.Artefacts(t.Context(), draftA))
	c := must[release.Certificate](t)(release.OpenCertificate(keysOf(t).certificates, a.Certificate, manifestOf(a)))
	if slices.Contains(seeds, string(c.Years[0].Seed[:])) {
		t.Error("the attacker is given the protector's own seed")
	}
}

// What was not examined is said, and stops nothing.
func TestWhereMatchingIsNotExaminedIsNoted(t *testing.T) {
	for _, runs := range []int{0, 19, 25} {
		h, p := withFew(t)
		h.WithRuns(runs)
		h.WithProtector(telltale)
		d := h.computed(draftA, p)
		notes := about(d, release.RuleNotMatched)
		if len(notes) != 1 || notes[0].Class != release.Note || notes[0].Scope != undocumented || d.Summary.Waivable != 0 {
			t.Errorf("%d runs: %+v", runs, d.Findings)
		}
	}
	h, _ := withFew(t)
	d := h.computed(draftA, tiny(t))
	if len(about(d, release.RuleNotMatched)) != 0 {
		t.Errorf("nothing is withheld: %+v", d.Findings)
	}
}

// A failure while matching is a failure, and no finding.
func TestAFailureWhileMatchingIsNoFinding(t *testing.T) {
	h, p := withFew(t)
	broken := errors.New("out of memory")
	h.WithProtector(func(context.Context, plan.Layout, disclosure.Problem, disclosure.Seed) (disclosure.Prepared, error) {
		return disclosure.Prepared{}, broken
	})
	before := h.planned(draftA, p)
	if _, err := h.Compute(t.Context(), author, draftA); !errors.Is(err, broken) || !strings.Contains(err.Error(), "2025") {
		t.Errorf("%v", err)
	}
	if d := must[release.Draft](t)(h.memory.Draft(t.Context(), draftA)); d.Version != before.Version {
		t.Errorf("%+v", d)
	}
}
