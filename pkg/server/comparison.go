package server

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/figure"
)

// methodOfInterval reads the parameter interval; left out, it asks for none.
func methodOfInterval(asked *api.Interval) desk.Method {
	return desk.Method(orElse(asked, api.Interval(desk.NoInterval)))
}

func precision(p desk.Precision) *api.Precision {
	told := &api.Precision{Method: api.PrecisionMethod(p.Method), Basis: api.PrecisionBasis(p.Basis), Wording: bothLanguages.text(p.Wording)}
	if p.Ends() {
		low, high := thousandths(p.Low), thousandths(p.High)
		told.Low, told.High = &low, &high
	}
	return told
}

// thousandths writes 579 as "0.579".
func thousandths(n int) string { return fmt.Sprintf("%d.%03d", n/1000, n%1000) }

// CompareYears compares a figure of two closed years.
func (s *Server) CompareYears(c echo.Context, name api.FigureName, params api.CompareYearsParams) error {
	counted, err := s.deps.Counts.Compare(c.Request().Context(), principal(c), desk.Pair{
		Figure: figure.Name(name), From: params.From, To: params.To, Purpose: desk.Purpose(params.Purpose),
	})
	if err != nil {
		return err
	}
	d := counted.Comparison()
	share := d.Figure.Kind == figure.Share || d.Figure.Kind == figure.AskRate
	told := api.InternalComparison{
		Internal: true, Figure: string(d.Figure.Name), Label: bothLanguages.text(d.Figure.Label), Codebook: int(counted.Codebook()),
		From: comparedYear(d.From, share), To: comparedYear(d.To, share), Both: d.Both,
		Entrants: comparedGroup(d.Entrants, share), Leavers: comparedGroup(d.Leavers, share),
		Change: d.Change(), PanelChange: d.PanelChange(), Sentences: []api.Text{},
	}
	if r := d.Ratio; r != nil {
		told.Ratio = &api.RateRatio{Method: api.RateRatioMethodMantelHaenszel, Value: decimals(r.Value, 3), Low: decimals(r.Low, 3), High: decimals(r.High, 3)}
	}
	if d.P != nil {
		p := decimals(*d.P, 4)
		told.ExactP = &p
	}
	for _, sentence := range d.Sentences() {
		told.Sentences = append(told.Sentences, bothLanguages.text(sentence))
	}
	return c.JSON(http.StatusOK, told)
}

func decimals(x float64, n int) string { return strconv.FormatFloat(x, 'f', n, 64) }

func comparedYear(y desk.ComparedYear, share bool) api.ComparedYear {
	return api.ComparedYear{
		Year: y.Year, Reporting: y.Reporting, Contacts: y.Contacts, N: y.N, Of: onlyIf(share, y.Of), Panel: comparedGroup(y.Panel, share),
	}
}

func comparedGroup(g desk.Group, share bool) api.ComparedGroup {
	return api.ComparedGroup{Organisations: g.Organisations, Contacts: g.Contacts, N: g.N, Of: onlyIf(share, g.Of)}
}

// onlyIf is nil for what a figure does not have.
func onlyIf(has bool, n int) *int {
	if !has {
		return nil
	}
	return &n
}
