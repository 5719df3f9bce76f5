package release_test

import (
	"bytes"
	"context"
	"fmt"
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

// refusedComputation computes and checks everything that a refusal leaves behind.
func (h *house) refusedComputation(id release.DraftID, kind fault.Kind, code fault.Code) release.Draft {
	h.t.Helper()
	_, err := h.Compute(h.t.Context(), author, id)
	wantRefusal(h.t, err, kind, code)
	deed := lastDeed(h.memory.Deeds())
	if deed.Deed != release.DeedRefused || deed.Reason != string(code) || len(deed.Subjects) != 1 {
		h.t.Errorf("the ledger says %+v", deed)
	}
	d := must[release.Draft](h.t)(h.Read(h.t.Context(), author, id))
	if d.State != release.Planned || d.Summary != (release.Summary{}) {
		h.t.Errorf("after a refusal: %s %+v", d.State, d.Summary)
	}
	for _, f := range d.Findings {
		if f.Class != release.Fail {
			h.t.Errorf("kept %+v", f)
		}
	}
	a := must[release.Artefacts](h.t)(h.memory.Artefacts(h.t.Context(), id))
	if diff := cmp.Diff(release.Artefacts{}, a); diff != "" {
		h.t.Errorf("something was kept: %s", diff)
	}
	return d
}

func TestAYearThatIsNotClosedIsNotCounted(t *testing.T) {
	for _, state := range []record.PeriodState{record.PeriodOpen, record.PeriodCorrecting, ""} {
		h := open(t)
		h.memory.SetPeriod(theYear, state)
		h.planned(draftA, tiny(t))
		h.refusedComputation(draftA, fault.Conflict, release.CodePeriodNotClosed)
	}
}

func TestRecordsOfAnotherCodebookAreNotCounted(t *testing.T) {
	h := open(t)
	records := demoRecords(t)
	records[3].Codebook++
	h.memory.SetRecords(theYear, records)
	h.planned(draftA, tiny(t))
	h.refusedComputation(draftA, fault.Conflict, release.CodeCodebookOther)
}

func TestATooSmallUniverseIsNotPublished(t *testing.T) {
	h := open(t)
	h.memory.SetRecords(theYear, persons(t)[:4])
	h.planned(draftA, tiny(t))
	h.refusedComputation(draftA, fault.Conflict, release.CodeUniverseTooSmall)
	h.memory.SetRecords(theYear, nil)
	h.refusedComputation(draftA, fault.Conflict, release.CodeUniverseTooSmall)
}

func TestAnInadmissibleTableIsRefusedAndPointedAt(t *testing.T) {
	h := open(t)
	p := tiny(t)
	one := ages(requestA).Table
	wide := one
	wide.Name = "wide"
	wide.Dimensions = []plan.Dimension{{Field: "age_band"}, {Field: "residence_status"}, {Field: "first_contact"}}
	p.Tables = []plan.Tabulation{one, wide}
	h.planned(draftA, p)
	_, err := h.Compute(t.Context(), author, draftA)
	wantRefusal(t, err, fault.Invalid, release.CodeTableInadmissible)
	d := details(err)
	if len(d) != 1 || d[0].Pointer != "/tables/1" || !strings.HasPrefix(string(d[0].Code), "plan_") {
		t.Errorf("%+v", d)
	}
	h.refusedComputation(draftA, fault.Invalid, release.CodeTableInadmissible)
}

func TestOneDraftIsComputedAtATime(t *testing.T) {
	h := open(t)
	h.planned(draftA, tiny(t))
	free := h.Busy()
	_, err := h.Compute(t.Context(), author, draftA)
	wantRefusal(t, err, fault.Unavailable, release.CodeBusy)
	free()
	must[release.Draft](t)(h.Compute(t.Context(), author, draftA))
}

// What ends because the caller left, or a store is away, changes nothing.
func TestAFailureLeavesTheDraftAsItWas(t *testing.T) {
	h := open(t)
	before := h.planned(draftA, tiny(t))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Compute(ctx, author, draftA); err == nil {
		t.Error("computed for nobody")
	}
	for _, step := range []string{"snapshot", "begin", "draft", "artefacts", "append", "commit"} {
		h.memory.Fail = failing(step)
		if _, err := h.Compute(t.Context(), author, draftA); err == nil {
			t.Errorf("%s failed, and nobody heard of it", step)
		}
		h.memory.Fail = nil
		after := must[release.Draft](t)(h.memory.Draft(t.Context(), draftA))
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("%s (-want +got)\n%s", step, diff)
		}
	}
	_, err := h.Compute(t.Context(), author, draftB)
	wantRefusal(t, err, fault.NotFound, release.CodeDraftUnknown)
}

// A plan that comes in while the old one is computed is not lost.
func TestAComputationOfAnOldPlanIsThrownAway(t *testing.T) {
	h := open(t)
	h.planned(draftA, tiny(t))
	asked := 0
	h.memory.Fail = func(step string) error {
		if asked++; step == "snapshot" && asked == 1 {
			must[release.Draft](t)(h.Plan(t.Context(), colleague, draftA, document(t, slide(t)), 1))
		}
		return nil
	}
	_, err := h.Compute(t.Context(), author, draftA)
	wantRefusal(t, err, fault.Stale, release.CodeDraftChanged)
	d := must[release.Draft](t)(h.memory.Draft(t.Context(), draftA))
	if d.Version != 2 || d.State != release.Planned || d.Author.Client != colleague.Client {
		t.Errorf("%+v", d)
	}
}

func TestTheSameComputationGivesTheSameBytes(t *testing.T) {
	p := tiny(t)
	p.Tables = []plan.Tabulation{ages(requestA).Table}
	var contents [][]byte
	var found [][]release.Finding
	for range 2 {
		h := open(t)
		records := demoRecords(t)
		if len(contents) == 1 { // the order in which they come is nobody's business
			slices.Reverse(records)
		}
		h.memory.SetRecords(theYear, records)
		d := h.computed(draftA, p)
		a := must[release.Artefacts](t)(h.memory.Artefacts(t.Context(), draftA))
		contents, found = append(contents, a.Content), append(found, d.Findings)
	}
	if !bytes.Equal(contents[0], contents[1]) {
		t.Error("two computations of the same differ")
	}
	if diff := cmp.Diff(found[0], found[1]); diff != "" {
		t.Error(diff)
	}
}

// Nothing that lies beside the records in clear holds an organisation, an
// answer or a witness.
func TestNothingSecretIsKeptInClear(t *testing.T) {
	h := open(t)
	h.computed(draftA, tiny(t))
	a := must[release.Artefacts](t)(h.memory.Artefacts(t.Context(), draftA))
	name := []byte(organisation("A"))
	if bytes.Contains(a.Content, []byte(`"`+plan.OrganisationAxis+`"`)) || bytes.Contains(a.Content, name) {
		t.Error("the content speaks of organisations")
	}
	opened := must[[]byte](t)(keysOf(t).certificates.Unseal("casestat certificate of a release, format 1", a.Certificate))
	snapshot := must[[]byte](t)(keysOf(t).History.Unseal(fmt.Sprintf("casestat snapshot of draft %s, year %d", draftA, theYear), a.Years[0].Records))
	tie := must[[]byte](t)(keysOf(t).History.Unseal("casestat snapshot of draft "+string(draftA), a.Frozen))
	if bytes.Contains(tie, name) || bytes.Contains(tie, []byte("answers")) {
		t.Error("what ties the years together holds records, and would outlast them")
	}
	for what, b := range map[string][2][]byte{"certificate": {a.Certificate, opened}, "snapshot": {a.Years[0].Records, snapshot}} {
		if bytes.Contains(b[0], name) || bytes.Contains(b[0], []byte("answers")) {
			t.Errorf("the %s is not sealed", what)
		}
		if !bytes.Contains(b[1], name) { // the contrast: it is there to be sealed
			t.Errorf("the %s does not say whose the records are", what)
		}
	}
}

func TestTheAuditorsWordIsFinal(t *testing.T) {
	h := open(t)
	h.WithVerdict(auditor.Finding{Class: auditor.Fail, Rule: auditor.RuleWitness, Scope: "count:x", View: "public", Desk: auditor.Numbers{Value: 3, Threshold: 5}})
	h.planned(draftA, tiny(t))
	d := h.refusedComputation(draftA, fault.Conflict, release.CodeNotProved)
	want := []release.Finding{{
		ID: "2025/witness/count:x/public", Year: theYear, Class: release.Fail, Rule: "witness", Scope: "count:x", View: "public", Value: 3, Threshold: 5,
	}}
	if diff := cmp.Diff(want, d.Findings); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	h.WithVerdict() // an examination that found nothing at all did not take place
	h.refusedComputation(draftA, fault.Conflict, release.CodeNotProved)
	h.WithVerdict(auditor.Finding{Class: auditor.Pass, Rule: auditor.RuleVerified})
	must[release.Draft](t)(h.Compute(t.Context(), author, draftA))
}

// persons are the demo's records that stand on the slide.
func persons(t testing.TB) []release.Counted {
	t.Helper()
	schema := record.NewSchema(codelist.Current())
	return slices.DeleteFunc(demoRecords(t), func(c release.Counted) bool {
		met := has(schema, c, "earlier_member_contacts", "one") || has(schema, c, "earlier_member_contacts", "two") ||
			has(schema, c, "earlier_member_contacts", "three_or_more")
		woman := has(schema, c, "gender", "woman") || has(schema, c, "gender", "trans_woman")
		return met || !woman || !has(schema, c, "person_role", "directly_exploited") || !has(schema, c, "exploitation_types", "sexual") ||
			has(schema, c, "identification_status", "ruled_out") || has(schema, c, "consent_statistics", "minimal")
	})
}

func has(s *record.Schema, c release.Counted, field codelist.FieldName, code codelist.Code) bool {
	for _, column := range s.Columns {
		if column.Field.Name == field {
			return s.Has(c.Answers, column, code)
		}
	}
	return false
}

// withUndocumented gives the persons of the slide with the undocumented ones
// spread over the organisations in a given way.
func withUndocumented(t testing.TB, spread ...int) []release.Counted {
	t.Helper()
	schema := record.NewSchema(codelist.Current())
	out := persons(t)
	org := 0
	for i := range out {
		if !has(schema, out[i], "residence_status", "undocumented") {
			continue
		}
		for spread[org] == 0 {
			org++
		}
		spread[org]--
		out[i].Organisation = organisation(string(rune('A' + org)))
	}
	return out
}

const undocumented = "figure:undocumented"

// TestOneRecordMovedWithholdsTheFigure: with 3, 1, 1, 1, 1 undocumented persons
// the figure stands; with one of them moved to the first organisation, so few
// are left to the others that the first would know too much.
func TestOneRecordMovedWithholdsTheFigure(t *testing.T) {
	shown := func(required bool, spread ...int) (release.Draft, map[string]int, error) {
		h := open(t)
		h.WithInsider(func(context.Context) {}) // the proof is looked at here
		h.memory.SetRecords(theYear, withUndocumented(t, spread...))
		p := slide(t)
		for i := range p.Figures {
			p.Figures[i].Required = required && p.Figures[i].Name == "undocumented"
		}
		h.planned(draftA, p)
		if _, err := h.Compute(t.Context(), author, draftA); err != nil {
			if required {
				h.refusedComputation(draftA, fault.KindOf(err), fault.CodeOf(err))
			}
			return must[release.Draft](t)(h.Read(t.Context(), author, draftA)), nil, err
		}
		content := must[*disclosure.Protected](t)(h.Content(t.Context(), reviewer, draftA))
		y, _ := content.Year(theYear)
		return release.Draft{}, said(y), nil
	}
	if _, values, err := shown(true, 3, 1, 1, 1, 1); err != nil || values[undocumented] != 7 {
		t.Fatalf("3, 1, 1, 1, 1: %v %v", err, values)
	}
	_, values, err := shown(false, 4, 1, 1, 1, 0)
	if _, is := values[undocumented]; err != nil || is || values["size:sexual_exploitation_women_girls"] != 35 {
		t.Errorf("4, 1, 1, 1, 0: %v %v", err, values)
	}
	d, _, err := shown(true, 4, 1, 1, 1, 0)
	wantRefusal(t, err, fault.Withheld, disclosure.CodeRequiredCell)
	if !slices.ContainsFunc(d.Findings, func(f release.Finding) bool { return f.Class == release.Fail && f.Scope == undocumented }) {
		t.Errorf("the desk is not told why: %+v", d.Findings)
	}
}
