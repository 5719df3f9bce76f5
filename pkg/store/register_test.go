package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

// TestT37_EveryColumnIsInTheRegister holds the register against the columns of
// both databases, both ways: nothing can be kept that nobody answers for.
func TestT37_EveryColumnIsInTheRegister(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			c := storetest.Config(t, backend)
			if err := store.Migrate(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			want := registered(t)
			if diff := cmp.Diff(want, storetest.Columns(t, c)); diff != "" {
				t.Errorf("columns (-register +database):\n%s", diff)
			}
		})
	}
}

// TestT37_Contrast shows that a column that nobody entered is found.
func TestT37_Contrast(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			c := storetest.Config(t, backend)
			if err := store.Migrate(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			table := "record"
			if backend == store.Postgres {
				table = "records.record"
			}
			storetest.Tamper(t, c, `ALTER TABLE `+table+` ADD COLUMN telephone TEXT`)
			got := storetest.Columns(t, c)
			if !slices.Contains(got, "records.record.telephone") || cmp.Equal(registered(t), got) {
				t.Error("a new column went unseen")
			}
		})
	}
}

func TestT37_EveryEntryIsComplete(t *testing.T) {
	holdings, err := store.Register()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range holdings {
		said := []string{h.Store, h.Table, h.Concerns, h.Purpose, h.Basis, h.Kept, h.Readers}
		for _, column := range h.Sorted() {
			said = append(said, h.Columns[column])
		}
		if slices.ContainsFunc(said, func(s string) bool { return strings.TrimSpace(s) == "" }) {
			t.Errorf("%s.%s: something is not said", h.Store, h.Table)
		}
	}
}

func registered(t *testing.T) (columns []string) {
	t.Helper()
	holdings, err := store.Register()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range holdings {
		for column := range h.Columns {
			columns = append(columns, h.Store+"."+h.Table+"."+column)
		}
	}
	slices.Sort(columns)
	return columns
}
