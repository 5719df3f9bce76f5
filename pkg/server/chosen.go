package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
)

// chosen registers the routes that a table has and passes over the others.
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

// GET implements api.EchoRouter.
func (c chosen) GET(path string, h echo.HandlerFunc, gate ...echo.MiddlewareFunc) *echo.Route {
	return c.add(http.MethodGet, path, h, gate)
}

// PUT implements api.EchoRouter.
func (c chosen) PUT(path string, h echo.HandlerFunc, gate ...echo.MiddlewareFunc) *echo.Route {
	return c.add(http.MethodPut, path, h, gate)
}

// POST implements api.EchoRouter.
func (c chosen) POST(path string, h echo.HandlerFunc, gate ...echo.MiddlewareFunc) *echo.Route {
	return c.add(http.MethodPost, path, h, gate)
}

// DELETE implements api.EchoRouter.
func (c chosen) DELETE(path string, h echo.HandlerFunc, gate ...echo.MiddlewareFunc) *echo.Route {
	return c.add(http.MethodDelete, path, h, gate)
}

// unfinished serves what its Server has; the rest is not in the table.
type unfinished struct {
	rest
	*Server
}

type rest struct{ api.ServerInterface }
