package release_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
)

// twoContributors are the slide's persons and some more, with twelve who are
// undocumented, half of them in one organisation and half in another.
func twoContributors(t testing.TB) []release.Counted {
	t.Helper()
	schema := record.NewSchema(codelist.Current())
	var out, undocumented []release.Counted
	for _, c := range persons(t) {
		if has(schema, c, "residence_status", "undocumented") {
			undocumented = append(undocumented, c)
			continue
		}
		out = append(out, c)
	}
	for i := range 12 {
		c := undocumented[i%len(undocumented)]
		c.Organisation = organisation(string(rune('A' + i%2)))
		out = append(out, c)
	}
	return out
}

// about are a draft's findings of one rule.
func about(d release.Draft, rule string) []release.Finding {
	return slices.DeleteFunc(slices.Clone(d.Findings), func(f release.Finding) bool { return f.Rule != rule })
}

// Protector and auditor both see that two organisations alone stand behind a
// count. It is one reason, and one waiver answers it.
func TestFewOrganisationsAreOneFindingACell(t *testing.T) {
	h := open(t)
	h.memory.SetRecords(theYear, twoContributors(t))
	p := tiny(t)
	p.Figures = slide(t).Figures[3:4] // undocumented
	d := h.computed(draftA, p)
	want := []release.Finding{{
		ID: "2025/few_organisations/figure:undocumented", Year: theYear, Class: release.ForReview,
		Rule: "few_organisations", Scope: undocumented, Value: 2, Threshold: 2,
	}}
	if diff := cmp.Diff(want, about(d, "few_organisations")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if d.Summary.Waivable != 1 {
		t.Errorf("%d waivers for %+v", d.Summary.Waivable, d.Findings)
	}
	must[release.Draft](t)(h.Submit(t.Context(), author, draftA, waivers(d)))
	// The contrast: the protector alone says the same under the same id, without
	// numbers; those above are the auditor's.
	h.WithVerdict(auditor.Finding{Class: auditor.Pass, Rule: auditor.RuleVerified})
	alone := about(h.computed(draftB, p), "few_organisations")
	if len(alone) != 1 || alone[0].Value != 0 || alone[0].ID != want[0].ID {
		t.Errorf("without the auditor: %+v", alone)
	}
}

// Findings that two programs agree on stand once, as the worse of them has it;
// others of one name are told apart.
func TestWhatIsFoundTwiceStandsOnce(t *testing.T) {
	few := disclosure.Finding{Rule: disclosure.RuleOrganisations, Class: disclosure.Review, Scope: "x"}
	counted := auditor.Finding{Class: auditor.Review, Rule: auditor.RuleOrganisations, Scope: "x", Desk: auditor.Numbers{Value: 2, Threshold: 2}}
	failed := counted
	failed.Class, failed.Desk.Value = auditor.Fail, 1
	sum := auditor.Finding{Class: auditor.Fail, Rule: auditor.RuleSum, Scope: "s"}
	together := auditor.Finding{Class: auditor.Review, Rule: auditor.RuleConjunction, Scope: "x", Desk: auditor.Numbers{Value: 1}}
	other := together
	other.Desk.Value = 2
	for name, c := range map[string]struct {
		protector []disclosure.Finding
		auditor   []auditor.Finding
		withheld  []string
		want      []string
	}{
		"both":                        {[]disclosure.Finding{few}, []auditor.Finding{counted}, nil, []string{"review 1/few_organisations/x"}},
		"the auditor is stricter":     {[]disclosure.Finding{few}, []auditor.Finding{failed}, nil, []string{"fail 1/few_organisations/x"}},
		"withheld after all":          {[]disclosure.Finding{few}, nil, []string{"x"}, []string{"note 1/few_organisations/x"}},
		"withheld, and shown before":  {[]disclosure.Finding{few}, []auditor.Finding{counted}, []string{"x"}, []string{"review 1/few_organisations/x"}},
		"a sum that should not stand": {[]disclosure.Finding{{Rule: disclosure.RuleSum, Scope: "s"}}, []auditor.Finding{sum}, nil, []string{"fail 1/sum/s"}},
		"two combinations":            {nil, []auditor.Finding{together, other}, nil, []string{"review 1/conjunction/x", "review 1/conjunction/x#2"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range release.Settled(1, c.protector, c.auditor, c.withheld...) {
				got = append(got, string(f.Class)+" "+f.ID)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
