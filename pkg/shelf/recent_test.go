package shelf_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/shelf"
)

// asked counts how often a source was asked, and does not answer while broken.
type asked struct {
	shelf.Source
	times  atomic.Int64
	broken atomic.Bool
}

func (a *asked) Version(ctx context.Context) (int64, error) {
	a.times.Add(1)
	if a.broken.Load() {
		return 0, errors.New("the source does not answer")
	}
	return a.Source.Version(ctx)
}

const moment = 100 * time.Millisecond

func TestRecentAsksOnceAMomentAndShowsAWithdrawalAfterOneAtMost(t *testing.T) {
	b := three(t)
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	source := &asked{Source: b.Source()}
	s := shelf.New(source, b.Trust()).Recent(moment, func() time.Time { return now })
	withdrawn := func() bool {
		t.Helper()
		r, err := s.Release(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		return r.Withdrawal != nil
	}
	for range 1000 {
		withdrawn()
	}
	if n := source.times.Load(); n != 1 {
		t.Errorf("a thousand readers ask the source %d times", n)
	}
	b.Withdraw(1)
	now = now.Add(moment - 1)
	withdrawn() // may show either
	now = now.Add(1)
	if !withdrawn() {
		t.Error("a withdrawal is not shown after the time that was promised")
	}
	// The contrast: who is told what is so now pays for it, and sees it at once.
	strict := &asked{Source: b.Source()}
	exact := shelf.New(strict, b.Trust())
	for range 10 {
		if _, err := exact.Releases(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := strict.times.Load(); n != 10 {
		t.Errorf("ten readers one after another ask %d times", n)
	}
}

// What could not be asked, or a clock that was put back, is not remembered.
func TestRecentRemembersAnswersAlone(t *testing.T) {
	b := three(t)
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	source := &asked{Source: b.Source()}
	s := shelf.New(source, b.Trust()).Recent(moment, func() time.Time { return now })
	look := func(times int64) {
		t.Helper()
		before := source.times.Load()
		if _, err := s.Releases(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := source.times.Load() - before; n != times {
			t.Errorf("asked %d times, want %d", n, times)
		}
	}
	look(1)
	now = now.Add(-time.Hour)
	look(1)
	look(0)
	now = now.Add(moment)
	source.broken.Store(true)
	look(1)
	look(1)
	if s.Stale() == nil {
		t.Error("nobody is told that the source does not answer")
	}
	source.broken.Store(false)
	look(1)
	look(0)
}
