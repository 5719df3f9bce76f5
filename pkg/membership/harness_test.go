package membership

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
)

// stream is a reproducible source of randomness, safe for concurrent use.
type stream struct {
	mu  sync.Mutex
	src *rand.ChaCha8
}

func newStream(seed byte) *stream { return &stream{src: rand.NewChaCha8([32]byte{seed})} }

func (s *stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.src.Read(p)
}

// watch is a clock set by hand.
type watch struct {
	mu  sync.Mutex
	now time.Time
}

func (w *watch) time() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *watch) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// house is a founded platform with a member.
type house struct {
	*Service
	store    *memory
	watch    *watch
	random   *stream
	founding Founding
	boss     access.Principal // the first coordinator
	member   access.Organisation
}

func newHouse(t testing.TB) *house {
	t.Helper()
	h := emptyHouse(t)
	h.founding = need[Founding](t)(h.Bootstrap(t.Context(), "Plattformen", ""))
	h.boss = principal(h.founding.Client)
	h.member = access.Organisation{ID: access.OrganisationID(h.id(t)), Name: "Föreningen Stöd", Kind: access.Member, Active: true}
	need[bool](t)(h.PutOrganisation(t.Context(), h.boss, h.member))
	return h
}

func emptyHouse(t testing.TB) *house {
	t.Helper()
	h := &house{store: newMemory(), watch: &watch{now: time.Date(2026, 11, 23, 23, 59, 0, 0, time.UTC)}, random: newStream(1)}
	h.Service = h.process(t)
	return h
}

// process is another process on the same store, as it were.
func (h *house) process(t testing.TB) *Service {
	t.Helper()
	hasher := need[*access.Hasher](t)(access.NewHasher(access.HasherConfig{Random: h.random}))
	return New(Deps{Store: h.store, Clock: h.watch.time, Random: h.random, Hasher: hasher})
}

func (h *house) id(t testing.TB) string {
	t.Helper()
	return need[string](t)(access.NewID(h.random))
}

// terms are those of a new submitter of the member.
func (h *house) terms(t testing.TB) ClientTerms {
	t.Helper()
	return ClientTerms{
		ID: access.ClientID(h.id(t)), Organisation: h.member.ID, Holder: access.HolderID(h.id(t)), Role: access.Submitter,
	}
}

// staff are the terms of a new client of the platform.
func (h *house) staff(t testing.TB, role access.Role, holder access.HolderID) ClientTerms {
	t.Helper()
	return ClientTerms{ID: access.ClientID(h.id(t)), Organisation: h.founding.Organisation.ID, Holder: holder, Role: role}
}

// put makes the client of these terms.
func (h *house) put(t testing.TB, terms ClientTerms) Issued {
	t.Helper()
	return need[Issued](t)(h.PutClient(t.Context(), h.boss, terms))
}

// last is the newest entry of the ledger.
func (h *house) last(t testing.TB) ledger.Entry {
	t.Helper()
	entries := h.store.ledger()
	if len(entries) == 0 {
		t.Fatal("the ledger is empty")
	}
	return entries[len(entries)-1]
}

func principal(c access.Client) access.Principal {
	return access.Principal{Client: c.ID, Organisation: c.Organisation, Role: c.Role, Permissions: c.Permissions}
}

func need[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func wantRefusal(t *testing.T, err error, kind fault.Kind, code fault.Code) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || fault.CodeOf(err) != code {
		t.Fatalf("got %v (kind %d), want kind %d, code %s", err, fault.KindOf(err), kind, code)
	}
}
