package servertest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"manniskohandel.se/casestat"
)

// Request is one request. The zero Header and Body are none.
type Request struct {
	Method string
	Path   string // with the query
	Token  string // "" sends no Authorization
	Type   string // Content-Type; "" with a body is application/json
	Header http.Header
	Body   []byte
}

// Response is one answer, read to its end.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Code is the code of a problem, "" of any other answer.
func (r Response) Code() string {
	var p struct{ Code string }
	if r.Header.Get("Content-Type") != problemJSON || json.Unmarshal(r.Body, &p) != nil {
		return ""
	}
	return p.Code
}

// Do sends a request and holds the exchange against the contract: the answer
// must be one that the contract has for the operation, and a request that was
// taken must be one that the contract allows.
func (s *Service) Do(t testing.TB, r Request) Response {
	t.Helper()
	answer := s.Raw(r)
	if err := Check(r, answer); err != nil {
		t.Fatalf("%s %s -> %d breaks the contract: %v\n%s", r.Method, r.Path, answer.Status, err, answer.Body)
	}
	return answer
}

// Raw sends a request without holding it against anything.
func (s *Service) Raw(r Request) Response {
	recorder := httptest.NewRecorder()
	s.Server.ServeHTTP(recorder, r.HTTP())
	return Response{recorder.Code, recorder.Header(), recorder.Body.Bytes()}
}

// HTTP gives the request as net/http has it on the server's side.
func (r Request) HTTP() *http.Request {
	var body io.Reader = http.NoBody
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	request := httptest.NewRequest(r.Method, r.Path, body)
	for name, values := range r.Header {
		request.Header[name] = values
	}
	if r.Token != "" {
		request.Header.Set("Authorization", "Bearer "+r.Token)
	}
	if r.Body != nil && request.Header.Get("Content-Type") == "" {
		request.Header.Set("Content-Type", or(r.Type, "application/json"))
	}
	return request
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

const problemJSON = "application/problem+json"

// contract is the parsed openapi.yaml and its router.
type contract struct {
	doc    *openapi3.T
	router routers.Router
	err    error
}

var loaded = sync.OnceValue(func() (c contract) {
	openapi3filter.RegisterBodyDecoder("application/x-ndjson", openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/csv", openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/yaml", openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/markdown", openapi3filter.PlainBodyDecoder)
	openapi3filter.RegisterBodyDecoder("application/vnd.openxmlformats-officedocument.wordprocessingml.document", openapi3filter.FileBodyDecoder)
	if c.doc, c.err = openapi3.NewLoader().LoadFromData(casestat.Contract); c.err == nil {
		c.router, c.err = legacy.NewRouter(c.doc)
	}
	return c
})

// Contract is the parsed contract. It must not be changed.
func Contract(t testing.TB) *openapi3.T {
	t.Helper()
	c := loaded()
	check(t, c.err)
	return c.doc
}

// Check holds one exchange against the contract.
func Check(r Request, answer Response) error {
	c := loaded()
	if c.err != nil {
		return c.err
	}
	request := r.HTTP()
	route, params, err := c.router.FindRoute(request)
	if err != nil {
		return c.checkOutside(answer)
	}
	input := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: params, Route: route,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true},
	}
	var wrong error
	if answer.Status < 300 {
		wrong = openapi3filter.ValidateRequest(request.Context(), input)
	}
	response := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: answer.Status, Header: answer.Header, Options: input.Options,
	}
	return errors.Join(wrong, openapi3filter.ValidateResponse(request.Context(), response.SetBodyBytes(answer.Body)))
}

// checkOutside is for paths and methods that the contract does not have: only
// pages and problems come from there.
func (c contract) checkOutside(answer Response) error {
	if answer.Header.Get("Content-Type") != problemJSON {
		if answer.Status < 400 {
			return nil
		}
		return errors.New("neither a page nor a problem: " + strings.TrimSpace(string(answer.Body)))
	}
	var problem any
	if err := json.Unmarshal(answer.Body, &problem); err != nil {
		return err
	}
	return c.doc.Components.Schemas["Problem"].Value.VisitJSON(problem)
}

// RecordProperties are the members that a record may have.
func RecordProperties() openapi3.Schemas {
	c := loaded()
	if c.err != nil {
		return nil
	}
	return c.doc.Components.Schemas["Record"].Value.Properties
}
