package pxweb

import (
	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/codelist"
)

// apiVersion is that of the specification; pxwebpy wants 2.0.0 or later.
const apiVersion = "2.0.0"

// languages are those that there are, the default one first.
var languages = []codelist.Lang{codelist.Swedish, codelist.English}

var languageNames = map[codelist.Lang]string{codelist.Swedish: "Svenska", codelist.English: "English"}

type (
	configBody struct {
		APIVersion      string         `json:"apiVersion"`
		AppVersion      string         `json:"appVersion"`
		Languages       []languageBody `json:"languages"`
		DefaultLanguage codelist.Lang  `json:"defaultLanguage"`
		Cells           int            `json:"maxDataCells"`
		Calls           int            `json:"maxCallsPerTimeWindow"`
		Window          int            `json:"timeWindow"`
		License         string         `json:"license"`
		Sources         []sourceBody   `json:"sourceReferences"`
		DefaultFormat   format         `json:"defaultDataFormat"`
		Formats         []format       `json:"dataFormats"`
		Features        []featureBody  `json:"features"`

		// What R's pxweb asks of a configuration before it believes that it is one.
		MaxValues int  `json:"maxValues"`
		MaxCells  int  `json:"maxCells"`
		MaxCalls  int  `json:"maxCalls"`
		CORS      bool `json:"CORS"`
	}
	languageBody struct {
		ID    codelist.Lang `json:"id"`
		Label string        `json:"label"`
	}
	sourceBody struct {
		Language codelist.Lang `json:"language"`
		Text     string        `json:"text"`
	}
	featureBody struct {
		ID     string          `json:"id"`
		Params []parameterBody `json:"params"`
	}
	parameterBody struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	}
)

// config says what the API can do and what clients are to keep to.
func (a *API) config(c echo.Context) error {
	l, name := a.limits, a.deps.Publisher.Name
	body := configBody{
		APIVersion: apiVersion, AppVersion: a.deps.Version, DefaultLanguage: languages[0],
		Cells: l.Cells, Calls: l.Calls, Window: int(l.Window.Seconds()), License: a.deps.License,
		Sources:       []sourceBody{{codelist.Swedish, "Källa: " + name.SV}, {codelist.English, "Source: " + name.EN}},
		DefaultFormat: formats[0], Formats: formats,
		Features:  []featureBody{{"CORS", []parameterBody{{"enabled", "True"}}}},
		MaxValues: l.Cells, MaxCells: l.Cells, MaxCalls: l.Calls, CORS: true,
	}
	for _, lang := range languages {
		body.Languages = append(body.Languages, languageBody{lang, languageNames[lang]})
	}
	return sendJSON(c, body)
}
