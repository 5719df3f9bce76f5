package release_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
)

// copies gives n more records that some persons might have given.
func copies(records []release.Counted, n int) []release.Counted {
	var out []release.Counted
	for i := range n {
		out = append(out, records[i*7%len(records)])
	}
	return out
}

func TestASecondReleaseThatDiffersByOnePersonIsRefused(t *testing.T) {
	h := open(t)
	h.published(draftA, tiny(t))
	all := demoRecords(t)
	for name, now := range map[string][]release.Counted{
		"one more":                append(slices.Clone(all), copies(persons(t), 1)...),
		"four more":               append(slices.Clone(all), copies(persons(t), 4)...),
		"one less":                all[1:],
		"five less":               all[5:],
		"five more and one less":  append(slices.Clone(all[1:]), copies(persons(t), 5)...),
		"one changed her answers": append(slices.Clone(all[1:]), persons(t)[20]),
	} {
		t.Run(name, func(t *testing.T) {
			h.memory.SetRecords(theYear, now)
			id := release.DraftID("eeeeeeee-0000-4000-8000-000000000001")
			if _, err := h.memory.Draft(t.Context(), id); err != nil {
				h.planned(id, tiny(t))
			}
			d := h.refusedComputation(id, fault.Conflict, release.CodeTooFewChanges)
			if len(d.Findings) != 2 || d.Findings[0].Rule != release.RuleTooFewChanges || d.Findings[0].Threshold != 5 {
				t.Errorf("the desk is told %+v", d.Findings)
			}
		})
	}
	if n := len(h.releases()); n != 1 {
		t.Errorf("%d releases", n)
	}
}

// The contrast, and the second wall: without counting the changes, a person on
// the slide is still refused by the joint protection, because the published
// total would rise by one. One who is not on it would slip through.
func TestWithoutCountingChangesTheJointProtectionRefusesAlone(t *testing.T) {
	h := open(t)
	h.published(draftA, tiny(t))
	h.WithoutEnough()
	h.planned(draftB, tiny(t))
	h.memory.SetRecords(theYear, append(demoRecords(t), copies(persons(t), 1)...))
	_, err := h.Compute(t.Context(), author, draftB)
	if err == nil || fault.CodeOf(err) == release.CodeTooFewChanges {
		t.Errorf("one person more: %v", err)
	}
	h.memory.SetRecords(theYear, append(demoRecords(t), outsiders(t)[0]))
	if _, err := h.Compute(t.Context(), author, draftB); err != nil {
		t.Errorf("the contrast has no teeth: %v", err)
	}
}

// outsiders are the demo's records that are not on the slide.
func outsiders(t testing.TB) []release.Counted {
	t.Helper()
	on := persons(t)
	return slices.DeleteFunc(demoRecords(t), func(c release.Counted) bool {
		return slices.ContainsFunc(on, func(o release.Counted) bool {
			return o.Organisation == c.Organisation && string(o.Answers) == string(c.Answers)
		})
	})
}

func TestAnAddendumIsProtectedTogetherWithWhatWasSaid(t *testing.T) {
	h := open(t)
	h.published(draftA, tiny(t))
	p := tiny(t)
	p.Tables = []plan.Tabulation{ages(requestA).Table}
	d := h.published(draftB, p)
	if d.Kind != plan.Addendum || d.Number != 2 {
		t.Errorf("release %d is of kind %s", d.Number, d.Kind)
	}
	releases := h.releases()
	m := releases[1].Manifest
	if diff := cmp.Diff([]int{1}, m.Replaces); diff != "" || m.Previous != releases[0].Hash {
		t.Errorf("replaces %v", m.Replaces)
	}
	y, _ := releases[1].Protected.Year(theYear)
	before, _ := releases[0].Protected.Year(theYear)
	if y.Earlier == 0 || y.Earlier > len(before.Cells) {
		t.Errorf("%d of its cells are the first release's", y.Earlier)
	}
	figures := func(y plan.Publication) (out []int) {
		for _, f := range y.Figures {
			out = append(out, y.Cells[f.N].Value)
		}
		return out
	}
	if diff := cmp.Diff(figures(before), figures(y)); diff != "" {
		t.Errorf("the figures changed with the same records (-want +got)\n%s", diff)
	}
}

func TestARevisionShowsBothMomentsOrNothing(t *testing.T) {
	h := open(t)
	h.published(draftA, tiny(t))
	h.memory.SetRecords(theYear, append(demoRecords(t), copies(persons(t), 10)...))
	h.planned(draftB, tiny(t))
	d, err := h.Compute(t.Context(), author, draftB)
	if err != nil {
		d = must[release.Draft](t)(h.Read(t.Context(), author, draftB))
		t.Fatalf("%v: %+v", err, d.Findings)
	}
	if d.Kind != plan.Revision {
		t.Errorf("of kind %s", d.Kind)
	}
	must[release.Draft](t)(h.Submit(t.Context(), author, draftB, waivers(d)))
	must[release.Draft](t)(h.Approve(t.Context(), reviewer, draftB, h.version(draftB)))
	must[release.Draft](t)(h.Publish(t.Context(), author, draftB))
	y, _ := h.releases()[1].Protected.Year(theYear)
	values := said(y)
	if values["past0:size:sexual_exploitation_women_girls"] != 35 || values["size:sexual_exploitation_women_girls"] != 45 {
		t.Errorf("%v", values)
	}
}

// Six of the slide are taken back and ten others come: who of them has what is
// denied by others who may have gone or come, and every figure of before stands.
func TestARevisionOfTheSlideAfterRecordsCameAndWent(t *testing.T) {
	h := open(t)
	h.published(draftA, slide(t))
	all, on := demoRecords(t), persons(t)
	for _, gone := range on[3:9] {
		i := slices.IndexFunc(all, func(c release.Counted) bool {
			return c.Organisation == gone.Organisation && string(c.Answers) == string(gone.Answers)
		})
		all = slices.Delete(all, i, i+1)
	}
	h.memory.SetRecords(theYear, append(all, copies(on[9:], 10)...))
	h.planned(draftB, slide(t))
	d, err := h.Compute(t.Context(), author, draftB)
	if err != nil {
		d = must[release.Draft](t)(h.Read(t.Context(), author, draftB))
		t.Fatalf("%v: %+v", err, d.Findings)
	}
	must[release.Draft](t)(h.Submit(t.Context(), author, draftB, waivers(d)))
	must[release.Draft](t)(h.Approve(t.Context(), reviewer, draftB, h.version(draftB)))
	must[release.Draft](t)(h.Publish(t.Context(), author, draftB))
	first, _ := h.releases()[0].Protected.Year(theYear)
	again, _ := h.releases()[1].Protected.Year(theYear)
	values := said(again)
	for name, value := range said(first) {
		if got, shown := values["past0:"+name]; !shown || got != value {
			t.Errorf("%s was %d and is %d now, shown %v", name, value, got, shown)
		}
	}
	if values["size:sexual_exploitation_women_girls"] != 39 {
		t.Errorf("%v", values)
	}
}

// A withdrawn release was seen: it stays in the history.
func TestAWithdrawnReleaseStaysInTheHistory(t *testing.T) {
	h := open(t)
	h.published(draftA, tiny(t))
	must[plan.Withdrawal](t)(h.Withdraw(t.Context(), author, 1, regret))
	h.memory.SetRecords(theYear, append(demoRecords(t), copies(persons(t), 1)...))
	h.planned(draftB, tiny(t))
	h.refusedComputation(draftB, fault.Conflict, release.CodeTooFewChanges)
}

// Without the records that an earlier release was made from, nothing is added
// to it.
func TestAHistoryThatCannotBeReadStopsEverything(t *testing.T) {
	for name, tamper := range map[string]func(*release.Artefacts){
		"no snapshot":              func(a *release.Artefacts) { a.Frozen = nil },
		"a flipped byte":           func(a *release.Artefacts) { a.Frozen = slices.Clone(a.Frozen); a.Frozen[len(a.Frozen)/2] ^= 1 },
		"another manifest":         func(a *release.Artefacts) { a.Manifest = append(slices.Clone(a.Manifest), ' ') },
		"another content":          func(a *release.Artefacts) { a.Content = append(slices.Clone(a.Content), ' ') },
		"another's certificate":    func(a *release.Artefacts) { a.Certificate = append(slices.Clone(a.Certificate), 0) },
		"a snapshot anybody makes": func(a *release.Artefacts) { a.Frozen = forged(t, draftA) },
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.published(draftA, tiny(t))
			h.memory.Tamper(draftA, tamper)
			h.planned(draftB, tiny(t))
			h.refusedComputation(draftB, fault.Conflict, release.CodeHistory)
		})
	}
}

// forged is a snapshot that somebody without the release secret seals to the
// public key.
func forged(t testing.TB, id release.DraftID) []byte {
	t.Helper()
	text := []byte(`{"draft":"` + string(id) + `","plan":"","years":[],"content":"","certificate":""}`)
	return must[[]byte](t)(keysOf(t).History.Recipient().Seal("casestat snapshot of draft "+string(id), text))
}

// TestAThirdReleaseKeepsWhatTwoToldTogether: what releases 1 and 2 tell about
// those who came between them is protected again when release 3 is.
func TestAThirdReleaseKeepsWhatTwoToldTogether(t *testing.T) {
	h := open(t)
	h.published(draftA, tiny(t))
	more := append(demoRecords(t), copies(persons(t), 10)...)
	h.memory.SetRecords(theYear, more)
	h.published(draftB, tiny(t))
	h.memory.SetRecords(theYear, append(more, copies(persons(t), 20)...))
	third := release.DraftID("eeeeeeee-0000-4000-8000-000000000003")
	d := h.published(third, tiny(t))
	if d.Number != 3 || d.Kind != plan.Revision {
		t.Errorf("release %d of kind %s", d.Number, d.Kind)
	}
	m := h.releases()[2].Manifest
	if diff := cmp.Diff([]int{1, 2}, m.Replaces); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	a := must[release.Artefacts](t)(h.memory.Artefacts(t.Context(), third))
	c := must[release.Certificate](t)(release.OpenCertificate(keysOf(t).certificates, a.Certificate, m))
	wanted := map[string]bool{"come:past1:size:sexual_exploitation_women_girls@past0:size:sexual_exploitation_women_girls": false}
	for _, f := range c.Years[0].Proof.Declared {
		if _, is := wanted[f.Name]; is {
			wanted[f.Name] = true
		}
	}
	for name, declared := range wanted {
		if !declared {
			t.Errorf("%s is not declared", name)
		}
	}
	if y := c.Years[0]; len(y.Proof.Earlier) != 2 {
		t.Errorf("%d patterns of earlier releases", len(y.Proof.Earlier))
	}
}

// Two years in one plan: one that was released before, and one that was not.
func TestAPlanOfTwoYears(t *testing.T) {
	h := open(t)
	h.withOtherYear()
	h.published(draftA, tiny(t))
	p := tiny(t)
	p.Years = []int{otherYear, theYear}
	d := h.published(draftB, p)
	if d.Kind != plan.Addendum {
		t.Errorf("of kind %s", d.Kind)
	}
	r := h.releases()[1]
	if diff := cmp.Diff([]int{otherYear, theYear}, r.Years()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	fresh, _ := r.Protected.Year(otherYear)
	known, _ := r.Protected.Year(theYear)
	if fresh.Earlier != 0 || known.Earlier == 0 {
		t.Errorf("%d and %d cells were known", fresh.Earlier, known.Earlier)
	}
}
