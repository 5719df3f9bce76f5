package pxweb

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/shelf"
)

// Prefix is where PxWebApi is. R's pxweb knows it by these two segments.
const Prefix = "/api/v2"

// Where the catalogue is.
const (
	CataloguePath     = "/datasets/dcat" // RDF/XML, as data portals harvest it
	CatalogueJSONPath = "/datasets/dcat.jsonld"
)

// Shelf holds the published releases, verified.
type Shelf interface {
	Releases(ctx context.Context) ([]*shelf.Release, error)
}

// Deps is what an API stands on. All of it is required but for Limits.
type Deps struct {
	Shelf     Shelf
	BaseURL   string // of the service, absolute and without a slash at its end
	Publisher Publisher
	License   string // of the data, as an absolute IRI
	Version   string // of the software
	Limits    Limits
	Now       func() time.Time
}

// Publisher answers for the releases.
type Publisher struct {
	Name codelist.Text
	IRI  string // absolute; such as its web site
	Mail string // where to ask about the data
}

// Limits bounds what clients may ask for; /config tells them. A zero field
// means its default.
type Limits struct {
	Cells  int           // in one call; 100,000
	Calls  int           // of all clients together, within Window; 300
	Window time.Duration // in whole seconds; 10 s
	Page   int           // tables on a page, if a client does not say; 100
}

func (l Limits) settled() Limits {
	l.Cells = cmp.Or(l.Cells, 100_000)
	l.Calls = cmp.Or(l.Calls, 300)
	l.Window = cmp.Or(l.Window, 10*time.Second)
	l.Page = cmp.Or(l.Page, 100)
	return l
}

func (d Deps) check() error {
	switch {
	case d.Shelf == nil || d.Now == nil || d.Version == "":
		return errors.New("pxweb: Deps.Shelf, Deps.Now or Deps.Version is missing")
	case !isAbsolute(d.BaseURL) || strings.HasSuffix(d.BaseURL, "/"):
		return errors.New("pxweb: Deps.BaseURL is not absolute, or ends with a slash")
	case !isAbsolute(d.License) || !isAbsolute(d.Publisher.IRI):
		return errors.New("pxweb: Deps.License or Deps.Publisher.IRI is not absolute")
	case d.Publisher.Name.SV == "" || d.Publisher.Name.EN == "" || d.Publisher.Mail == "":
		return errors.New("pxweb: Deps.Publisher has no name or no mail")
	case d.Limits.Cells < 0 || d.Limits.Calls < 0 || d.Limits.Page < 0 || d.Limits.Window < 0 || d.Limits.Window%time.Second != 0:
		return errors.New("pxweb: Deps.Limits has a field below zero, or a window that is not of whole seconds")
	}
	return nil
}

func isAbsolute(iri string) bool {
	u, err := url.Parse(iri)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.RawQuery == "" && u.Fragment == ""
}

// API answers clients. It may be used by several goroutines.
type API struct {
	deps   Deps
	limits Limits
	bucket *bucket

	mu   sync.Mutex // guards held, and lets one caller read the releases at a time
	held *catalogue // of the releases that were on the shelf last; nil at first
}

// New makes an API. Nothing is read yet.
func New(d Deps) (*API, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	l := d.Limits.settled()
	return &API{deps: d, limits: l, bucket: newBucket(l.Calls, l.Window, d.Now)}, nil
}

// Operation is one operation of the API, for whoever routes to it. Its answers
// are public: any origin may read them, with GET and HEAD alike. It looks at its
// query string itself, and passes over names that it does not know.
type Operation struct {
	ID, Method string
	Path       string // with {id} where an id stands
	// Body: it takes one, of any media type, up to MaxBody bytes.
	Body bool
	// Handle answers, or returns what keeps it from answering: a *fault.Error
	// that the client may learn, or a failure that it may not.
	Handle echo.HandlerFunc
}

// Operations are all that there are.
func (a *API) Operations() []Operation {
	get := func(id, path string, h echo.HandlerFunc) Operation {
		return Operation{ID: id, Method: http.MethodGet, Path: path, Handle: a.limited(h)}
	}
	post := func(id, path string, h echo.HandlerFunc) []Operation {
		return []Operation{
			{ID: id, Method: http.MethodPost, Path: path, Body: true, Handle: a.limited(h)},
			// Browsers ask before they send JSON to another origin.
			{ID: id + "Preflight", Method: http.MethodOptions, Path: path, Handle: a.limited(preflight)},
		}
	}
	return slices.Concat([]Operation{
		get("pxwebConfig", Prefix+"/config", a.config),
		get("pxwebTables", Prefix+"/tables", a.listTables),
		get("pxwebTable", Prefix+"/tables/{id}", a.getTable),
		get("pxwebMetadata", Prefix+"/tables/{id}/metadata", a.getMetadata),
		get("pxwebDefaultSelection", Prefix+"/tables/{id}/defaultselection", a.getDefaultSelection),
		get("pxwebData", Prefix+"/tables/{id}/data", a.getData),
		get("pxwebCodelist", Prefix+"/codelists/{id}", a.getCodelist),
		get("pxwebSavedQuery", Prefix+"/savedqueries/{id}", a.getSavedQuery),
		get("pxwebSavedQueryData", Prefix+"/savedqueries/{id}/data", a.runSavedQuery),
		get("pxwebSavedQuerySelection", Prefix+"/savedqueries/{id}/selection", a.getSavedQuerySelection),
		get("datasets", CataloguePath, a.getCatalogue),
		get("datasetsJSON", CatalogueJSONPath, a.getCatalogueJSON),
	},
		post("pxwebPostData", Prefix+"/tables/{id}/data", a.postData),
		post("pxwebSaveQuery", Prefix+"/savedqueries", a.saveQuery),
	)
}

// Each hands every operation on, for a router that knows nothing of this package.
func (a *API) Each(add func(method, path string, body bool, handle echo.HandlerFunc)) {
	for _, op := range a.Operations() {
		add(op.Method, op.Path, op.Body, op.Handle)
	}
}

// limited lets a call through while there are calls left.
func (a *API) limited(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderAccessControlAllowOrigin, "*")
		if !a.bucket.take() {
			return tooManyCalls()
		}
		return next(c)
	}
}

func preflight(c echo.Context) error {
	h := c.Response().Header()
	h.Set(echo.HeaderAccessControlAllowMethods, "GET, HEAD, POST")
	h.Set(echo.HeaderAccessControlAllowHeaders, "Content-Type")
	h.Set(echo.HeaderAccessControlMaxAge, "86400")
	return c.NoContent(http.StatusNoContent)
}

// catalogue is that of the releases that are on the shelf now.
func (a *API) catalogue(c echo.Context) (*catalogue, error) {
	releases, err := a.deps.Shelf.Releases(c.Request().Context())
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	// A shelf gives the same releases until one of them changes.
	if a.held == nil || !slices.Equal(a.held.releases, releases) {
		a.held = catalogueOf(releases)
	}
	return a.held, nil
}

// table finds the table that a path names.
func (a *API) table(c echo.Context, id string) (*table, error) {
	all, err := a.catalogue(c)
	if err != nil {
		return nil, err
	}
	for _, t := range all.tables {
		if strings.EqualFold(t.id, id) {
			return t, nil
		}
	}
	return nil, unknown(CodeTableUnknown)
}

// href is an address of the API in a language.
func (a *API) href(lang codelist.Lang, path string) string {
	return a.deps.BaseURL + Prefix + path + "?lang=" + string(lang)
}

// asked gives the parameters of a request and the language that they ask for.
func asked(c echo.Context) (parameters, codelist.Lang, error) {
	p, err := parametersOf(c.Request().URL.RawQuery)
	if err != nil {
		return nil, "", err
	}
	lang, err := p.language()
	return p, lang, err
}
