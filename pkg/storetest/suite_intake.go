package storetest

import (
	"context"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/store"
)

func savedIsHead(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	blank := version(orgA, 3, 1)
	blank.Record.Answers = nil // stores as no bytes, and is not a tombstone
	want := []intake.Version{version(orgA, 1, 1), version(orgB, 2, 1), blank}
	save(t, r, want...)
	for _, v := range want {
		got := heads(t, r, v.Key, intake.Key{Organisation: orgA, Record: recordID(99)})
		equal(t, "heads", map[intake.Key]intake.Version{v.Key: v}, got)
		equal(t, "history", []intake.Version{v}, history(t, r, v.Key))
	}
	equal(t, "no keys", map[intake.Key]intake.Version{}, heads(t, r))
	equal(t, "an absent record", []intake.Version(nil), history(t, r, intake.Key{Organisation: orgB, Record: recordID(1)}))
	in(t, r, func(ctx context.Context, tx intake.Tx) error { return tx.Save(ctx, nil) })
}

func correctionKeepsHistory(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	first, other := version(orgA, 1, 1), version(orgA, 2, 1)
	second, third := version(orgA, 1, 2), version(orgA, 1, 3)
	third.Record.Year, third.Record.Codebook = year+1, 2
	save(t, r, first, other)
	save(t, r, second, version(orgB, 7, 1)) // a first version and a correction in one transaction
	save(t, r, third)
	equal(t, "head", map[intake.Key]intake.Version{first.Key: third}, heads(t, r, first.Key))
	equal(t, "history", []intake.Version{third, second, first}, history(t, r, first.Key))
	equal(t, "the other record", []intake.Version{other}, history(t, r, other.Key))
}

func versionMustFollow(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	save(t, r, version(orgA, 1, 1), version(orgA, 1+1, 1))
	save(t, r, version(orgA, 1, 2))
	withdraw(t, r, tombstone(orgA, 2, 2))
	for name, change := range map[string]func(ctx context.Context, tx intake.Tx) error{
		"a first version again":        saving(version(orgA, 1, 1)),
		"the same version again":       saving(version(orgA, 1, 2)),
		"a correction of nothing":      saving(version(orgA, 9, 2)),
		"a correction of a tombstone":  saving(version(orgA, 2, 3)),
		"a first version after it":     saving(version(orgA, 2, 1)),
		"a tombstone saved":            saving(tombstone(orgA, 1, 3)),
		"a key twice":                  saving(version(orgA, 5, 1), version(orgA, 5, 1)),
		"version zero":                 saving(version(orgA, 5, 0)),
		"a withdrawal of nothing":      withdrawing(tombstone(orgA, 9, 2)),
		"a withdrawal of a tombstone":  withdrawing(tombstone(orgA, 2, 3)),
		"a withdrawal that goes back":  withdrawing(tombstone(orgA, 1, 2)),
		"a withdrawal, another's":      withdrawing(tombstone(orgB, 1, 3)),
		"half of it possible":          saving(version(orgA, 6, 1), version(orgA, 9, 2)),
		"a withdrawal, half of it not": withdrawing(tombstone(orgA, 1, 3), tombstone(orgA, 9, 2)),
	} {
		if err := try(t, r, change); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	equal(t, "untouched", []intake.Version{version(orgA, 1, 2)}, list(t, r, intake.Page{Organisation: orgA, Limit: 9}))
}

func saving(versions ...intake.Version) func(context.Context, intake.Tx) error {
	return func(ctx context.Context, tx intake.Tx) error { return tx.Save(ctx, versions) }
}

func withdrawing(tombstones ...intake.Version) func(context.Context, intake.Tx) error {
	return func(ctx context.Context, tx intake.Tx) error { return tx.Withdraw(ctx, tombstones) }
}

func idsMustBeCanonical(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	for _, bad := range []string{
		"", "x", "0A000000-0000-4000-8000-00000000000A", "{0a000000-0000-4000-8000-00000000000a}",
		"0a0000000000400080000000000000aa", "' OR 1=1 --",
	} {
		v := version(orgA, 1, 1)
		v.Key.Record = record.ID(bad)
		if err := try(t, r, saving(v)); err == nil {
			t.Errorf("record id %q: taken", bad)
		}
		v = version(orgA, 1, 1)
		v.Key.Organisation = access.OrganisationID(bad)
		if err := try(t, r, saving(v)); err == nil {
			t.Errorf("organisation id %q: taken", bad)
		}
		if _, err := r.Intake().History(t.Context(), v.Key); err == nil {
			t.Errorf("history of %q: taken", bad)
		}
		if _, err := r.Intake().List(t.Context(), intake.Page{Organisation: v.Key.Organisation, Limit: 1}); err == nil {
			t.Errorf("list of %q: taken", bad)
		}
	}
}

// anyNumber goes around the sizes of statement that a backend may use.
func anyNumber(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	next := 0
	for _, n := range []int{1, 4, 5, 6, 24, 25, 26, 31, 64, 101} {
		var versions []intake.Version
		var keys []intake.Key
		for range n {
			v := version([]access.OrganisationID{orgA, orgB}[next%2], next, 1)
			versions, keys = append(versions, v), append(keys, v.Key)
			next++
		}
		in(t, r, func(ctx context.Context, tx intake.Tx) error {
			if err := tx.Save(ctx, versions); err != nil {
				return err
			}
			got, err := tx.Heads(ctx, append(keys, keys...))
			if len(got) != n {
				t.Errorf("%d records saved, %d found within the transaction", n, len(got))
			}
			return err
		})
		got := heads(t, r, keys...)
		for _, v := range versions {
			equal(t, "head", v, got[v.Key])
		}
	}
}

func listPages(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	var all, odd []intake.Version
	for n := range 12 {
		v := version(orgA, n, 1)
		if n%2 == 1 {
			v.Record.Year = year + 1
			odd = append(odd, v)
		}
		all = append(all, v)
	}
	shuffled := slices.Clone(all)
	slices.Reverse(shuffled)
	save(t, r, append(shuffled, version(orgB, 5, 1), version(orgA, 50, 1))...)
	withdraw(t, r, tombstone(orgA, 50, 2))
	var got []intake.Version
	page := intake.Page{Organisation: orgA, Limit: 5}
	for {
		part := list(t, r, page)
		if len(part) == 0 {
			break
		}
		if len(part) > page.Limit {
			t.Fatalf("a page of %d, asked for %d", len(part), page.Limit)
		}
		got = append(got, part...)
		page.After = part[len(part)-1].Key.Record
	}
	equal(t, "every page", all, got)
	equal(t, "one year", odd, list(t, r, intake.Page{Organisation: orgA, Year: year + 1, Limit: 99}))
	equal(t, "an empty year", []intake.Version(nil), list(t, r, intake.Page{Organisation: orgA, Year: 1999, Limit: 99}))
}

// One organisation's ids must not tell another anything: the same id is free
// for everybody, and each sees its own record behind it.
func uniquePerOrganisation(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	a, b := version(orgA, 1, 1), version(orgB, 1, 1)
	save(t, r, a)
	save(t, r, b)
	a2 := version(orgA, 1, 2)
	save(t, r, a2)
	equal(t, "A's", []intake.Version{a2, a}, history(t, r, a.Key))
	equal(t, "B's", []intake.Version{b}, history(t, r, b.Key))
	withdraw(t, r, tombstone(orgA, 1, 3))
	equal(t, "B's after A's withdrawal", []intake.Version{b}, history(t, r, b.Key))
	equal(t, "both at once", map[intake.Key]intake.Version{a.Key: tombstone(orgA, 1, 3), b.Key: b}, heads(t, r, a.Key, b.Key))
}

func withdrawalLeavesTombstone(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	save(t, r, version(orgA, 1, 1), version(orgA, 2, 1), version(orgB, 1, 1))
	save(t, r, version(orgA, 1, 2))
	gone := []intake.Version{tombstone(orgA, 1, 3), tombstone(orgB, 1, 2)}
	withdraw(t, r, gone...)
	for _, v := range gone {
		equal(t, "head", map[intake.Key]intake.Version{v.Key: v}, heads(t, r, v.Key))
		equal(t, "history", []intake.Version{v}, history(t, r, v.Key))
	}
	equal(t, "list", []intake.Version{version(orgA, 2, 1)}, list(t, r, intake.Page{Organisation: orgA, Limit: 9}))
}
