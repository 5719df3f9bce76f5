package pxweb

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/codelist"
)

// Bounds of a search.
const (
	maxPage  = 10_000
	maxQuery = 200 // bytes
)

type (
	tablesBody struct {
		Language codelist.Lang `json:"language"`
		Tables   []tableBody   `json:"tables"`
		Page     pageBody      `json:"page"`
		Links    []linkBody    `json:"links"`
	}
	pageBody struct {
		Number   int        `json:"pageNumber"`
		Size     int        `json:"pageSize"`
		Elements int        `json:"totalElements"`
		Pages    int        `json:"totalPages"`
		Links    []linkBody `json:"links"`
	}
	tableBody struct {
		Language     codelist.Lang `json:"language,omitempty"`
		Type         string        `json:"type"`
		ID           string        `json:"id"`
		Label        string        `json:"label"`
		Description  string        `json:"description"`
		SortCode     string        `json:"sortCode"`
		Updated      string        `json:"updated"`
		First        string        `json:"firstPeriod"`
		Last         string        `json:"lastPeriod"`
		Category     string        `json:"category"`
		Variables    []string      `json:"variableNames"`
		Discontinued bool          `json:"discontinued"`
		Source       string        `json:"source"`
		SubjectCode  string        `json:"subjectCode"`
		TimeUnit     string        `json:"timeUnit"`
		Paths        [][]pathBody  `json:"paths"`
		Links        []linkBody    `json:"links"`
	}
	pathBody struct {
		ID    string `json:"id"`
		Label string `json:"label"`
	}
	linkBody struct {
		Rel  string        `json:"rel"`
		Lang codelist.Lang `json:"hreflang"`
		Href string        `json:"href"`
	}
)

// search is what a client looks for among the tables.
type search struct {
	lang         codelist.Lang
	words        []string // in lower case; a table has all of them
	since        string   // the day; "": any
	discontinued bool
	page, size   int
	raw          string // the words as they were given
}

func (a *API) searchOf(p parameters) (s search, err error) {
	if s.lang, err = p.language(); err != nil {
		return s, err
	}
	if s.raw = p.one("query"); len(s.raw) > maxQuery {
		return s, refused(CodeParameter, "/query")
	}
	s.words = strings.Fields(strings.ToLower(s.raw))
	if s.discontinued, err = p.flag("includeDiscontinued"); err != nil {
		return s, err
	}
	days, err := p.number("pastDays", 0, 36500)
	if err != nil {
		return s, err
	}
	if days > 0 {
		s.since = a.deps.Now().UTC().AddDate(0, 0, -days).Format(time.DateOnly)
	}
	if s.page, err = p.number("pageNumber", 1, 1_000_000); err != nil {
		return s, err
	}
	if p.one("pagesize") == "0" { // pxwebpy asks for as many as there are
		p["pagesize"] = nil
	}
	s.size, err = p.number("pageSize", a.limits.Page, maxPage)
	return s, err
}

// number reads a whole number from 1 to most.
func (p parameters) number(name string, otherwise, most int) (int, error) {
	text := p.one(strings.ToLower(name))
	if text == "" {
		return otherwise, nil
	}
	n, ok := count(text)
	if !ok || n < 1 || n > most {
		return 0, refused(CodeParameter, "/"+name)
	}
	return n, nil
}

// finds says whether a table is looked for.
func (s search) finds(t *table) bool {
	if t.edition.Published < s.since || !t.listed && !s.discontinued {
		return false
	}
	text := t.id + " " + t.title.In(s.lang)
	for _, d := range t.dimensions {
		text += " " + d.label.In(s.lang)
		for _, v := range d.values {
			text += " " + v.Label.In(s.lang)
		}
	}
	text = strings.ToLower(text)
	for _, word := range s.words {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// listTables gives the tables, a page at a time.
func (a *API) listTables(c echo.Context) error {
	p, err := parametersOf(c.Request().URL.RawQuery)
	if err != nil {
		return err
	}
	s, err := a.searchOf(p)
	if err != nil {
		return err
	}
	all, err := a.catalogue(c)
	if err != nil {
		return err
	}
	var found []*table
	for _, t := range all.tables {
		if s.finds(t) {
			found = append(found, t)
		}
	}
	pages := max(1, (len(found)+s.size-1)/s.size)
	if s.page > pages {
		return unknown(CodePageUnknown)
	}
	body := tablesBody{
		Language: s.lang, Tables: []tableBody{},
		Page:  pageBody{Number: s.page, Size: s.size, Elements: len(found), Pages: pages, Links: a.pageLinks(s, pages)},
		Links: []linkBody{{"self", s.lang, a.searchHref(s, s.page)}},
	}
	for _, t := range found[(s.page-1)*s.size : min(s.page*s.size, len(found))] {
		body.Tables = append(body.Tables, a.tableBody(t, s.lang))
	}
	return sendJSON(c, body)
}

func (a *API) pageLinks(s search, pages int) []linkBody {
	links := []linkBody{}
	if s.page < pages {
		links = append(links, linkBody{"next", s.lang, a.searchHref(s, s.page+1)})
	}
	if s.page > 1 {
		links = append(links, linkBody{"previous", s.lang, a.searchHref(s, s.page-1)})
	}
	return append(links, linkBody{"last", s.lang, a.searchHref(s, pages)})
}

func (a *API) searchHref(s search, page int) string {
	return a.href(s.lang, "/tables") + fmt.Sprintf("&query=%s&includeDiscontinued=%t&pageNumber=%d&pageSize=%d",
		url.QueryEscape(s.raw), s.discontinued, page, s.size)
}

// getTable says what a table is.
func (a *API) getTable(c echo.Context) error {
	_, lang, err := asked(c)
	if err != nil {
		return err
	}
	t, err := a.table(c, c.Param("id"))
	if err != nil {
		return err
	}
	body := a.tableBody(t, lang)
	body.Language = lang
	return sendJSON(c, body)
}

func (a *API) tableBody(t *table, lang codelist.Lang) tableBody {
	first, last := t.years()
	body := tableBody{
		Type: "Table", ID: t.id, Label: t.title.In(lang), Description: t.about.In(lang), SortCode: t.id,
		Updated: t.edition.Published + "T00:00:00Z", First: first, Last: last, Category: "public", Discontinued: t.discontinued,
		Source: a.deps.Publisher.Name.In(lang), SubjectCode: subjectCode, TimeUnit: "Annual",
		Paths: [][]pathBody{{{subjectCode, subjectArea.In(lang)}}},
	}
	for _, d := range t.dimensions {
		body.Variables = append(body.Variables, d.label.In(lang))
	}
	path := "/tables/" + t.id
	body.Links = append(body.Links, linkBody{"self", lang, a.href(lang, path)})
	for _, other := range languages {
		if other != lang {
			body.Links = append(body.Links, linkBody{"alternate", other, a.href(other, path)})
		}
	}
	body.Links = append(body.Links,
		linkBody{"metadata", lang, a.href(lang, path+"/metadata")},
		linkBody{"data", lang, a.href(lang, path+"/data") + "&outputFormat=" + string(jsonStat)})
	return body
}
