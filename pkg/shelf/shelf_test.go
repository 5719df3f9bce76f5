package shelf_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/signed"
)

func wantFault(t testing.TB, err error, kind fault.Kind, code fault.Code) {
	t.Helper()
	if fault.KindOf(err) != kind || fault.CodeOf(err) != code {
		t.Errorf("got %v, want kind %d and %s", err, kind, code)
	}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// three publishes three releases, the second of which is withdrawn.
func three(t testing.TB) *shelftest.Books {
	t.Helper()
	b := shelftest.New(t)
	for _, year := range []int{2023, 2024, 2025} {
		b.Publish(shelftest.Slide(year))
	}
	b.Withdraw(2)
	return b
}

func TestAReleaseIsShownAsItWasPublished(t *testing.T) {
	b := shelftest.New(t)
	first := b.Publish(shelftest.Slide(2024))
	second := b.Publish(shelftest.Slide(2025))
	releases := must[[]*shelf.Release](t)(b.Shelf().Releases(t.Context()))
	if len(releases) != 2 {
		t.Fatalf("%d releases", len(releases))
	}
	for i, want := range []plan.Manifest{first, second} {
		r := releases[i]
		if diff := cmp.Diff(want, r.Manifest); diff != "" {
			t.Errorf("release %d (-want +got):\n%s", i+1, diff)
		}
		if r.Hash != signed.HashOf(r.Raw) || r.Withdrawal != nil || r.Notice != nil {
			t.Errorf("release %d is not what is kept", i+1)
		}
		if diff := cmp.Diff([]int{2024 + i}, r.Years()); diff != "" {
			t.Errorf("years (-want +got):\n%s", diff)
		}
	}
	if second.Previous != releases[0].Hash {
		t.Error("the second release does not name the first")
	}
}

func TestAWithdrawnReleaseStaysReadable(t *testing.T) {
	b := three(t)
	r := must[*shelf.Release](t)(b.Shelf().Release(t.Context(), 2))
	if r.Withdrawal == nil || r.Withdrawal.Manifest != r.Hash || r.Notice == nil {
		t.Fatalf("%+v", r.Withdrawal)
	}
	if content, f, err := b.Shelf().File(t.Context(), 2, "figures.json"); err != nil || len(content) != f.Size {
		t.Error(err)
	}
}

// What is rendered must fit on the shelf: a release that it refuses would take
// all others with it.
func TestWhatIsRenderedFitsOnTheShelf(t *testing.T) {
	if export.MaxFiles > shelf.MaxFiles || export.MaxFileName > shelf.MaxFileName {
		t.Errorf("%d files with names of %d bytes", export.MaxFiles, export.MaxFileName)
	}
	table := strings.Repeat("a", 64) + "." + strings.Repeat("b", 63) // of a plan, and an option of a codebook
	for _, f := range shelftest.New(t).Render(shelftest.Slide(2024)) {
		if name := strings.Replace(f.Name, ".age.", "."+table+".", 1); len(name) > shelf.MaxFileName {
			t.Errorf("%s has %d bytes", name, len(name))
		}
	}
}

func TestFilesAreTheSignedBytes(t *testing.T) {
	b := three(t)
	s := b.Shelf()
	for _, want := range b.RenderAs(2, shelftest.Slide(2024)) {
		content, f, err := s.File(t.Context(), 2, want.Name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Media != want.Media || !cmp.Equal(want.Content, content) {
			t.Errorf("%s differs", want.Name)
		}
	}
}

func TestWhatIsNotThereIsNotFound(t *testing.T) {
	s := three(t).Shelf()
	for _, number := range []int{-1, 0, 4} {
		_, err := s.Release(t.Context(), number)
		wantFault(t, err, fault.NotFound, shelf.CodeNotPublished)
		_, _, err = s.File(t.Context(), number, "figures.json")
		wantFault(t, err, fault.NotFound, shelf.CodeNotPublished)
		_, err = s.Trend(t.Context(), number, "undocumented")
		wantFault(t, err, fault.NotFound, shelf.CodeNotPublished)
	}
	for _, name := range []string{"", "figures", "../manifest.json", "FIGURES.JSON", "table.2025.age.json"} {
		_, _, err := s.File(t.Context(), 1, name)
		wantFault(t, err, fault.NotFound, shelf.CodeFileNotPublished)
	}
}

func TestAnEmptySourceShowsNothing(t *testing.T) {
	s := shelftest.New(t).Shelf()
	if releases := must[[]*shelf.Release](t)(s.Releases(t.Context())); len(releases) != 0 {
		t.Error("releases out of nothing")
	}
	_, err := s.Checkpoint(t.Context())
	wantFault(t, err, fault.NotFound, shelf.CodeNoCheckpoint)
}

func TestTheCheckpointIsTheSources(t *testing.T) {
	b := three(t)
	raw := must[[]byte](t)(b.Shelf().Checkpoint(t.Context()))
	if _, err := signed.OpenCheckpoint(b.Trust(), nil, raw); err != nil {
		t.Error(err)
	}
}

func TestTheSourceIsReadAgainWhenItChanges(t *testing.T) {
	b := shelftest.New(t)
	s := b.Shelf()
	b.Publish(shelftest.Slide(2024))
	for range 3 {
		must[*shelf.Release](t)(s.Release(t.Context(), 1))
	}
	if n := b.Source().Reads(); n != 1 {
		t.Errorf("read %d times", n)
	}
	b.Publish(shelftest.Slide(2025))
	must[*shelf.Release](t)(s.Release(t.Context(), 2))
	b.Withdraw(1)
	if r := must[*shelf.Release](t)(s.Release(t.Context(), 1)); r.Withdrawal == nil {
		t.Error("the withdrawal is not shown")
	}
	if n := b.Source().Reads(); n != 3 {
		t.Errorf("read %d times", n)
	}
}

func TestAFailedRefreshLeavesWhatWasVerified(t *testing.T) {
	b := three(t)
	s := b.Shelf()
	must[*shelf.Release](t)(s.Release(t.Context(), 3))
	if err := s.Stale(); err != nil {
		t.Errorf("stale from the start: %v", err)
	}
	b.Source().Break(errors.New("gone"))
	if _, err := s.Release(t.Context(), 3); err != nil {
		t.Error(err)
	}
	wantFault(t, s.Stale(), fault.Unavailable, shelf.CodeUnreadable)
	b.Source().Break(nil)
	must[*shelf.Release](t)(s.Release(t.Context(), 3))
	if err := s.Stale(); err != nil {
		t.Error(err)
	}
	b.Source().Change(func(c *shelftest.Contents) { c.Stored[0].Manifest = []byte("{}") })
	if _, err := s.Release(t.Context(), 1); err != nil {
		t.Error(err)
	}
	wantFault(t, s.Stale(), fault.Internal, shelf.CodeUntrusted)
	b.Publish(shelftest.Slide(2022))
	if _, err := s.Release(t.Context(), 4); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a release of an untrusted source is shown: %v", err)
	}
}

// What was refused is refused again without being read again: public readers
// cannot make the process verify a bad source over and over.
func TestARefusedSourceIsReadOnceAVersion(t *testing.T) {
	b := three(t)
	b.Source().Change(func(c *shelftest.Contents) { c.Stored[1].Manifest = []byte("{}") })
	s := b.Shelf()
	for range 5 {
		_, err := s.Releases(t.Context())
		wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
	}
	if n := b.Source().Reads(); n != 1 {
		t.Errorf("read %d times", n)
	}
}

func TestASourceThatCannotBeReadIsUnavailable(t *testing.T) {
	b := three(t)
	b.Source().Break(errors.New("gone"))
	s := b.Shelf()
	_, err := s.Releases(t.Context())
	wantFault(t, err, fault.Unavailable, shelf.CodeUnreadable)
	_, err = s.Checkpoint(t.Context())
	wantFault(t, err, fault.Unavailable, shelf.CodeUnreadable)
	_, err = s.Trend(t.Context(), 1, "undocumented")
	wantFault(t, err, fault.Unavailable, shelf.CodeUnreadable)
	b.Source().Break(nil)
	if _, err := s.Releases(t.Context()); err != nil {
		t.Error(err)
	}
	b.Source().Break(errors.New("gone"))
	_, _, err = s.File(t.Context(), 1, "figures.json")
	wantFault(t, err, fault.Unavailable, shelf.CodeUnreadable)
}

// A reader who leaves says nothing of the source.
func TestACallerWhoLeftLeavesNoTrace(t *testing.T) {
	b := three(t)
	s := b.Shelf()
	left, leave := context.WithCancel(t.Context())
	leave()
	_, err := s.Releases(left)
	wantFault(t, err, fault.Unavailable, shelf.CodeUnreadable)
	if err := s.Stale(); err != nil {
		t.Error(err)
	}
	must[[]*shelf.Release](t)(s.Releases(t.Context()))
}

func TestAFileThatTheSourceLostIsMissing(t *testing.T) {
	b := three(t)
	b.Source().Change(func(c *shelftest.Contents) { delete(c.Files[3], "tables.json") })
	_, _, err := b.Shelf().File(t.Context(), 3, "tables.json")
	wantFault(t, err, fault.Unavailable, shelf.CodeFileMissing)
}

func TestManyReadersWhileReleasesArePublished(t *testing.T) {
	b := shelftest.New(t)
	s := b.Shelf()
	b.Publish(shelftest.Slide(2020))
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for range 20 {
				releases, err := s.Releases(t.Context())
				if err != nil || len(releases) == 0 {
					t.Errorf("%d releases: %v", len(releases), err)
				}
			}
		})
	}
	for year := range 3 {
		b.Publish(shelftest.Slide(2021 + year))
	}
	readers.Wait()
	if n := len(must[[]*shelf.Release](t)(s.Releases(t.Context()))); n != 4 {
		t.Errorf("%d releases", n)
	}
}
