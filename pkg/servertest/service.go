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
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/signed"
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
	Drafts     release.Drafts
	Frozen     release.Records
	Archive    release.Archive
}

// Service is a running service without a listener; Server is an http.Handler.
type Service struct {
	Server  *server.Server
	Store   *store.Records
	Out     *store.Releases
	Records *intake.Service
	Members *membership.Service
	Drafts  *release.Service
	Shelf   *shelf.Shelf     // over Out
	Books   *shelftest.Books // holds the key that Drafts signs with
	Clock   *Clock
	Log     *Log
	Cast    Cast
	Place   store.Config // where the stores are
	// History and Certificates open what Drafts seals.
	History, Certificates signed.Unsealer

	profile access.Profile
	ring    *access.Ring
}

// unhurried are rates that no test meets by chance.
var unhurried = server.Rates{
	Intake: often, Batches: often, Reading: often, Counting: often, Public: often, Deriving: often,
}

var often = server.Rate{PerSecond: 1e6, Burst: 1e6}

// Today is when a Service's clock stands at first.
var Today = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// Start starts a Service that ends with the test.
func Start(t testing.TB, o Options) *Service {
	t.Helper()
	if o.Backend == "" {
		o.Backend = store.SQLite
	}
	place := storetest.Config(t, o.Backend)
	s := &Service{
		Store: storetest.OpenConfig(t, place), Out: storetest.OpenReleases(t, place), Clock: &Clock{now: Today}, Log: &Log{}, Place: place,
		profile: access.Profile{Issuer: "https://casestat.test", Audience: "https://casestat.test"},
	}
	stores := Stores{
		Intake: s.Store.Intake(), Membership: s.Store.Membership(), Desk: s.Store.Desk(),
		Drafts: s.Store.Drafts(), Frozen: s.Store.Frozen(), Archive: s.Out.Archive(),
	}
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
	key := s.releases(t, stores, figures)
	return server.Deps{
		Authenticator: access.Authenticator{Verifier: verifier, Directory: s.Members}, Granter: granter, Keys: s.ring,
		Records: s.Records, Counts: counts, Periods: s.Members, Members: s.Members,
		Drafts: s.Drafts, Publishing: s.Drafts, Sealed: s.Drafts, Requests: s.Drafts, Shelf: s.Shelf, ReleaseKey: key,
		Reader: reader, Book: book, Figures: figures, Contract: casestat.Contract,
		Log: slog.New(slog.NewJSONHandler(s.Log, nil)), Now: time.Now, Random: rand.Reader, HSTS: true, Ready: s.Store.Ping,
		Limits: server.Limits{Rates: unhurried},
	}
}

// releases wires what prepares releases and what shows them, and gives the key
// that they are signed with.
func (s *Service) releases(t testing.TB, stores Stores, figures *figure.Set) signed.Key {
	t.Helper()
	s.Books = shelftest.New(t)
	signer, folder := s.Books.Signer(), t.TempDir()
	certificates, err := signed.CreateUnsealer(filepath.Join(folder, "certificate.key"), "casestat.test", rand.Reader)
	check(t, err)
	history, err := signed.CreateUnsealer(filepath.Join(folder, "history.key"), "casestat.test", rand.Reader)
	check(t, err)
	s.History, s.Certificates = history, certificates
	s.Shelf = shelf.New(stores.Archive, signed.Pin(signer.Key()))
	s.Drafts, err = release.New(release.Deps{
		Records: stores.Frozen, Drafts: stores.Drafts, Archive: stores.Archive, Shelf: s.Shelf, Figures: figures, Now: s.Clock.Now,
		Keys: release.Keys{
			Signer: signer, Certificates: certificates.Recipient(), History: history, Secret: [32]byte([]byte("a secret for tests alone, 32 byt")),
		},
		Software: "casestat test", Origin: "casestat.test/releases",
	})
	check(t, err)
	return signer.Key()
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
