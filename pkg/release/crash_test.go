package release_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
)

// TestT23_PublishingAgainAfterACrashMakesOneRelease: whichever step fails,
// and whether or not its effect is there, another process publishing again
// ends with one release, one deed for it, and no gap.
func TestT23_PublishingAgainAfterACrashMakesOneRelease(t *testing.T) {
	type place struct {
		archive bool
		step    string
		nth     int // which time the step is reached while publishing
	}
	var places []place
	for _, step := range []string{"begin", "snapshot", "draft", "artefacts", "append", "commit", "committed"} {
		for nth := range 2 {
			places = append(places, place{step: step, nth: nth})
		}
	}
	places = append(places, place{true, "publish", 0}, place{true, "published", 0})
	for _, p := range places {
		t.Run(fmt.Sprintf("%s %d", p.step, p.nth), func(t *testing.T) {
			h := open(t)
			h.approved(draftA, tiny(t))
			crashed, seen := false, 0
			crash := func(step string) error {
				if step != p.step {
					return nil
				}
				if seen++; seen-1 == p.nth {
					crashed = true
					return errors.New("the process is gone")
				}
				return nil
			}
			if p.archive {
				h.archive.Fail = crash
			} else {
				h.memory.Fail = crash
			}
			_, err := h.Publish(t.Context(), author, draftA)
			if crashed != (err != nil) {
				t.Fatalf("crashed %t: %v", crashed, err)
			}
			if p.nth == 0 && !crashed {
				t.Errorf("publishing never comes by %s", p.step)
			}
			h.memory.Fail, h.archive.Fail = nil, nil
			h.again()
			d := must[release.Draft](t)(h.Publish(t.Context(), colleague, draftA))
			if d.State != release.Published || d.Number != 1 || len(h.releases()) != 1 || len(h.archive.Deeds()) != 1 {
				t.Errorf("%s, number %d, %d releases, %d deeds", d.State, d.Number, len(h.releases()), len(h.archive.Deeds()))
			}
			h.published(draftB, tiny(t))
			if n := h.releases()[1].Manifest.Number; n != 2 {
				t.Errorf("the next release has number %d", n)
			}
		})
	}
}

func TestT23_PublishingTwiceIsPublishingOnce(t *testing.T) {
	h := open(t)
	first := h.published(draftA, tiny(t))
	again := must[release.Draft](t)(h.Publish(t.Context(), author, draftA))
	if diff := cmp.Diff(first, again); diff != "" || len(h.releases()) != 1 {
		t.Errorf("%s, %d releases", diff, len(h.releases()))
	}
}

// Several processes publish the same draft at once.
func TestT23_TwoProcessesPublishTheSameDraft(t *testing.T) {
	h := open(t)
	h.approved(draftA, tiny(t))
	answers := make(chan error, 4)
	for range cap(answers) {
		s := must[*release.Service](t)(release.New(h.deps))
		go func() {
			_, err := s.Publish(context.WithoutCancel(t.Context()), author, draftA)
			answers <- err
		}()
	}
	for range cap(answers) {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
	if len(h.releases()) != 1 || len(h.archive.Deeds()) != 1 {
		t.Errorf("%d releases, %d deeds", len(h.releases()), len(h.archive.Deeds()))
	}
}

// otherYear is the demo's year again, as another year: nothing that is said of
// it bears on the first.
const otherYear = theYear - 1

func (h *house) withOtherYear() {
	h.memory.SetPeriod(otherYear, record.PeriodClosed)
	h.memory.SetRecords(otherYear, demoRecords(h.t))
}

// A number that somebody else takes in between is not taken twice: the draft is
// frozen again under the next one.
func TestANumberThatIsTakenIsNotTakenTwice(t *testing.T) {
	h := open(t)
	h.withOtherYear()
	elsewhere := tiny(t)
	elsewhere.Years = []int{otherYear}
	h.approved(draftA, tiny(t))
	h.approved(draftB, elsewhere)
	h.archive.Fail = failing("publish")
	if _, err := h.Publish(t.Context(), author, draftA); err == nil {
		t.Fatal("the archive was away, and nobody heard of it")
	}
	if d := must[release.Draft](t)(h.memory.Draft(t.Context(), draftA)); d.Number != 1 || d.State != release.Approved {
		t.Fatalf("%+v", d)
	}
	if d := must[release.Draft](t)(h.Publish(t.Context(), author, draftB)); d.Number != 1 {
		t.Errorf("the quicker one has number %d", d.Number)
	}
	if d := must[release.Draft](t)(h.Publish(t.Context(), author, draftA)); d.Number != 2 {
		t.Errorf("the slower one has number %d", d.Number)
	}
	// Both can be found again, though both once had number 1.
	third := release.DraftID("eeeeeeee-0000-4000-8000-000000000003")
	h.computed(third, tiny(t))
}

// The same in the moment between looking and adding.
func TestANumberTakenWhilePublishing(t *testing.T) {
	h := open(t)
	h.withOtherYear()
	elsewhere := tiny(t)
	elsewhere.Years = []int{otherYear}
	h.approved(draftA, tiny(t))
	h.approved(draftB, elsewhere)
	rival := must[*release.Service](t)(release.New(h.deps))
	taken := false
	h.archive.Fail = func(step string) error {
		if step == "publish" && !taken {
			taken = true
			must[release.Draft](t)(rival.Publish(t.Context(), author, draftB))
		}
		return nil
	}
	d := must[release.Draft](t)(h.Publish(t.Context(), author, draftA))
	if d.Number != 2 || len(h.releases()) != 2 {
		t.Errorf("number %d of %d", d.Number, len(h.releases()))
	}
}

// TestT7_WhatChangedSinceIsNotPublished: a record withdrawn, a year opened for
// correction, another release of the year: the draft goes back to its plan.
func TestT7_WhatChangedSinceIsNotPublished(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*house)
		code   fault.Code
	}{
		"a record was withdrawn": {func(h *house) { h.memory.SetRecords(theYear, demoRecords(h.t)[1:]) }, release.CodeOutdated},
		"the year is corrected":  {func(h *house) { h.memory.SetPeriod(theYear, record.PeriodCorrecting) }, release.CodePeriodNotClosed},
		"another release of it":  {func(h *house) { must[release.Draft](h.t)(h.Publish(h.t.Context(), author, draftB)) }, release.CodeOutdated},
	} {
		for _, frozen := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, frozen %t", name, frozen), func(t *testing.T) {
				h := open(t)
				h.approved(draftB, tiny(t))
				h.approved(draftA, tiny(t))
				if frozen {
					h.archive.Fail = failing("publish")
					if _, err := h.Publish(t.Context(), author, draftA); err == nil {
						t.Fatal("the archive was away")
					}
				}
				before := len(h.releases())
				c.change(h)
				changed := len(h.releases()) - before
				_, err := h.Publish(t.Context(), author, draftA)
				wantRefusal(t, err, fault.Conflict, c.code)
				d := must[release.Draft](t)(h.memory.Draft(t.Context(), draftA))
				if d.State != release.Planned || d.Submission != nil || len(h.releases()) != before+changed {
					t.Errorf("%s, %d releases", d.State, len(h.releases()))
				}
				deed := lastDeed(h.memory.Deeds())
				if deed.Deed != release.DeedRefused || deed.Reason != string(c.code) {
					t.Errorf("%+v", deed)
				}
			})
		}
	}
}

// What lies beside the records is not believed.
func TestTamperedArtefactsAreNotPublished(t *testing.T) {
	for name, tamper := range map[string]func(*release.Artefacts){
		"another content":  func(a *release.Artefacts) { a.Content = []byte(string(a.Content[:len(a.Content)-1]) + " }") },
		"another proof":    func(a *release.Artefacts) { a.Certificate = slices.Concat(a.Certificate, []byte{0}) },
		"a forged freeze":  func(a *release.Artefacts) { a.Frozen = forged(t, draftA) },
		"another snapshot": func(a *release.Artefacts) { a.Frozen = nil },
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.approved(draftA, tiny(t))
			h.memory.Tamper(draftA, tamper)
			_, err := h.Publish(t.Context(), author, draftA)
			wantRefusal(t, err, fault.Conflict, release.CodeTampered)
			_, err = h.Content(t.Context(), author, draftA)
			wantRefusal(t, err, fault.Conflict, release.CodeTampered)
			if len(h.releases()) != 0 {
				t.Error("published")
			}
		})
	}
	for name, tamper := range map[string]func(*release.Artefacts){
		"another manifest": func(a *release.Artefacts) { a.Manifest = slices.Concat(a.Manifest, []byte{' '}) },
		"no files":         func(a *release.Artefacts) { a.Files = nil },
		"a flipped file":   func(a *release.Artefacts) { a.Files = slices.Clone(a.Files); a.Files[60] ^= 1 },
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t)
			h.approved(draftA, tiny(t))
			h.archive.Fail = failing("publish")
			_, _ = h.Publish(t.Context(), author, draftA)
			h.memory.Tamper(draftA, tamper)
			_, err := h.Publish(t.Context(), author, draftA)
			wantRefusal(t, err, fault.Conflict, release.CodeTampered)
			if len(h.releases()) != 0 {
				t.Error("published")
			}
		})
	}
}
