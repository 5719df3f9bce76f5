package pxweb

import (
	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/codelist"
)

type (
	codelistBody struct {
		ID          string          `json:"id"`
		Label       string          `json:"label"`
		Language    codelist.Lang   `json:"language"`
		Languages   []codelist.Lang `json:"languages"`
		Elimination bool            `json:"elimination"`
		Type        string          `json:"type"`
		Values      []codelistValue `json:"values"`
		Links       []linkBody      `json:"links"`
	}
	codelistValue struct {
		Code  string   `json:"code"`
		Label string   `json:"label"`
		Parts []string `json:"valueMap"`
	}
)

// getCodelist gives a codelist.
func (a *API) getCodelist(c echo.Context) error {
	_, lang, err := asked(c)
	if err != nil {
		return err
	}
	all, err := a.catalogue(c)
	if err != nil {
		return err
	}
	g := all.codelists[c.Param("id")]
	if g == nil {
		return unknown(CodeCodelistUnknown)
	}
	body := codelistBody{
		ID: g.id, Label: g.label.In(lang), Language: lang, Languages: languages, Type: g.kind(),
		Links: []linkBody{{"self", lang, a.href(lang, "/codelists/"+g.id)}, {"alternate", other(lang), a.href(other(lang), "/codelists/"+g.id)}},
	}
	for i, v := range g.values {
		body.Values = append(body.Values, codelistValue{v.Code, v.Label.In(lang), g.parts[i]})
	}
	return sendJSON(c, body)
}
