package store_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

// kept is a copy that a test holds in memory.
type kept struct {
	stores []store.Copied
	parts  []keptPart
}

type keptPart struct {
	name    string
	content []byte
}

func (k kept) each(take func(string, io.Reader) error) error {
	for _, p := range k.parts {
		if err := take(p.name, bytes.NewReader(p.content)); err != nil {
			return err
		}
	}
	return nil
}

// copyOf copies a store into memory. meanwhile runs after the moment of the copy.
func copyOf(t testing.TB, c store.Config, meanwhile func()) (k kept) {
	t.Helper()
	err := store.WithCopy(t.Context(), c, tools(t), func(copied store.Copy) error {
		k.stores = copied.Stores
		meanwhile()
		for _, p := range copied.Parts {
			var b bytes.Buffer
			if err := p.Write(t.Context(), &b); err != nil {
				return err
			}
			k.parts = append(k.parts, keptPart{p.Name, b.Bytes()})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// tools are those of the server that the tests run on.
func tools(t testing.TB) store.Programs {
	t.Helper()
	folder, err := storetest.Programs()
	if err != nil {
		t.Fatal(err)
	}
	return store.Programs{Folder: folder, Notes: os.Stderr}
}

// TestF16_ACopyIsOfOneMoment copies beside a store that is written to, and
// restores elsewhere: what was there before the copy began is there, in every
// version, what was withdrawn stays withdrawn, and what came meanwhile is not.
func TestF16_ACopyIsOfOneMoment(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			c := storetest.Config(t, backend)
			r := storetest.OpenConfig(t, c)
			storetest.OpenReleases(t, c)
			first, second, gone := numbered(mine, "01", 1), numbered(mine, "02", 1), numbered(mine, "03", 1)
			saveAll(t, r, first, second, gone)
			corrected := first
			corrected.Number, corrected.Tag = 2, "corrected"
			saveAll(t, r, corrected)
			tombstone := intake.Version{Key: gone.Key, Number: 2, Tag: "gone", Day: gone.Day, Withdrawn: true}
			withdrawAll(t, r, tombstone)
			late := numbered(mine, "04", 1)
			k := copyOf(t, c, func() { saveAll(t, r, late) })

			to := storetest.Empty(t, backend)
			if err := store.Restore(t.Context(), to, tools(t), k.stores, k.each); err != nil {
				t.Fatal(err)
			}
			restored := storetest.OpenConfig(t, to)
			for _, want := range [][]intake.Version{{corrected, first}, {second}, {tombstone}, nil} {
				key := late.Key
				if want != nil {
					key = want[0].Key
				}
				got, err := restored.Intake().History(t.Context(), key)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("history (-want +got):\n%s", diff)
				}
			}
			if err := restored.Migrated(t.Context()); err != nil {
				t.Error(err)
			}
			saveAll(t, restored, late) // it takes records again
			if err := store.Restore(t.Context(), to, tools(t), k.stores, k.each); fault.CodeOf(err) != store.CodeNotEmpty {
				t.Errorf("restored over what is there: %v", err)
			}
		})
	}
}

func saveAll(t testing.TB, r *store.Records, versions ...intake.Version) {
	t.Helper()
	err := r.Intake().Atomically(t.Context(), func(tx intake.Tx) error { return tx.Save(t.Context(), versions) })
	if err != nil {
		t.Fatal(err)
	}
}

func withdrawAll(t testing.TB, r *store.Records, tombstones ...intake.Version) {
	t.Helper()
	err := r.Intake().Atomically(t.Context(), func(tx intake.Tx) error { return tx.Withdraw(t.Context(), tombstones) })
	if err != nil {
		t.Fatal(err)
	}
}

// TestF16_NothingIsLeftOfARestorationThatDoesNotHold: another number of rows,
// another ledger, a part that is missing, foreign or broken off, and a newer
// schema are refused, and the same place takes the honest copy afterwards.
func TestF16_NothingIsLeftOfARestorationThatDoesNotHold(t *testing.T) {
	broken := errors.New("the file ended")
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			c := storetest.Config(t, backend)
			r := storetest.OpenConfig(t, c)
			storetest.OpenReleases(t, c)
			saveAll(t, r, numbered(mine, "01", 1))
			k := copyOf(t, c, func() {})
			to := storetest.Empty(t, backend)
			for name, spoil := range map[string]struct {
				code   fault.Code
				change func(k *kept) store.Parts
			}{
				"a row too many": {store.CodeCopyDiffers, func(k *kept) store.Parts { k.stores[0].Rows["record"]++; return k.each }},
				"another ledger": {store.CodeCopyDiffers, func(k *kept) store.Parts { k.stores[1].Root = "00"; return k.each }},
				"a newer schema": {store.CodeSchemaNew, func(k *kept) store.Parts { k.stores[0].Schema += 100; return k.each }},
				"a foreign part": {store.CodeCopyDiffers, func(k *kept) store.Parts { k.parts[0].name = "../x.db"; return k.each }},
				"one part alone": {store.CodeCopyDiffers, func(k *kept) store.Parts { k.stores = k.stores[:1]; return k.each }},
				"broken off": {"", func(k *kept) store.Parts {
					return func(take func(string, io.Reader) error) error {
						half := io.MultiReader(bytes.NewReader(k.parts[0].content[:2000]), failing{broken})
						return take(k.parts[0].name, half)
					}
				}},
			} {
				other := copyKept(k)
				err := store.Restore(t.Context(), to, tools(t), other.stores, spoil.change(&other))
				if err == nil || fault.CodeOf(err) != spoil.code && spoil.code != "" {
					t.Errorf("%s: %v, want %s", name, err, spoil.code)
				}
				if err := store.Empty(t.Context(), to); err != nil {
					t.Errorf("%s left something: %v", name, err)
				}
			}
			if err := store.Restore(t.Context(), to, tools(t), k.stores, k.each); err != nil {
				t.Errorf("the honest copy: %v", err)
			}
		})
	}
}

type failing struct{ with error }

func (f failing) Read([]byte) (int, error) { return 0, f.with }

func copyKept(k kept) kept {
	other := kept{slices.Clone(k.stores), slices.Clone(k.parts)}
	for i, s := range other.stores {
		other.stores[i].Rows = map[string]int64{}
		for table, n := range s.Rows {
			other.stores[i].Rows[table] = n
		}
	}
	return other
}

// TestF16_ABlindLoginCopiesNothing: a login that row security binds would give a
// copy without records, which nobody would notice before the day it is needed.
func TestF16_ABlindLoginCopiesNothing(t *testing.T) {
	c := storetest.Config(t, store.Postgres)
	saveAll(t, storetest.OpenConfig(t, c), numbered(mine, "01", 1))
	for name, dsn := range map[string]string{"intake": c.Intake, "owner": c.Owner, "counter": c.Counter} {
		blind := c
		blind.Backup = dsn
		err := store.WithCopy(t.Context(), blind, tools(t), func(store.Copy) error { return nil })
		if fault.CodeOf(err) != store.CodeBlind {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestF16_ABrokenLedgerIsNotCopied finds it while the original is still there.
func TestF16_ABrokenLedgerIsNotCopied(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			c := storetest.Config(t, backend)
			r := storetest.OpenConfig(t, c)
			storetest.OpenReleases(t, c)
			if err := r.Intake().Atomically(t.Context(), func(tx intake.Tx) error { return tx.Append(t.Context(), deed()) }); err != nil {
				t.Fatal(err)
			}
			table := map[store.Backend]string{store.SQLite: "ledger_head", store.Postgres: "records.ledger_head"}[backend]
			storetest.Tamper(t, c, `UPDATE `+table+` SET size = size + 1`)
			err := store.WithCopy(t.Context(), c, tools(t), func(store.Copy) error { return nil })
			if fault.CodeOf(err) != store.CodeLedgerBroken {
				t.Error(err)
			}
		})
	}
}

// TestF16_EveryTableIsCounted holds the tables that a copy counts against the register.
func TestF16_EveryTableIsCounted(t *testing.T) {
	c := storetest.Config(t, store.SQLite)
	storetest.OpenConfig(t, c)
	storetest.OpenReleases(t, c)
	k := copyOf(t, c, func() {})
	holdings, err := store.Register()
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, h := range holdings {
		want = append(want, h.Store+"."+h.Table)
	}
	for _, s := range k.stores {
		for table := range s.Rows {
			got = append(got, s.Store+"."+table)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tables (-register +counted):\n%s", diff)
	}
}

// TestF16_AnInterruptedRestorationIsNamed, so that two do not grow into each other.
func TestF16_AnInterruptedRestorationIsNamed(t *testing.T) {
	to := storetest.Empty(t, store.SQLite)
	if err := os.MkdirAll(filepath.Join(to.Folder, "restoring"), 0o700); err != nil {
		t.Fatal(err)
	}
	err := store.Empty(t.Context(), to)
	if fault.CodeOf(err) != store.CodeNotEmpty || !strings.Contains(err.Error(), "interrupted") {
		t.Error(err)
	}
}
