package membership

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
)

// gate issues tokens to clients of h and checks them by d.
type gate struct {
	issuer   *access.Issuer
	verifier *access.Verifier
}

func newGate(t testing.TB, h *house) gate {
	t.Helper()
	file := access.KeyFile{Path: filepath.Join(t.TempDir(), "keys"), Clock: h.watch.time, Random: h.random}
	need[access.KeyInfo](t)(file.Init())
	ring := need[*access.Ring](t)(access.OpenRing(file))
	deps := access.TokenDeps{
		Profile: access.Profile{Issuer: "i", Audience: "a", Lifetime: time.Hour}, Ring: ring, Clock: h.watch.time, Random: h.random,
	}
	return gate{need[*access.Issuer](t)(access.NewIssuer(deps)), need[*access.Verifier](t)(access.NewVerifier(deps))}
}

func (g gate) token(t testing.TB, c access.Client) string {
	t.Helper()
	return need[access.Token](t)(g.issuer.Issue(c, nil)).Access
}

func (g gate) enter(ctx context.Context, d access.Directory, token string) error {
	_, err := access.Authenticator{Verifier: g.verifier, Directory: d}.Authenticate(ctx, token)
	return err
}

func TestT6_revocation_counts_at_once_here_and_within_a_second_elsewhere(t *testing.T) {
	h := newHouse(t)
	g := newGate(t, h)
	elsewhere, blind := h.process(t), h.process(t)
	blind.snapshot.maxAge = 1000 * time.Hour // the contrast: a cache that nobody tells
	client := h.put(t, h.terms(t)).Client
	token := g.token(t, client)
	for name, d := range map[string]*Service{"here": h.Service, "elsewhere": elsewhere, "blind": blind} {
		if err := g.enter(t.Context(), d, token); err != nil {
			t.Fatalf("%s, before: %v", name, err)
		}
	}
	if err := h.RevokeClient(t.Context(), h.boss, client.ID); err != nil {
		t.Fatal(err)
	}
	wantRefusal(t, g.enter(t.Context(), h.Service, token), fault.Unauthenticated, access.CodeTokenInvalid)
	h.watch.pass(MaxStaleness)
	wantRefusal(t, g.enter(t.Context(), elsewhere, token), fault.Unauthenticated, access.CodeTokenInvalid)
	if err := g.enter(t.Context(), blind, token); err != nil {
		t.Errorf("the revoked token does not even pass a cache that nobody tells: %v", err)
	}
}

func TestT6_every_change_of_standing_counts_at_once(t *testing.T) {
	h := newHouse(t)
	g := newGate(t, h)
	terms := h.terms(t)
	terms.Permissions = []access.Permission{access.RecordsRead}
	token := g.token(t, h.put(t, terms).Client)
	can := func() bool {
		p, err := access.Authenticator{Verifier: g.verifier, Directory: h}.Authenticate(t.Context(), token)
		return err == nil && p.Can(access.RecordsRead)
	}
	if !can() {
		t.Fatal("not at all")
	}
	terms.Permissions = nil
	h.put(t, terms)
	if can() {
		t.Error("a permission taken away still counts")
	}
	h.member.Active = false
	need[bool](t)(h.PutOrganisation(t.Context(), h.boss, h.member))
	wantRefusal(t, g.enter(t.Context(), h, token), fault.Unauthenticated, access.CodeTokenInvalid)
}

func TestT6_a_revocation_whose_answer_got_lost_counts_too(t *testing.T) {
	h := newHouse(t)
	g := newGate(t, h)
	client := h.put(t, h.terms(t)).Client
	token := g.token(t, client)
	if err := g.enter(t.Context(), h, token); err != nil {
		t.Fatal(err)
	}
	h.store.breaks("lost answer")
	if err := h.RevokeClient(t.Context(), h.boss, client.ID); !errors.Is(err, errBroken) {
		t.Fatal(err)
	}
	wantRefusal(t, g.enter(t.Context(), h, token), fault.Unauthenticated, access.CodeTokenInvalid)
}

// A load that began before a revocation must not bring the client back.
func TestT6_a_slow_load_does_not_undo_a_revocation(t *testing.T) {
	h := newHouse(t)
	client := h.put(t, h.terms(t)).Client
	var once sync.Once
	h.store.loading = func() { // the state is read; before it arrives, the client is revoked
		once.Do(func() {
			if err := h.RevokeClient(t.Context(), h.boss, client.ID); err != nil {
				t.Error(err)
			}
		})
	}
	if _, _, err := h.Client(t.Context(), client.ID); err != nil {
		t.Fatal(err)
	}
	if got, _, err := h.Client(t.Context(), client.ID); err != nil || !got.Revoked {
		t.Errorf("revoked %v, %v", got.Revoked, err)
	}
}

func TestSnapshot_is_loaded_once_a_second_at_most_and_never_older(t *testing.T) {
	h := newHouse(t)
	loads := func() int { h.store.mu.Lock(); defer h.store.mu.Unlock(); return h.store.loads }
	get := func() error { _, _, err := h.Client(t.Context(), h.boss.Client); return err }
	before := loads()
	for range 100 {
		if err := get(); err != nil {
			t.Fatal(err)
		}
	}
	if n := loads() - before; n != 1 {
		t.Errorf("%d loads for 100 looks", n)
	}
	h.watch.pass(MaxStaleness - 1)
	h.store.breaks("load")
	if err := get(); err != nil {
		t.Errorf("still fresh enough, and yet %v", err)
	}
	h.watch.pass(1)
	wantRefusal(t, get(), fault.Unavailable, CodeDirectoryUnavailable)
	h.watch.pass(-time.Hour) // a clock that goes back does not make it fresh
	wantRefusal(t, get(), fault.Unavailable, CodeDirectoryUnavailable)
	h.store.breaks("")
	if err := get(); err != nil {
		t.Errorf("after the failure: %v", err)
	}
}

func TestSnapshot_one_load_at_a_time_and_a_waiting_caller_can_leave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release, calls := make(chan struct{}), 0
		s := newSnapshot(func(context.Context) (State, error) { calls++; <-release; return State{}, nil }, time.Now)
		first := make(chan error, 1)
		go func() { _, err := s.view(t.Context()); first <- err }()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		second := make(chan error, 1)
		go func() { _, err := s.view(ctx); second <- err }()
		third := make(chan error, 1)
		go func() { _, err := s.view(t.Context()); third <- err }()
		synctest.Wait()
		cancel()
		wantRefusal(t, <-second, fault.Unavailable, CodeDirectoryUnavailable)
		close(release)
		if err := errors.Join(<-first, <-third); err != nil || calls != 1 {
			t.Errorf("%v, %d loads", err, calls)
		}
	})
}

func TestDirectory_unknown_clients_are_not_found(t *testing.T) {
	h := newHouse(t)
	_, _, err := h.Client(t.Context(), access.ClientID(h.id(t)))
	wantRefusal(t, err, fault.NotFound, CodeClientUnknown)
	orphan := access.Client{ID: access.ClientID(h.id(t)), Organisation: access.OrganisationID(h.id(t))}
	h.store.clients[orphan.ID] = orphan
	h.snapshot.forget()
	_, _, err = h.Client(t.Context(), orphan.ID)
	wantRefusal(t, err, fault.NotFound, CodeClientUnknown)
}

func TestDirectory_what_it_gives_is_the_callers(t *testing.T) {
	h := newHouse(t)
	c, _, err := h.Client(t.Context(), h.boss.Client)
	if err != nil {
		t.Fatal(err)
	}
	c.Permissions[0] = access.DeskRead
	if again, _, _ := h.Client(t.Context(), h.boss.Client); again.Permissions[0] == access.DeskRead {
		t.Error("a caller changed the snapshot")
	}
}

func TestService_is_safe_for_concurrent_use(t *testing.T) {
	defer goleak.VerifyNone(t)
	h := newHouse(t)
	client := h.put(t, h.terms(t)).Client
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				var err error
				switch {
				case i == 0:
					err = h.OpenPeriod(t.Context(), h.boss, 2000+j%27)
				case i == 1:
					_, err = h.Organisations(t.Context(), h.boss)
				case i == 2:
					h.watch.pass(100 * time.Millisecond)
				default:
					_, _, err = h.Client(t.Context(), client.ID)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
