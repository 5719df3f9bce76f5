package server

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
)

// decoder reads one JSON object from body. Records have a reader of their own.
type decoder func(body io.Reader, into any) error

// strict takes exactly one JSON object whose members are all known, spelt
// exactly, there once, of the right type and not null. What it refuses it
// points at, but never by a name that the caller made up.
func strict(body io.Reader, into any) error {
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if err := checkSyntax(text); err != nil {
		return err
	}
	if err := json.Unmarshal(text, into, json.RejectUnknownMembers(true)); err != nil {
		return misfit(err)
	}
	return checkValues(text)
}

func checkSyntax(text []byte) error {
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		return fault.New(fault.Malformed, record.CodeEmptyBody)
	case bytes.HasPrefix(text, []byte("\ufeff")):
		return fault.New(fault.Malformed, record.CodeByteOrderMark)
	case !utf8.Valid(text):
		return fault.New(fault.Malformed, record.CodeInvalidUTF8)
	}
	tokens := jsontext.NewDecoder(bytes.NewReader(text))
	if tokens.PeekKind() != '{' {
		return fault.New(fault.Malformed, record.CodeNotAnObject)
	}
	if err := tokens.SkipValue(); err != nil {
		return unreadable(err)
	}
	if _, err := tokens.ReadToken(); err != io.EOF { //nolint:errorlint // jsontext gives it bare
		return fault.New(fault.Malformed, record.CodeTrailingData)
	}
	return nil
}

func unreadable(err error) error {
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return refused("", record.CodeDuplicateMember) // where it stands may be a name of the caller's own
	}
	return fault.New(fault.Malformed, record.CodeMalformedJSON)
}

// misfit says how the text does not fit the type. An unknown name is reported
// at the object that holds it.
func misfit(err error) error {
	at, ok := errors.AsType[*json.SemanticError](err)
	switch {
	case !ok:
		return fault.New(fault.Malformed, record.CodeMalformedJSON)
	case errors.Is(err, json.ErrUnknownName):
		return refused(string(at.JSONPointer.Parent()), record.CodeUnknownMember)
	}
	return refused(string(at.JSONPointer), record.CodeWrongType)
}

// checkValues looks for what the type lets through. All names are known here.
func checkValues(text []byte) error {
	tokens := jsontext.NewDecoder(bytes.NewReader(text))
	for {
		token, err := tokens.ReadToken()
		if err != nil {
			return nil //nolint:nilerr // the end; the syntax was checked before
		}
		switch token.Kind() {
		case 'n':
			return refused(string(tokens.StackPointer()), record.CodeNull)
		case '"':
			if strings.ContainsRune(token.String(), 0) {
				return refused(string(tokens.StackPointer()), record.CodeNUL)
			}
		}
	}
}

// refused is a body that is readable but not acceptable, for one reason.
func refused(pointer string, code fault.Code) error {
	return fault.New(fault.Invalid, CodeContentRefused, fault.Detail{Pointer: pointer, Code: code})
}

// findings collects what is wrong with a body.
type findings []fault.Detail

func (f *findings) note(wrong bool, pointer string, code fault.Code) {
	if wrong {
		*f = append(*f, fault.Detail{Pointer: pointer, Code: code})
	}
}

func (f findings) err() error {
	if len(f) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, CodeContentRefused, f...)
}
