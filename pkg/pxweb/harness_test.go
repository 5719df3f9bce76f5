package pxweb_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/pxweb"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

const base = "https://statistik.example"

// statuses are those that the service turns kinds of failure into.
var statuses = map[fault.Kind]int{
	fault.Malformed: http.StatusBadRequest, fault.Forbidden: http.StatusForbidden, fault.NotFound: http.StatusNotFound,
	fault.TooLarge: http.StatusRequestEntityTooLarge, fault.TooMany: http.StatusTooManyRequests, fault.Unavailable: http.StatusServiceUnavailable,
}

// clock stands still until a test moves it.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

// service is an API over releases in memory, behind a router as the product's.
type service struct {
	t     testing.TB
	books *shelftest.Books
	clock *clock
	echo  *echo.Echo
}

// start publishes contents and serves them.
func start(t testing.TB, limits pxweb.Limits, contents ...plan.Content) *service {
	t.Helper()
	s := &service{t: t, books: shelftest.New(t), clock: &clock{time.Date(2026, 3, 20, 12, 0, 0, 0, time.UTC)}}
	for _, c := range contents {
		s.books.Publish(c)
	}
	api, err := pxweb.New(deps(s, limits))
	if err != nil {
		t.Fatal(err)
	}
	s.route(api)
	return s
}

func (s *service) route(api *pxweb.API) {
	s.echo = echo.New()
	s.echo.HTTPErrorHandler = answerFault
	api.Each(func(method, path string, _ bool, handle echo.HandlerFunc) {
		s.echo.Add(method, strings.ReplaceAll(path, "{id}", ":id"), handle)
	})
}

func deps(s *service, limits pxweb.Limits) pxweb.Deps {
	return pxweb.Deps{
		Shelf: s.books.Shelf(), BaseURL: base, License: "https://creativecommons.org/publicdomain/zero/1.0/", Version: "test",
		Publisher: pxweb.Publisher{Name: codelist.Text{SV: "Plattformen", EN: "The platform"}, IRI: "https://plattform.example/", Mail: "statistik@plattform.example"},
		Limits:    limits, Now: s.clock.Now,
	}
}

// answerFault is the short form of the product's own.
func answerFault(err error, c echo.Context) {
	status := http.StatusInternalServerError
	if refused, ok := errors.AsType[*fault.Error](err); ok && statuses[refused.Kind] != 0 {
		status = statuses[refused.Kind]
	}
	if _, ok := errors.AsType[*echo.HTTPError](err); ok {
		status = http.StatusNotFound
	}
	_ = c.JSON(status, map[string]any{"status": status, "code": fault.CodeOf(err)})
}

func (s *service) do(method, target, body string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest(method, "/x", strings.NewReader(body))
	path, query, _ := strings.Cut(target, "?")
	r.URL.Path, r.URL.RawQuery = path, query // as it came, brackets and all
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.echo.ServeHTTP(w, r)
	return w
}

// get reads JSON that must be there.
func (s *service) get(target string, v any) {
	s.t.Helper()
	s.read(s.do(http.MethodGet, target, ""), http.StatusOK, v)
}

func (s *service) read(w *httptest.ResponseRecorder, status int, v any) {
	s.t.Helper()
	if w.Code != status {
		s.t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
		s.t.Fatalf("%v: %s", err, w.Body)
	}
}

// refusal is the status and the code of an answer.
func (s *service) refusal(method, target, body string) (int, fault.Code) {
	s.t.Helper()
	w := s.do(method, target, body)
	var told struct{ Code fault.Code }
	if w.Code >= http.StatusBadRequest {
		s.read(w, w.Code, &told)
	}
	return w.Code, told.Code
}

// cube is a JSON-stat dataset as a client reads it.
type cube struct {
	Label   string
	Updated string
	Href    string
	Note    []string
	ID      []string
	Size    []int
	Role    struct{ Time, Metric []string }
	Value   []*int
	Status  map[string]string

	Dimension map[string]struct {
		Label    string
		Category struct {
			Index map[string]int
			Label map[string]string
			Unit  map[string]struct{ Base string }
		}
		Extension struct {
			Elimination          bool
			EliminationValueCode string
			Show                 string
			Codelists            []struct{ ID, Label, Type string }
		}
	}
	Extension struct {
		NoteMandatory map[string]bool
		Px            struct {
			TableID       string
			Language      string
			AggregAllowed *bool
			Stub, Heading []string
		}
		Casestat struct{ Ranges map[string][2]*int }
		Contact  []struct{ Raw string }
	}
}

// codes are those of a dimension, in their order.
func (c cube) codes(dimension string) []string {
	index := c.Dimension[dimension].Category.Index
	out := make([]string, len(index))
	for code, i := range index {
		out[i] = code
	}
	return out
}

// at reads one cell by its codes: a number, or its symbol.
func (c cube) at(t testing.TB, codes ...string) any {
	t.Helper()
	place := 0
	for i, id := range c.ID {
		j := slices.Index(c.codes(id), codes[i])
		if j < 0 {
			t.Fatalf("%s has no %s", id, codes[i])
		}
		place = place*c.Size[i] + j
	}
	if v := c.Value[place]; v != nil {
		return *v
	}
	return c.Status[jsonInt(place)]
}

func jsonInt(n int) string { b, _ := json.Marshal(n); return string(b) }

// coarse adds to an invented year a released table of coarser ages, and a
// second word on whoever is of age.
func coarse(c plan.Content) plan.Content {
	y := &c.Years[0]
	i := slices.IndexFunc(y.Tables, func(t plan.PublishedTable) bool { return t.Name == "age" })
	t := y.Tables[i]
	t.Name, t.Title = "majority", codelist.Text{SV: "Myndig", EN: "Of age"}
	t.Dimensions = slices.Clone(t.Dimensions)
	of := t.Dimensions[0].Categories
	adult := plan.PublishedCategory{Code: "adult", Label: codelist.Text{SV: "vuxen", EN: "adult"}, Includes: slices.Concat(of[1].Includes, of[2].Includes)}
	t.Dimensions[0].Categories = []plan.PublishedCategory{of[0], adult}
	where := slices.Clone(y.Cells[t.Cells[1]].Where)
	where[0] = plan.Subset{Axis: where[0].Axis, Categories: []int{1, 2}}
	n := 0
	for p := range shelftest.Persons {
		if shelftest.Holds(where, shelftest.Person(p)) {
			n++
		}
	}
	y.Cells = append(y.Cells, plan.PublishedCell{Cell: plan.Cell{Name: "table:majority:1", Where: where, Rank: plan.OneWay}, Shown: true, Value: n})
	t.Cells = []int{t.Cells[0], len(y.Cells) - 1}
	y.Tables = append(y.Tables, t)
	return c
}
