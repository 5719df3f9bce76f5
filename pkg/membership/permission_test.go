package membership

import (
	"context"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// deeds are all that a principal can ask for, with the permission each takes.
func (h *house) asks(t *testing.T) map[string]struct {
	permission access.Permission
	ask        func(context.Context, access.Principal) error
} {
	t.Helper()
	known := h.terms(t)
	h.put(t, known)
	fresh := h.terms(t)
	for _, do := range []func(context.Context, access.Principal, int) error{h.OpenPeriod, h.ClosePeriod} {
		if err := do(t.Context(), h.boss, 2023); err != nil {
			t.Fatal(err)
		}
	}
	return map[string]struct {
		permission access.Permission
		ask        func(context.Context, access.Principal) error
	}{
		"put organisation": {access.MembersManage, func(ctx context.Context, by access.Principal) error {
			_, err := h.PutOrganisation(ctx, by, access.Organisation{ID: access.OrganisationID(fresh.ID), Name: "Ny", Kind: access.Member})
			return err
		}},
		"list organisations": {access.MembersManage, func(ctx context.Context, by access.Principal) error { _, err := h.Organisations(ctx, by); return err }},
		"put client": {access.MembersManage, func(ctx context.Context, by access.Principal) error {
			_, err := h.PutClient(ctx, by, fresh)
			return err
		}},
		"rotate secret": {access.MembersManage, func(ctx context.Context, by access.Principal) error {
			_, err := h.RotateSecret(ctx, by, known.ID)
			return err
		}},
		"revoke client":  {access.MembersManage, func(ctx context.Context, by access.Principal) error { return h.RevokeClient(ctx, by, known.ID) }},
		"list clients":   {access.MembersManage, func(ctx context.Context, by access.Principal) error { _, err := h.Clients(ctx, by); return err }},
		"open period":    {access.PeriodsManage, func(ctx context.Context, by access.Principal) error { return h.OpenPeriod(ctx, by, 2024) }},
		"close period":   {access.PeriodsManage, func(ctx context.Context, by access.Principal) error { return h.ClosePeriod(ctx, by, 2025) }},
		"correct period": {access.PeriodsManage, func(ctx context.Context, by access.Principal) error { return h.CorrectPeriod(ctx, by, 2023) }},
		"list periods":   {access.PeriodsRead, func(ctx context.Context, by access.Principal) error { _, err := h.Periods(ctx, by); return err }},
	}
}

func TestEveryDeed_asks_for_its_permission(t *testing.T) {
	h := newHouse(t)
	if err := h.OpenPeriod(t.Context(), h.boss, 2025); err != nil {
		t.Fatal(err)
	}
	all := []access.Permission{access.RecordsWrite, access.RecordsRead, access.PeriodsRead, access.PeriodsManage, access.MembersManage, access.DeskRead, access.ReleasesPrepare, access.ReleasesReview, access.TablesRequest}
	for name, c := range h.asks(t) {
		t.Run(name, func(t *testing.T) {
			before := h.store.ledger()
			for _, p := range all {
				if p == c.permission {
					continue
				}
				by := access.Principal{Client: h.boss.Client, Organisation: h.boss.Organisation, Role: access.Coordinator, Permissions: []access.Permission{p}}
				wantRefusal(t, c.ask(t.Context(), by), fault.Forbidden, access.CodePermissionMissing)
			}
			if diff := gocmp.Diff(before, h.store.ledger()); diff != "" {
				t.Errorf("a refusal changed the ledger: %s", diff)
			}
		})
	}
}

func TestEveryDeed_works_with_its_permission_and_is_undone_when_the_ledger_fails(t *testing.T) {
	for _, name := range []string{"put organisation", "list organisations", "put client", "rotate secret", "revoke client", "list clients", "open period", "close period", "correct period"} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			if err := h.OpenPeriod(t.Context(), h.boss, 2025); err != nil {
				t.Fatal(err)
			}
			c := h.asks(t)[name]
			by := h.boss
			by.Permissions = []access.Permission{c.permission}
			before, entries := need[State](t)(h.store.read()), len(h.store.ledger())
			h.store.breaks("append")
			if err := c.ask(t.Context(), by); err == nil {
				t.Error("done without a ledger")
			}
			h.store.breaks("")
			if diff := gocmp.Diff(before, need[State](t)(h.store.read())); diff != "" || len(h.store.ledger()) != entries {
				t.Errorf("half done: %s", diff)
			}
			if err := c.ask(t.Context(), by); err != nil || len(h.store.ledger()) != entries+1 {
				t.Errorf("with the ledger: %v, %d new entries", err, len(h.store.ledger())-entries)
			}
		})
	}
}

// A token checked a moment ago is no licence: the deed's own transaction sees
// that the coordinator is gone.
func TestT7_a_coordinator_revoked_meanwhile_changes_nothing(t *testing.T) {
	h := newHouse(t)
	second := principal(h.put(t, h.staff(t, access.Coordinator, access.HolderID(h.id(t)))).Client)
	if err := h.OpenPeriod(t.Context(), h.boss, 2025); err != nil {
		t.Fatal(err)
	}
	asks := h.asks(t)
	if err := h.RevokeClient(t.Context(), h.boss, second.Client); err != nil {
		t.Fatal(err)
	}
	for name, c := range asks {
		if c.permission == access.PeriodsRead {
			continue // changes and discloses nothing
		}
		err := c.ask(t.Context(), second)
		t.Run(name, func(t *testing.T) { wantRefusal(t, err, fault.Unauthenticated, access.CodeTokenInvalid) })
	}
	nobody := access.Principal{Client: "nobody", Permissions: []access.Permission{access.PeriodsManage}}
	wantRefusal(t, h.OpenPeriod(t.Context(), nobody, 2024), fault.Unauthenticated, access.CodeTokenInvalid)
}

func TestLedger_holds_public_ids_and_nothing_else(t *testing.T) {
	h := newHouse(t)
	for _, c := range h.asks(t) {
		_ = c.ask(t.Context(), h.boss) // in any order; some find nothing to do
	}
	public := map[string]bool{"2023": true, "2024": true, "2025": true}
	state := need[State](t)(h.store.read())
	for _, o := range state.Organisations {
		public[string(o.ID)] = true
	}
	for _, c := range state.Clients {
		public[string(c.ID)] = true
	}
	for _, e := range h.store.ledger() {
		for _, subject := range e.Subjects {
			if !public[subject] {
				t.Errorf("%s tells of %q", e.Deed, subject)
			}
		}
		if e.Reason != "" || strings.Contains(string(e.Deed), " ") || e.Day != "2026-11-23" {
			t.Errorf("entry %+v", e)
		}
	}
}

func TestPeriods_open_once_close_once_and_never_open_again(t *testing.T) {
	h := newHouse(t)
	wantRefusal(t, h.ClosePeriod(t.Context(), h.boss, 2025), fault.NotFound, CodePeriodUnknown)
	for _, do := range []func(context.Context, access.Principal, int) error{h.OpenPeriod, h.OpenPeriod, h.ClosePeriod, h.ClosePeriod} {
		if err := do(t.Context(), h.boss, 2025); err != nil {
			t.Fatal(err)
		}
	}
	wantRefusal(t, h.OpenPeriod(t.Context(), h.boss, 2025), fault.Conflict, CodePeriodClosed)
	got := need[[]record.Period](t)(h.Periods(t.Context(), h.boss))
	if diff := gocmp.Diff([]record.Period{{Year: 2025, State: record.PeriodClosed}}, got); diff != "" {
		t.Error(diff)
	}
	entries := h.store.ledger()
	day, actor := "2026-11-23", string(h.boss.Client)
	want := []ledger.Entry{
		{Day: day, Actor: actor, Deed: DeedPeriodOpened, Subjects: []string{"2025"}},
		{Day: day, Actor: actor, Deed: DeedPeriodClosed, Subjects: []string{"2025"}},
	}
	if diff := gocmp.Diff(want, entries[len(entries)-2:]); diff != "" {
		t.Error(diff)
	}
	for year, ok := range map[int]bool{1999: false, 2000: true, 2027: true, 2028: false, -1: false} {
		err := h.OpenPeriod(t.Context(), h.boss, year)
		if ok != (err == nil) || !ok && fault.CodeOf(err) != CodeYearOutOfRange {
			t.Errorf("%d: %v", year, err)
		}
	}
	h.store.breaks("load")
	if _, err := h.Periods(t.Context(), h.boss); err == nil {
		t.Error("periods from a broken store")
	}
}

// A closed year is corrected as often as need be, and never opens again.
func TestPeriods_are_corrected_after_closing(t *testing.T) {
	h := newHouse(t)
	wantRefusal(t, h.CorrectPeriod(t.Context(), h.boss, 2025), fault.NotFound, CodePeriodUnknown)
	need[bool](t)(true, h.OpenPeriod(t.Context(), h.boss, 2025))
	wantRefusal(t, h.CorrectPeriod(t.Context(), h.boss, 2025), fault.Conflict, CodePeriodNotClosed)
	before := len(h.store.ledger())
	for _, step := range []struct {
		do   func(context.Context, access.Principal, int) error
		want record.PeriodState
		deed ledger.Deed
	}{
		{h.ClosePeriod, record.PeriodClosed, DeedPeriodClosed},
		{h.CorrectPeriod, record.PeriodCorrecting, DeedCorrectionOpened},
		{h.CorrectPeriod, record.PeriodCorrecting, ""}, // it stays as it is
		{h.ClosePeriod, record.PeriodClosed, DeedPeriodClosed},
		{h.CorrectPeriod, record.PeriodCorrecting, DeedCorrectionOpened},
	} {
		need[bool](t)(true, step.do(t.Context(), h.boss, 2025))
		got := need[[]record.Period](t)(h.Periods(t.Context(), h.boss))
		if diff := gocmp.Diff([]record.Period{{Year: 2025, State: step.want}}, got); diff != "" {
			t.Error(diff)
		}
		var want []ledger.Entry
		if step.deed != "" {
			want = []ledger.Entry{{Day: "2026-11-23", Actor: string(h.boss.Client), Deed: step.deed, Subjects: []string{"2025"}}}
		}
		if diff := gocmp.Diff(want, h.store.ledger()[before:], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", step.want, diff)
		}
		before = len(h.store.ledger())
	}
	wantRefusal(t, h.OpenPeriod(t.Context(), h.boss, 2025), fault.Conflict, CodePeriodClosed)
}
