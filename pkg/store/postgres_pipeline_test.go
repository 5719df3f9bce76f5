package store_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

// oneConnection opens a store whose every transaction is on the same one.
func oneConnection(t *testing.T) (store.Config, *store.Records) {
	t.Helper()
	c := storetest.Config(t, store.Postgres)
	c.Connections = 1
	return c, storetest.OpenConfig(t, c)
}

func numbered(organisation string, id string, number int) intake.Version {
	v := sample(organisation, number)
	v.Key.Record = record.ID(id + "000000-0000-4000-8000-000000000001")
	v.Record.ID = v.Key.Record
	return v
}

func deed() []ledger.Entry {
	return []ledger.Entry{{Day: "2026-11-23", Actor: "test", Deed: "test.saved", Subjects: []string{"x"}}}
}

// group is a transaction as group commit makes it.
func group(t *testing.T, r *store.Records, versions ...intake.Version) error {
	t.Helper()
	keys := make([]intake.Key, len(versions))
	for i, v := range versions {
		keys[i] = v.Key
	}
	return r.Intake().Atomically(t.Context(), func(tx intake.Tx) error {
		if _, err := tx.Heads(t.Context(), keys); err != nil {
			return err
		}
		if _, err := tx.Periods(t.Context()); err != nil {
			return err
		}
		return errors.Join(tx.Save(t.Context(), versions), tx.Append(t.Context(), deed()))
	})
}

// wantRecords reads both organisations' lists and the ledger's length.
func wantRecords(t *testing.T, r *store.Records, mines, others int, entries int64) {
	t.Helper()
	for organisation, want := range map[string]int{mine: mines, theirs: others} {
		got, err := r.Intake().List(t.Context(), intake.Page{Organisation: sample(organisation, 1).Key.Organisation, Limit: 99})
		if err != nil || len(got) != want {
			t.Errorf("%d records, want %d; %v", len(got), want, err)
		}
	}
	report, err := r.Ledger().Verify(t.Context(), nil)
	if head, headErr := r.Ledger().Head(t.Context()); err != nil || headErr != nil || !report.OK() || head.Size != entries {
		t.Errorf("%d entries, want %d; %v; %v", head.Size, entries, report.Findings, errors.Join(err, headErr))
	}
}

// The failing statement stands in the middle: an organisation before it, one
// after it, the ledger and the commit behind.
func TestAnErrorInThePipelineLeavesNothingAndTheConnectionUsable(t *testing.T) {
	c, r := oneConnection(t)
	if err := group(t, r, numbered(theirs, "02", 1)); err != nil {
		t.Fatal(err)
	}
	conn := login(t, c.Owner)
	const backends = `SELECT max(pid) FROM pg_stat_activity WHERE application_name = 'casestat' AND datname = current_database()`
	before := count(t, conn, backends)
	third := "0c000000-0000-4000-8000-00000000000c"
	for name, versions := range map[string][]intake.Version{
		"a record that is there":   {numbered(mine, "01", 1), numbered(theirs, "02", 1), numbered(third, "03", 1)},
		"a correction of nothing":  {numbered(mine, "01", 1), numbered(theirs, "09", 2), numbered(third, "03", 1)},
		"a text that is no UTF-8":  {numbered(mine, "01", 1), spoilt(numbered(theirs, "04", 1)), numbered(third, "03", 1)},
		"nothing before the error": {numbered(mine, "09", 2)},
	} {
		err := group(t, r, versions...)
		if err == nil || fault.KindOf(err) != fault.Internal || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
		wantRecords(t, r, 0, 1, 1)
	}
	if err := group(t, r, numbered(mine, "01", 1), numbered(theirs, "04", 1)); err != nil {
		t.Errorf("after the errors: %v", err)
	}
	wantRecords(t, r, 1, 2, 2)
	if after := count(t, conn, backends); after != before {
		t.Error("the connection was given up")
	}
}

func spoilt(v intake.Version) intake.Version {
	v.Tag = "canary\xff"
	return v
}

// What only this side can see must be seen before the commit.
func TestTheCommitWaitsForWhatTheServerDoesNotRefuse(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(t *testing.T, c store.Config)
		version intake.Version
	}{
		{"a correction of nothing", func(*testing.T, store.Config) {}, numbered(mine, "09", 2)},
		{"a head that contradicts itself", func(t *testing.T, c store.Config) {
			storetest.Tamper(t, c, `UPDATE records.ledger_head SET size = 3`)
		}, numbered(mine, "08", 1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, r := oneConnection(t)
			tt.prepare(t, c)
			save := func(then func(intake.Tx)) error {
				return r.Intake().Atomically(t.Context(), func(tx intake.Tx) error {
					err := tx.Save(t.Context(), []intake.Version{numbered(mine, "01", 1), tt.version})
					then(tx)
					return err
				})
			}
			records := func() int {
				got, err := r.Intake().List(t.Context(), intake.Page{Organisation: sample(mine, 1).Key.Organisation, Limit: 9})
				if err != nil {
					t.Fatal(err)
				}
				return len(got)
			}
			if err := save(func(intake.Tx) {}); err == nil || records() != 0 {
				t.Errorf("%d records, %v", records(), err)
			}
			// Contrast: a commit that does not wait is an error too, and leaves the record.
			if err := save(store.DoNotAwait); err == nil || records() == 0 {
				t.Errorf("without waiting: %d records, %v; so this test proves nothing", records(), err)
			}
		})
	}
}

func TestAHeadThatMovedIsNotWrittenOn(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			r := storetest.OpenConfig(t, storetest.Config(t, backend))
			save := func(then func(intake.Tx)) error {
				return r.Intake().Atomically(t.Context(), func(tx intake.Tx) error {
					err := errors.Join(tx.Append(t.Context(), deed()), tx.Save(t.Context(), []intake.Version{numbered(mine, "01", 1)}))
					then(tx)
					return err
				})
			}
			if err := save(store.MoveHead); err == nil {
				t.Error("written")
			}
			wantRecords(t, r, 0, 0, 0)
			if err := save(func(intake.Tx) {}); err != nil { // the contrast: the same, with the head as it was
				t.Error(err)
			}
			wantRecords(t, r, 1, 0, 1)
		})
	}
}

// A failed lock keeps its kind, whatever the caller takes an error of Append for.
func TestAFailedLockIsReportedAsItIs(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			c := storetest.Config(t, backend)
			r := storetest.OpenConfig(t, c)
			storetest.Tamper(t, c, map[store.Backend]string{
				store.SQLite: `UPDATE ledger_head SET size = 3`, store.Postgres: `UPDATE records.ledger_head SET size = 3`,
			}[backend])
			err := r.Intake().Atomically(t.Context(), func(tx intake.Tx) error {
				if err := tx.Append(t.Context(), deed()); err != nil {
					return fault.Because(err, fault.Unavailable, "mine")
				}
				return nil
			})
			if !errors.Is(err, ledger.ErrHead) || fault.KindOf(err) != fault.Internal {
				t.Errorf("%v", err)
			}
		})
	}
}

// One pipeline serves several organisations; each statement sees one.
func TestT3_APipelineShowsOneOrganisationAtATime(t *testing.T) {
	c, r := twoOrganisations(t)
	a, b := uuid.MustParse(mine), uuid.MustParse(theirs)
	see := func(organisations ...uuid.UUID) [][]uuid.UUID {
		t.Helper()
		seen, err := store.Visible(t.Context(), r, organisations...)
		if err != nil {
			t.Fatal(err)
		}
		return seen
	}
	if diff := cmp.Diff([][]uuid.UUID{{a}, {b}, {a}}, see(a, b, a)); diff != "" {
		t.Errorf("each its own (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([][]uuid.UUID{nil}, see(uuid.Nil)); diff != "" {
		t.Errorf("the next pipeline saw the former's organisation (-want +got):\n%s", diff)
	}
	// Contrast: a second statement that enters none sees the first's.
	if diff := cmp.Diff([][]uuid.UUID{{a}, {a}}, see(a, uuid.Nil)); diff != "" {
		t.Errorf("so this test proves nothing (-want +got):\n%s", diff)
	}
	// Contrast: without row security each sees everybody's.
	storetest.Tamper(t, c, `ALTER TABLE records.record DISABLE ROW LEVEL SECURITY`)
	for _, seen := range see(a, b) {
		if len(seen) != 2 {
			t.Errorf("%d rows, so this test proves nothing", len(seen))
		}
	}
}

func TestWhatIsQueuedIsSentBeforeARead(t *testing.T) {
	_, r := oneConnection(t)
	for past, want := range map[bool]int{false: 1, true: 0} { // the contrast reads past the pipeline
		id := map[bool]string{false: "01", true: "02"}[past]
		err := r.Intake().Atomically(t.Context(), func(tx intake.Tx) error {
			if err := tx.Save(t.Context(), []intake.Version{numbered(mine, id, 1)}); err != nil {
				return err
			}
			n, err := store.CountWithin(tx, past)
			if n != want {
				t.Errorf("past the pipeline %t: %d rows, want %d", past, n, want)
			}
			return errors.Join(err, errBack)
		})
		if !errors.Is(err, errBack) {
			t.Error(err)
		}
	}
	wantRecords(t, r, 0, 0, 0)
}

var errBack = errors.New("back")

// After a failure in the pipeline a read fails too and is not sent: it would
// run outside the transaction, or hide the cause.
func TestNothingIsReadAfterAFailure(t *testing.T) {
	_, r := oneConnection(t)
	err := r.Intake().Atomically(t.Context(), func(tx intake.Tx) error {
		v := numbered(mine, "09", 2)
		if err := tx.Save(t.Context(), []intake.Version{v}); err != nil {
			return err
		}
		if _, err := tx.Heads(t.Context(), []intake.Key{v.Key}); err == nil {
			t.Error("heads were read")
		}
		if _, err := tx.Periods(t.Context()); err == nil {
			t.Error("periods were read")
		}
		if _, err := store.CountWithin(tx, false); err == nil {
			t.Error("a row was read")
		}
		return nil
	})
	if err == nil {
		t.Error("committed")
	}
}
