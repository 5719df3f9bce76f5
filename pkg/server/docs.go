package server

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"
	echoSwagger "github.com/swaggo/echo-swagger"

	"manniskohandel.se/casestat/pkg/fault"
)

// registerPages adds the contract and its documentation, all of it served from
// the program itself: a page asks no other host for anything.
func (s *Server) registerPages(e *echo.Echo) error {
	ui := echoSwagger.EchoWrapHandler(func(c *echoSwagger.Config) {
		c.URLs = []string{"/openapi.yaml"}
		c.DocExpansion = "none"
	})
	index, err := swaggerIndex(ui)
	if err != nil {
		return err
	}
	policy, err := swaggerPolicy(index)
	if err != nil {
		return err
	}
	listing, err := renderListing(s.deps.Contract)
	if err != nil {
		return err
	}
	e.GET("/openapi.yaml", s.page(func(c echo.Context) error {
		return c.Blob(http.StatusOK, "application/yaml; charset=utf-8", s.deps.Contract)
	}))
	e.GET("/docs", s.page(func(c echo.Context) error { return c.Redirect(http.StatusPermanentRedirect, "/docs/index.html") }))
	e.GET("/docs/contract", s.page(func(c echo.Context) error {
		c.Response().Header().Set("Content-Security-Policy", listingPolicy)
		return c.HTMLBlob(http.StatusOK, listing)
	}))
	e.GET("/docs/*", s.page(func(c echo.Context) error {
		if !swaggerFile[c.Param("*")] {
			return fault.New(fault.NotFound, CodeNotFound)
		}
		c.Response().Header().Set("Content-Security-Policy", policy)
		if c.Param("*") == "index.html" {
			return c.HTMLBlob(http.StatusOK, index)
		}
		return ui(c)
	}))
	return nil
}

// page refuses parameters and bodies, as the gate does for operations.
func (s *Server) page(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := checkQueryNames(operation{}, c.Request().URL.RawQuery); err != nil {
			return err
		}
		if err := refuseBody(c.Request()); err != nil {
			return err
		}
		leave, err := s.turns.pass(public, "")
		if err != nil {
			return err
		}
		defer leave()
		c.Response().Header().Set("Cache-Control", keepShort)
		return next(c)
	}
}

// swaggerFile is what the page needs; the rest of the distribution (source
// maps, other bundles) is not served.
var swaggerFile = map[string]bool{
	"index.html": true, "swagger-ui.css": true, "swagger-ui-bundle.js": true, "swagger-ui-standalone-preset.js": true,
	"favicon-16x16.png": true, "favicon-32x32.png": true,
}

var (
	inlineScript  = regexp.MustCompile(`(?s)<script>(.*?)</script>`)
	errNotSwagger = errors.New("server: Swagger UI's page is not what it was")
)

// swaggerIndex renders Swagger UI's page and says on it what it is, and where
// those find the contract whom its markup or its script keeps out.
func swaggerIndex(ui echo.HandlerFunc) ([]byte, error) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "/docs/index.html", http.NoBody)
	if err != nil {
		return nil, err
	}
	request.RequestURI = request.URL.Path // which is what the handler looks at
	index := &pageBuffer{header: http.Header{}}
	if err := ui(echo.New().NewContext(request, index)); err != nil {
		return nil, err
	}
	page := index.Bytes()
	for _, mend := range [][2]string{
		{"<title>Swagger UI</title>", "<title>casestat: the API, to try</title>"},
		{`<div id="swagger-ui"></div>`, otherReading + `<main id="swagger-ui"></main>`},
	} {
		if bytes.Count(page, []byte(mend[0])) != 1 {
			return nil, errNotSwagger
		}
		page = bytes.Replace(page, []byte(mend[0]), []byte(mend[1]), 1)
	}
	return page, nil
}

const otherReading = `<header style="padding:1rem;font-family:sans-serif"><h1 style="margin:0;font-size:1.25rem">casestat: the API, to try</h1>` +
	`<a href="/docs/contract">The same as a page to read, without a script</a></header>` + "\n"

// swaggerPolicy allows the page its own files and its inline script by hash.
// Swagger UI sets style attributes, which have no hash.
func swaggerPolicy(index []byte) (string, error) {
	var hashes []string
	for _, script := range inlineScript.FindAllSubmatch(index, -1) {
		sum := sha256.Sum256(bytes.ReplaceAll(script[1], []byte("\r\n"), []byte("\n")))
		hashes = append(hashes, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	if len(hashes) == 0 {
		return "", errNotSwagger
	}
	return "default-src 'none'; script-src 'self' " + strings.Join(hashes, " ") +
		"; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", nil
}

// pageBuffer keeps a page instead of sending it.
type pageBuffer struct {
	bytes.Buffer
	header http.Header
}

func (b *pageBuffer) Header() http.Header { return b.header }
func (*pageBuffer) WriteHeader(int)       {}
