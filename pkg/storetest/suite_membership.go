package storetest

import (
	"context"
	"errors"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/store"
)

type membershipTx = membership.Tx

func state() membership.State {
	return membership.State{
		Organisations: []access.Organisation{
			{ID: orgA, Name: "Första hjälpen; \"A\"", Kind: access.Platform, Active: true},
			{ID: orgB, Name: "B", Kind: access.Member},
		},
		Clients: []access.Client{
			{
				ID: "01000000-0000-4000-8000-000000000001", Organisation: orgA, Holder: "h1", Role: access.Coordinator,
				Permissions: []access.Permission{access.MembersManage, access.PeriodsManage}, Secret: "$argon2id$x",
			},
			{
				ID: "02000000-0000-4000-8000-000000000002", Organisation: orgB, Holder: "h2", Role: access.Submitter,
				CreatedBy: "01000000-0000-4000-8000-000000000001", Secret: "$argon2id$y", Revoked: true,
			},
		},
		Periods: []record.Period{{Year: 2025, State: record.PeriodClosed}, {Year: 2026, State: record.PeriodOpen}},
	}
}

// saveState saves in an order that is not the key's, clients first.
func saveState(ctx context.Context, tx membership.Tx, s membership.State) error {
	var errs []error
	for i := range s.Clients {
		errs = append(errs, tx.SaveClient(ctx, s.Clients[len(s.Clients)-1-i]))
	}
	for i := range s.Organisations {
		errs = append(errs, tx.SaveOrganisation(ctx, s.Organisations[len(s.Organisations)-1-i]))
	}
	for i := range s.Periods {
		errs = append(errs, tx.SavePeriod(ctx, s.Periods[len(s.Periods)-1-i]))
	}
	return errors.Join(errs...)
}

func membershipRoundTrip(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	m, ctx := r.Membership(), t.Context()
	load := func() membership.State {
		t.Helper()
		got, err := m.Load(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	equal(t, "an empty store", membership.State{}, load())
	want := state()
	err := m.Atomically(ctx, func(tx membership.Tx) error {
		if err := saveState(ctx, tx, want); err != nil {
			return err
		}
		got, err := tx.Load(ctx)
		equal(t, "within the transaction", want, got)
		equal(t, "outside it", membership.State{}, load())
		return errors.Join(err, tx.Append(ctx, deed("test.membership")))
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "saved", want, load())
	want.Organisations[1].Name, want.Organisations[1].Active = "B2", true
	want.Clients[0].Secret, want.Clients[0].Revoked, want.Clients[0].Permissions = "$argon2id$z", true, nil
	want.Periods[1].State = record.PeriodClosed
	if err := m.Atomically(ctx, func(tx membership.Tx) error { return saveState(ctx, tx, want) }); err != nil {
		t.Fatal(err)
	}
	equal(t, "replaced", want, load())
	verified(t, r, 1)
}

func clientNeedsOrganisation(t *testing.T, c store.Config) {
	m, ctx := OpenConfig(t, c).Membership(), t.Context()
	for name, spoil := range map[string]func(*access.Client){
		"an unknown organisation": func(*access.Client) {},
		"no organisation":         func(c *access.Client) { c.Organisation = "" },
		"no id":                   func(c *access.Client) { c.ID = "" },
		"an unknown role":         func(c *access.Client) { c.Role = "god" },
		"a creator that is no id": func(c *access.Client) { c.CreatedBy = "x" },
	} {
		client := state().Clients[0]
		spoil(&client)
		if err := m.Atomically(ctx, func(tx membership.Tx) error { return tx.SaveClient(ctx, client) }); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	for name, save := range map[string]func(tx membership.Tx) error{
		"an organisation without id": func(tx membership.Tx) error {
			return tx.SaveOrganisation(ctx, access.Organisation{Kind: access.Member})
		},
		"an unknown kind": func(tx membership.Tx) error {
			return tx.SaveOrganisation(ctx, access.Organisation{ID: orgA, Kind: "guild"})
		},
		"an unknown state": func(tx membership.Tx) error { return tx.SavePeriod(ctx, record.Period{Year: 2026, State: "ajar"}) },
	} {
		if err := m.Atomically(ctx, save); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func periodsEverywhere(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	period(t, r, 2026, record.PeriodOpen)
	period(t, r, 2025, record.PeriodOpen)
	period(t, r, 2025, record.PeriodClosed)
	want := []record.Period{{Year: 2025, State: record.PeriodClosed}, {Year: 2026, State: record.PeriodOpen}}
	got, err := r.Desk().Periods(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "the desk's", want, got)
	in(t, r, func(ctx context.Context, tx intake.Tx) error {
		got, err := tx.Periods(ctx)
		equal(t, "the intake's", want, got)
		return err
	})
}

// scanned gives the answers in scope, how often each.
func scanned(t testing.TB, r *store.Records, scope desk.Scope) map[string]int {
	t.Helper()
	out := map[string]int{}
	err := r.Desk().Scan(t.Context(), scope, func(v codelist.Version, a record.Answers) error {
		if v != 1 {
			t.Errorf("codebook %d", v)
		}
		out[string(a)]++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func answersOf(versions ...intake.Version) map[string]int {
	out := map[string]int{}
	for _, v := range versions {
		out[string(v.Record.Answers)]++
	}
	return out
}

func scanScopes(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	period(t, r, year, record.PeriodOpen)
	later := version(orgA, 4, 1)
	later.Record.Year = year + 1
	save(t, r, version(orgA, 1, 1), version(orgA, 2, 1), version(orgB, 1, 1), version(orgB, 3, 1), later)
	save(t, r, version(orgA, 1, 2))
	withdraw(t, r, tombstone(orgB, 3, 2))
	everybody, own := desk.Scope{Year: year}, desk.Scope{Year: year, Organisation: orgA}
	current := []intake.Version{version(orgA, 1, 2), version(orgA, 2, 1), version(orgB, 1, 1)}

	equal(t, "an open year of everybody", answersOf(), scanned(t, r, everybody))
	equal(t, "one's own of an open year", answersOf(current[:2]...), scanned(t, r, own))
	period(t, r, year, record.PeriodClosed)
	equal(t, "a closed year of everybody", answersOf(current...), scanned(t, r, everybody))
	equal(t, "one's own of a closed year", answersOf(current[:2]...), scanned(t, r, own))
	period(t, r, year, record.PeriodCorrecting)
	equal(t, "a year of everybody that is being corrected", answersOf(), scanned(t, r, everybody))
	equal(t, "one's own of it", answersOf(current[:2]...), scanned(t, r, own))
	equal(t, "a year nobody opened, of everybody", answersOf(), scanned(t, r, desk.Scope{Year: year + 1}))
	equal(t, "a year nobody opened, one's own", answersOf(later), scanned(t, r, desk.Scope{Year: year + 1, Organisation: orgA}))
	if err := r.Desk().Scan(t.Context(), desk.Scope{Year: year, Organisation: "x"}, nil); err == nil {
		t.Error("a scope that is no organisation: taken")
	}
}

func scanStops(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	period(t, r, year, record.PeriodClosed)
	save(t, r, version(orgA, 1, 1), version(orgA, 2, 1))
	for _, scope := range []desk.Scope{{Year: year}, {Year: year, Organisation: orgA}} {
		calls := 0
		err := r.Desk().Scan(t.Context(), scope, func(codelist.Version, record.Answers) error { calls++; return errMine })
		if !errors.Is(err, errMine) || calls != 1 {
			t.Errorf("%d calls, %v", calls, err)
		}
	}
}

// paired gives what a pair of years holds, by year and number of the organisation.
func paired(t testing.TB, r *store.Records, from, to int) map[desk.Origin]map[string]int {
	t.Helper()
	out := map[desk.Origin]map[string]int{}
	err := r.Desk().ScanPair(t.Context(), from, to, func(at desk.Origin, v codelist.Version, a record.Answers) error {
		if v != 1 {
			t.Errorf("codebook %d", v)
		}
		if out[at] == nil {
			out[at] = map[string]int{}
		}
		out[at][string(a)]++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func scanPair(t *testing.T, c store.Config) {
	r := OpenConfig(t, c)
	next := func(v intake.Version) intake.Version {
		v.Record.Year = year + 1
		return v
	}
	period(t, r, year, record.PeriodClosed)
	period(t, r, year+1, record.PeriodOpen)
	save(t, r, version(orgA, 1, 1), version(orgA, 2, 1), version(orgB, 1, 1), next(version(orgA, 3, 1)), next(version(orgA, 4, 1)), next(version(orgA, 5, 1)))
	save(t, r, version(orgA, 1, 2))
	withdraw(t, r, tombstone(orgA, 5, 2))

	for at := range paired(t, r, year, year+1) {
		if at.Year != year {
			t.Errorf("records of %d, which is open, were read", at.Year)
		}
	}
	period(t, r, year+1, record.PeriodClosed)
	got := paired(t, r, year, year+1)
	var a, b int // their numbers
	for at := range got {
		if at.Year == year+1 {
			a = at.Member
		}
	}
	b = 1 - a
	equal(t, "two closed years", map[desk.Origin]map[string]int{
		{Year: year, Member: a}:     answersOf(version(orgA, 1, 2), version(orgA, 2, 1)),
		{Year: year, Member: b}:     answersOf(version(orgB, 1, 1)),
		{Year: year + 1, Member: a}: answersOf(next(version(orgA, 3, 1)), next(version(orgA, 4, 1))),
	}, got)
	equal(t, "years nobody opened", map[desk.Origin]map[string]int{}, paired(t, r, year+2, year+3))

	calls := 0
	err := r.Desk().ScanPair(t.Context(), year, year+1, func(desk.Origin, codelist.Version, record.Answers) error { calls++; return errMine })
	if !errors.Is(err, errMine) || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
}
