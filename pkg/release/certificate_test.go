package release_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/signed"
)

// proofOf gives a published release and its sealed parts.
func proofOf(t *testing.T) (plan.Manifest, release.Artefacts) {
	t.Helper()
	h := open(t)
	h.memory.SetRecords(theYear, withUndocumented(t, 4, 1, 1, 1, 0)) // the first knows too much: withheld
	h.published(draftA, withTable(t))
	return h.releases()[0].Manifest, must[release.Artefacts](t)(h.memory.Artefacts(t.Context(), draftA))
}

func TestTheCertificateProvesTheReleaseAndNoOther(t *testing.T) {
	m, a := proofOf(t)
	key := keysOf(t).certificates
	c := must[release.Certificate](t)(release.OpenCertificate(key, a.Certificate, m))
	found := must[map[int][]auditor.Finding](t)(c.Verify(m.Content))
	if auditor.Worst(found[theYear]) == auditor.Fail {
		t.Errorf("%+v", found)
	}
	edits := map[string]func(*plan.Content){
		"another year":     func(c *plan.Content) { c.Years[0].Year++ },
		"one year more":    func(c *plan.Content) { c.Years = append(c.Years, c.Years[0]) },
		"another policy":   func(c *plan.Content) { c.Policy.Threshold++ },
		"another value":    func(c *plan.Content) { c.Years[0].Cells[0].Value++ },
		"a cell withheld":  func(c *plan.Content) { c.Years[0].Cells[0].Shown, c.Years[0].Cells[0].Value = false, 0 },
		"a cell of others": func(c *plan.Content) { c.Years[0].Cells[1].Where = nil },
		"a cell less":      func(c *plan.Content) { c.Years[0].Cells = c.Years[0].Cells[1:] },
		"a ban more": func(c *plan.Content) {
			c.Years[0].Bans = append(c.Years[0].Bans, plan.Selection{{Axis: 0, Categories: []int{0}}})
		},
	}
	for name, edit := range edits {
		content := m.Content
		content.Years = slices.Clone(content.Years)
		content.Years[0].Cells = slices.Clone(content.Years[0].Cells)
		edit(&content)
		_, err := c.Verify(content)
		if fault.CodeOf(err) != release.CodeCertificate {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A witness that is bent is found, though everything else fits.
func TestABentWitnessIsFound(t *testing.T) {
	m, a := proofOf(t)
	c := must[release.Certificate](t)(release.OpenCertificate(keysOf(t).certificates, a.Certificate, m))
	witnesses := c.Years[0].Proof.Witnesses
	if len(witnesses) == 0 {
		t.Fatal("nothing to bend")
	}
	for i := range witnesses {
		if len(witnesses[i].Moves) > 0 {
			witnesses[i].Moves = witnesses[i].Moves[1:]
			break
		}
	}
	found := must[map[int][]auditor.Finding](t)(c.Verify(m.Content))
	if auditor.Worst(found[theYear]) != auditor.Fail {
		t.Errorf("%+v", found)
	}
}

func TestACertificateOpensForItsKeyAndReleaseAlone(t *testing.T) {
	m, a := proofOf(t)
	k := keysOf(t)
	_, err := release.OpenCertificate(k.History, a.Certificate, m)
	wantRefusal(t, err, fault.Invalid, signed.CodeUnsealingFailed)
	_, err = release.OpenCertificate(k.certificates, a.Frozen, m)
	wantRefusal(t, err, fault.Invalid, release.CodeCertificate)
	m.Certificate = signed.HashOf(a.Frozen)
	_, err = release.OpenCertificate(k.certificates, a.Frozen, m)
	wantRefusal(t, err, fault.Invalid, signed.CodeUnsealingFailed)
}

// Whoever may read a draft gets its sealed parts as they are: opening them takes
// a key that is not here.
func TestTheSealedPartsAreHandedOut(t *testing.T) {
	h := open(t)
	h.planned(draftA, tiny(t))
	_, err := h.Certificate(t.Context(), author, draftA)
	wantRefusal(t, err, fault.Conflict, release.CodeDraftState)
	must[release.Draft](t)(h.Compute(t.Context(), author, draftA))
	early := must[[]byte](t)(h.Certificate(t.Context(), reviewer, draftA))
	_, err = h.Review(t.Context(), reviewer, draftA)
	wantRefusal(t, err, fault.Conflict, release.CodeDraftState)
	must[release.Draft](t)(h.Submit(t.Context(), author, draftA, nil))
	must[release.Draft](t)(h.Approve(t.Context(), reviewer, draftA, h.version(draftA)))
	must[release.Draft](t)(h.Publish(t.Context(), author, draftA))
	m, k := h.releases()[0].Manifest, keysOf(t)
	sealed := must[[]byte](t)(h.Certificate(t.Context(), author, draftA))
	if !slices.Equal(early, sealed) {
		t.Error("another certificate after publication")
	}
	must[release.Certificate](t)(release.OpenCertificate(k.certificates, sealed, m))
	sealed = must[[]byte](t)(h.Review(t.Context(), reviewer, draftA))
	must[release.Review](t)(release.OpenReview(k.certificates, signed.Pin(k.Signer.Key()), sealed, m))
	if d := lastDeed(h.memory.Deeds()); d.Deed != release.DeedRead || d.Actor != "client-reviewer" {
		t.Errorf("%+v", d)
	}
	for name, read := range map[string]func(access.Principal) ([]byte, error){
		"certificate": func(p access.Principal) ([]byte, error) { return h.Certificate(t.Context(), p, draftA) },
		"review":      func(p access.Principal) ([]byte, error) { return h.Review(t.Context(), p, draftA) },
	} {
		for _, p := range []access.Principal{researcher, {}} {
			if out, err := read(p); fault.KindOf(err) != fault.Forbidden || out != nil {
				t.Errorf("%s for %q: %d bytes, %v", name, p.Client, len(out), err)
			}
		}
		if out, err := read(reviewer); err != nil || len(out) == 0 {
			t.Errorf("the contrast: %s for the reviewer: %v", name, err)
		}
	}
}

// A certificate that was put in another's place is not handed out.
func TestATamperedCertificateIsNotHandedOut(t *testing.T) {
	h := open(t)
	h.published(draftA, tiny(t))
	a := must[release.Artefacts](t)(h.memory.Artefacts(t.Context(), draftA))
	a.Certificate = append(slices.Clone(a.Certificate), 0)
	err := h.memory.Atomically(t.Context(), func(tx release.Tx) error { return tx.SaveArtefacts(t.Context(), draftA, a) })
	if err != nil {
		t.Fatal(err)
	}
	out, err := h.Certificate(t.Context(), author, draftA)
	wantRefusal(t, err, fault.Conflict, release.CodeTampered)
	if out != nil {
		t.Error("handed out all the same")
	}
}

func TestTheReviewIsSealedBesideIt(t *testing.T) {
	h, d := reviewable(t)
	must[release.Draft](t)(h.Submit(t.Context(), colleague, draftA, waivers(d)))
	must[release.Draft](t)(h.Approve(t.Context(), reviewer, draftA, h.version(draftA)))
	must[release.Draft](t)(h.Publish(t.Context(), author, draftA))
	m := h.releases()[0].Manifest
	a := must[release.Artefacts](t)(h.memory.Artefacts(t.Context(), draftA))
	sealed := must[[]byte](t)(a.SealedReview())
	k := keysOf(t)
	r := must[release.Review](t)(release.OpenReview(k.certificates, signed.Pin(k.Signer.Key()), sealed, m))
	if diff := cmp.Diff(waivers(d), r.Submission.Waivers); diff != "" || m.Waivers != 2 || r.Decision.By.Client != reviewer.Client {
		t.Errorf("%d waivers, by %s (-want +got)\n%s", m.Waivers, r.Decision.By.Client, diff)
	}
	if diff := cmp.Diff(d.Findings, r.Findings); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	m.Waivers = 1
	_, err := release.OpenReview(k.certificates, signed.Pin(k.Signer.Key()), sealed, m)
	wantRefusal(t, err, fault.Invalid, release.CodeCertificate)
	_, err = release.OpenReview(k.History, signed.Pin(k.Signer.Key()), sealed, m)
	wantRefusal(t, err, fault.Invalid, signed.CodeUnsealingFailed)
	_, err = release.OpenReview(k.certificates, signed.Trust{}, sealed, m)
	wantRefusal(t, err, fault.Invalid, signed.CodeKeyUnknown)
	if _, err := (release.Artefacts{}).SealedReview(); fault.CodeOf(err) != release.CodeTampered {
		t.Errorf("%v", err)
	}
}
