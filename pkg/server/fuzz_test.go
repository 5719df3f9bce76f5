package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/servertest"
)

// wantCalm holds an answer against the contract and refuses a failure of ours.
func wantCalm(t *testing.T, s *servertest.Service, r servertest.Request) {
	t.Helper()
	if answer := s.Do(t, r); answer.Status >= 500 {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
}

func FuzzPutRecord(f *testing.F) {
	s := servertest.Start(f, servertest.Options{})
	token := s.Token(f, s.Cast.A)
	for _, body := range [][]byte{recordtest.Core(), recordtest.Full(), recordtest.CountOnly()} {
		f.Add("1", `"v1-00"`, body)
		f.Add("", "", body)
	}
	for _, body := range hostile() {
		f.Add("x", "*", []byte(body))
	}
	f.Fuzz(func(t *testing.T, id, tag string, body []byte) {
		r := servertest.Request{Method: "PUT", Path: recordPath(len(id)), Token: token, Body: notNil(body)}
		if tag != "" {
			r.Header = http.Header{"If-Match": {tag}}
		}
		wantCalm(t, s, r)
	})
}

// notNil keeps an empty body a body.
func notNil(b []byte) []byte { return append([]byte{}, b...) }

func FuzzBatch(f *testing.F) {
	s := servertest.Start(f, servertest.Options{})
	token := s.Token(f, s.Cast.A)
	const columns = "record_id;contact_year;person_role;consent_statistics;earlier_member_contacts\n"
	f.Add(false, false, recordtest.Line(recordtest.ID(1), recordtest.Full()))
	f.Add(false, true, []byte(line(1, recordtest.Core())+line(2, recordtest.CountOnly())+"{}\n\n"))
	f.Add(true, true, []byte(columns+string(recordtest.ID(1))+";2025;directly_exploited;minimal;none\n"))
	f.Add(true, false, []byte("\ufeff"+strings.ReplaceAll(columns, ";", ",")+"\"a\"\"b\",,\r\n"))
	for _, body := range hostile() {
		f.Add(len(body)%2 == 0, true, []byte(body))
	}
	f.Fuzz(func(t *testing.T, csv, rows bool, body []byte) {
		r := servertest.Request{Method: "POST", Path: "/v1/records/batches", Token: token, Type: ndjson, Body: notNil(body)}
		if csv {
			r.Type = "text/csv"
		}
		if rows {
			r.Path += "?mode=row_by_row"
		}
		wantCalm(t, s, r)
	})
}

// FuzzToken never has the right secret, so that no hash is proven; a wrong one
// of a known client costs its hash.
func FuzzToken(f *testing.F) {
	s := servertest.Start(f, servertest.Options{})
	f.Add("", "grant_type=client_credentials&client_id=x&client_secret=y&scope=records:read")
	f.Add("Basic eDp5", "grant_type=client_credentials")
	f.Add("Basic eDp5\x00", "grant_type=password&grant_type=x&%zz;")
	f.Add("Bearer x", "\x00=\xff")
	f.Fuzz(func(t *testing.T, authorization, body string) {
		r := servertest.Request{Method: "POST", Path: "/v1/token", Type: form, Body: []byte(body)}
		if authorization != "" {
			r.Header = http.Header{"Authorization": {authorization}}
		}
		wantCalm(t, s, r)
	})
}

// FuzzPlan puts any bytes as a plan, in either form.
func FuzzPlan(f *testing.F) {
	s := servertest.Start(f, servertest.Options{})
	token := s.Token(f, s.Cast.Desk)
	f.Add(false, "", []byte(smallPlan))
	f.Add(true, `"v1"`, []byte(yamlPlan))
	f.Add(true, "", []byte("a: &a [*a]\n"))
	for _, body := range hostile() {
		f.Add(len(body)%2 == 0, "", []byte(body))
	}
	f.Fuzz(func(t *testing.T, yaml bool, tag string, body []byte) {
		r := servertest.Request{Method: "PUT", Path: aDraft, Token: token, Body: notNil(body)}
		if yaml {
			r.Type = "application/yaml"
		}
		if tag != "" {
			r.Header = http.Header{"If-Match": {tag}}
		}
		wantCalm(t, s, r)
	})
}

// FuzzPublicReading asks for anything below the releases, and derives anything
// from one.
func FuzzPublicReading(f *testing.F) {
	s := published(f, servertest.Options{})
	for path := range publicPaths(f, s) {
		path, year, _ := strings.Cut(strings.TrimPrefix(path, "/v1/releases/"), "?year=")
		f.Add(path, year, "", []byte(bodies("")["deriveTable"]))
	}
	f.Add("1/files/../../v1/records", "x&year=2", `"x", *`, []byte(`{"year":2024,"table":"age","by":["age_band"],"where":[{"field":"age_band","in":["minor"]}]}`))
	f.Fuzz(func(t *testing.T, path, year, tag string, body []byte) {
		read := servertest.Request{Method: "GET", Path: (&url.URL{Path: "/v1/releases/" + path}).EscapedPath()}
		if year != "" {
			read.Path += "?year=" + url.QueryEscape(year)
		}
		if tag != "" {
			read.Header = http.Header{"If-None-Match": {tag}}
		}
		wantCalm(t, s, read)
		wantCalm(t, s, servertest.Request{Method: "POST", Path: "/v1/releases/1/derived", Body: notNil(body)})
	})
}
