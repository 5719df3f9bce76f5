package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/fault"
)

// GetHealth says that the process is alive; it asks nobody else.
func (s *Server) GetHealth(c echo.Context) error {
	return c.JSON(http.StatusOK, api.Status{Status: api.StatusStatusOk})
}

// GetReadiness says whether the process can take requests: not while it is
// draining, and not while its store does not answer.
func (s *Server) GetReadiness(c echo.Context) error {
	if s.draining.Load() {
		return fault.New(fault.Unavailable, CodeUnavailable)
	}
	if s.deps.Ready != nil {
		if err := s.deps.Ready(c.Request().Context()); err != nil {
			return fault.Because(err, fault.Unavailable, CodeUnavailable)
		}
	}
	return c.JSON(http.StatusOK, api.Status{Status: api.StatusStatusOk})
}
