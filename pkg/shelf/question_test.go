package shelf_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// slowly answers which version the source has, and waits before it says so.
type slowly struct {
	shelf.Source
	asked int
	say   chan struct{}
}

func (s *slowly) Version(ctx context.Context) (int64, error) {
	s.asked++
	version, err := s.Source.Version(ctx)
	<-s.say
	return version, err
}

// whoComesLater publishes while one reader's question is being answered, and
// gives how many releases a second reader is told of who came after that.
func whoComesLater(t *testing.T, checks ...shelf.Check) (told int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := shelftest.New(t)
		b.Publish(shelftest.Slide(2024))
		source := &slowly{Source: b.Source(), say: make(chan struct{}, 1)}
		s := shelf.NewWithout(source, b.Trust(), checks...)
		source.say <- struct{}{}
		must[[]*shelf.Release](t)(s.Releases(t.Context()))
		go func() { _, _ = s.Releases(t.Context()) }()
		synctest.Wait()
		b.Publish(shelftest.Slide(2025))
		go func() {
			releases, err := s.Releases(t.Context())
			if err != nil {
				t.Error(err)
			}
			told = len(releases)
		}()
		synctest.Wait()
		close(source.say)
		synctest.Wait()
	})
	return told
}

func TestWhoComesAfterAReleaseIsToldOfIt(t *testing.T) {
	if told := whoComesLater(t); told != 2 {
		t.Errorf("told of %d releases", told)
	}
}

func TestContrast_AnOpenQuestionTellsWhatWas(t *testing.T) {
	if told := whoComesLater(t, shelf.Closing); told != 1 {
		t.Errorf("told of %d releases", told)
	}
}

func TestManyReadersShareAQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := shelftest.New(t)
		b.Publish(shelftest.Slide(2024))
		source := &slowly{Source: b.Source(), say: make(chan struct{})}
		s := shelf.New(source, b.Trust())
		for range 50 {
			go func() {
				if _, err := s.Release(t.Context(), 1); err != nil {
					t.Error(err)
				}
			}()
		}
		synctest.Wait()
		close(source.say)
		synctest.Wait()
		if source.asked > 2 {
			t.Errorf("the source was asked %d times", source.asked)
		}
	})
}

// Who was to ask for the others and left is replaced by one of them.
func TestWhoLeavesLeavesTheOthersTheirAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := shelftest.New(t)
		b.Publish(shelftest.Slide(2024))
		source := &slowly{Source: b.Source(), say: make(chan struct{})}
		s := shelf.New(source, b.Trust())
		ask := func(ctx context.Context, into *error) {
			*into = errNobodyAsked
			go func() { _, *into = s.Releases(ctx) }()
			synctest.Wait()
		}
		impatient, leave := context.WithCancel(t.Context())
		var first, second, third, fourth error
		ask(t.Context(), &first)
		ask(impatient, &second) // waits for its turn to ask
		ask(t.Context(), &third)
		ask(impatient, &fourth)
		leave()
		synctest.Wait()
		wantFault(t, second, fault.Unavailable, shelf.CodeUnreadable)
		wantFault(t, fourth, fault.Unavailable, shelf.CodeUnreadable)
		close(source.say)
		synctest.Wait()
		if first != nil || third != nil || s.Stale() != nil {
			t.Errorf("%v, %v, stale: %v", first, third, s.Stale())
		}
	})
}

// errNobodyAsked is what stays when there was no answer at all.
var errNobodyAsked = errors.New("no answer")

// still is a source that says nothing of its changes.
type still struct{ shelf.Source }

func (still) Version(context.Context) (int64, error) { return 1, nil }

// A file whose hash held is what everybody gets while nothing is published,
// whatever becomes of it in the source. One that was never read is verified.
func TestAFileThatHeldStays(t *testing.T) {
	b := three(t)
	s := shelf.New(still{b.Source()}, b.Trust())
	before, _, err := s.File(t.Context(), 1, "figures.json")
	if err != nil {
		t.Fatal(err)
	}
	b.Source().Change(func(c *shelftest.Contents) {
		c.Files[1]["figures.json"] = []byte("{}")
		c.Files[1]["tables.json"] = []byte("{}")
	})
	if after, _, err := s.File(t.Context(), 1, "figures.json"); err != nil || !bytes.Equal(before, after) {
		t.Errorf("%q, %v", after, err)
	}
	_, _, err = s.File(t.Context(), 1, "tables.json")
	wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
	_, _, err = b.Shelf().File(t.Context(), 1, "figures.json")
	wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
}
