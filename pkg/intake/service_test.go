package intake_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/intaketest"
	"manniskohandel.se/casestat/pkg/record"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	alma = principal("alma", access.RecordsWrite, access.RecordsRead)
	bo   = principal("bo", access.RecordsWrite, access.RecordsRead)
)

func principal(organisation string, permissions ...access.Permission) access.Principal {
	return access.Principal{Client: access.ClientID("client-of-" + organisation), Organisation: access.OrganisationID(organisation), Permissions: permissions}
}

func start(t testing.TB, store *intaketest.Memory) *intake.Service {
	t.Helper()
	store.SetPeriod(2025, record.PeriodClosed)
	store.SetPeriod(2026, record.PeriodOpen)
	s := intake.New(intake.Deps{
		Store: store, Rand: rand.Reader, SubjectKey: []byte(strings.Repeat("k", 32)), Batches: 2,
		Now: func() time.Time { return time.Date(2026, 11, 23, 23, 59, 0, 0, time.FixedZone("CET", 3600)) },
	})
	t.Cleanup(s.Close)
	return s
}

func sent(id int, answer byte) intake.Submission {
	return intake.Submission{Record: record.Record{ID: recordID(id), Year: 2026, Codebook: 1, Answers: record.Answers{answer}}}
}

func recordID(n int) record.ID { return record.ID(fmt.Sprintf("00000000-0000-4000-8000-%012d", n)) }

func mustPut(t *testing.T, s *intake.Service, p access.Principal, sub intake.Submission) intake.Receipt {
	t.Helper()
	r, err := s.Put(t.Context(), p, sub)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A withdrawal is a person's right, whatever the state of the year.
func TestAWithdrawalWorksInEveryYear(t *testing.T) {
	for _, state := range []record.PeriodState{record.PeriodOpen, record.PeriodClosed, record.PeriodCorrecting} {
		t.Run(string(state), func(t *testing.T) {
			store := &intaketest.Memory{}
			s := start(t, store)
			mustPut(t, s, alma, sent(1, 7))
			store.SetPeriod(2026, state)
			if err := s.Withdraw(t.Context(), alma, recordID(1)); err != nil {
				t.Fatal(err)
			}
			history, err := s.History(t.Context(), alma, recordID(1))
			if err != nil || len(history) != 1 || !history[0].Withdrawn || history[0].Record.Answers != nil {
				t.Errorf("after the withdrawal: %+v, %v", history, err)
			}
		})
	}
}

func TestALifeOfARecord(t *testing.T) {
	store := &intaketest.Memory{}
	s := start(t, store)
	first := mustPut(t, s, alma, sent(1, 7))
	if first.Outcome != intake.Accepted || first.Version != 1 || first.Day != "2026-11-23" || len(first.Tag) != 16 {
		t.Errorf("receipt %+v", first)
	}
	if again := mustPut(t, s, alma, sent(1, 7)); again.Outcome != intake.Unchanged || again.Tag != first.Tag {
		t.Errorf("the same again: %+v", again)
	}
	correction := sent(1, 8)
	correction.Replaces = intake.Precondition{Version: 1, Tag: first.Tag}
	second := mustPut(t, s, alma, correction)
	if second.Outcome != intake.Corrected || second.Version != 2 || second.Tag == first.Tag {
		t.Errorf("correction: %+v", second)
	}
	history, err := s.History(t.Context(), alma, recordID(1))
	if err != nil || len(history) != 2 || history[0].Number != 2 || history[1].Record.Answers[0] != 7 {
		t.Errorf("history %+v, %v", history, err)
	}
	for range 2 { // the second withdrawal changes nothing
		if err := s.Withdraw(t.Context(), alma, recordID(1)); err != nil {
			t.Fatal(err)
		}
	}
	history, err = s.History(t.Context(), alma, recordID(1))
	if err != nil || len(history) != 1 || !history[0].Withdrawn || history[0].Record.Answers != nil {
		t.Errorf("after the withdrawal: %+v, %v", history, err)
	}
	wantFault(t, second2(s.Get(t.Context(), alma, recordID(1))), fault.Gone, intake.CodeWithdrawn)
	wantFault(t, second2(s.Put(t.Context(), alma, sent(1, 9))), fault.Gone, intake.CodeWithdrawn)

	var deeds []string
	for _, e := range store.Deeds() {
		deeds = append(deeds, string(e.Deed))
		if e.Actor != "client-of-alma" || len(e.Subjects) != 1 || len(e.Subjects[0]) != 32 || strings.Contains(e.Subjects[0], "-") {
			t.Errorf("entry %+v", e)
		}
	}
	want := []string{"record.accepted", "record.corrected", "record.history_read", "record.withdrawn", "record.history_read", "record.read"}
	if diff := cmp.Diff(want, deeds); diff != "" {
		t.Error(diff)
	}
}

func second2[T any](_ T, err error) error { return err }

func wantFault(t *testing.T, err error, kind fault.Kind, code fault.Code) {
	t.Helper()
	if !errors.Is(err, fault.New(kind, code)) {
		t.Errorf("got %v, want %s", err, code)
	}
}

// A foreign record and an absent one are one and the same, and two
// organisations may use the same id without learning of each other.
func TestT2AForeignRecordIsAnAbsentOne(t *testing.T) {
	s := start(t, &intaketest.Memory{})
	mustPut(t, s, alma, sent(1, 7))
	for _, id := range []record.ID{recordID(1), recordID(2)} {
		wantFault(t, second2(s.Get(t.Context(), bo, id)), fault.NotFound, intake.CodeRecordNotFound)
		wantFault(t, second2(s.History(t.Context(), bo, id)), fault.NotFound, intake.CodeRecordNotFound)
		wantFault(t, s.Withdraw(t.Context(), bo, id), fault.NotFound, intake.CodeRecordNotFound)
	}
	if r := mustPut(t, s, bo, sent(1, 9)); r.Outcome != intake.Accepted {
		t.Errorf("bo's own record with alma's id: %+v", r)
	}
	if v, err := s.Get(t.Context(), alma, recordID(1)); err != nil || v.Record.Answers[0] != 7 {
		t.Errorf("alma's record is now %+v, %v", v, err)
	}
	page, err := s.List(t.Context(), bo, intake.Page{Organisation: "alma", Limit: 10})
	if err != nil || len(page) != 1 || page[0].Record.Answers[0] != 9 {
		t.Errorf("a page that asks for alma's records gives %+v, %v", page, err)
	}
}

func TestAnIntakeOnlyCredentialReadsNothing(t *testing.T) {
	store := &intaketest.Memory{}
	s := start(t, store)
	writer, reader := principal("alma", access.RecordsWrite), principal("alma", access.RecordsRead)
	mustPut(t, s, writer, sent(1, 7))
	before := len(store.Deeds())
	for _, err := range []error{
		second2(s.Get(t.Context(), writer, recordID(1))),
		second2(s.History(t.Context(), writer, recordID(1))),
		second2(s.List(t.Context(), writer, intake.Page{Limit: 1})),
		second2(s.Put(t.Context(), reader, sent(2, 7))),
		second2(s.Batch(t.Context(), reader, rows(), intake.BatchOptions{})),
		s.Withdraw(t.Context(), reader, recordID(1)),
	} {
		wantFault(t, err, fault.Forbidden, access.CodePermissionMissing)
	}
	if len(store.Deeds()) != before {
		t.Error("a refused caller left entries in the ledger")
	}
}

// TestT39AuditOrRefuse: what cannot be logged does not happen.
func TestT39AuditOrRefuse(t *testing.T) {
	store := &intaketest.Memory{}
	s := start(t, store)
	receipt := mustPut(t, s, alma, sent(1, 7))
	store.Fail = func(step string) error {
		if step == "append" {
			return fault.New(fault.Unavailable, "store_unavailable")
		}
		return nil
	}
	correction := sent(1, 8)
	correction.Replaces = intake.Precondition{Version: 1, Tag: receipt.Tag}
	for _, err := range []error{
		second2(s.Put(t.Context(), alma, sent(2, 7))),
		second2(s.Put(t.Context(), alma, correction)),
		s.Withdraw(t.Context(), alma, recordID(1)),
		second2(s.Get(t.Context(), alma, recordID(1))),
		second2(s.History(t.Context(), alma, recordID(1))),
		second2(s.List(t.Context(), alma, intake.Page{Limit: 1})),
		second2(s.Batch(t.Context(), alma, rows(sent(3, 7)), intake.BatchOptions{Mode: intake.AllOrNothing})),
	} {
		wantFault(t, err, fault.Unavailable, "store_unavailable")
	}
	store.Fail = nil // the contrast: with the ledger writable again, the same calls go through
	page, err := s.List(t.Context(), alma, intake.Page{Limit: 10})
	if err != nil || len(page) != 1 || page[0].Number != 1 {
		t.Errorf("something was written without the ledger: %+v, %v", page, err)
	}
	mustPut(t, s, alma, correction)
}

func TestOneBadJobDoesNotTakeTheGroupWithIt(t *testing.T) {
	store := &intaketest.Memory{}
	entered, release := make(chan struct{}), make(chan struct{})
	var saves atomic.Int32
	store.Fail = func(step string) error {
		switch step {
		case "begin":
			select {
			case entered <- struct{}{}:
				<-release
			default:
			}
		case "save":
			if saves.Add(1) == 2 { // the group of the jobs that waited
				return errors.New("constraint violated")
			}
		}
		return nil
	}
	s := start(t, store)
	var wg sync.WaitGroup
	var failed atomic.Int32
	put := func(n int) {
		defer wg.Done()
		if _, err := s.Put(context.Background(), alma, sent(n, 7)); err != nil {
			failed.Add(1)
		}
	}
	wg.Add(1)
	go put(0)
	<-entered // the writer is inside the first transaction; the others gather behind it
	for n := 1; n <= 8; n++ {
		wg.Add(1)
		go put(n)
	}
	for s.Waiting() < 8 {
		time.Sleep(time.Millisecond)
	}
	close(release)
	wg.Wait()
	if failed.Load() != 0 {
		t.Errorf("%d of 9 good records were refused because their group failed", failed.Load())
	}
	if n := store.Transactions(); n != 9 {
		t.Errorf("%d transactions; want the first, and each of the 8 retried alone", n)
	}
}

func TestAGroupIsOneTransaction(t *testing.T) {
	store := &intaketest.Memory{}
	entered, release := make(chan struct{}, 1), make(chan struct{})
	var once sync.Once
	store.Fail = func(step string) error {
		if step == "begin" {
			once.Do(func() { entered <- struct{}{}; <-release })
		}
		return nil
	}
	s := start(t, store)
	var wg sync.WaitGroup
	for n := range 33 {
		wg.Go(func() { mustPut(t, s, alma, sent(n, 7)) })
		if n == 0 {
			<-entered
		}
	}
	for s.Waiting() < 32 {
		time.Sleep(time.Millisecond)
	}
	close(release)
	wg.Wait()
	if n := store.Transactions(); n != 2 {
		t.Errorf("%d transactions for 1 + 32 waiting records, want 2", n)
	}
}

func TestTwoPutsOfOneRecordNeverMeetInAGroup(t *testing.T) {
	store := &intaketest.Memory{}
	s := start(t, store)
	var wg sync.WaitGroup
	var accepted, refused atomic.Int32
	for n := range 64 {
		wg.Go(func() {
			r, err := s.Put(context.Background(), alma, sent(1, byte(7+n)))
			switch {
			case err == nil && r.Outcome == intake.Accepted:
				accepted.Add(1)
			case errors.Is(err, fault.New(fault.PreconditionRequired, intake.CodePreconditionRequired)):
				refused.Add(1)
			}
		})
	}
	wg.Wait()
	if accepted.Load() != 1 || refused.Load() != 63 {
		t.Errorf("accepted %d, refused %d; want 1 and 63", accepted.Load(), refused.Load())
	}
}

func TestAfterCloseNothingIsTaken(t *testing.T) {
	store := &intaketest.Memory{}
	s := intake.New(intake.Deps{Store: store, Rand: rand.Reader, SubjectKey: make([]byte, 32), Batches: 1, Now: time.Now})
	s.Close()
	s.Close() // as a deferred one may
	wantFault(t, second2(s.Put(t.Context(), alma, sent(1, 7))), fault.Unavailable, intake.CodeBusy)
}

func TestACallerWhoStopsWaitingLearnsNothingWrong(t *testing.T) {
	store := &intaketest.Memory{}
	release := make(chan struct{})
	store.Fail = func(step string) error {
		if step == "begin" {
			<-release
		}
		return nil
	}
	s := start(t, store)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	wantFault(t, second2(s.Put(ctx, alma, sent(1, 7))), fault.Unavailable, intake.CodeBusy)
	close(release)
	if r := mustPut(t, s, alma, sent(1, 7)); r.Outcome != intake.Unchanged {
		t.Errorf("the retry gives %+v; the record was written although nobody waited", r)
	}
}
