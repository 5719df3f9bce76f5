package server

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
)

// Bounds of a derivation; the contract says so.
const (
	maxBy    = 4
	maxWhere = 8
	maxCodes = 64
)

type derivation struct {
	Year  *int                 `json:"year"`
	Table *plan.Name           `json:"table"`
	By    []codelist.FieldName `json:"by"`
	Where []struct {
		Field *codelist.FieldName `json:"field"`
		In    []codelist.Code     `json:"in"`
	} `json:"where"`
}

func (d derivation) check() error {
	var wrong findings
	wrong.note(d.Year == nil, "/year", record.CodeRequired)
	wrong.note(d.Table == nil, "/table", record.CodeRequired)
	wrong.note(len(d.By) > maxBy, "/by", CodeTooMany)
	wrong.note(len(d.Where) > maxWhere, "/where", CodeTooMany)
	for i, w := range d.Where[:min(len(d.Where), maxWhere)] {
		at := fmt.Sprintf("/where/%d", i)
		wrong.note(w.Field == nil, at+"/field", record.CodeRequired)
		wrong.note(len(w.In) == 0, at+"/in", record.CodeRequired)
		wrong.note(len(w.In) > maxCodes, at+"/in", CodeTooMany)
	}
	return wrong.err()
}

// query may be called once check has found nothing.
func (d derivation) query() shelf.Query {
	q := shelf.Query{Year: *d.Year, Table: *d.Table, By: d.By}
	for _, w := range d.Where {
		q.Where = append(q.Where, shelf.Condition{Field: *w.Field, In: w.In})
	}
	return q
}

// DeriveTable works a table out from one of a release, and from nothing else.
func (s *Server) DeriveTable(c echo.Context, number api.ReleaseNumber) error {
	var asked derivation
	if err := s.decode(c.Request().Body, &asked); err != nil {
		return err
	}
	if err := asked.check(); err != nil {
		return err
	}
	r, err := s.deps.Shelf.Release(c.Request().Context(), number)
	if err != nil {
		return absent(err)
	}
	done, err := s.texts.sit(c.Request().Context())
	if err != nil {
		return err
	}
	defer done()
	derived, err := r.Derive(asked.query())
	if err != nil {
		return err
	}
	body, err := export.Table(derived.Table)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, export.MediaJSON, body)
}

// shownNumber is api.Number.
type shownNumber struct {
	Status report.Status `json:"status"`
	Value  *int          `json:"value,omitempty"`
	Range  []*int        `json:"range,omitempty"` // both ends; nil is no upper end
}

func numberOf(n report.Number) shownNumber {
	told := shownNumber{Status: n.Status}
	switch {
	case n.Status == report.Exact:
		told.Value = &n.Value
	case n.Status == report.Withheld && n.Range != nil:
		told.Range = []*int{&n.Range.From, &n.Range.To}
		if n.Range.Open {
			told.Range[1] = nil
		}
	}
	return told
}

// shownFigure is the numbers of a figure.
type shownFigure struct {
	shownNumber
	Of      *int         `json:"of,omitempty"`
	OfRange []*int       `json:"of_range,omitempty"`
	Sum     *shownNumber `json:"sum,omitempty"`
}

func figureOf(n report.Number, of, sum *report.Number) shownFigure {
	told := shownFigure{shownNumber: numberOf(n)}
	if of != nil {
		shown := numberOf(*of)
		told.Of, told.OfRange = shown.Value, shown.Range
	}
	if sum != nil {
		shown := numberOf(*sum)
		told.Sum = &shown
	}
	return told
}

// trendPoint is api.TrendPoint.
type trendPoint struct {
	Year    int `json:"year"`
	Release int `json:"release"`
	shownFigure
}

// comparableSeries is api.ComparableSeries.
type comparableSeries struct {
	Panel         plan.Name         `json:"panel"`
	Release       int               `json:"release"`
	Organisations int               `json:"organisations"`
	Points        []comparablePoint `json:"points"`
	Coverage      codelist.Text     `json:"coverage"`
	Change        report.Change     `json:"change"`
	Tested        int               `json:"series_tested"`
	Verdict       codelist.Text     `json:"verdict"`
}

// comparablePoint is api.ComparablePoint.
type comparablePoint struct {
	Year      int `json:"year"`
	Reporting int `json:"reporting"`
	shownFigure
}

func seriesOf(c shelf.Comparable) comparableSeries {
	told := comparableSeries{
		Panel: c.Panel, Release: c.Release, Organisations: c.Organisations,
		Coverage: c.Coverage, Change: c.Change, Tested: c.Scanned, Verdict: c.Verdict,
	}
	for _, p := range c.Points {
		told.Points = append(told.Points, comparablePoint{p.Year, p.Reporting, figureOf(p.Number, p.Of, p.Sum)})
	}
	return told
}

// GetReleaseTrend gives a figure over the years, as known by a release.
func (s *Server) GetReleaseTrend(c echo.Context, number api.ReleaseNumber, figure api.FigureName) error {
	trend, err := s.deps.Shelf.Trend(c.Request().Context(), number, plan.Name(figure))
	if err != nil {
		return notSaid(err)
	}
	told := struct {
		Figure     plan.Name          `json:"figure"`
		Label      codelist.Text      `json:"label"`
		Points     []trendPoint       `json:"points"`
		Note       codelist.Text      `json:"note"`
		Comparable []comparableSeries `json:"comparable"`
	}{trend.Figure, trend.Label, make([]trendPoint, len(trend.Points)), trend.Note, make([]comparableSeries, len(trend.Comparable))}
	for i, p := range trend.Points {
		told.Points[i] = trendPoint{p.Year, p.Release, figureOf(p.Number, p.Of, p.Sum)}
	}
	for i, c := range trend.Comparable {
		told.Comparable[i] = seriesOf(c)
	}
	return showJSON(c, keepForEver, told)
}
