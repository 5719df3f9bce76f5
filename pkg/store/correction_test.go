package store_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

// office is a platform and its intake on one store.
type office struct {
	*membership.Service
	records     *store.Records
	intake      *intake.Service
	coordinator access.Principal
	submitter   access.Principal
}

func newOffice(t *testing.T, backend store.Backend) office {
	t.Helper()
	o := office{records: storetest.OpenConfig(t, storetest.Config(t, backend))}
	now := func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }
	hasher, err := access.NewHasher(access.HasherConfig{Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	o.Service = membership.New(membership.Deps{Store: o.records.Membership(), Clock: now, Random: rand.Reader, Hasher: hasher})
	o.intake = intake.New(intake.Deps{
		Store: o.records.Intake(), Now: now, Rand: rand.Reader, SubjectKey: []byte(strings.Repeat("k", 32)), Batches: 1,
	})
	t.Cleanup(o.intake.Close)
	founding, err := o.Bootstrap(t.Context(), "Plattformen", "")
	if err != nil {
		t.Fatal(err)
	}
	c := founding.Client
	o.coordinator = access.Principal{Client: c.ID, Organisation: c.Organisation, Role: c.Role, Permissions: c.Permissions}
	o.submitter = access.Principal{Client: c.ID, Organisation: mine, Permissions: []access.Permission{access.RecordsWrite}}
	return o
}

func (o office) move(t *testing.T, to func(context.Context, access.Principal, int) error) {
	t.Helper()
	if err := to(t.Context(), o.coordinator, 2025); err != nil {
		t.Fatal(err)
	}
}

// put submits the n-th record of the year.
func (o office) put(t *testing.T, n string) error {
	t.Helper()
	r := record.Record{ID: record.ID("0" + n + "000000-0000-4000-8000-000000000001"), Year: 2025, Codebook: 1, Answers: record.Answers("a" + n)}
	_, err := o.intake.Put(t.Context(), o.submitter, intake.Submission{Record: r})
	return err
}

// counted says how many records the desk and a release would see.
func (o office) counted(t *testing.T) (desks, frozen int) {
	t.Helper()
	err := o.records.Desk().Scan(t.Context(), desk.Scope{Year: 2025}, func(codelist.Version, record.Answers) error { desks++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	err = o.records.Frozen().Snapshot(t.Context(), 2025, func(c release.Counted) error { frozen += c.N; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return desks, frozen
}

func (o office) wantCounted(t *testing.T, when string, want int) {
	t.Helper()
	if desks, frozen := o.counted(t); desks != want || frozen != want {
		t.Errorf("%s: the desk sees %d records, a release %d, want %d", when, desks, frozen, want)
	}
}

// A closed year takes withdrawals alone; a correction batch lets records in
// and nobody count; the end of it does the opposite.
func TestACorrectionBatchOfAClosedYear(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			o := newOffice(t, backend)
			o.move(t, o.OpenPeriod)
			wantTaken(t, "open", o.put(t, "1"), o.put(t, "2"))
			o.wantCounted(t, "open", 0)
			o.move(t, o.ClosePeriod)
			if err := o.put(t, "3"); fault.KindOf(err) != fault.Conflict || fault.CodeOf(err) != intake.CodePeriodClosed {
				t.Errorf("closed: %v", err)
			}
			o.wantCounted(t, "closed", 2)
			wantTaken(t, "a withdrawal", o.intake.Withdraw(t.Context(), o.submitter, "01000000-0000-4000-8000-000000000001"))
			o.wantCounted(t, "after the withdrawal", 1)
			o.move(t, o.CorrectPeriod)
			wantTaken(t, "correcting", o.put(t, "3"), o.put(t, "4"))
			o.wantCounted(t, "correcting", 0)
			o.move(t, o.ClosePeriod)
			o.wantCounted(t, "corrected", 3)
			if err := o.put(t, "5"); fault.CodeOf(err) != intake.CodePeriodClosed {
				t.Errorf("corrected: %v", err)
			}
		})
	}
}

func wantTaken(t *testing.T, when string, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
}
