package server_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/servertest"
)

func recordPath(n int) string { return "/v1/records/" + string(recordtest.ID(n)) }

func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

// wantStatus fails the test with the whole answer.
func wantStatus(t *testing.T, answer servertest.Response, status int, code string) {
	t.Helper()
	if answer.Status != status || answer.Code() != code {
		t.Fatalf("got %d %q, want %d %q\n%s", answer.Status, answer.Code(), status, code, answer.Body)
	}
}

func TestRecordLife(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	token, path := s.Token(t, s.Cast.A), recordPath(1)
	put := func(body []byte, tag string) servertest.Response {
		r := servertest.Request{Method: "PUT", Path: path, Token: token, Body: body}
		if tag != "" {
			r.Header = header("If-Match", tag)
		}
		return s.Do(t, r)
	}
	first := put(recordtest.Full(), "")
	wantStatus(t, first, 201, "")
	again := put(recordtest.Full(), "")
	wantStatus(t, again, 200, "")
	if again.Header.Get("ETag") != first.Header.Get("ETag") || !strings.Contains(string(again.Body), `"unchanged"`) {
		t.Errorf("the same body again changed something: %s", again.Body)
	}
	wantStatus(t, put(recordtest.Core(), ""), 428, "precondition_required")
	wantStatus(t, put(recordtest.Core(), `"v7-00"`), 412, "version_stale")
	corrected := put(recordtest.Core(), first.Header.Get("ETag"))
	wantStatus(t, corrected, 200, "")
	wantStatus(t, put(recordtest.Full(), first.Header.Get("ETag")), 412, "version_stale")

	read := s.Do(t, servertest.Request{Method: "GET", Path: path, Token: token})
	wantStatus(t, read, 200, "")
	var stored struct {
		Version int
		Record  json.RawMessage
	}
	if err := json.Unmarshal(read.Body, &stored); err != nil || stored.Version != 2 {
		t.Errorf("version %d, want 2 (%v)", stored.Version, err)
	}
	if read.Header.Get("ETag") != corrected.Header.Get("ETag") || read.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers of a read record: %v", read.Header)
	}
	// What was read back is what may be sent again.
	wantStatus(t, put(stored.Record, ""), 200, "")

	history := s.Do(t, servertest.Request{Method: "GET", Path: path + "/history", Token: token})
	wantStatus(t, history, 200, "")
	wantStatus(t, s.Do(t, servertest.Request{Method: "DELETE", Path: path, Token: token}), 204, "")
	wantStatus(t, s.Do(t, servertest.Request{Method: "DELETE", Path: path, Token: token}), 204, "")
	wantStatus(t, put(recordtest.Full(), ""), 410, "record_withdrawn")
	wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: path, Token: token}), 410, "record_withdrawn")
	history = s.Do(t, servertest.Request{Method: "GET", Path: path + "/history", Token: token})
	if strings.Contains(string(history.Body), "contact_year") {
		t.Errorf("the values outlive the withdrawal: %s", history.Body)
	}
}

func TestRecordPages(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	token := s.Token(t, s.Cast.A)
	for n := range 5 {
		wantStatus(t, s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(n), Token: token, Body: recordtest.Core()}), 201, "")
	}
	seen, after := map[string]bool{}, ""
	for pages := 0; ; pages++ {
		if pages > 5 {
			t.Fatal("the pages have no end")
		}
		answer := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records?limit=2&year=2025" + after, Token: token})
		wantStatus(t, answer, 200, "")
		var page struct {
			Records []struct {
				ID string `json:"record_id"`
			}
			Next *string
		}
		if err := json.Unmarshal(answer.Body, &page); err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			seen[r.ID] = true
		}
		if page.Next == nil {
			break
		}
		after = "&after=" + *page.Next
	}
	if len(seen) != 5 {
		t.Errorf("%d records on the pages, want 5", len(seen))
	}
	none := s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records?year=2020", Token: token})
	if want := `{"records":[],"next":null}` + "\n"; string(none.Body) != want {
		t.Errorf("an empty page is %s", none.Body)
	}
}

func TestIfMatchTakesExactlyOneOfOurTags(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	for _, tag := range []string{
		"*", `W/"v1-00"`, `"v1-00", "v2-00"`, `v1-00`, `"v1"`, `"v0-00"`, `"v01-00"`, `"v1-ZZ"`, `"v1-"`, `""`, `"v9999999999-00"`,
		`"v1-` + strings.Repeat("0", 65) + `"`,
	} {
		answer := s.Do(t, servertest.Request{
			Method: "PUT", Path: recordPath(1), Token: s.Token(t, s.Cast.A), Body: recordtest.Core(), Header: header("If-Match", tag),
		})
		wantStatus(t, answer, 400, "if_match_malformed")
	}
	twice := http.Header{"If-Match": {`"v1-00"`, `"v1-00"`}}
	answer := s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(1), Token: s.Token(t, s.Cast.A), Body: recordtest.Core(), Header: twice})
	if answer.Status != 400 {
		t.Errorf("If-Match twice: %d", answer.Status)
	}
}

func TestClosedPeriod(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	token := s.Token(t, s.Cast.A)
	put := func(n int, year string) servertest.Response {
		return s.Do(t, servertest.Request{
			Method: "PUT", Path: recordPath(n), Token: token, Body: recordtest.With(recordtest.Core(), "contact_year", year),
		})
	}
	wantStatus(t, put(1, "2024"), 409, "period_closed")
	wantStatus(t, put(1, "2019"), 422, "R10")
	wantStatus(t, put(1, "2025"), 201, "")
	closing := servertest.Request{Method: "PUT", Path: "/v1/periods/2025", Token: s.Token(t, s.Cast.Coordinator), Body: []byte(`{"state":"closed"}`)}
	wantStatus(t, s.Do(t, closing), 200, "")
	wantStatus(t, put(2, "2025"), 409, "period_closed")
	wantStatus(t, put(1, "2025"), 200, "") // the same again changes nothing
	wantStatus(t, s.Do(t, servertest.Request{Method: "DELETE", Path: recordPath(1), Token: token}), 204, "")
}

// The id of a single submission passes the same shield as one in a batch, and
// what stands there already can still be withdrawn.
func TestIDsMadeFromAPersonAreRefused(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	token := s.Token(t, s.Cast.A)
	for id, code := range map[string]string{
		"18900101-9802-4000-8000-000000000000": "identifier_personal_number",
		"12345678-1234-4123-8123-123456789012": "record_id_not_random",
	} {
		one := s.Do(t, servertest.Request{Method: "PUT", Path: "/v1/records/" + id, Token: token, Body: recordtest.Core()})
		wantStatus(t, one, 422, "record_refused")
		many := s.Do(t, servertest.Request{
			Method: "POST", Path: "/v1/records/batches", Token: token, Type: "application/x-ndjson",
			Body: recordtest.Line(record.ID(id), recordtest.Core()),
		})
		wantStatus(t, many, 422, "batch_refused")
		for _, answer := range []servertest.Response{one, many} {
			if !strings.Contains(string(answer.Body), code) || !strings.Contains(string(answer.Body), `"/record_id"`) {
				t.Errorf("%s is not refused as %s: %s", id, code, answer.Body)
			}
		}
		wantStatus(t, s.Do(t, servertest.Request{Method: "DELETE", Path: "/v1/records/" + id, Token: token}), 404, "not_found")
	}
	wantNothingStored(t, s)
}

// A condition is kept or refused, never passed over.
func TestConditionsThatNobodyKeepsAreRefused(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	token := s.Token(t, s.Cast.A)
	ask := func(method string, body []byte, conditions http.Header) servertest.Response {
		return s.Do(t, servertest.Request{Method: method, Path: recordPath(1), Token: token, Body: body, Header: conditions})
	}
	first := ask("PUT", recordtest.Full(), nil)
	wantStatus(t, first, 201, "")
	tag := first.Header.Get("ETag")
	for _, stated := range []http.Header{
		header("If-Match", `"v9-00"`), header("If-Match", tag), header("If-None-Match", "*"),
		header("If-Unmodified-Since", "Mon, 02 Mar 2026 12:00:00 GMT"),
	} {
		wantStatus(t, ask("DELETE", nil, stated), 400, "condition_unsupported")
	}
	wantStatus(t, ask("PUT", recordtest.Core(), header("If-None-Match", "*")), 400, "condition_unsupported")
	wantStatus(t, ask("PUT", recordtest.Core(), http.Header{"If-Match": {tag, tag}}), 400, "if_match_malformed")
	wantStatus(t, ask("PUT", recordtest.Core(), header("If-Match", tag)), 200, "")
	wantStatus(t, ask("GET", nil, header("If-None-Match", tag)), 200, "")
}
