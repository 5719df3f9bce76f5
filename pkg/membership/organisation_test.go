package membership

import (
	"errors"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
)

func TestBootstrap_founds_an_empty_store_once(t *testing.T) {
	h := emptyHouse(t)
	f := need[Founding](t)(h.Bootstrap(t.Context(), "Plattformen", ""))
	want := ledger.Entry{
		Day: "2026-11-23", Actor: "command-line", Deed: DeedFounded,
		Subjects: []string{string(f.Organisation.ID), string(f.Client.ID)},
	}
	if diff := gocmp.Diff([]ledger.Entry{want}, h.store.ledger()); diff != "" {
		t.Error(diff)
	}
	if f.Client.Secret != "" || !strings.HasPrefix(f.Secret, access.SecretPrefix) || !f.Client.Holder.Valid() {
		t.Errorf("founding %+v", f.Client)
	}
	stored := h.store.clients[f.Client.ID]
	if !strings.HasPrefix(stored.Secret, "$argon2id$") || !need[bool](t)(h.deps.Hasher.Verify(t.Context(), f.Secret, stored.Secret)) {
		t.Error("the secret shown is not the one stored")
	}
	_, err := h.Bootstrap(t.Context(), "Plattformen", "")
	wantRefusal(t, err, fault.Conflict, CodeAlreadyFounded)
	if len(h.store.organisations) != 1 || len(h.store.clients) != 1 {
		t.Error("the second founding left something")
	}
}

func TestBootstrap_refuses_bad_names_and_holders(t *testing.T) {
	h := emptyHouse(t)
	_, err := h.Bootstrap(t.Context(), "", "")
	wantRefusal(t, err, fault.Invalid, CodeNameInvalid)
	_, err = h.Bootstrap(t.Context(), "Plattformen", "19800101-1234")
	wantRefusal(t, err, fault.Invalid, CodeIDInvalid)
	if len(h.store.ledger()) != 0 {
		t.Error("a refusal left something")
	}
}

func TestBootstrap_leaves_nothing_when_the_store_fails(t *testing.T) {
	for _, step := range []string{"tx load", "save", "append", "commit"} {
		h := emptyHouse(t)
		h.store.breaks(step)
		f, err := h.Bootstrap(t.Context(), "Plattformen", "")
		if !errors.Is(err, errBroken) || f.Secret != "" || len(h.store.clients)+len(h.store.organisations)+len(h.store.entries) != 0 {
			t.Errorf("%s fails: %v", step, err)
		}
	}
}

func TestPutOrganisation_is_idempotent_and_in_the_ledger(t *testing.T) {
	h := newHouse(t)
	o := access.Organisation{ID: access.OrganisationID(h.id(t)), Name: "A\u030angermanland", Kind: access.Member, Active: true}
	put := func() bool { return need[bool](t)(h.PutOrganisation(t.Context(), h.boss, o)) }
	if !put() {
		t.Error("not created")
	}
	if h.store.organisations[o.ID].Name != "Ångermanland" {
		t.Errorf("kept as %q", h.store.organisations[o.ID].Name)
	}
	want := ledger.Entry{Day: "2026-11-23", Actor: string(h.boss.Client), Deed: DeedOrganisationCreated, Subjects: []string{string(o.ID)}}
	if diff := gocmp.Diff(want, h.last(t)); diff != "" {
		t.Error(diff)
	}
	n := len(h.store.ledger())
	if put() || len(h.store.ledger()) != n {
		t.Error("the same again is a deed")
	}
	o.Active = false
	if put() || h.last(t).Deed != DeedOrganisationChanged || h.store.organisations[o.ID].Active {
		t.Errorf("after a change: %+v", h.last(t))
	}
}

func TestPutOrganisation_refuses(t *testing.T) {
	h := newHouse(t)
	good := access.Organisation{ID: access.OrganisationID(h.id(t)), Name: "Ny", Kind: access.Member, Active: true}
	platform := h.founding.Organisation
	with := func(o access.Organisation, change func(*access.Organisation)) access.Organisation {
		change(&o)
		return o
	}
	for name, c := range map[string]struct {
		o    access.Organisation
		kind fault.Kind
		code fault.Code
	}{
		"id":                   {with(good, func(o *access.Organisation) { o.ID = "1" }), fault.Invalid, CodeIDInvalid},
		"id in upper case":     {with(good, func(o *access.Organisation) { o.ID = access.OrganisationID(strings.ToUpper(string(o.ID))) }), fault.Invalid, CodeIDInvalid},
		"name":                 {with(good, func(o *access.Organisation) { o.Name = "a\nb" }), fault.Invalid, CodeNameInvalid},
		"no kind":              {with(good, func(o *access.Organisation) { o.Kind = "" }), fault.Invalid, CodeKindInvalid},
		"unknown kind":         {with(good, func(o *access.Organisation) { o.Kind = "root" }), fault.Invalid, CodeKindInvalid},
		"a second platform":    {with(good, func(o *access.Organisation) { o.Kind = access.Platform }), fault.Invalid, CodeKindInvalid},
		"member to platform":   {with(h.member, func(o *access.Organisation) { o.Kind = access.Platform }), fault.Conflict, CodeOrganisationFixed},
		"platform to member":   {with(platform, func(o *access.Organisation) { o.Kind = access.Member }), fault.Conflict, CodeOrganisationFixed},
		"platform to inactive": {with(platform, func(o *access.Organisation) { o.Active = false }), fault.Conflict, CodePlatformNeeded},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(h.store.ledger())
			_, err := h.PutOrganisation(t.Context(), h.boss, c.o)
			wantRefusal(t, err, c.kind, c.code)
			if len(h.store.ledger()) != before {
				t.Error("a refusal is in the ledger as a deed")
			}
		})
	}
}

func TestNames_are_sane_text(t *testing.T) {
	for name, want := range map[string]bool{
		"RFSL": true, "Föreningen Stöd & Råd (Väst), nr 2": true, "日本": true, strings.Repeat("ö", MaxName): true,
		"": false, " x": false, "x ": false, "a\nb": false, "a\tb": false, "a\x00b": false, "a\u202eb": false, "a\u200bb": false,
		"a\u00a0b": false, "a\ufeffb": false, "\xff": false, "a\ufffdb": false, "\u2028": false, strings.Repeat("ö", MaxName+1): false,
	} {
		if got := saneName(name); got != want {
			t.Errorf("%q is sane: %v, want %v", name, got, want)
		}
	}
}

func TestLists_come_after_their_ledger_entry_or_not_at_all(t *testing.T) {
	h := newHouse(t)
	h.put(t, h.terms(t))
	organisations := need[[]access.Organisation](t)(h.Organisations(t.Context(), h.boss))
	if len(organisations) != 2 || h.last(t).Deed != DeedOrganisationsListed || h.last(t).Actor != string(h.boss.Client) {
		t.Errorf("%d organisations, last %+v", len(organisations), h.last(t))
	}
	clients := need[[]access.Client](t)(h.Clients(t.Context(), h.boss))
	if len(clients) != 2 || h.last(t).Deed != DeedClientsListed {
		t.Errorf("%d clients, last %+v", len(clients), h.last(t))
	}
	for _, c := range clients {
		if c.Secret != "" {
			t.Error("a hash of a secret is listed")
		}
	}
	for _, step := range []string{"append", "commit", "tx load"} {
		h.store.breaks(step)
		if list, err := h.Organisations(t.Context(), h.boss); err == nil || list != nil {
			t.Errorf("%s fails, and %d organisations are told", step, len(list))
		}
		if list, err := h.Clients(t.Context(), h.boss); err == nil || list != nil {
			t.Errorf("%s fails, and %d clients are told", step, len(list))
		}
	}
}
