package plan

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
)

// ReadJSON reads a plan, strictly: an unknown key, a key that stands twice and
// null are refused. What the policy leaves out has its default. The plan is
// checked against book.
func ReadJSON(document []byte, book *codelist.Book) (*Plan, error) {
	if len(document) > MaxBytes {
		return nil, fault.New(fault.TooLarge, CodeTooLarge)
	}
	if err := refuseNull(document); err != nil {
		return nil, err
	}
	p := Plan{Policy: Defaults()}
	if err := json.Unmarshal(document, &p, json.RejectUnknownMembers(true)); err != nil {
		return nil, unreadable(err)
	}
	return &p, p.Check(book)
}

// Read reads a plan that may be YAML or JSON: a document that begins with a
// brace is JSON.
func Read(document []byte, book *codelist.Book) (*Plan, error) {
	if len(document) > MaxBytes {
		return nil, fault.New(fault.TooLarge, CodeTooLarge)
	}
	if bytes.HasPrefix(bytes.TrimLeft(document, " \t\r\n"), []byte("{")) {
		return ReadJSON(document, book)
	}
	document, err := jsonFromYAML(document)
	if err != nil {
		return nil, err
	}
	return ReadJSON(document, book)
}

// JSON gives the plan as canonical JSON (RFC 8785): the bytes that are hashed.
func (p *Plan) JSON() (_ []byte, err error) {
	defer fault.Wrap(&err, "write the plan")
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	canonical := jsontext.Value(text)
	if err := canonical.Canonicalize(); err != nil {
		return nil, err
	}
	return canonical, nil
}

// refuseNull walks the whole document, so that everything wrong with its
// syntax is found before any of it is taken.
func refuseNull(document []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(document))
	for {
		switch token, err := d.ReadToken(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return unreadable(err)
		case token.Kind() == 'n':
			return refuse(fault.Invalid, CodeWrongType, string(d.StackPointer()))
		}
	}
}

// unreadable sorts what the decoder says. Its own words may hold the
// document's, so they are not kept.
func unreadable(err error) error {
	syntactic, _ := errors.AsType[*jsontext.SyntacticError](err)
	semantic, _ := errors.AsType[*json.SemanticError](err)
	switch {
	case syntactic != nil && errors.Is(err, jsontext.ErrDuplicateName):
		return refuse(fault.Invalid, CodeDuplicateKey, string(syntactic.JSONPointer))
	case semantic != nil && errors.Is(err, json.ErrUnknownName):
		return refuse(fault.Invalid, CodeUnknownKey, string(semantic.JSONPointer))
	case semantic != nil:
		return refuse(fault.Invalid, CodeWrongType, string(semantic.JSONPointer))
	}
	return fault.New(fault.Malformed, CodeMalformed)
}

func refuse(kind fault.Kind, code fault.Code, pointer string) error {
	return fault.New(kind, code, fault.Detail{Code: code, Pointer: pointer})
}

// refusal makes one error of everything that is wrong, nil of nothing.
func refusal(wrong []fault.Detail) error {
	if len(wrong) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, wrong[0].Code, slices.Clone(wrong)...)
}
