package server

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
)

// GetOwnFigures gives the figures over the organisation's own records.
func (s *Server) GetOwnFigures(c echo.Context, year api.Year, params api.GetOwnFiguresParams) error {
	counted, err := s.deps.Counts.OwnFigures(c.Request().Context(), principal(c), year)
	if err != nil {
		return err
	}
	return s.figures(c, counted, methodOfInterval(params.Interval))
}

// CountOwnTable gives a table over the organisation's own records.
func (s *Server) CountOwnTable(c echo.Context, year api.Year) error {
	spec, err := s.tableSpec(c)
	if err != nil {
		return err
	}
	counted, err := s.deps.Counts.OwnTable(c.Request().Context(), principal(c), year, spec)
	if err != nil {
		return err
	}
	return writeTable(c, counted)
}

// GetOwnQuality says how often each question was asked and answered.
func (s *Server) GetOwnQuality(c echo.Context, year api.Year) error {
	counted, err := s.deps.Counts.OwnQuality(c.Request().Context(), principal(c), year)
	if err != nil {
		return err
	}
	told := api.InternalQuality{Internal: true, Year: counted.Year(), Contacts: counted.Contacts(), Fields: []api.Coverage{}}
	for _, q := range counted.Quality() {
		told.Fields = append(told.Fields, coverage(q))
	}
	return c.JSON(http.StatusOK, told)
}
