package desk_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/ledger"
)

// crossing stops every question where it is written down, until it is let go.
type crossing struct {
	desk.Store
	entered chan struct{}
	letGo   chan struct{}
}

func (c crossing) Append(ctx context.Context, entries []ledger.Entry) error {
	c.entered <- struct{}{}
	<-c.letGo
	return c.Store.Append(ctx, entries)
}

// crossed is a house that answers so many questions at once, and where they are held.
func crossed(t *testing.T, atOnce int) (*desk.Service, crossing) {
	t.Helper()
	_, m := house(t)
	set, err := figure.Current(codelist.Current())
	if err != nil {
		t.Fatal(err)
	}
	c := crossing{Store: m, entered: make(chan struct{}), letGo: make(chan struct{})}
	s, err := desk.New(desk.Deps{Store: c, Figures: set, Now: today, AtOnce: atOnce})
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

// Counting leaves a processor to what comes in: of many questions one is
// answered at a time, in whatever way they are asked.
func TestT30_QuestionsTakeTurns(t *testing.T) {
	s, c := crossed(t, 1)
	var all sync.WaitGroup
	for name, ask := range questions(s) {
		all.Go(func() {
			if _, err := ask(t.Context()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	for range questions(s) {
		<-c.entered
		select {
		case <-c.entered:
			t.Error("two questions are answered at once")
		case c.letGo <- struct{}{}:
		}
	}
	all.Wait()
}

// The contrast: with a turn for each, all questions are under way together.
func TestT30_contrast_without_turns_all_questions_are_answered_at_once(t *testing.T) {
	s, c := crossed(t, len(questions(nil)))
	var all sync.WaitGroup
	for _, ask := range questions(s) {
		all.Go(func() { _, _ = ask(t.Context()) })
	}
	for range questions(s) {
		<-c.entered // the last of them would not come, were they to wait for each other
	}
	close(c.letGo)
	all.Wait()
}

func TestAQuestionWaitsAsLongAsItsCallerAndIsNotWrittenDown(t *testing.T) {
	s, c := crossed(t, 1)
	first := make(chan error)
	go func() {
		_, err := s.OwnFigures(context.Background(), alma, closedYear)
		first <- err
	}()
	<-c.entered
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, ask := range questions(s) {
		if _, err := ask(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.letGo <- struct{}{}
	if err := <-first; err != nil {
		t.Error(err)
	}
}
