package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/kit"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/signed"
)

// Authenticator turns a token into who stands behind it now.
type Authenticator interface {
	Authenticate(ctx context.Context, token string) (access.Principal, error)
}

// Granter gives tokens to clients who show their secret.
type Granter interface {
	Grant(ctx context.Context, r access.TokenRequest) (access.Token, error)
}

// KeySet gives the public token keys as a JSON Web Key Set.
type KeySet interface {
	JWKS() ([]byte, error)
}

// Deps is what a Server stands on. All of it is required but for Site, Tools,
// Limits, HSTS and Ready.
type Deps struct {
	Authenticator Authenticator
	Granter       Granter
	Keys          KeySet
	Records       Records
	Counts        Counts
	Periods       Periods
	Members       Members
	Drafts        Drafts
	Publishing    Publishing
	Sealed        Sealed
	Requests      Requests
	Shelf         Shelf
	ReleaseKey    signed.Key     // of the publisher; a rotation keeps its name, and Shelf knows the line
	Reader        *record.Reader // of the current codebook
	Book          *codelist.Book
	Figures       *figure.Set // over Book
	Contract      []byte      // openapi.yaml
	Site          Site        // pages for people; nil: none
	Tools         Tools       // for programs of others; nil: none

	Log    *slog.Logger
	Now    func() time.Time // for durations alone; no time of day is recorded
	Random io.Reader        // request ids; safe for concurrent use
	Limits Limits
	HSTS   bool                        // tell browsers to come back by TLS alone
	Ready  func(context.Context) error // nil: ready as soon as it serves
}

func (d Deps) check() error {
	return missing(map[string]bool{
		"Authenticator": d.Authenticator == nil, "Granter": d.Granter == nil, "Keys": d.Keys == nil,
		"Records": d.Records == nil, "Counts": d.Counts == nil, "Periods": d.Periods == nil, "Members": d.Members == nil,
		"Drafts": d.Drafts == nil, "Publishing": d.Publishing == nil, "Sealed": d.Sealed == nil, "Requests": d.Requests == nil,
		"Shelf": d.Shelf == nil, "ReleaseKey": d.ReleaseKey.IsZero(),
		"Reader": d.Reader == nil, "Book": d.Book == nil, "Figures": d.Figures == nil, "Contract": len(d.Contract) == 0,
		"Log": d.Log == nil, "Now": d.Now == nil, "Random": d.Random == nil,
	})
}

func missing(are map[string]bool) error {
	for name, is := range are {
		if is {
			return fmt.Errorf("server: Deps.%s is missing", name)
		}
	}
	return nil
}

// Server serves the contract, or the public part of it. Make one with New or
// NewPublic.
type Server struct {
	deps      Deps // of a public server: what PublicDeps has
	limits    Limits
	messages  messages
	table     []operation
	inventory inventory
	echo      *echo.Echo
	metrics   *metrics
	codebooks codebooks
	book      writtenBook
	told      figureTellings
	kits      *kit.Press
	decode    decoder
	answer    echo.HTTPErrorHandler // refuse
	texts     desks
	turns     *turnstile
	draining  atomic.Bool
}

var _ api.ServerInterface = (*Server)(nil)

// New puts a Server together. It fails when a route has no entry in the table
// of operations, or an entry no route.
func New(d Deps) (*Server, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	return build(d, operations)
}

// build serves the operations of a table, the pages and the site, and nothing else.
func build(d Deps, table []operation) (*Server, error) {
	s := &Server{
		deps: d, limits: d.Limits.settled(), table: table, inventory: newInventory(slices.Concat(table, pages, sited(d.Site), toolOperations(d.Tools))),
		metrics: newMetrics(), codebooks: newCodebooks(d.Book), decode: strict, kits: kit.New(kit.Deps{Shelf: d.Shelf, Key: d.ReleaseKey}),
	}
	s.answer, s.texts = s.refuse, newDesks(s.limits)
	s.turns = newTurnstile(s.limits, d.Now)
	if err := s.limits.check(); err != nil {
		return nil, err
	}
	var err error
	if s.messages, err = loadMessages(d.Book); err != nil {
		return nil, err
	}
	if s.echo, err = s.routes(); err != nil {
		return nil, err
	}
	return s, nil
}

// routes registers what the contract's code and the pages register, each behind
// its gate, and then holds the result against the table.
func (s *Server) routes() (*echo.Echo, error) {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect() // nobody asks for it; if somebody did, a header could not lie
	e.HTTPErrorHandler = s.answer
	e.Pre(s.observe, s.protect, s.route)
	gates := map[string][]echo.MiddlewareFunc{}
	for _, op := range s.table {
		gates[op.id] = []echo.MiddlewareFunc{s.gate(op)}
	}
	api.RegisterHandlersWithOptions(chosen{e, s.inventory}, s, api.RegisterHandlersOptions{OperationMiddlewares: gates})
	if err := s.registerPages(e); err != nil {
		return nil, err
	}
	s.registerSite(e)
	s.registerTools(e)
	return e, checkRoutes(e.Routes(), slices.Concat(s.table, pages, sited(s.deps.Site), toolOperations(s.deps.Tools)))
}

// checkRoutes denies by default: a route that the table does not know would
// have no gate.
func checkRoutes(routes []*echo.Route, table []operation) error {
	open := map[string]bool{}
	for _, r := range routes {
		open[r.Method+" "+contractPath(r.Path)] = true
	}
	var errs []error
	for _, op := range table {
		if key := op.method + " " + op.path; open[key] {
			delete(open, key)
		} else {
			errs = append(errs, fmt.Errorf("server: operation %s has no route", op.id))
		}
	}
	for key := range open {
		errs = append(errs, fmt.Errorf("server: route %s has no operation", key))
	}
	return errors.Join(errs...)
}

// ServeHTTP implements http.Handler. Production uses Serve.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if len(r.TransferEncoding) > 0 {
		// The library has forgotten whether it had a Content-Length as well, which a
		// front may have gone by: nothing that follows on this connection is believed.
		w.Header().Set("Connection", "close")
	}
	if s.draining.Load() {
		w.Header().Set("Connection", "close") // the next request goes elsewhere
	}
	s.echo.ServeHTTP(s.headed(w, r))
}

// Metrics is for a listener of its own, never for the public one.
func (s *Server) Metrics() http.Handler { return s.metrics.handler() }
