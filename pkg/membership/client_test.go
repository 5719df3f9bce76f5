package membership

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
)

func TestPutClient_shows_the_secret_once(t *testing.T) {
	h := newHouse(t)
	terms := h.terms(t)
	issued := h.put(t, terms)
	want := access.Client{
		ID: terms.ID, Organisation: terms.Organisation, Holder: terms.Holder, Role: access.Submitter,
		Permissions: []access.Permission{access.PeriodsRead, access.RecordsWrite}, CreatedBy: h.boss.Client,
	}
	if diff := gocmp.Diff(want, issued.Client); diff != "" || !issued.Created {
		t.Errorf("created %v: %s", issued.Created, diff)
	}
	if diff := gocmp.Diff([]string{string(terms.ID), string(terms.Organisation)}, h.last(t).Subjects); diff != "" || h.last(t).Deed != DeedClientCreated {
		t.Errorf("%s: %s", h.last(t).Deed, diff)
	}
	if !need[bool](t)(h.deps.Hasher.Verify(t.Context(), issued.Secret, h.store.clients[terms.ID].Secret)) {
		t.Error("the secret does not fit what is stored")
	}
	n, stored := len(h.store.ledger()), h.store.clients[terms.ID]
	again := h.put(t, terms)
	if diff := gocmp.Diff(Issued{Client: want}, again); diff != "" {
		t.Error(diff)
	}
	if diff := gocmp.Diff(stored, h.store.clients[terms.ID]); diff != "" || len(h.store.ledger()) != n {
		t.Errorf("the same again changes something: %s", diff)
	}
}

func TestPutClient_changes_permissions_and_nothing_else(t *testing.T) {
	h := newHouse(t)
	terms := h.terms(t)
	secret := h.put(t, terms).Secret
	terms.Permissions = []access.Permission{access.RecordsRead}
	issued := h.put(t, terms)
	if issued.Secret != "" || issued.Created || len(issued.Client.Permissions) != 3 || h.last(t).Deed != DeedClientChanged {
		t.Errorf("%+v, %+v", issued, h.last(t))
	}
	if !need[bool](t)(h.deps.Hasher.Verify(t.Context(), secret, h.store.clients[terms.ID].Secret)) {
		t.Error("the secret changed")
	}
	other := access.Organisation{ID: access.OrganisationID(h.id(t)), Name: "Andra", Kind: access.Member, Active: true}
	need[bool](t)(h.PutOrganisation(t.Context(), h.boss, other))
	for name, change := range map[string]func(*ClientTerms){
		"role": func(c *ClientTerms) { c.Role, c.Permissions = access.Researcher, nil }, "organisation": func(c *ClientTerms) { c.Organisation = other.ID },
		"holder": func(c *ClientTerms) { c.Holder = access.HolderID(h.id(t)) },
	} {
		changed := terms
		change(&changed)
		_, err := h.PutClient(t.Context(), h.boss, changed)
		t.Run(name, func(t *testing.T) { wantRefusal(t, err, fault.Conflict, CodeClientFixed) })
	}
}

func TestPutClient_refuses(t *testing.T) {
	h := newHouse(t)
	for name, c := range map[string]struct {
		change func(*ClientTerms)
		kind   fault.Kind
		code   fault.Code
	}{
		"id":                   {func(c *ClientTerms) { c.ID = "x" }, fault.Invalid, CodeIDInvalid},
		"organisation":         {func(c *ClientTerms) { c.Organisation = "x" }, fault.Invalid, CodeIDInvalid},
		"holder":               {func(c *ClientTerms) { c.Holder = "Anna Andersson" }, fault.Invalid, CodeIDInvalid},
		"unknown role":         {func(c *ClientTerms) { c.Role = "admin" }, fault.Invalid, access.CodeRoleUnknown},
		"too much":             {func(c *ClientTerms) { c.Permissions = []access.Permission{access.DeskRead} }, fault.Invalid, access.CodePermissionBeyondRole},
		"unknown organisation": {func(c *ClientTerms) { c.Organisation = access.OrganisationID(h.id(t)) }, fault.Invalid, CodeOrganisationUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			terms := h.terms(t)
			c.change(&terms)
			_, err := h.PutClient(t.Context(), h.boss, terms)
			wantRefusal(t, err, c.kind, c.code)
			if len(h.store.clients) != 1 {
				t.Error("the client is there")
			}
		})
	}
	h.member.Active = false
	need[bool](t)(h.PutOrganisation(t.Context(), h.boss, h.member))
	_, err := h.PutClient(t.Context(), h.boss, h.terms(t))
	wantRefusal(t, err, fault.Conflict, CodeOrganisationInactive)
}

func TestPutClient_at_the_same_time_gives_one_secret(t *testing.T) {
	h := newHouse(t)
	terms := h.terms(t)
	var secrets, created int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			issued, err := h.PutClient(t.Context(), h.boss, terms)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if issued.Secret != "" {
				secrets++
			}
			if issued.Created {
				created++
			}
		})
	}
	wg.Wait()
	if secrets != 1 || created != 1 {
		t.Errorf("%d secrets, created %d times", secrets, created)
	}
}

func TestRotateSecret_ends_the_old_one(t *testing.T) {
	h := newHouse(t)
	terms := h.terms(t)
	old := h.put(t, terms).Secret
	fresh := need[string](t)(h.RotateSecret(t.Context(), h.boss, terms.ID))
	stored := h.store.clients[terms.ID].Secret
	for secret, want := range map[string]bool{old: false, fresh: true} {
		if got := need[bool](t)(h.deps.Hasher.Verify(t.Context(), secret, stored)); got != want {
			t.Errorf("taken: %v, want %v", got, want)
		}
	}
	if h.last(t).Deed != DeedSecretRotated {
		t.Errorf("last deed %s", h.last(t).Deed)
	}
	_, err := h.RotateSecret(t.Context(), h.boss, access.ClientID(h.id(t)))
	wantRefusal(t, err, fault.NotFound, CodeClientUnknown)
}

func TestRevokeClient_is_for_good(t *testing.T) {
	h := newHouse(t)
	terms := h.terms(t)
	h.put(t, terms)
	for range 2 {
		if err := h.RevokeClient(t.Context(), h.boss, terms.ID); err != nil {
			t.Fatal(err)
		}
	}
	revocations := 0
	for _, e := range h.store.ledger() {
		if e.Deed == DeedClientRevoked {
			revocations++
		}
	}
	if revocations != 1 {
		t.Errorf("%d revocations in the ledger", revocations)
	}
	_, putErr := h.PutClient(t.Context(), h.boss, terms)
	wantRefusal(t, putErr, fault.Gone, CodeClientRevoked)
	_, rotateErr := h.RotateSecret(t.Context(), h.boss, terms.ID)
	wantRefusal(t, rotateErr, fault.Gone, CodeClientRevoked)
	wantRefusal(t, h.RevokeClient(t.Context(), h.boss, access.ClientID(h.id(t))), fault.NotFound, CodeClientUnknown)
}

func TestRevokeClient_leaves_one_coordinator(t *testing.T) {
	h := newHouse(t)
	wantRefusal(t, h.RevokeClient(t.Context(), h.boss, h.boss.Client), fault.Conflict, CodeLastCoordinator)
	second := h.put(t, h.staff(t, access.Coordinator, access.HolderID(h.id(t))))
	if err := h.RevokeClient(t.Context(), principal(second.Client), h.boss.Client); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, h.RevokeClient(t.Context(), principal(second.Client), second.Client.ID), fault.Conflict, CodeLastCoordinator)
}

func TestDuties_belong_to_their_kind_of_organisation(t *testing.T) {
	h := newHouse(t)
	for _, c := range []struct {
		role             access.Role
		platform, member bool
	}{
		{access.Coordinator, true, false},
		{access.Desk, true, false},
		{access.Reviewer, true, false},
		{access.Submitter, false, true},
		{access.Researcher, true, true},
	} {
		for home, want := range map[access.OrganisationID]bool{h.founding.Organisation.ID: c.platform, h.member.ID: c.member} {
			terms := h.staff(t, c.role, access.HolderID(h.id(t)))
			terms.Organisation = home
			_, err := h.PutClient(t.Context(), h.boss, terms)
			if want != (err == nil) || err != nil && fault.CodeOf(err) != CodeRoleElsewhere {
				t.Errorf("%s in %s: %v, want it made: %v", c.role, home, err, want)
			}
		}
	}
}

// Whatever is asked for in whatever order, revoked or not, no holder ever has
// two of the three duties.
func TestDuties_of_one_holder_are_never_mixed(t *testing.T) {
	all := []access.Role{access.Coordinator, access.Desk, access.Reviewer, access.Researcher}
	rapid.Check(t, func(r *rapid.T) {
		state := State{Organisations: []access.Organisation{{ID: "p", Kind: access.Platform, Active: true}}}
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			c := access.Client{
				Organisation: "p", Role: rapid.SampledFrom(all).Draw(r, "role"), Revoked: rapid.Bool().Draw(r, "revoked"),
				Holder: rapid.SampledFrom([]access.HolderID{"a", "b"}).Draw(r, "holder"),
			}
			err := state.checkDuties(c)
			had := map[access.Role]bool{}
			for _, other := range state.Clients {
				if other.Holder == c.Holder && other.Role != access.Researcher {
					had[other.Role] = true
				}
			}
			if c.Role != access.Researcher {
				had[c.Role] = true
			}
			if want := len(had) <= 1 || c.Role == access.Researcher; want != (err == nil) {
				r.Fatalf("%s for a holder of %v: %v", c.Role, had, err)
			}
			if err == nil {
				state.Clients = append(state.Clients, c)
			}
		}
	})
}

func TestDuties_a_revoked_client_still_counts(t *testing.T) {
	h := newHouse(t)
	holder := access.HolderID(h.id(t))
	desk := h.put(t, h.staff(t, access.Desk, holder))
	if err := h.RevokeClient(t.Context(), h.boss, desk.Client.ID); err != nil {
		t.Fatal(err)
	}
	_, err := h.PutClient(t.Context(), h.boss, h.staff(t, access.Reviewer, holder))
	wantRefusal(t, err, fault.Conflict, CodeDutiesNotSeparate)
	_, err = h.PutClient(t.Context(), h.boss, h.staff(t, access.Desk, h.founding.Client.Holder))
	wantRefusal(t, err, fault.Conflict, CodeDutiesNotSeparate)
	h.put(t, h.staff(t, access.Desk, holder)) // the same duty again is fine
}

func TestClients_a_store_that_fails_shows_no_secret(t *testing.T) {
	for _, step := range []string{"load", "tx load", "save", "append", "commit", "lost answer"} {
		t.Run(step, func(t *testing.T) {
			h := newHouse(t)
			known := h.terms(t)
			h.put(t, known)
			h.store.breaks(step)
			issued, err := h.PutClient(t.Context(), h.boss, h.terms(t))
			want := fault.Internal
			if step == "append" { // what cannot be written down is refused
				want = fault.Unavailable
			}
			if !errors.Is(err, errBroken) || issued.Secret != "" || fault.KindOf(err) != want {
				t.Errorf("put: %v, secret of %d characters", err, len(issued.Secret))
			}
			secret, err := h.RotateSecret(t.Context(), h.boss, known.ID)
			if step != "load" && (!errors.Is(err, errBroken) || secret != "") {
				t.Errorf("rotate: %v, secret of %d characters", err, len(secret))
			}
		})
	}
}

func TestClients_a_dry_source_makes_none(t *testing.T) {
	h := newHouse(t)
	terms := h.terms(t)
	h.deps.Random = strings.NewReader("")
	if _, err := h.PutClient(t.Context(), h.boss, terms); !errors.Is(err, io.EOF) {
		t.Errorf("put: %v", err)
	}
	if _, err := h.RotateSecret(t.Context(), h.boss, h.boss.Client); !errors.Is(err, io.EOF) {
		t.Errorf("rotate: %v", err)
	}
	if _, err := h.Bootstrap(context.Background(), "x", ""); !errors.Is(err, io.EOF) {
		t.Errorf("bootstrap: %v", err)
	}
	if len(h.store.clients) != 1 {
		t.Error("a client was made")
	}
}
