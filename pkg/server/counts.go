package server

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/table"
)

// Counts gives exact counts, to the desk and to the owners of the records.
type Counts interface {
	Figures(ctx context.Context, p access.Principal, q desk.Query) (*desk.Internal, error)
	Table(ctx context.Context, p access.Principal, q desk.Query, spec table.Spec) (*desk.Internal, error)
	Compare(ctx context.Context, p access.Principal, q desk.Pair) (*desk.Internal, error)
	OwnFigures(ctx context.Context, p access.Principal, year int) (*desk.Internal, error)
	OwnTable(ctx context.Context, p access.Principal, year int, spec table.Spec) (*desk.Internal, error)
	OwnQuality(ctx context.Context, p access.Principal, year int) (*desk.Internal, error)
}

// tableSpec reads what table is asked for.
func (s *Server) tableSpec(c echo.Context) (table.Spec, error) {
	var asked api.TableRequest
	if err := s.decode(c.Request().Body, &asked); err != nil {
		return table.Spec{}, err
	}
	spec := table.Spec{Sum: codelist.FieldName(orElse(asked.Sum, ""))}
	for _, d := range asked.Dimensions {
		spec.Dimensions = append(spec.Dimensions, table.Dimension{Field: codelist.FieldName(d.Field), Grouping: orElse(d.Grouping, "")})
	}
	for _, f := range orElse(asked.Filters, nil) {
		filter := codelist.Condition{Field: codelist.FieldName(f.Field), Not: orElse(f.Not, false)}
		for _, code := range f.Codes {
			filter.Codes = append(filter.Codes, codelist.Code(code))
		}
		spec.Filters = append(spec.Filters, filter)
	}
	return spec, nil
}

// figures words exact figures: first the slide, then the recommendations.
func (s *Server) figures(c echo.Context, i *desk.Internal, method desk.Method) error {
	told := api.InternalFigures{
		Internal: true, Year: i.Year(), Codebook: int(i.Codebook()), Contacts: i.Contacts(), CountOnly: i.CountOnly(),
		Persons: s.persons(i), Figures: []api.Figure{}, Recommendations: []api.Recommendation{},
	}
	readings := map[figure.Name]table.Reading{}
	for _, r := range i.Readings() {
		readings[r.Figure.Name] = r
	}
	for _, f := range s.deps.Figures.Slide {
		told.Figures = append(told.Figures, s.figure(readings[f.Name], method))
	}
	for _, r := range s.deps.Figures.Recommendations {
		indicators := make([]api.Figure, len(r.Indicators))
		for j, f := range r.Indicators {
			indicators[j] = s.figure(readings[f.Name], method)
		}
		told.Recommendations = append(told.Recommendations, api.Recommendation{
			Number: r.Number, Label: bothLanguages.text(r.Label), Indicators: indicators,
		})
	}
	return c.JSON(http.StatusOK, told)
}

func (s *Server) figure(r table.Reading, method desk.Method) api.Figure {
	f, n := r.Figure, r.Numbers
	definition := bothLanguages.text(s.deps.Figures.Definition(f))
	told := api.Figure{
		Name: string(f.Name), Label: bothLanguages.text(f.Label), Definition: &definition, N: n.N,
		Sentence: inBoth(func(lang codelist.Lang) string { return f.Sentence(lang, n) }),
	}
	if f.Kind == figure.Share || f.Kind == figure.AskRate {
		told.Of = &n.Of
	}
	if f.Kind == figure.Total {
		told.Sum, told.SumAtLeast = &n.Sum, &n.AtLeast
	}
	if n.Undetermined > 0 {
		between := inBoth(func(lang codelist.Lang) string { return s.deps.Figures.Range(lang, n) })
		told.Undetermined, told.Range = &n.Undetermined, &between
	}
	if r.Coverage != nil {
		c := coverage(*r.Coverage)
		told.Coverage = &c
	}
	if p, ok := desk.Precise(r, method); ok {
		told.Interval = precision(p)
	}
	return told
}

func inBoth(word func(codelist.Lang) string) api.Text {
	sv, en := word(codelist.Swedish), word(codelist.English)
	return api.Text{Sv: &sv, En: &en}
}

func coverage(c table.Coverage) api.Coverage {
	return api.Coverage{
		Field: string(c.Field), Eligible: c.Eligible, Asked: c.Asked, Answered: c.Answered,
		Unknown: c.Unknown, Declined: c.Declined, NotAsked: c.NotAsked, NotRecorded: c.NotRecorded,
	}
}

func (s *Server) persons(i *desk.Internal) *api.Persons {
	p := i.Persons()
	return &api.Persons{
		AtLeast: p.AtLeast, AtMost: p.AtMost, IfFirstMembersReported: p.IfFirstReported, MetByOne: p.MetByOne, MetByTwo: p.MetByTwo,
		Sentence: inBoth(func(lang codelist.Lang) string {
			return s.deps.Figures.PersonsSentence(lang, i.Contacts(), p.AtLeast, p.AtMost)
		}),
	}
}

// internalTable and its parts are api.InternalTable with types that have names.
type internalTable struct {
	Internal    bool             `json:"internal"`
	Year        int              `json:"year"`
	Codebook    codelist.Version `json:"codebook"`
	Dimensions  []axis           `json:"dimensions"`
	Counted     int              `json:"counted"`
	Cells       []int            `json:"cells"`
	Sums        []int            `json:"sums,omitempty"`
	SumsAtLeast []bool           `json:"sums_at_least,omitempty"`
}

type axis struct {
	Field      codelist.FieldName `json:"field"`
	Label      api.Text           `json:"label"`
	Categories []category         `json:"categories"`
}

type category struct {
	Code  codelist.Code `json:"code"`
	Label api.Text      `json:"label"`
}

func writeTable(c echo.Context, i *desk.Internal) error {
	t := i.Table()
	told := internalTable{
		Internal: true, Year: i.Year(), Codebook: i.Codebook(), Counted: t.Records, Cells: make([]int, len(t.Cells)),
	}
	for _, a := range t.Axes {
		shown := axis{Field: a.Field, Label: bothLanguages.text(a.Label)}
		for _, k := range a.Categories {
			shown.Categories = append(shown.Categories, category{k.Code, bothLanguages.text(k.Label)})
		}
		told.Dimensions = append(told.Dimensions, shown)
	}
	for j, cell := range t.Cells {
		told.Cells[j] = cell.N
		if t.Summed != "" {
			told.Sums, told.SumsAtLeast = append(told.Sums, cell.Sum), append(told.SumsAtLeast, cell.AtLeast)
		}
	}
	return c.JSON(http.StatusOK, told)
}
