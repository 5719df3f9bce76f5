package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
)

const mediaZIP = "application/zip"

// GetReleaseKit gives a release packed for those who write about it. It may be
// kept for a minute only: when the release is taken back, its kit says so.
func (s *Server) GetReleaseKit(c echo.Context, number api.ReleaseNumber) error {
	ctx := c.Request().Context()
	packed, err := s.kits.Kit(ctx, number)
	if err != nil {
		return absent(err)
	}
	if announced(c, keepAMinute, packed.SHA256, packed.Size) {
		return c.NoContent(http.StatusNotModified)
	}
	header := c.Response().Header()
	header.Set(echo.HeaderContentDisposition, `attachment; filename="`+packed.Name+`"`)
	header.Set(echo.HeaderContentType, mediaZIP)
	c.Response().WriteHeader(http.StatusOK)
	if _, head := c.Response().Writer.(headOnly); head {
		return nil
	}
	return packed.Send(ctx, c.Response())
}
