package pxweb

import (
	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
)

// asked reads the table and the query of a request, body included.
func (a *API) asked(c echo.Context) (*table, query, error) {
	p, err := parametersOf(c.Request().URL.RawQuery)
	if err != nil {
		return nil, query{}, err
	}
	q, err := p.query()
	if err != nil {
		return nil, q, err
	}
	if c.Request().Method == "POST" {
		if err := q.read(c); err != nil {
			return nil, q, err
		}
	}
	q.selection = p.complete(p.withLists(q.selection))
	t, err := a.table(c, c.Param("id"))
	return t, q, err
}

// read takes the selection of the body in place of one in the query string.
func (q *query) read(c echo.Context) error {
	var body selectionBody
	if err := decode(c.Request(), &body); err != nil {
		return err
	}
	selection, err := body.selection()
	if err != nil {
		return err
	}
	if len(selection) > 0 {
		q.selection = selection
	}
	if body.Placement != nil {
		q.placement = *body.Placement
	}
	return nil
}

// withLists names the variables of codelists where nothing at all is selected,
// so that the default selection knows of them.
func (p parameters) withLists(selection []variable) []variable {
	if len(selection) > 0 {
		return selection
	}
	for code := range p.of("codelist") {
		selection = append(selection, variable{code: code})
	}
	return selection
}

// getData gives the data that the query string selects. What was asked before
// in the same words is not written again.
func (a *API) getData(c echo.Context) error {
	all, err := a.catalogue(c)
	if err != nil {
		return err
	}
	words := c.Param("id") + "?" + c.Request().URL.RawQuery
	if given, ok := all.given.find(words); ok {
		return given.send(c)
	}
	t, q, err := a.asked(c)
	if err != nil {
		return err
	}
	given, err := a.data(t, q)
	if err != nil {
		return err
	}
	all.given.keep(words, given)
	return given.send(c)
}

// postData gives the data that the body selects.
func (a *API) postData(c echo.Context) error {
	t, q, err := a.asked(c)
	if err != nil {
		return err
	}
	return a.sendData(c, t, q)
}

func (a *API) sendData(c echo.Context, t *table, q query) error {
	given, err := a.data(t, q)
	if err != nil {
		return err
	}
	return given.send(c)
}

// data answers a query of a table.
func (a *API) data(t *table, q query) (answer, error) {
	selected, err := t.cut(q, a.limits.Cells)
	if err != nil {
		return answer{}, err
	}
	body, media, err := a.write(selected, q)
	if err != nil {
		return answer{}, err
	}
	given := newAnswer(media, body)
	if q.format != jsonStat {
		given.filename = t.id + "." + string(q.format)
	}
	return given, nil
}

// write writes what was selected in the format that was asked for.
func (a *API) write(selected *cut, q query) (body []byte, media string, err error) {
	cube := a.cube(selected, q.lang)
	switch q.format {
	case csv:
		q.style.dress(cube)
		write := cube.CSV
		if q.style.title {
			write = cube.TitledCSV
		}
		body, err = write(q.lang, export.Dialect{Separator: q.style.separator})
		return body, export.MediaCSV, err
	case xlsx:
		q.style.dress(cube)
		body, err = export.Workbook(export.Book{Title: cube.Title, Edition: cube.Edition, Cubes: []*export.Cube{cube}}, q.lang)
		return body, export.MediaWorkbook, err
	case px:
		body, err = cube.PX(q.lang, other(q.lang))
		return body, export.MediaPX, err
	default:
		body, err = cube.ServedJSONStat(q.lang, a.served(selected, q.lang))
		return body, mediaJSON, err
	}
}

// cube reads what was selected, and says in a language who publishes it.
func (a *API) cube(selected *cut, lang codelist.Lang) *export.Cube {
	cube := selected.cube()
	cube.Edition.Publisher = a.deps.Publisher.Name.In(lang)
	return cube
}

func other(lang codelist.Lang) codelist.Lang {
	if lang == codelist.Swedish {
		return codelist.English
	}
	return codelist.Swedish
}

// served says what may be asked of the dimensions that stay.
func (a *API) served(selected *cut, lang codelist.Lang) export.Served {
	s := export.Served{
		Href: a.href(lang, "/tables/"+selected.table.id), Contact: a.deps.Publisher.Name.In(lang) + ", " + a.deps.Publisher.Mail,
		Dimensions: make(map[string]export.ServedDimension),
	}
	for _, side := range selected.sides {
		d := side.dimension
		var about export.ServedDimension
		if d.total() != nil {
			about.Total = totalCode
		}
		for _, g := range d.lists {
			about.Codelists = append(about.Codelists, export.ServedCodelist{
				ID: g.id, Label: g.label, Type: g.kind(), Href: a.href(lang, "/codelists/"+g.id),
			})
		}
		s.Dimensions[d.code] = about
	}
	return s
}

// getMetadata describes a table: all of it, or what a codelist, the default
// selection or a saved query leaves of it. R's PxWebApiData asks for metadata
// with the selection of the data; that selects nothing here, as in PxWeb.
func (a *API) getMetadata(c echo.Context) error {
	p, lang, err := asked(c)
	if err != nil {
		return err
	}
	t, err := a.table(c, c.Param("id"))
	if err != nil {
		return err
	}
	q, limit, err := a.metadataQuery(p, t)
	if err != nil {
		return err
	}
	selected, err := t.cut(q, limit)
	if err != nil {
		return err
	}
	body, err := a.cube(selected, lang).Metadata(lang, a.served(selected, lang))
	if err != nil {
		return err
	}
	return send(c, mediaJSON, body)
}

// metadataQuery is the query whose metadata are asked for, and of how many cells.
func (a *API) metadataQuery(p parameters, t *table) (q query, limit int, err error) {
	if id := p.one("savedquery"); id != "" {
		saved, err := openSaved(id)
		if err != nil {
			return q, 0, err
		}
		if saved.Table != t.id {
			return q, 0, refused(CodeParameter, "/savedQuery")
		}
		q.selection, err = saved.Selection.selection()
		return q, a.limits.Cells, err
	}
	limit = t.size()
	byDefault, err := p.flag("defaultSelection")
	if byDefault {
		limit = a.limits.Cells
	}
	q.selection = p.complete(p.withLists(nil))
	return q, limit, err
}
