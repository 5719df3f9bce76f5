package server

import (
	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/desk"
)

// GetDeskFigures gives the exact figures of a closed year.
func (s *Server) GetDeskFigures(c echo.Context, year api.Year, params api.GetDeskFiguresParams) error {
	counted, err := s.deps.Counts.Figures(c.Request().Context(), principal(c), desk.Query{Year: year, Purpose: desk.Purpose(params.Purpose)})
	if err != nil {
		return err
	}
	return s.figures(c, counted, methodOfInterval(params.Interval))
}

// CountDeskTable gives an exact table of a closed year.
func (s *Server) CountDeskTable(c echo.Context, year api.Year, params api.CountDeskTableParams) error {
	spec, err := s.tableSpec(c)
	if err != nil {
		return err
	}
	counted, err := s.deps.Counts.Table(c.Request().Context(), principal(c), desk.Query{Year: year, Purpose: desk.Purpose(params.Purpose)}, spec)
	if err != nil {
		return err
	}
	return writeTable(c, counted)
}
