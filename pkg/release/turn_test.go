package release_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/releasetest"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

// succession is a key that rotates, and an archive that tells of it.
type succession struct {
	*releasetest.Archive
	signer signed.Signer
	trust  signed.Trust
	turns  int   // that are not over
	fail   error // instead of the next turn
}

func (s *succession) Keys(context.Context) ([]byte, error) { return []byte(s.trust.String()), nil }

func (s *succession) Version(ctx context.Context) (int64, error) {
	version, err := s.Archive.Version(ctx)
	return version + int64(len(s.trust.Keys()))<<32, err
}

func (s *succession) turn(context.Context) (signed.Signer, func(), error) {
	if s.fail != nil {
		return signed.Signer{}, nil, s.fail
	}
	s.turns++
	return s.signer, func() { s.turns-- }, nil
}

// rotate hands over to a new key.
func (s *succession) rotate(h *house) {
	h.t.Helper()
	seed := rand.NewChaCha8([32]byte{byte(100 + len(s.trust.Keys()))})
	next := must[signed.Signer](h.t)(signed.CreateSigner(filepath.Join(h.t.TempDir(), "next"), "casestat.example", seed))
	statement := must[[]byte](h.t)(s.signer.Introduce(next, shelf.Handover(h.releases())))
	s.trust = must[signed.Trust](h.t)(s.trust.Follow(statement))
	s.signer = next
}

func openRotating(t *testing.T) (*house, *succession) {
	h := open(t)
	s := &succession{Archive: h.archive, signer: keysOf(t).Signer, trust: signed.Pin(keysOf(t).Signer.Key())}
	h.shelf = shelf.New(s, s.trust)
	h.deps.Shelf, h.deps.Keys.Turn = h.shelf, s.turn
	h.again()
	return h, s
}

// wantKeys says which of the keys signed each release.
func (s *succession) wantKeys(h *house, want ...int) {
	h.t.Helper()
	all := h.releases()
	if len(all) != len(want) {
		h.t.Fatalf("%d releases", len(all))
	}
	for i, r := range all {
		v := must[signed.Verified](h.t)(signed.Open(s.trust, signed.KindManifest, r.Raw))
		if v.Key() != s.trust.Keys()[want[i]] {
			h.t.Errorf("release %d is signed by %s", i+1, v.Key().ID())
		}
	}
	if s.turns != 0 {
		h.t.Errorf("%d turns never end", s.turns)
	}
}

// What is signed after a rotation is signed by the new key, what was there
// stays, and both are shown.
func TestReleasesBeforeAndAfterARotation(t *testing.T) {
	h, s := openRotating(t)
	h.published(draftA, tiny(t))
	must[plan.Withdrawal](t)(h.Withdraw(t.Context(), colleague, 1, regret))
	s.rotate(h)
	s.wantKeys(h, 0)
	second := must[*plan.Plan](t)(plan.Default(theYear + 1))
	second.Figures, second.Tables = second.Figures[5:6], nil
	h.memory.SetPeriod(theYear+1, record.PeriodClosed)
	h.memory.SetRecords(theYear+1, demoRecords(t))
	h.published(draftB, second)
	must[plan.Withdrawal](t)(h.Withdraw(t.Context(), colleague, 2, regret))
	s.wantKeys(h, 0, 1)
	if r := h.releases()[1]; r.Withdrawal == nil {
		t.Error("the release is not withdrawn")
	}
}

// A release that was frozen by the old key, and not added, is signed anew.
func TestAFrozenReleaseIsSignedByTheKeyOfItsTime(t *testing.T) {
	h, s := openRotating(t)
	h.approved(draftA, tiny(t))
	h.archive.Fail = failing("publish")
	if _, err := h.Publish(t.Context(), author, draftA); err == nil {
		t.Fatal("nothing failed")
	}
	h.archive.Fail = nil
	before := must[release.Artefacts](t)(h.memory.Artefacts(t.Context(), draftA)).Manifest
	if len(before) == 0 {
		t.Fatal("nothing was frozen")
	}
	s.rotate(h)
	must[release.Draft](t)(h.Publish(t.Context(), author, draftA))
	s.wantKeys(h, 1)
	after := must[release.Artefacts](t)(h.memory.Artefacts(t.Context(), draftA)).Manifest
	if bytes.Equal(before, after) || !bytes.Equal(after, h.releases()[0].Raw) {
		t.Error("the draft does not hold what was published")
	}
	must[release.Draft](t)(h.Publish(t.Context(), author, draftA))
	s.wantKeys(h, 1)
}

// While the key changes, nothing is signed.
func TestNothingIsSignedWithoutATurn(t *testing.T) {
	h, s := openRotating(t)
	h.approved(draftA, tiny(t))
	s.fail = fault.Because(errors.New("held"), fault.Unavailable, release.CodeBusy)
	_, err := h.Publish(t.Context(), author, draftA)
	wantRefusal(t, err, fault.Unavailable, release.CodeBusy)
	_, err = h.Withdraw(t.Context(), author, 1, regret)
	wantRefusal(t, err, fault.Unavailable, release.CodeBusy)
	s.fail = nil
	must[release.Draft](t)(h.Publish(t.Context(), author, draftA))
	s.wantKeys(h, 0)
}
