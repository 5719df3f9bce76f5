package server

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/record"
)

// Periods keeps the reporting years.
type Periods interface {
	Periods(ctx context.Context, by access.Principal) ([]record.Period, error)
	OpenPeriod(ctx context.Context, by access.Principal, year int) error
	ClosePeriod(ctx context.Context, by access.Principal, year int) error
	CorrectPeriod(ctx context.Context, by access.Principal, year int) error
}

// ListPeriods gives the reporting years ever opened.
func (s *Server) ListPeriods(c echo.Context) error {
	periods, err := s.deps.Periods.Periods(c.Request().Context(), principal(c))
	if err != nil {
		return err
	}
	told := api.Periods{Periods: make([]api.Period, len(periods))}
	for i, p := range periods {
		told.Periods[i] = api.Period{Year: p.Year, State: api.PeriodState(p.State)}
	}
	return c.JSON(http.StatusOK, told)
}

type periodChange struct {
	State *api.PeriodChangeState `json:"state"` // none of them erases a year: only time does
}

// PutPeriod opens, closes or corrects a reporting year.
func (s *Server) PutPeriod(c echo.Context, year api.Year) error {
	var want periodChange
	if err := s.decode(c.Request().Body, &want); err != nil {
		return err
	}
	var wrong findings
	wrong.note(want.State == nil, "/state", record.CodeRequired)
	wrong.note(want.State != nil && !want.State.Valid(), "/state", record.CodeUnknownCode)
	if err := wrong.err(); err != nil {
		return err
	}
	change := s.deps.Periods.OpenPeriod
	switch *want.State {
	case api.PeriodChangeStateClosed:
		change = s.deps.Periods.ClosePeriod
	case api.PeriodChangeStateCorrecting:
		change = s.deps.Periods.CorrectPeriod
	}
	if err := change(c.Request().Context(), principal(c), year); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, api.Period{Year: year, State: api.PeriodState(*want.State)})
}
