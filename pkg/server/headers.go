package server

import (
	"maps"
	"net/http"

	"github.com/labstack/echo/v4"
)

// Values of headers.
const (
	noStore   = "no-store"
	keepShort = "public, max-age=300"
	noContent = "default-src 'none'; frame-ancestors 'none'"
)

// protect sets the headers that every answer carries. None of them allows
// another origin anything; the gate lets any origin read what is published.
func (s *Server) protect(next echo.HandlerFunc) echo.HandlerFunc {
	always := http.Header{}
	always.Set("X-Content-Type-Options", "nosniff")
	always.Set("Content-Security-Policy", noContent)
	always.Set("Cross-Origin-Resource-Policy", "same-origin")
	always.Set("Referrer-Policy", "no-referrer")
	always.Set("Cache-Control", noStore) // unless the handler of something public says otherwise
	if s.deps.HSTS {
		always.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
	return func(c echo.Context) error {
		// The values are shared: Set replaces one, and Add copies it, since it has no room.
		maps.Copy(c.Response().Header(), always)
		return next(c)
	}
}
