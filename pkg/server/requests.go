package server

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
)

// Requests queues the tables that researchers would like to see. Whose a
// request is, is decided there.
type Requests interface {
	Request(ctx context.Context, p access.Principal, r release.Request) (release.Request, error)
	Requests(ctx context.Context, p access.Principal) ([]release.Request, error)
	ReadRequest(ctx context.Context, p access.Principal, id release.RequestID) (release.Request, error)
	Price(ctx context.Context, p access.Principal, id release.RequestID) (release.Price, error)
}

// tableRequest is api.Request with the table as the plan has it.
type tableRequest struct {
	ID       release.RequestID `json:"request_id"`
	By       person            `json:"by"`
	Year     int               `json:"year"`
	Table    plan.Tabulation   `json:"table"`
	Admitted bool              `json:"admitted"`
	Refusal  string            `json:"refusal,omitempty"`
}

func requestOf(r release.Request) tableRequest {
	return tableRequest{r.ID, person(r.By), r.Year, r.Table, r.Admitted, r.Refusal}
}

// PutRequest asks for a table in a release to come.
func (s *Server) PutRequest(c echo.Context, id api.RequestID) error {
	var order struct {
		Year  *int             `json:"year"`
		Table *plan.Tabulation `json:"table"`
	}
	if err := s.decode(c.Request().Body, &order); err != nil {
		return err
	}
	var wrong findings
	wrong.note(order.Year == nil, "/year", record.CodeRequired)
	wrong.note(order.Year != nil && (*order.Year < record.FirstYear || *order.Year > record.LastYear), "/year", record.CodeNumberOutOfRange)
	wrong.note(order.Table == nil, "/table", record.CodeRequired)
	if err := wrong.err(); err != nil {
		return err
	}
	r, err := s.deps.Requests.Request(c.Request().Context(), principal(c), release.Request{
		ID: release.RequestID(id), Year: *order.Year, Table: *order.Table,
	})
	if err != nil {
		return absent(err)
	}
	return c.JSON(http.StatusOK, requestOf(r))
}

// ListRequests gives the caller's own requests, or all of them to the desk.
func (s *Server) ListRequests(c echo.Context) error {
	list, err := s.deps.Requests.Requests(c.Request().Context(), principal(c))
	if err != nil {
		return err
	}
	told := struct {
		Requests []tableRequest `json:"requests"`
	}{make([]tableRequest, len(list))}
	for i, r := range list {
		told.Requests[i] = requestOf(r)
	}
	return c.JSON(http.StatusOK, told)
}

// GetRequest gives one request.
func (s *Server) GetRequest(c echo.Context, id api.RequestID) error {
	r, err := s.deps.Requests.ReadRequest(c.Request().Context(), principal(c), release.RequestID(id))
	if err != nil {
		return absent(err)
	}
	return c.JSON(http.StatusOK, requestOf(r))
}

// PriceRequest says what a table that was asked for would cost.
func (s *Server) PriceRequest(c echo.Context, id api.RequestID) error {
	price, err := s.deps.Requests.Price(c.Request().Context(), principal(c), release.RequestID(id))
	if err != nil {
		return absent(err)
	}
	told := api.Price{Admitted: price.Admitted, Withheld: price.Withheld, Cells: price.Cells, Coarser: []api.CoarserPrice{}}
	for _, p := range price.Coarser {
		told.Coarser = append(told.Coarser, api.CoarserPrice{Rungs: p.Rungs, Withheld: p.Withheld, Cells: p.Cells})
	}
	return c.JSON(http.StatusOK, told)
}
