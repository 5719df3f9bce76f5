package servertest

import (
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"manniskohandel.se/casestat"
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/membership"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

// Options is how a Service differs from the usual one. The zero value is the
// usual one.
type Options struct {
	Backend store.Backend                 // "" is SQLite
	Stores  func(Stores) Stores           // wraps the stores below the services
	Server  func(server.Deps) server.Deps // changes what the server stands on
}

// Stores are what the services keep their things in.
type Stores struct {
	Intake     intake.Store
	Membership membership.Store
	Desk       desk.Store
}

// Service is a running service without a listener; Server is an http.Handler.
type Service struct {
	Server  *server.Server
	Store   *store.Records
	Records *intake.Service
	Members *membership.Service
	Clock   *Clock
	Log     *Log
	Cast    Cast

	profile access.Profile
	ring    *access.Ring
}

// Today is when a Service's clock stands at first.
var Today = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// Start starts a Service that ends with the test.
func Start(t testing.TB, o Options) *Service {
	t.Helper()
	if o.Backend == "" {
		o.Backend = store.SQLite
	}
	s := &Service{
		Store: storetest.Open(t, o.Backend), Clock: &Clock{now: Today}, Log: &Log{},
		profile: access.Profile{Issuer: "https://casestat.test", Audience: "https://casestat.test"},
	}
	stores := Stores{s.Store.Intake(), s.Store.Membership(), s.Store.Desk()}
	s.Cast = seed(t, stores.Membership)
	if o.Stores != nil {
		stores = o.Stores(stores)
	}
	s.ring = s.keys(t)
	deps := s.deps(t, stores)
	if o.Server != nil {
		deps = o.Server(deps)
	}
	var err error
	s.Server, err = server.New(deps)
	check(t, err)
	return s
}

// keys makes a token key for this test alone.
func (s *Service) keys(t testing.TB) *access.Ring {
	t.Helper()
	file := access.KeyFile{Path: filepath.Join(t.TempDir(), "token.keys"), Clock: s.Clock.Now, Random: rand.Reader}
	_, err := file.Init()
	check(t, err)
	ring, err := access.OpenRing(file)
	check(t, err)
	return ring
}

// deps wires the services as cmd/casestat does.
func (s *Service) deps(t testing.TB, stores Stores) server.Deps {
	t.Helper()
	book := codelist.Current()
	figures, err := figure.Current(book)
	check(t, err)
	reader, err := record.NewReader(record.NewSchema(book))
	check(t, err)
	counts, err := desk.New(desk.Deps{Store: stores.Desk, Figures: figures, Now: s.Clock.Now})
	check(t, err)
	hasher, err := access.NewHasher(access.HasherConfig{Random: rand.Reader})
	check(t, err)
	s.Members = membership.New(membership.Deps{Store: stores.Membership, Clock: s.Clock.Now, Random: rand.Reader, Hasher: hasher})
	s.Records = intake.New(intake.Deps{
		Store: stores.Intake, Now: s.Clock.Now, Rand: rand.Reader, SubjectKey: []byte("a key for tests alone, 32 bytes."), Batches: 4,
	})
	t.Cleanup(s.Records.Close)
	verifier, err := access.NewVerifier(s.tokenDeps())
	check(t, err)
	issuer, err := access.NewIssuer(s.tokenDeps())
	check(t, err)
	granter, err := access.NewClientCredentials(s.Members, hasher, issuer, rand.Reader)
	check(t, err)
	return server.Deps{
		Authenticator: access.Authenticator{Verifier: verifier, Directory: s.Members}, Granter: granter, Keys: s.ring,
		Records: s.Records, Counts: counts, Periods: s.Members, Members: s.Members,
		Reader: reader, Book: book, Figures: figures, Contract: casestat.Contract,
		Log: slog.New(slog.NewJSONHandler(s.Log, nil)), Now: time.Now, Random: rand.Reader, HSTS: true, Ready: s.Store.Ping,
	}
}

func (s *Service) tokenDeps() access.TokenDeps {
	return access.TokenDeps{Profile: s.profile, Ring: s.ring, Clock: s.Clock.Now, Random: rand.Reader}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
