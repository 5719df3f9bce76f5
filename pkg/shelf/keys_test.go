package shelf_test

import (
	"bytes"
	"context"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/signed"
)

// keyed is a source that tells of the line of keys.
type keyed struct {
	*shelftest.Source
	keys []byte
	fail error
}

func (k *keyed) Keys(context.Context) ([]byte, error) { return k.keys, k.fail }

func (k *keyed) Version(ctx context.Context) (int64, error) {
	version, err := k.Source.Version(ctx)
	return version + int64(crc32.ChecksumIEEE(k.keys))<<16, err
}

// introduce gives the line after a handover of everything published so far.
func introduce(t testing.TB, from, to *shelftest.Books, source *shelftest.Source) signed.Trust {
	t.Helper()
	stored := must[[]shelf.Stored](t)(source.Stored(t.Context()))
	h := signed.Handover{First: len(stored) + 1}
	for _, s := range stored {
		h.Last = signed.HashOf(s.Manifest)
		if s.Withdrawal != nil {
			h.Notices = append(h.Notices, signed.HashOf(s.Withdrawal))
		}
	}
	return must[signed.Trust](t)(from.Trust().Follow(must[[]byte](t)(from.Signer().Introduce(to.Signer(), h))))
}

func TestAShelfFollowsTheKeysThatItsSourceTellsOf(t *testing.T) {
	old, next, thief := shelftest.New(t), shelftest.WithKey(t, 2), shelftest.WithKey(t, 3)
	old.Publish(shelftest.Slide(2024))
	ours, forked := introduce(t, old, next, old.Source()), introduce(t, old, thief, old.Source())
	source := &keyed{Source: old.Source(), keys: []byte(old.Trust().String())}
	s := shelf.New(source, old.Trust())
	newest := func(want *shelftest.Books) {
		t.Helper()
		if trust := must[signed.Trust](t)(s.Trust(t.Context())); trust.Newest() != want.Signer().Key() {
			t.Errorf("trusts %s", trust.Newest().ID())
		}
	}
	newest(old)
	source.keys = []byte(ours.String())
	newest(next)
	for name, keys := range map[string][]byte{"forked": []byte(forked.String()), "broken": []byte("no key\n"), "another's": []byte(thief.Trust().String())} {
		source.keys = keys
		newest(next) // as it was
		if s.Stale() == nil {
			t.Errorf("%s: nothing is wrong", name)
		}
		_, err := shelf.New(source, ours).Releases(t.Context())
		wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
	}
	source.keys = []byte(old.Trust().String()) // behind, which is no harm
	newest(next)
	if s.Stale() != nil {
		t.Error(s.Stale())
	}
	source.keys, source.fail = nil, os.ErrPermission
	_, err := shelf.New(source, ours).Releases(t.Context())
	wantFault(t, err, fault.Unavailable, shelf.CodeUnreadable)
}

// What was on the shelf is verified again when the line grows: a release that
// the old key signed after its time is found although it was shown before.
func TestALongerLineIsHeldAgainstWhatWasShown(t *testing.T) {
	old, next := shelftest.New(t), shelftest.WithKey(t, 2)
	old.Publish(shelftest.Slide(2024))
	ours := introduce(t, old, next, old.Source())
	source := &keyed{Source: old.Source(), keys: []byte(old.Trust().String())}
	s := shelf.New(source, old.Trust())
	old.Publish(shelftest.Slide(2025))
	if n := len(must[[]*shelf.Release](t)(s.Releases(t.Context()))); n != 2 || s.Stale() != nil {
		t.Fatalf("%d releases, %v", n, s.Stale())
	}
	source.keys = []byte(ours.String())
	if _, err := s.Releases(t.Context()); err != nil || s.Stale() == nil {
		t.Errorf("%v, stale: %v", err, s.Stale())
	}
	_, err := shelf.New(source, ours).Releases(t.Context())
	wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
}

// TestARetiredKeyTakesNothingBack, not even its own releases. The contrast does
// not ask whether the key was in force.
func TestARetiredKeyTakesNothingBack(t *testing.T) {
	old, next := shelftest.New(t), shelftest.WithKey(t, 2)
	m := old.Publish(shelftest.Slide(2024))
	ours := introduce(t, old, next, old.Source())
	old.Withdraw(m.Number)
	_, err := shelf.New(old.Source(), ours).Releases(t.Context())
	wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
	all, err := shelf.NewWithout(old.Source(), ours, shelf.Notices).Releases(t.Context())
	if err != nil || all[0].Withdrawal == nil {
		t.Errorf("the contrast is refused as well: %v", err)
	}
	if _, err := shelf.New(old.Source(), introduce(t, old, next, old.Source())).Releases(t.Context()); err != nil {
		t.Errorf("withdrawn before the handover: %v", err)
	}
	old.Source().Change(func(c *shelftest.Contents) {
		w := plan.Withdrawal{Number: 1, Manifest: signed.HashOf(c.Stored[0].Manifest), Withdrawn: "2026-04-01"}
		c.Stored[0].Withdrawal = next.Sign(signed.KindWithdrawal, w)
	})
	if _, err := shelf.New(old.Source(), ours).Releases(t.Context()); err != nil {
		t.Errorf("withdrawn by the new key: %v", err)
	}
}

// Another past than the one that was handed over is refused, though the old key
// signed it.
func TestAStolenKeyWritesNoOtherPast(t *testing.T) {
	old, next := shelftest.New(t), shelftest.WithKey(t, 2)
	old.Publish(shelftest.Slide(2024))
	ours := introduce(t, old, next, old.Source())
	forger := shelftest.New(t) // has the same key
	forger.Publish(shelftest.Slide(2023))
	_, err := shelf.New(forger.Source(), ours).Releases(t.Context())
	wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
	if _, err := shelf.NewWithout(forger.Source(), ours, shelf.Chain).Releases(t.Context()); err != nil {
		t.Errorf("the contrast is refused as well: %v", err)
	}
}

func TestAFolderHoldsTheLineOfKeys(t *testing.T) {
	old, next := shelftest.New(t), shelftest.WithKey(t, 2)
	old.Publish(shelftest.Slide(2024))
	ours := introduce(t, old, next, old.Source())
	source, dir := &keyed{Source: old.Source(), keys: []byte(ours.String())}, t.TempDir()
	if err := shelf.Export(t.Context(), source, dir); err != nil {
		t.Fatal(err)
	}
	written := must[[]byte](t)(os.ReadFile(filepath.Join(dir, "release-signing.pub")))
	if !bytes.Equal(written, source.keys) {
		t.Errorf("wrote %q", written)
	}
	trust := must[signed.Trust](t)(shelf.New(shelf.Folder(dir), old.Trust()).Trust(t.Context()))
	if trust.Newest() != next.Signer().Key() {
		t.Error("the folder's keys are not followed")
	}
	source.fail = os.ErrPermission
	wantFault(t, shelf.Export(t.Context(), source, dir), fault.Unavailable, shelf.CodeUnreadable)
}
