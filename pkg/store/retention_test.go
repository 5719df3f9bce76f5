package store_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

// keeper is a store with services over it, a clock, and two organisations.
type keeper struct {
	*testing.T
	config        store.Config
	records       *store.Records
	members       *membership.Service
	intake        *intake.Service
	now           time.Time
	organisations []access.OrganisationID
}

const oldYear = 2020

func newKeeper(t *testing.T, backend store.Backend) *keeper {
	k := &keeper{T: t, config: storetest.Config(t, backend), organisations: []access.OrganisationID{mine, theirs}}
	k.records = storetest.OpenConfig(t, k.config)
	k.now = time.Date(2021, 3, 1, 0, 0, 0, 0, time.UTC)
	clock := func() time.Time { return k.now }
	hasher, err := access.NewHasher(access.HasherConfig{Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	k.members = membership.New(membership.Deps{Store: k.records.Membership(), Clock: clock, Random: rand.Reader, Hasher: hasher})
	k.intake = intake.New(intake.Deps{Store: k.records.Intake(), Now: clock, Rand: rand.Reader, SubjectKey: make([]byte, 32), Batches: 1})
	t.Cleanup(k.intake.Close)
	return k
}

// years brings years to states.
func (k *keeper) years(states map[int]record.PeriodState) {
	k.Helper()
	err := k.records.Membership().Atomically(k.Context(), func(tx membership.Tx) error {
		for year, state := range states {
			if err := tx.SavePeriod(k.Context(), record.Period{Year: year, State: state}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		k.Fatal(err)
	}
}

// hold saves n records of an organisation in a year.
func (k *keeper) hold(o access.OrganisationID, year, n int) (keys []intake.Key) {
	k.Helper()
	var all []intake.Version
	for i := range n {
		v := numbered(string(o), fmt.Sprintf("%02x", i%256), 1)
		v.Key.Record = record.ID(fmt.Sprintf("%02x%02x%04d-0000-4000-8000-%012d", i%256, i/256, year, i))
		v.Record.ID, v.Record.Year = v.Key.Record, year
		all, keys = append(all, v), append(keys, v.Key)
	}
	saveAll(k.T, k.records, all...)
	return keys
}

// erase runs the job once.
func (k *keeper) erase(keep int) (n int) {
	k.Helper()
	years, err := k.members.EraseExpired(k.Context(), keep)
	for _, year := range years {
		went, one := k.intake.EraseYear(k.Context(), year, k.organisations)
		n, err = n+went, errors.Join(err, one)
	}
	if err != nil {
		k.Fatal(err)
	}
	return n
}

func (k *keeper) state(year int) record.PeriodState {
	k.Helper()
	state, err := k.records.Membership().Load(k.Context())
	if err != nil {
		k.Fatal(err)
	}
	for _, p := range state.Periods {
		if p.Year == year {
			return p.State
		}
	}
	return ""
}

func (k *keeper) left(o access.OrganisationID) int {
	k.Helper()
	all, err := k.records.Intake().List(k.Context(), intake.Page{Organisation: o, Limit: 5000})
	if err != nil {
		k.Fatal(err)
	}
	return len(all)
}

// TestT35_RecordsGoOnTheirDayAndNotBefore: kept two full years, those of 2020 go
// on the first of January 2023, every version of them, of every organisation, and
// no other year's. Doing it again does nothing.
func TestT35_RecordsGoOnTheirDayAndNotBefore(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			k := newKeeper(t, backend)
			k.years(map[int]record.PeriodState{oldYear: record.PeriodClosed, oldYear + 1: record.PeriodClosed})
			old := k.hold(mine, oldYear, 620) // more than goes in one transaction
			k.hold(theirs, oldYear, 3)
			k.hold(mine, oldYear+1, 4)
			corrected := intake.Version{Key: old[0], Number: 2, Tag: "second", Day: "2021-01-01", Record: sample(mine, 1).Record}
			corrected.Record.ID, corrected.Record.Year = old[0].Record, oldYear
			saveAll(t, k.records, corrected)

			k.now = time.Date(2022, 12, 31, 23, 59, 59, 0, time.UTC)
			if n := k.erase(2); n != 0 || k.state(oldYear) != record.PeriodClosed {
				t.Fatalf("%d records went a second too early", n)
			}
			k.now = k.now.Add(time.Second)
			if n := k.erase(2); n != 623 {
				t.Errorf("%d records went, want 623", n)
			}
			if got := []int{k.left(mine), k.left(theirs)}; !cmp.Equal(got, []int{4, 0}) {
				t.Errorf("%v are left", got)
			}
			history, err := k.records.Intake().History(t.Context(), old[0])
			if err != nil || len(history) != 1 || !history[0].Withdrawn || history[0].Number != 3 {
				t.Errorf("of a corrected one there is left: %v, %v", history, err)
			}
			head, err := k.records.Ledger().Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if n := k.erase(2); n != 0 {
				t.Errorf("again: %d", n)
			}
			again, err := k.records.Ledger().Head(t.Context())
			if err != nil || again.Size != head.Size || head.Size != 4 { // the year, two pages, the other organisation
				t.Errorf("the ledger had %d entries and has %d; %v", head.Size, again.Size, err)
			}
		})
	}
}

// TestT35_AYearThatIsNotClosedIsKept, however old it is.
func TestT35_AYearThatIsNotClosedIsKept(t *testing.T) {
	for _, state := range []record.PeriodState{record.PeriodOpen, record.PeriodCorrecting} {
		t.Run(string(state), func(t *testing.T) {
			k := newKeeper(t, store.SQLite)
			k.years(map[int]record.PeriodState{oldYear: state})
			k.hold(mine, oldYear, 2)
			k.now = time.Date(2060, 1, 1, 0, 0, 0, 0, time.UTC)
			if n := k.erase(1); n != 0 || k.left(mine) != 2 || k.state(oldYear) != state {
				t.Errorf("%d went", n)
			}
			if _, err := k.intake.EraseYear(t.Context(), oldYear, k.organisations); fault.CodeOf(err) != intake.CodeYearKept {
				t.Errorf("erased without the mark: %v", err)
			}
			if _, err := k.members.EraseExpired(t.Context(), 0); err == nil {
				t.Error("kept for no year")
			}
		})
	}
}

// TestT35_AnInterruptedErasureGoesOn: from the mark on nothing counts the year,
// and the next run takes what is left.
func TestT35_AnInterruptedErasureGoesOn(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			k := newKeeper(t, backend)
			k.years(map[int]record.PeriodState{oldYear: record.PeriodClosed})
			k.hold(mine, oldYear, 5)
			k.now = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
			if _, err := k.members.EraseExpired(t.Context(), 2); err != nil { // and then the power goes
				t.Fatal(err)
			}
			counted := 0
			err := k.records.Frozen().Snapshot(t.Context(), oldYear, func(release.Counted) error { counted++; return nil })
			if err != nil || counted != 0 {
				t.Errorf("%d kinds of record of an erased year were frozen, %v", counted, err)
			}
			err = k.records.Desk().Scan(t.Context(), desk.Scope{Year: oldYear}, func(codelist.Version, record.Answers) error { counted++; return nil })
			if err != nil || counted != 0 {
				t.Errorf("%d records of an erased year were counted, %v", counted, err)
			}
			if n := k.erase(2); n != 5 || k.left(mine) != 0 {
				t.Errorf("%d went", n)
			}
		})
	}
}

// TestT35_AnErasedYearTakesNoRecord, and none is moved out of it while its turn
// has not come.
func TestT35_AnErasedYearTakesNoRecord(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			k := newKeeper(t, backend)
			k.years(map[int]record.PeriodState{oldYear: record.PeriodErased, 2021: record.PeriodOpen})
			submitter := access.Principal{Client: "c", Permissions: []access.Permission{access.RecordsWrite}, Organisation: mine}
			left := k.hold(mine, oldYear, 1)[0]
			moved, fresh := sample(mine, 1).Record, sample(mine, 1).Record
			moved.ID, moved.Year, fresh.Year = left.Record, 2021, oldYear
			_, into := k.intake.Put(t.Context(), submitter, intake.Submission{Record: fresh})
			_, outOf := k.intake.Put(t.Context(), submitter, intake.Submission{Record: moved, Replaces: intake.Precondition{Version: 1}})
			for name, err := range map[string]error{"into it": into, "out of it": outOf} {
				if fault.CodeOf(err) != intake.CodePeriodErased || fault.KindOf(err) != fault.Conflict {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}

// TestT35_ErasedYearsAreOffTheDisk, as what was withdrawn is.
func TestT35_ErasedYearsAreOffTheDisk(t *testing.T) {
	k := newKeeper(t, store.SQLite)
	k.years(map[int]record.PeriodState{oldYear: record.PeriodClosed})
	k.hold(mine, oldYear, 40)
	if onDisk(t, k.config.Folder) == 0 || !bytes.HasPrefix(canary, []byte("canary")) {
		t.Fatal("not found before, so this test proves nothing")
	}
	k.now = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	k.erase(2)
	if n := onDisk(t, k.config.Folder); n > 0 {
		t.Errorf("%d files hold the answers of an erased year", n)
	}
}
