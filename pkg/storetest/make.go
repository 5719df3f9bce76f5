package storetest

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/store"
)

// The organisations of the suite, in the order of their ids.
const (
	orgA = access.OrganisationID("0a000000-0000-4000-8000-00000000000a")
	orgB = access.OrganisationID("0b000000-0000-4000-8000-00000000000b")
)

const (
	day  = "2026-11-23"
	year = 2026
)

// recordID gives the n-th record id; ids are in the order of n.
func recordID(n int) record.ID {
	return record.ID(uuid.UUID{byte(n >> 8), byte(n), 6: 0x40, 8: 0x80, 15: 1}.String())
}

// version makes one version. Its answers are findable as bytes.
func version(organisation access.OrganisationID, n, number int) intake.Version {
	return intake.Version{
		Key: intake.Key{Organisation: organisation, Record: recordID(n)}, Number: number,
		Tag: fmt.Sprintf("tag%d-%d", n, number), Day: day,
		Record: record.Record{
			ID: recordID(n), Year: year, Codebook: 1,
			Answers: record.Answers(fmt.Sprintf("answers of %s/%d/%d\x00\xff", organisation[:2], n, number)),
		},
	}
}

func tombstone(organisation access.OrganisationID, n, number int) intake.Version {
	v := version(organisation, n, number)
	v.Withdrawn, v.Record = true, record.Record{}
	return v
}

func deed(word ledger.Deed) []ledger.Entry {
	return []ledger.Entry{{Day: day, Actor: "command-line", Deed: word}}
}

// in runs f in one transaction and fails the test if that does not succeed.
func in(t testing.TB, r *store.Records, f func(ctx context.Context, tx intake.Tx) error) {
	t.Helper()
	if err := try(t, r, f); err != nil {
		t.Fatal(err)
	}
}

func try(t testing.TB, r *store.Records, f func(ctx context.Context, tx intake.Tx) error) error {
	t.Helper()
	ctx := t.Context()
	return r.Intake().Atomically(ctx, func(tx intake.Tx) error { return f(ctx, tx) })
}

func save(t testing.TB, r *store.Records, versions ...intake.Version) {
	t.Helper()
	in(t, r, func(ctx context.Context, tx intake.Tx) error { return tx.Save(ctx, versions) })
}

func withdraw(t testing.TB, r *store.Records, tombstones ...intake.Version) {
	t.Helper()
	in(t, r, func(ctx context.Context, tx intake.Tx) error { return tx.Withdraw(ctx, tombstones) })
}

func period(t testing.TB, r *store.Records, year int, state record.PeriodState) {
	t.Helper()
	err := r.Membership().Atomically(t.Context(), func(tx membershipTx) error {
		return tx.SavePeriod(t.Context(), record.Period{Year: year, State: state})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func heads(t testing.TB, r *store.Records, keys ...intake.Key) (out map[intake.Key]intake.Version) {
	t.Helper()
	in(t, r, func(ctx context.Context, tx intake.Tx) (err error) {
		out, err = tx.Heads(ctx, keys)
		return err
	})
	return out
}

func history(t testing.TB, r *store.Records, key intake.Key) []intake.Version {
	t.Helper()
	out, err := r.Intake().History(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func list(t testing.TB, r *store.Records, page intake.Page) []intake.Version {
	t.Helper()
	out, err := r.Intake().List(t.Context(), page)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func equal(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b record.Answers) bool { return bytes.Equal(a, b) })); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
