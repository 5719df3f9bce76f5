package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

func BenchmarkSave(b *testing.B) {
	for _, backend := range storetest.Backends {
		for _, n := range []int{1, 64, 1000} {
			b.Run(fmt.Sprintf("%s/%d", backend, n), func(b *testing.B) { benchmarkSave(b, backend, n) })
		}
	}
}

// benchmarkSave measures one transaction as group commit makes it: heads
// looked up, records, deeds, commit.
func benchmarkSave(b *testing.B, backend store.Backend, n int) {
	s := storetest.Open(b, backend).Intake()
	organisations := make([]access.OrganisationID, 5)
	for i := range organisations {
		organisations[i] = access.OrganisationID(uuid.NewString())
	}
	for b.Loop() {
		versions := make([]intake.Version, n)
		keys := make([]intake.Key, n)
		entries := make([]ledger.Entry, n)
		for i := range versions {
			keys[i] = intake.Key{Organisation: organisations[i%len(organisations)], Record: record.ID(uuid.NewString())}
			versions[i] = intake.Version{
				Key: keys[i], Number: 1, Tag: "abcdefgh", Day: "2026-11-23",
				Record: record.Record{ID: keys[i].Record, Year: 2026, Codebook: 1, Answers: make(record.Answers, 60)},
			}
			entries[i] = ledger.Entry{
				Day: "2026-11-23", Actor: "b7c0ffee-0000-4000-8000-000000000001", Deed: "record.accepted",
				Subjects: []string{"0123456789abcdef0123456789abcdef"},
			}
		}
		err := s.Atomically(b.Context(), func(tx intake.Tx) error {
			ctx := context.Background()
			if _, err := tx.Heads(ctx, keys); err != nil {
				return err
			}
			if _, err := tx.Periods(ctx); err != nil {
				return err
			}
			if err := tx.Save(ctx, versions); err != nil {
				return err
			}
			return tx.Append(ctx, entries)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "records/s")
}
