package server

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/fault"
)

// route lets through what the inventory knows. The path counts as it was sent:
// one that needed unescaping is none of ours, since no path of ours has
// anything to escape.
func (s *Server) route(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if strings.Contains(r.URL.EscapedPath(), "%") || r.URL.RawPath != "" {
			return fault.New(fault.NotFound, CodeNotFound)
		}
		methods := s.inventory.find(r.URL.Path)
		if methods == nil {
			return fault.New(fault.NotFound, CodeNotFound)
		}
		op, ok := methods[r.Method]
		if !ok {
			return &wrongMethod{allow(methods)}
		}
		c.Set(keyOperation, op)
		return next(c)
	}
}

// chosen registers the routes of a table and passes over the contract's others.
type chosen struct {
	*echo.Echo
	table inventory
}

func (c chosen) add(method, path string, h echo.HandlerFunc, gate []echo.MiddlewareFunc) *echo.Route {
	if _, ok := c.table.find(contractPath(path))[method]; !ok {
		return nil
	}
	return c.Add(method, path, h, gate...)
}

// GET registers a route as echo does, if it is in the table.
func (c chosen) GET(path string, h echo.HandlerFunc, gate ...echo.MiddlewareFunc) *echo.Route {
	return c.add(http.MethodGet, path, h, gate)
}

// PUT registers a route as echo does, if it is in the table.
func (c chosen) PUT(path string, h echo.HandlerFunc, gate ...echo.MiddlewareFunc) *echo.Route {
	return c.add(http.MethodPut, path, h, gate)
}

// POST registers a route as echo does, if it is in the table.
func (c chosen) POST(path string, h echo.HandlerFunc, gate ...echo.MiddlewareFunc) *echo.Route {
	return c.add(http.MethodPost, path, h, gate)
}

// DELETE registers a route as echo does, if it is in the table.
func (c chosen) DELETE(path string, h echo.HandlerFunc, gate ...echo.MiddlewareFunc) *echo.Route {
	return c.add(http.MethodDelete, path, h, gate)
}

// headed answers HEAD for what is published as it answers GET, without the
// body. Everything else has no HEAD.
func (s *Server) headed(w http.ResponseWriter, r *http.Request) (http.ResponseWriter, *http.Request) {
	if r.Method != http.MethodHead || !s.inventory.find(r.URL.Path)[http.MethodGet].published {
		return w, r
	}
	asked := *r // r stays as it is: net/http looks at its method once more
	asked.Method = http.MethodGet
	return headOnly{w}, &asked
}

// headOnly passes on the header and no body.
type headOnly struct{ http.ResponseWriter }

func (headOnly) Write(p []byte) (int, error) { return len(p), nil }

// Unwrap is for http.ResponseController.
func (h headOnly) Unwrap() http.ResponseWriter { return h.ResponseWriter }
