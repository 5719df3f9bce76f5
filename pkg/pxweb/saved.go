package pxweb

import (
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/codelist"
)

// maxSaved bounds the id of a saved query, so that its address is one that
// every client can ask for.
const maxSaved = 1800

// savedQuery is a query that is its own id: nothing is kept of it.
type savedQuery struct {
	ID        string        `json:"id,omitempty"`
	Language  codelist.Lang `json:"language"`
	Table     string        `json:"tableId"`
	Selection selectionBody `json:"selection"`
	Format    format        `json:"outputFormat,omitempty"`
	Params    []string      `json:"outputFormatParams,omitempty"`
}

// query is what it asks for.
func (s savedQuery) query() (q query, err error) {
	p := parameters{"lang": {string(s.Language)}, "outputformat": {string(s.Format)}, "outputformatparams": s.Params}
	if q, err = p.query(); err != nil {
		return q, err
	}
	if s.Selection.Placement != nil {
		q.placement = *s.Selection.Placement
	}
	q.selection, err = s.Selection.selection()
	return q, err
}

// encode gives the id.
func (s savedQuery) encode() (string, error) {
	s.ID = ""
	raw, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	id := base64.RawURLEncoding.EncodeToString(raw)
	if len(id) > maxSaved {
		return "", refused(CodeSavedQueryTooLong)
	}
	return id, nil
}

// openSaved reads an id. Only one that encode would have given is one.
func openSaved(id string) (s savedQuery, err error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(id)
	if err != nil || len(id) > maxSaved || json.Unmarshal(raw, &s) != nil {
		return savedQuery{}, unknown(CodeSavedQueryUnknown)
	}
	if again, err := s.encode(); err != nil || again != id {
		return savedQuery{}, unknown(CodeSavedQueryUnknown)
	}
	if _, err := s.query(); err != nil {
		return savedQuery{}, unknown(CodeSavedQueryUnknown)
	}
	s.ID = id
	return s, nil
}

// saveQuery gives a query its id, if it can be answered now.
func (a *API) saveQuery(c echo.Context) error {
	p, err := parametersOf(c.Request().URL.RawQuery)
	if err != nil {
		return err
	}
	var s savedQuery
	if err := decode(c.Request(), &s); err != nil {
		return err
	}
	if s.Language == "" {
		if s.Language, err = p.language(); err != nil {
			return err
		}
	}
	q, err := s.query()
	if err != nil {
		return err
	}
	t, err := a.table(c, s.Table)
	if err != nil {
		return err
	}
	if _, err := t.cut(q, a.limits.Cells); err != nil {
		return err
	}
	s.Language, s.Table, s.Format, s.Selection = q.lang, t.id, q.format, bodyOf(q.selection, q.placement)
	if s.ID, err = s.encode(); err != nil {
		return err
	}
	body, err := jsonLine(s)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderLocation, a.deps.BaseURL+Prefix+"/savedqueries/"+s.ID)
	return c.Blob(http.StatusCreated, mediaJSON, body)
}

// getSavedQuery says what an id asks for.
func (a *API) getSavedQuery(c echo.Context) error {
	s, err := openSaved(c.Param("id"))
	if err != nil {
		return err
	}
	return sendJSON(c, s)
}

// runSavedQuery answers it. The language and the format of the request count
// more than those that were saved.
func (a *API) runSavedQuery(c echo.Context) error {
	s, err := openSaved(c.Param("id"))
	if err != nil {
		return err
	}
	p, err := parametersOf(c.Request().URL.RawQuery)
	if err != nil {
		return err
	}
	if p.one("lang") != "" {
		if s.Language, err = p.language(); err != nil {
			return err
		}
	}
	if given := p.one("outputformat"); given != "" {
		if s.Format, err = formatOf(given); err != nil {
			return err
		}
	}
	if given := p.list("outputformatparams"); len(given) > 0 {
		s.Params = given
	}
	q, err := s.query()
	if err != nil {
		return err
	}
	t, err := a.table(c, s.Table)
	if err != nil {
		return err
	}
	return a.sendData(c, t, q)
}

type selectionAnswer struct {
	Language codelist.Lang `json:"language"`
	selectionBody
	Links []linkBody `json:"links"`
}

// getSavedQuerySelection gives the selection of a saved query.
func (a *API) getSavedQuerySelection(c echo.Context) error {
	s, err := openSaved(c.Param("id"))
	if err != nil {
		return err
	}
	path := "/savedqueries/" + s.ID + "/selection"
	return sendJSON(c, selectionAnswer{s.Language, s.Selection, []linkBody{{"self", s.Language, a.href(s.Language, path)}}})
}

// getDefaultSelection says what is selected where a client selects nothing.
func (a *API) getDefaultSelection(c echo.Context) error {
	_, lang, err := asked(c)
	if err != nil {
		return err
	}
	t, err := a.table(c, c.Param("id"))
	if err != nil {
		return err
	}
	selected, err := t.cut(query{}, a.limits.Cells)
	if err != nil {
		return err
	}
	return sendJSON(c, selectionAnswer{lang, selected.body(), []linkBody{{"self", lang, a.href(lang, "/tables/"+t.id+"/defaultselection")}}})
}

// body spells out what is selected.
func (c *cut) body() selectionBody {
	var selection []variable
	for _, s := range c.sides {
		v := variable{code: s.dimension.code}
		for _, value := range s.values {
			v.values = append(v.values, value.Code)
		}
		selection = append(selection, v)
	}
	p := placement{Heading: []string{}, Stub: []string{}}
	down := len(c.order) - c.across
	for k, i := range c.order {
		code := c.sides[i].dimension.code
		if k < down {
			p.Stub = append(p.Stub, code)
		} else {
			p.Heading = append(p.Heading, code)
		}
	}
	return bodyOf(selection, p)
}
