package server

import (
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
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", noContent)
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", noStore) // unless the handler of something public says otherwise
		if s.deps.HSTS {
			h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
		}
		return next(c)
	}
}
