package server

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// Site shows what is published as pages for people. It answers every request
// itself, failures included, from published releases alone.
type Site interface {
	http.Handler
	// Paths are those that it has, with placeholders of one segment in braces.
	Paths() []string
	// NotFound answers somebody who looks for a page that there is not.
	NotFound(w http.ResponseWriter, r *http.Request)
}

// sited are the operations of a site, public and read-only; none if there is no
// site.
func sited(site Site) []operation {
	if site == nil {
		return nil
	}
	var all []operation
	for _, path := range site.Paths() {
		all = append(all, published("page", path))
	}
	return all
}

// registerSite puts the site's paths before the site. It gets no body, and no
// longer than any other operation.
func (s *Server) registerSite(e *echo.Echo) {
	placeholders := strings.NewReplacer("{", ":", "}", "")
	for _, op := range sited(s.deps.Site) {
		e.GET(placeholders.Replace(op.path), func(c echo.Context) error {
			if err := refuseBody(c.Request()); err != nil {
				return err
			}
			leave, err := s.turns.pass(public, "")
			if err != nil {
				return err
			}
			defer leave()
			ctx, cancel := context.WithTimeout(c.Request().Context(), s.patience(op))
			defer cancel()
			s.deps.Site.ServeHTTP(c.Response(), c.Request().WithContext(ctx))
			return nil
		})
	}
}

// lost says whether somebody looked for a page, rather than for an operation of
// the contract, that there is not.
func (s *Server) lost(c echo.Context, status int) bool {
	r := c.Request()
	_, known := operationOf(c)
	return s.deps.Site != nil && status == http.StatusNotFound && !known && !strings.HasPrefix(r.URL.Path, "/v1/") &&
		(r.Method == http.MethodGet || r.Method == http.MethodHead) && strings.Contains(r.Header.Get(echo.HeaderAccept), "text/html")
}
