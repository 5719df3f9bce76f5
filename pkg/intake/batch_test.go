package intake_test

import (
	"context"
	"errors"
	"iter"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/intaketest"
	"manniskohandel.se/casestat/pkg/record"
)

func rows(subs ...intake.Submission) iter.Seq2[record.Row, error] {
	return func(yield func(record.Row, error) bool) {
		for i, sub := range subs {
			if !yield(record.Row{Number: i + 1, Record: sub.Record, Version: sub.Replaces.Version}, nil) {
				return
			}
		}
	}
}

func TestBatch(t *testing.T) {
	closed := sent(4, 7)
	closed.Record.Year = 2025
	correction := sent(2, 9)
	correction.Replaces.Version = 1
	all := []intake.Submission{sent(1, 7), correction, sent(3, 7), closed, sent(3, 8)}
	wantRefusals := []fault.Detail{
		{Row: 4, Pointer: "/contact_year", Code: intake.CodePeriodClosed},
		{Row: 5, Pointer: "/record_id", Code: intake.CodeDuplicateRow},
	}
	for name, c := range map[string]struct {
		opt     intake.BatchOptions
		stored  int // records afterwards, of 2 before
		refused bool
	}{
		"row by row takes the good rows":     {intake.BatchOptions{Mode: intake.RowByRow}, 3, false},
		"all or nothing takes nothing":       {intake.BatchOptions{Mode: intake.AllOrNothing}, 2, true},
		"a dry run row by row takes nothing": {intake.BatchOptions{Mode: intake.RowByRow, DryRun: true}, 2, false},
		"a dry run all or nothing says so":   {intake.BatchOptions{Mode: intake.AllOrNothing, DryRun: true}, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			store := &intaketest.Memory{}
			s := start(t, store)
			mustPut(t, s, alma, sent(1, 7))
			mustPut(t, s, alma, sent(2, 7))
			report, err := s.Batch(t.Context(), alma, rows(all...), c.opt)
			if c.refused != errors.Is(err, fault.New(fault.Invalid, intake.CodeBatchRefused)) {
				t.Errorf("error %v", err)
			}
			want := intake.Report{
				Mode: c.opt.Mode, DryRun: c.opt.DryRun, Rows: 5,
				Accepted: 1, Corrected: 1, Unchanged: 1, Refused: 2, Refusals: wantRefusals,
			}
			if diff := cmp.Diff(want, report); diff != "" {
				t.Error(diff)
			}
			page, err := s.List(t.Context(), alma, intake.Page{Limit: 10})
			if err != nil || len(page) != c.stored {
				t.Errorf("%d records stored, want %d (%v)", len(page), c.stored, err)
			}
		})
	}
}

func TestABatchThatBreaksOffLeavesNothing(t *testing.T) {
	store := &intaketest.Memory{}
	s := start(t, store)
	broken := errors.New("the line went dead")
	_, err := s.Batch(t.Context(), alma, func(yield func(record.Row, error) bool) {
		for row, err := range rows(sent(1, 7), sent(2, 7)) {
			if !yield(row, err) {
				return
			}
		}
		yield(record.Row{}, broken)
	}, intake.BatchOptions{Mode: intake.RowByRow})
	if !errors.Is(err, broken) || len(store.Deeds()) != 0 {
		t.Errorf("error %v, %d deeds", err, len(store.Deeds()))
	}
}

func TestAnEmptyBatchIsRefused(t *testing.T) {
	s := start(t, &intaketest.Memory{})
	wantFault(t, second2(s.Batch(t.Context(), alma, rows(), intake.BatchOptions{Mode: intake.RowByRow})), fault.Malformed, record.CodeEmptyBatch)
}

func TestRefusalsOfARowPointAtItsMember(t *testing.T) {
	s := start(t, &intaketest.Memory{})
	for n := range 3 {
		mustPut(t, s, alma, sent(n, 7))
	}
	if err := s.Withdraw(t.Context(), alma, recordID(2)); err != nil {
		t.Fatal(err)
	}
	stale := sent(1, 9)
	stale.Replaces.Version = 5
	report, err := s.Batch(t.Context(), alma, rows(sent(0, 9), stale, sent(2, 9)), intake.BatchOptions{Mode: intake.RowByRow})
	if err != nil {
		t.Fatal(err)
	}
	want := []fault.Detail{
		{Row: 1, Pointer: "/version", Code: intake.CodePreconditionRequired},
		{Row: 2, Pointer: "/version", Code: intake.CodeStale},
		{Row: 3, Pointer: "/record_id", Code: intake.CodeWithdrawn},
	}
	if diff := cmp.Diff(want, report.Refusals); diff != "" {
		t.Error(diff)
	}
}

// stalled begins batches, one a principal, that go on until release is closed.
func stalled(t *testing.T, s *intake.Service, release <-chan struct{}, by ...access.Principal) *sync.WaitGroup {
	t.Helper()
	inside := make(chan struct{})
	slow := func(yield func(record.Row, error) bool) {
		inside <- struct{}{}
		<-release
		yield(record.Row{Number: 1, Record: sent(1, 7).Record}, nil)
	}
	var wg sync.WaitGroup
	for _, p := range by {
		wg.Go(func() { s.Batch(context.Background(), p, slow, intake.BatchOptions{Mode: intake.RowByRow}) })
		<-inside
	}
	return &wg
}

func TestBatchesUnderWayAreLimited(t *testing.T) {
	s := start(t, &intaketest.Memory{})
	release := make(chan struct{})
	wg := stalled(t, s, release, alma, bo)
	third := principal("cilla", access.RecordsWrite)
	wantFault(t, second2(s.Batch(t.Context(), third, rows(sent(2, 7)), intake.BatchOptions{})), fault.TooMany, intake.CodeBusy)
	close(release)
	wg.Wait()
	if _, err := s.Batch(t.Context(), third, rows(sent(2, 7)), intake.BatchOptions{}); err != nil {
		t.Errorf("the places are not given back: %v", err)
	}
}

// A client that stalls in the middle of its batches keeps nobody else out.
func TestNoOrganisationHasAllThePlaces(t *testing.T) {
	s := start(t, &intaketest.Memory{})
	release := make(chan struct{})
	wg := stalled(t, s, release, alma)
	wantFault(t, second2(s.Batch(t.Context(), alma, rows(sent(2, 7)), intake.BatchOptions{})), fault.TooMany, intake.CodeBusy)
	if _, err := s.Batch(t.Context(), bo, rows(sent(2, 7)), intake.BatchOptions{}); err != nil {
		t.Errorf("another organisation is kept out: %v", err)
	}
	close(release)
	wg.Wait()
	if _, err := s.Batch(t.Context(), alma, rows(sent(2, 7)), intake.BatchOptions{}); err != nil {
		t.Errorf("the place is not given back: %v", err)
	}
}

func TestALargeBatchGoesInChunksAndEntries(t *testing.T) {
	store := &intaketest.Memory{}
	s := start(t, store)
	var subs []intake.Submission
	for n := range 2300 {
		subs = append(subs, sent(n, 7))
	}
	report, err := s.Batch(t.Context(), alma, rows(subs...), intake.BatchOptions{Mode: intake.RowByRow})
	if err != nil || report.Accepted != 2300 {
		t.Fatalf("%+v, %v", report, err)
	}
	subjects := map[string]bool{}
	for _, e := range store.Deeds() {
		if len(e.Subjects) > 500 {
			t.Errorf("an entry of %d subjects", len(e.Subjects))
		}
		for _, subject := range e.Subjects {
			subjects[subject] = true
		}
	}
	if len(subjects) != 2300 || store.Transactions() > 2300/50 {
		t.Errorf("%d subjects in %d transactions", len(subjects), store.Transactions())
	}
}

func TestARefusedBatchListsAtMostTenThousandRefusals(t *testing.T) {
	s := start(t, &intaketest.Memory{})
	detail := []fault.Detail{{Pointer: "/gender", Code: "required"}}
	report, err := s.Batch(t.Context(), alma, func(yield func(record.Row, error) bool) {
		for n := range 10_050 {
			if !yield(record.Row{Number: n + 1, Details: detail}, nil) {
				return
			}
		}
	}, intake.BatchOptions{Mode: intake.RowByRow})
	if err != nil || report.Refused != 10_050 || len(report.Refusals) != 10_000 || report.Omitted != 50 {
		t.Errorf("refused %d, listed %d, omitted %d, %v", report.Refused, len(report.Refusals), report.Omitted, err)
	}
}
