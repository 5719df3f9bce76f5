package pxweb

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MaxBody bounds the body of a request, in bytes. A selection of every value of
// every table that there may be is smaller.
const MaxBody = 64 << 10

// Bounds of what a body may say.
const (
	maxVariables = 64
	maxDepth     = 8
)

// selectionBody is the body that selects data.
type selectionBody struct {
	Selection []variableBody `json:"selection"`
	Placement *placement     `json:"placement,omitempty"`
}

type variableBody struct {
	Variable string   `json:"variableCode"`
	Codelist string   `json:"codelist,omitempty"`
	Values   []string `json:"valueCodes"`
}

// decode reads a body into v. Names count without regard to case and those that
// mean nothing here are passed over, as they are in PxWeb itself. No body at all
// leaves v as it is.
func decode(r *http.Request, v any) error {
	raw, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	if err != nil {
		return err // it says itself what went wrong, if that may be told
	}
	if len(raw) > MaxBody {
		return tooLarge()
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil
	}
	if err := shallow(raw); err != nil {
		return err
	}
	if err := jsonv2.Unmarshal(raw, v, jsonv2.MatchCaseInsensitiveNames(true)); err != nil {
		return refused(CodeBody)
	}
	return nil
}

// shallow refuses what is no JSON, or nested as no selection is.
func shallow(raw []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(raw))
	for {
		if _, err := d.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil || d.StackDepth() > maxDepth {
			return refused(CodeBody)
		}
	}
}

// selection is the body in our own words.
func (b selectionBody) selection() ([]variable, error) {
	if len(b.Selection) > maxVariables {
		return nil, refused(CodeBody, "/selection")
	}
	var all []variable
	for _, v := range b.Selection {
		all = append(all, variable{code: v.Variable, codelist: v.Codelist, values: v.Values})
	}
	return all, nil
}

// bodyOf is selection the other way round.
func bodyOf(selection []variable, p placement) selectionBody {
	b := selectionBody{Selection: []variableBody{}}
	for _, v := range selection {
		b.Selection = append(b.Selection, variableBody{Variable: v.code, Codelist: v.codelist, Values: append([]string{}, v.values...)})
	}
	if len(p.Heading)+len(p.Stub) > 0 {
		b.Placement = &p
	}
	return b
}
