package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

func TestT4_MassAssignment(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	for _, breach := range assignments(t, s) {
		t.Error(breach)
	}
}

func TestT4_Contrast_LenientJSON(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	s.Server.Lenient()
	if found := assignments(t, s); len(found) < 100 {
		t.Errorf("a lenient reader gives %d breaches only", len(found))
	}
}

// columns are names that a database behind such a service would have.
var columns = []string{
	"id", "ID", "Id", "org", "org_id", "ORG_ID", "organisation", "organization_id", "tenant", "tenant_id", "owner", "status", "state",
	"created_at", "updated_at", "deleted_at", "created_by", "role", "roles", "is_admin", "admin", "k_ok", "withdrawn", "approved",
	"version", "etag", "tag", "day", "codebook", "secret", "client_secret", "password", "permissions", "scope", "revoked", "active",
	"__proto__", "constructor", "$where", "name", "kind", "holder", "",
}

// assignments adds every name of every schema, and every likely column, to each
// JSON body in turn, and tells which were taken.
func assignments(t *testing.T, s *servertest.Service) (taken []string) {
	t.Helper()
	names := slices.Concat(columns, schemaNames(t))
	for _, op := range server.Table() {
		if !slices.Contains(op.Media, "application/json") {
			continue
		}
		token := s.Token(t, someoneWith(s, op.Permissions...))
		try := func(what string, body []byte) {
			r := sample(t, op, servertest.ID(40_000))
			r.Token, r.Body = token, body
			if got := s.Raw(r); got.Status < 400 || got.Status >= 500 {
				taken = append(taken, fmt.Sprintf("%s: %s: %d", op.ID, what, got.Status))
			}
		}
		good := sample(t, op, servertest.ID(40_000)).Body
		own := members(t, good)
		for _, name := range names {
			if !belongs(op, own, name) {
				try(name, added(good, name, `"x"`))
			}
		}
		for _, name := range own {
			try("twice: "+name, added(good, name, string(valueOf(t, good, name))))
			try("case: "+name, bytes.Replace(good, []byte(`"`+name+`"`), []byte(`"`+strings.ToUpper(name)+`"`), 1))
			try("null: "+name, bytes.Replace(good, []byte(`"`+name+`":`+string(valueOf(t, good, name))), []byte(`"`+name+`":null`), 1))
			if strings.Contains(name, "s") { // U+017F folds to s
				try("long s: "+name, bytes.Replace(good, []byte(`"`+name+`"`), []byte(`"`+strings.Replace(name, "s", "ſ", 1)+`"`), 1))
			}
		}
	}
	return taken
}

// belongs says whether the body may have a member of this name after all.
func belongs(op server.Entry, own []string, name string) bool {
	switch op.ID {
	case "putRecord":
		return slices.Contains(own, name) || slices.Contains(recordMembers, name)
	case "countOwnTable", "countDeskTable":
		return slices.Contains(own, name) || name == "sum"
	}
	return slices.Contains(own, name)
}

var recordMembers = func() []string {
	var all []string
	for name := range servertest.RecordProperties() {
		all = append(all, name)
	}
	return all
}()

func schemaNames(t *testing.T) []string {
	t.Helper()
	all := map[string]bool{}
	for _, schema := range servertest.Contract(t).Components.Schemas {
		for name := range schema.Value.Properties {
			all[name] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func members(t *testing.T, body []byte) []string {
	t.Helper()
	return slices.Sorted(maps.Keys(object(t, body)))
}

func valueOf(t *testing.T, body []byte, name string) []byte {
	t.Helper()
	return object(t, body)[name]
}

func object(t *testing.T, body []byte) map[string]json.RawMessage {
	t.Helper()
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func added(body []byte, name, value string) []byte {
	return fmt.Appendf(nil, `%s,%q:%s}`, bytes.TrimSuffix(body, []byte("}")), name, value)
}

// someoneWith gives a client who may; A for the public operations.
func someoneWith(s *servertest.Service, any ...access.Permission) access.Client {
	for _, who := range everyone(s) {
		if c := s.Cast.Everyone()[who]; may(c, any) && who != "intake-only A" {
			return c
		}
	}
	return s.Cast.A
}

func TestT4_ParametersAreNotFields(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	for _, op := range server.Table() {
		token := s.Token(t, someoneWith(s, op.Permissions...))
		for _, name := range slices.Concat(columns[:12], []string{"org_id", "record_id", "client_id", "access_token", "YEAR", "Purpose"}) {
			r := sample(t, op, servertest.ID(41_000))
			separator := "?"
			if strings.Contains(r.Path, "?") {
				separator = "&"
			}
			r.Token, r.Path = token, r.Path+separator+name+"=x"
			answer := s.Do(t, r)
			if want := 400; answer.Status != want {
				t.Errorf("%s with ?%s=: %d", op.ID, name, answer.Status)
			}
		}
		for _, name := range op.Query {
			r := sample(t, op, servertest.ID(41_000))
			r.Token, r.Path = token, strings.Split(r.Path, "?")[0]+"?"+name+"=1&"+name+"=1"
			if answer := s.Do(t, r); answer.Status != 400 || !strings.Contains(string(answer.Body), "duplicate_parameter") {
				t.Errorf("%s with %s twice: %d", op.ID, name, answer.Status)
			}
		}
	}
}

func TestT4_OtherMediaTypes(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	for _, op := range server.Table() {
		if len(op.Media) == 0 {
			continue
		}
		for _, media := range []string{
			"application/xml", "text/xml", "multipart/form-data; boundary=x", "text/plain", "application/json5", "application/jsonx",
			"application/merge-patch+json", "APPLICATION", " ", "application/json; charset=latin-1", "application/json; q=1", "text/json", "*/*",
		} {
			if slices.Contains(op.Media, media) {
				continue
			}
			r := sample(t, op, servertest.ID(42_000))
			r.Token, r.Header = s.Token(t, someoneWith(s, op.Permissions...)), http.Header{"Content-Type": {media}}
			if answer := s.Do(t, r); answer.Status != 415 || answer.Code() != "media_type_unsupported" {
				t.Errorf("%s as %q: %d", op.ID, media, answer.Status)
			}
		}
		r := sample(t, op, servertest.ID(42_000))
		r.Token, r.Header = s.Token(t, someoneWith(s, op.Permissions...)), http.Header{"Content-Type": {op.Media[0], op.Media[0]}}
		wantStatus(t, s.Do(t, r), 415, "media_type_unsupported")
		for _, encoding := range []string{"gzip", "deflate", "br", "zstd", "identity", "gzip, gzip"} {
			r.Header = http.Header{"Content-Type": {op.Media[0]}, "Content-Encoding": {encoding}}
			wantStatus(t, s.Do(t, r), 415, "content_encoding_unsupported")
		}
	}
}

// An id in the body never outdoes the one in the path.
func TestT4_TheIDInThePathCounts(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	token := s.Token(t, s.Cast.A)
	line := []byte(fmt.Sprintf(`{"record_id":%q,%s`, record.ID(servertest.ID(2)), strings.TrimPrefix(bodies("")["putRecord"], "{")))
	answer := s.Do(t, servertest.Request{Method: "PUT", Path: "/v1/records/" + servertest.ID(1), Token: token, Body: line})
	if answer.Status != 422 || !strings.Contains(string(answer.Body), "unknown_member") {
		t.Errorf("%d %s", answer.Status, answer.Body)
	}
	for n := range 3 {
		gone := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records/" + servertest.ID(n), Token: token})
		wantStatus(t, gone, 404, "not_found")
	}
}
