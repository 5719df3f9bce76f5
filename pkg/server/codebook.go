package server

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/record"
)

// codebooks knows how each codebook version packs its records.
type codebooks map[codelist.Version]*record.Schema

func newCodebooks(current *codelist.Book) codebooks {
	known := codebooks{current.Version: record.NewSchema(current)}
	for v := codelist.Version(1); v < current.Version; v++ {
		if book, ok := codelist.Of(v); ok {
			known[v] = record.NewSchema(book)
		}
	}
	return known
}

// encode writes a record as JSON by the codebook it was made with.
func (known codebooks) encode(r record.Record) ([]byte, error) {
	schema, ok := known[r.Codebook]
	if !ok {
		return nil, fmt.Errorf("record of codebook %d, which this program does not know", r.Codebook)
	}
	return schema.Encode(r), nil
}

// GetCodebook gives fields, codes, labels, ladders and rules.
func (s *Server) GetCodebook(c echo.Context, params api.GetCodebookParams) error {
	c.Response().Header().Set("Cache-Control", keepShort)
	w := bothLanguages
	if params.Lang != nil {
		w = wording{lang: codelist.Lang(*params.Lang)}
	}
	body, err := s.book.in(w, s.deps.Book)
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, mediaJSON, body)
}

// writtenBook is the current codebook in each wording, written when it is first
// asked for: it is large, and anybody may ask. The zero value is ready.
type writtenBook struct{ by sync.Map }

func (k *writtenBook) in(w wording, b *codelist.Book) ([]byte, error) {
	if body, written := k.by.Load(w); written {
		return body.([]byte), nil
	}
	body, err := jsonLine(w.book(b))
	if err == nil {
		k.by.Store(w, body)
	}
	return body, err
}

// wording writes texts in one language or in both.
type wording struct {
	lang codelist.Lang
	both bool
}

var bothLanguages = wording{both: true}

func (w wording) text(t codelist.Text) api.Text {
	var told api.Text
	if w.both || w.lang == codelist.Swedish {
		told.Sv = &t.SV
	}
	if w.both || w.lang == codelist.English {
		told.En = &t.EN
	}
	return told
}

func (w wording) book(b *codelist.Book) api.Codebook {
	told := api.Codebook{Version: int(b.Version), Missing: w.entries(b.Missing)}
	for _, f := range b.Fields {
		told.Fields = append(told.Fields, w.field(b, f))
	}
	for _, r := range b.Rules {
		told.Rules = append(told.Rules, api.CodebookRule{Code: r.Code, Text: w.text(r.Text), Warning: r.Warning})
	}
	return told
}

func (w wording) field(b *codelist.Book, f codelist.Field) api.CodebookField {
	told := api.CodebookField{
		Number: f.Number, Name: string(f.Name), Label: w.text(f.Label), Kind: api.CodebookFieldKind(f.Kind),
		Core: f.Core, Multi: f.Multi, CountOnly: f.CountOnly,
		Codes: w.entries(b.Lists[f.List].Entries), Missing: words(f.Missing), Ladder: []api.CodebookRung{},
		Mappings: mappings(f.Mappings),
	}
	if f.Kind == codelist.Number {
		told.Min, told.Max = &f.Min, &f.Max
	}
	for _, rung := range f.Ladder {
		told.Ladder = append(told.Ladder, w.rung(rung))
	}
	return told
}

func (w wording) entries(entries []codelist.Entry) []api.CodebookCode {
	told := make([]api.CodebookCode, len(entries))
	for i, e := range entries {
		told[i] = api.CodebookCode{Code: string(e.Code), Label: w.text(e.Label), Mappings: mappings(e.Mappings)}
		if e.Deprecated {
			told[i].Deprecated = &e.Deprecated
		}
	}
	return told
}

func (w wording) rung(r codelist.Rung) api.CodebookRung {
	told := api.CodebookRung{Name: r.Name}
	for _, g := range r.Groups {
		told.Groups = append(told.Groups, struct {
			Code     string   `json:"code"`
			Codes    []string `json:"codes"`
			Label    api.Text `json:"label"`
			Residual bool     `json:"residual"`
		}{string(g.Code), words(g.Codes), w.text(g.Label), g.Residual})
	}
	return told
}

func words(codes []codelist.Code) []string {
	told := make([]string, len(codes))
	for i, c := range codes {
		told[i] = string(c)
	}
	return told
}

func mappings(m map[string]string) *map[string]string {
	if len(m) == 0 {
		return nil
	}
	return &m
}
