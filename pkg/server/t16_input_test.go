package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

// hostile bodies are no JSON object that anybody would send, whatever it is about.
func hostile() map[string]string {
	return map[string]string{
		"empty": "", "space": " \n", "null": "null", "true": "true", "number": "1", "string": `"x"`, "array": "[]", "array of objects": "[{}]",
		"two objects": "{}{}", "trailing comma": `{"a":1,}`, "trailing data": "{} x", "comment": "{/* */}", "line comment": "{} // x",
		"byte order mark": "\ufeff{}", "invalid UTF-8": "{\"\xff\":1}", "overlong": "{\"\xc0\x80\":1}", "lone surrogate": `{"\ud800":1}`,
		"escaped NUL": `{"\u0000":1}`, "raw NUL": "{\"\x00\":1}", "control": "{\"\x01\":1}", "single quotes": "{'a':1}", "bare": "{a:1}", "NaN": `{"a":NaN}`,
		"infinity": `{"a":1e400}`, "huge exponent": `{"a":1e999999999}`, "unfinished": `{"a":`, "unfinished string": `{"a":"`,
		"deep arrays":  `{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}",
		"too deep":     strings.Repeat(`{"a":`, 2000) + "1" + strings.Repeat("}", 2000),
		"unclosed":     `{"a":` + strings.Repeat("[", 10_001),
		"many members": "{" + strings.TrimSuffix(strings.Repeat(`"a":1,`, 2000), ",") + "}",
		"long number":  `{"a":` + strings.Repeat("9", 12_000) + "}",
		"XML":          "<a/>", "form": "name=x&kind=member",
	}
}

func TestT16_HostileJSON(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	for _, op := range server.Table() {
		if len(op.Media) == 0 || op.ID == "createToken" || op.ID == "checkClaims" { // neither takes JSON
			continue
		}
		for name, body := range hostile() {
			r := sample(t, op, servertest.ID(50_000))
			r.Token, r.Body = s.Token(t, someoneWith(s, op.Permissions...)), []byte(body)
			answer := s.Do(t, r)
			if answer.Code() == "" || answer.Status >= 500 {
				t.Errorf("%s, %s: %d %s", op.ID, name, answer.Status, answer.Body)
			}
		}
	}
	wantNothingStored(t, s)
}

func wantNothingStored(t *testing.T, s *servertest.Service) {
	t.Helper()
	list := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records", Token: s.Token(t, s.Cast.A)})
	if !strings.HasPrefix(string(list.Body), `{"records":[]`) {
		t.Errorf("something was stored: %s", list.Body)
	}
}

func TestT16_HostileAnswers(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	token := s.Token(t, s.Cast.A)
	for _, c := range []struct{ name, field, value, pointer, code string }{
		{"fraction", "children_count", "1.5", "/children_count", "not_an_integer"},
		{"minus zero", "children_count", "-0", "/children_count", "not_an_integer"},
		{"exponent", "children_count", "1e0", "/children_count", "not_an_integer"},
		{"beyond doubles", "contact_year", "9007199254740993", "/contact_year", "number_out_of_range"},
		{"null", "gender", "null", "/gender", "null_value"},
		{"object", "gender", "{}", "/gender", "wrong_type"},
		{"NUL", "gender", `"woman\u0000"`, "/gender", "nul_character"},
		{"array for one code", "gender", `["woman"]`, "/gender", "wrong_type"},
		{"empty array", "entry_means", `[]`, "/entry_means", "empty_array"},
		{"twice", "entry_means", `["debt","debt"]`, "/entry_means/1", "duplicate_code"},
		{"mixed", "entry_means", `["debt","unknown"]`, "/entry_means", "mixed_codes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := recordtest.With(recordtest.Core(), c.field, c.value)
			answer := s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(1), Token: token, Body: body})
			if answer.Status < 400 || answer.Status >= 500 ||
				!strings.Contains(string(answer.Body), fmt.Sprintf(`"code":%q`, c.code)) ||
				!strings.Contains(string(answer.Body), fmt.Sprintf(`"pointer":%q`, c.pointer)) {
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
	}
	wantNothingStored(t, s)
}

// lookalikes of "woman" that are other text.
var lookalikes = map[string]string{
	"cyrillic a": "wom\u0430n", "full width": "\uff57oman", "zero width": "wo\u200bman", "bidi": "\u202ewoman", "soft hyphen": "wo\u00adman",
	"combining": "woma\u0301n", "upper": "Woman", "space": "woman ", "leading": " woman", "tab": "woman\t", "ligature": "wom\ufb01n",
	"non-breaking": "woman\u00a0", "byte order mark": "\ufeffwoman", "variation": "woman\ufe0f", "tag": "woman\U000e0061",
}

func TestT17_CodesAreComparedExactly(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	token := s.Token(t, s.Cast.A)
	for name, text := range lookalikes {
		body := bytes.ReplaceAll(recordtest.Core(), []byte(`"woman"`), []byte(`"`+text+`"`))
		if name == "tab" {
			body = bytes.ReplaceAll(recordtest.Core(), []byte(`"woman"`), []byte(`"woman\t"`))
		}
		one := s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(1), Token: token, Body: body})
		many := s.Do(t, servertest.Request{
			Method: "POST", Path: "/v1/records/batches", Token: token, Type: "application/x-ndjson", Body: recordtest.Line(recordtest.ID(1), body),
		})
		for _, answer := range []servertest.Response{one, many} {
			if answer.Status != 422 || strings.Contains(string(answer.Body), text) {
				t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
			}
		}
	}
	organisation := fmt.Sprintf(`{"name":"x","kind":%q,"active":true}`, "memb\u0435r")
	answer := s.Do(t, servertest.Request{
		Method: "PUT", Path: "/v1/organisations/" + servertest.ID(60), Token: s.Token(t, s.Cast.Coordinator), Body: []byte(organisation),
	})
	wantStatus(t, answer, 422, "content_refused")
	wantNothingStored(t, s)
}

func TestT15_Limits(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Limits = server.Limits{BatchBody: 4096, RecordBody: 2048, SmallBody: 1024}
		return d
	}})
	token, coordinator := s.Token(t, s.Cast.A), s.Token(t, s.Cast.Coordinator)
	padded := func(body []byte, to int) []byte { return append(body, bytes.Repeat([]byte(" "), to-len(body))...) }
	record := func(n int) servertest.Request {
		return servertest.Request{Method: "PUT", Path: recordPath(1), Token: token, Body: padded(recordtest.Core(), n)}
	}
	batch := func(n int) servertest.Request {
		line := recordtest.Line(recordtest.ID(2), recordtest.Core())
		return servertest.Request{
			Method: "POST", Path: "/v1/records/batches", Token: token, Type: "application/x-ndjson",
			Body: append(line, bytes.Repeat([]byte("\n"), n-len(line))...),
		}
	}
	small := func(n int) servertest.Request {
		return servertest.Request{Method: "PUT", Path: "/v1/periods/2026", Token: coordinator, Body: padded([]byte(`{"state":"open"}`), n)}
	}
	for name, c := range map[string]struct {
		request func(int) servertest.Request
		limit   int
		code    string
	}{"record": {record, 2048, "record_too_large"}, "batch": {batch, 4096, "batch_too_large"}, "small": {small, 1024, "body_too_large"}} {
		within := s.Do(t, c.request(c.limit))
		if within.Status >= 300 {
			t.Errorf("%s at its limit: %d %s", name, within.Status, within.Body)
		}
		wantStatus(t, s.Do(t, c.request(c.limit+1)), 413, c.code)
		chunked := c.request(c.limit + 1).HTTP()
		chunked.ContentLength = -1
		wantStatus(t, serve(s, chunked), 413, c.code)
	}
	unexpected := s.Do(t, servertest.Request{Method: "GET", Path: recordPath(1), Token: token, Body: []byte("{}")})
	wantStatus(t, unexpected, 400, "body_unexpected")
}

func TestT19_PageSizes(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	for _, query := range []string{
		"limit=0", "limit=-1", "limit=501", "limit=1e9", "limit=", "limit=01", "limit=+1", "limit=1.0", "limit=99999999999999999999", "limit=１",
		"year=1999", "year=2100", "year=20250", "year=2o25", "year=", "after=x", "after=", "after=" + strings.ToUpper("c0ffee00-0000-4000-8000-00000000abcd"),
	} {
		answer := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records?" + query, Token: s.Token(t, s.Cast.A)})
		wantStatus(t, answer, 400, "invalid_parameter")
	}
	for query, code := range map[string]string{
		"limit=%zz": "malformed_query", "a;b": "malformed_query", "offset=1": "unknown_parameter", "LIMIT=1": "unknown_parameter",
	} {
		wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records?" + query, Token: s.Token(t, s.Cast.A)}), 400, code)
	}
	missing := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/desk/periods/2024/figures", Token: s.Token(t, s.Cast.Desk)})
	wantStatus(t, missing, 400, "missing_parameter")
}

// A parameter that is repeated a thousand times, or spelled in two ways, has no
// value that could be meant, and a thousand that mean nothing are not passed over.
func TestT19_RepeatedParametersAreRefused(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	tried := 0
	for _, op := range server.Table() {
		r := sample(t, op, servertest.ID(1))
		r.Token = s.Token(t, someoneWith(s, op.Permissions...))
		path := strings.Split(r.Path, "?")[0]
		ask := func(query, code string) {
			t.Helper()
			r.Path = path + "?" + query
			if op.ID == "createToken" { // which answers as OAuth does
				code = ""
			}
			wantStatus(t, s.Do(t, r), 400, code)
			tried++
		}
		var others strings.Builder
		for n := range 1000 {
			fmt.Fprintf(&others, "&f%d=1", n)
		}
		ask(others.String()[1:], "unknown_parameter")
		for _, name := range op.Query {
			ask(strings.Repeat("&"+name+"=1", 1000)[1:], "duplicate_parameter")
			ask(name+"=1&"+fmt.Sprintf("%%%02x", name[0])+name[1:]+"=2", "duplicate_parameter")
			ask(name+"%5B%5D=1&"+name+"%5B%5D=2", "unknown_parameter")
		}
	}
	if tried < 90 {
		t.Errorf("%d queries only", tried)
	}
}

func serve(s *servertest.Service, r *http.Request) servertest.Response {
	w := newRecorder()
	s.Server.ServeHTTP(w, r)
	return servertest.Response{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()}
}
