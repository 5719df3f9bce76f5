package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/signed"
)

const (
	forEver = "public, max-age=31536000, immutable"
	aMinute = "public, max-age=60"
)

// published starts a service with two releases, the second of two years and
// the first withdrawn.
func published(t testing.TB, o servertest.Options) *servertest.Service {
	t.Helper()
	s := servertest.Start(t, o)
	s.Publish(t, shelftest.Slide(2024))
	s.Publish(t, twoYears())
	s.Withdraw(t, 1)
	return s
}

func twoYears() plan.Content {
	both := shelftest.Slide(2022)
	both.Years = append(both.Years, shelftest.Slide(2023).Years...)
	return both
}

// publicPaths are all that can be read of those releases, with how long.
func publicPaths(t testing.TB, s *servertest.Service) map[string]string {
	t.Helper()
	all := map[string]string{
		"/v1/releases": aMinute, "/v1/releases/checkpoint": aMinute, "/v1/releases/key": aMinute,
		"/v1/releases/1": aMinute, "/v1/releases/2": aMinute, "/v1/releases/1/withdrawal": forEver,
		"/v1/releases/1/kit.zip": aMinute, "/v1/releases/2/kit.zip": aMinute,
		"/v1/releases/1/tables/age": forEver, "/v1/releases/2/tables/age?year=2023": forEver,
	}
	releases, err := s.Shelf.Releases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range releases {
		at := fmt.Sprintf("/v1/releases/%d", r.Manifest.Number)
		for _, path := range []string{"/manifest", "/figures", "/tables", "/figures/undocumented", "/trends/undocumented"} {
			all[at+path] = forEver
		}
		for _, f := range r.Manifest.Files {
			all[at+"/files/"+f.Name] = forEver
		}
	}
	return all
}

func TestReleasesAreReadByAnybody(t *testing.T) {
	s := published(t, servertest.Options{})
	for path, keep := range publicPaths(t, s) {
		answer := get(t, s, path)
		wantStatus(t, answer, 200, "")
		for name, want := range map[string]string{
			"Cache-Control": keep, "Access-Control-Allow-Origin": "*", "Etag": `"` + signed.HashOf(answer.Body).String() + `"`,
			"Content-Length": fmt.Sprint(len(answer.Body)), "Vary": "", "Last-Modified": "", "X-Total-Count": "", "Set-Cookie": "",
			"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
			"Referrer-Policy": "no-referrer", "Access-Control-Allow-Credentials": "", "Request-Id": "",
		} {
			if got := answer.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

// What is served is what was frozen, byte for byte.
func TestFrozenBytesAreServedAsTheyAre(t *testing.T) {
	s := published(t, servertest.Options{})
	releases, err := s.Shelf.Releases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range releases {
		at := fmt.Sprintf("/v1/releases/%d", r.Manifest.Number)
		wantBytes(t, s, at+"/manifest", "application/json", r.Raw)
		for _, f := range r.Manifest.Files {
			content, _, err := s.Shelf.File(t.Context(), r.Manifest.Number, f.Name)
			if err != nil {
				t.Fatal(err)
			}
			wantBytes(t, s, at+"/files/"+f.Name, f.Media, content)
			switch f.Name {
			case "figures.json":
				wantBytes(t, s, at+"/figures", f.Media, content)
			case "tables.json":
				wantBytes(t, s, at+"/tables", f.Media, content)
			default:
				if parts := strings.Split(f.Name, "."); parts[0] == "table" && len(parts) == 4 && parts[3] == "json" {
					wantBytes(t, s, at+"/tables/"+parts[2]+"?year="+parts[1], f.Media, content)
				}
			}
		}
	}
	wantBytes(t, s, "/v1/releases/1/withdrawal", "application/json", releases[0].Notice)
	wantBytes(t, s, "/v1/releases/key", "text/plain; charset=utf-8", []byte(s.Books.Signer().Key().String()+"\n"))
}

func wantBytes(t *testing.T, s *servertest.Service, path, media string, want []byte) {
	t.Helper()
	answer := get(t, s, path)
	if string(answer.Body) != string(want) || answer.Header.Get("Content-Type") != media {
		t.Errorf("%s is not what was frozen: %s %.200s", path, answer.Header.Get("Content-Type"), answer.Body)
	}
}

func TestReleaseListAndSummary(t *testing.T) {
	s := published(t, servertest.Options{})
	type line struct {
		Number   int
		Status   string
		Years    []int
		Replaces []int
	}
	var list struct{ Releases []line }
	decode(t, get(t, s, "/v1/releases"), &list)
	want := []line{{1, "withdrawn", []int{2024}, []int{}}, {2, "published", []int{2022, 2023}, []int{}}}
	if got := fmt.Sprint(list.Releases); got != fmt.Sprint(want) {
		t.Errorf("the list says %s, want %v", got, want)
	}
	var summary struct {
		Status     string
		Files      []struct{ Name string }
		Withdrawal *struct{ Number int }
	}
	decode(t, get(t, s, "/v1/releases/1"), &summary)
	if summary.Status != "withdrawn" || summary.Withdrawal == nil || summary.Withdrawal.Number != 1 || len(summary.Files) < 3 {
		t.Errorf("summary %+v", summary)
	}
}

func decode(t testing.TB, answer servertest.Response, into any) {
	t.Helper()
	if answer.Status >= 300 {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	if err := json.Unmarshal(answer.Body, into); err != nil {
		t.Fatal(err)
	}
}

func TestOneFigureIsItsFrozenBytesWithTheYear(t *testing.T) {
	s := published(t, servertest.Options{})
	frozen := string(get(t, s, "/v1/releases/2/figures").Body)
	one := string(get(t, s, "/v1/releases/2/figures/undocumented").Body)
	for _, year := range []string{"2022", "2023"} {
		_, rest, ok := strings.Cut(one, `{"year":`+year+`,`)
		if !ok {
			t.Fatalf("year %s is missing: %s", year, one)
		}
		figure := "{" + rest[:strings.Index(rest, `"sentence":{`)]
		if !strings.Contains(frozen, figure) {
			t.Errorf("%s is not in the frozen figures", figure)
		}
	}
}

func TestWhatAReleaseDoesNotSay(t *testing.T) {
	s := published(t, servertest.Options{})
	for path, code := range map[string]string{
		"/v1/releases/3": "not_found", "/v1/releases/0": "not_found", "/v1/releases/01": "not_found", "/v1/releases/-1": "not_found",
		"/v1/releases/x": "not_found", "/v1/releases/9999999999": "not_found", "/v1/releases/3/manifest": "not_found",
		"/v1/releases/3/kit.zip": "not_found",
		"/v1/releases/3/figures": "not_found", "/v1/releases/3/figures/undocumented": "not_found", "/v1/releases/3/tables/age?year=2024": "not_found",
		"/v1/releases/3/trends/undocumented": "not_found", "/v1/releases/2/withdrawal": "not_found", "/v1/releases/3/withdrawal": "not_found",
		"/v1/releases/1/files/secret.json": "not_found", "/v1/releases/1/files/..": "not_found", "/v1/releases/3/files/figures.json": "not_found",
		"/v1/releases/1/figures/nothing": "not_in_release", "/v1/releases/1/tables/nothing": "not_in_release",
		"/v1/releases/1/tables/age?year=2023": "not_in_release", "/v1/releases/1/trends/nothing": "not_in_release",
	} {
		answer := get(t, s, path)
		wantStatus(t, answer, 404, code)
		if answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: a refusal may be kept", path)
		}
	}
	wantStatus(t, get(t, s, "/v1/releases/2/tables/age"), 400, "missing_parameter")
	wantStatus(t, get(t, s, "/v1/releases/1/tables/age?year=20"), 400, "invalid_parameter")
}

func TestBeforeTheFirstRelease(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	if list := get(t, s, "/v1/releases"); string(list.Body) != "{\"releases\":[]}\n" {
		t.Errorf("an empty shelf: %s", list.Body)
	}
	wantStatus(t, get(t, s, "/v1/releases/checkpoint"), 404, "not_found")
	wantStatus(t, get(t, s, "/v1/releases/1"), 404, "not_found")
}

func TestConditionalReadingOfReleases(t *testing.T) {
	s := published(t, servertest.Options{})
	for path := range publicPaths(t, s) {
		first := get(t, s, path)
		tag := first.Header.Get("Etag")
		for given, status := range map[string]int{
			tag: 304, "W/" + tag: 304, `"x", ` + tag: 304, "*": 304, `"x"`: 200, tag[:10]: 200, strings.Trim(tag, `"`): 200, "": 200,
		} {
			again := s.Do(t, servertest.Request{Method: "GET", Path: path, Header: header("If-None-Match", given)})
			wantStatus(t, again, status, "")
			if again.Header.Get("Etag") != tag || again.Header.Get("Cache-Control") != first.Header.Get("Cache-Control") {
				t.Errorf("%s with If-None-Match %s: %v", path, given, again.Header)
			}
			if status == 304 && (len(again.Body) > 0 || again.Header.Get("Content-Type") != "") {
				t.Errorf("%s: 304 with a body", path)
			}
		}
	}
}

// HEAD is there for what is published and for nothing else.
func TestHeadOfReleases(t *testing.T) {
	s := published(t, servertest.Options{})
	for path := range publicPaths(t, s) {
		want := get(t, s, path)
		got := s.Raw(servertest.Request{Method: "HEAD", Path: path})
		if got.Status != 200 || len(got.Body) > 0 || fmt.Sprint(got.Header) != fmt.Sprint(want.Header) {
			t.Errorf("HEAD %s: %d %v, GET has %v", path, got.Status, got.Header, want.Header)
		}
	}
	missing := s.Raw(servertest.Request{Method: "HEAD", Path: "/v1/releases/9"})
	if missing.Status != 404 || len(missing.Body) > 0 {
		t.Errorf("HEAD of what is not there: %d %s", missing.Status, missing.Body)
	}
	for _, path := range []string{"/v1/drafts", "/v1/records", "/v1/releases/1/derived", "/healthz"} {
		if got := s.Raw(servertest.Request{Method: "HEAD", Path: path}); got.Status != 405 {
			t.Errorf("HEAD %s: %d", path, got.Status)
		}
	}
}

// Over a real connection, where net/http has a say in HEAD as well.
func TestHeadOverAConnection(t *testing.T) {
	s := published(t, servertest.Options{})
	front := httptest.NewServer(s.Server)
	defer front.Close()
	answer, err := front.Client().Head(front.URL + "/v1/releases/1/figures")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if want := int64(len(get(t, s, "/v1/releases/1/figures").Body)); answer.StatusCode != 200 || answer.ContentLength != want {
		t.Errorf("%d, %d bytes, want %d", answer.StatusCode, answer.ContentLength, want)
	}
}

// T23, attack 13: whoever asks, however they ask, reads the same bytes.
func TestT23_PublicAnswersAreTheSameForEverybody(t *testing.T) {
	s := published(t, servertest.Options{})
	all := tokens(t, s)
	all["nobody"], all["a broken token"] = "", "x"
	for path := range publicPaths(t, s) {
		want := fmt.Sprint(get(t, s, path))
		for who, token := range all {
			for _, h := range []http.Header{
				{},
				header("Accept-Language", "sv"), header("Accept-Language", "en"), header("Accept", "text/html", "Origin", "https://evil.example"),
				header("Accept-Encoding", "gzip", "Range", "bytes=0-3", "If-Modified-Since", "Mon, 02 Mar 2026 12:00:00 GMT", "Cookie", "a=b"),
			} {
				if got := fmt.Sprint(s.Do(t, servertest.Request{Method: "GET", Path: path, Token: token, Header: h})); got != want {
					t.Errorf("%s as %s with %v:\n%.300s\n%.300s", path, who, h, got, want)
				}
			}
		}
	}
}

// T23, the contrast: what only some may read carries no header that lets
// anything on the way keep it.
func TestT23_Contrast_TheDesksAnswersAreNotKept(t *testing.T) {
	s := published(t, servertest.Options{})
	seedDraft(t, s, draftOf(servertest.ID(1), "draft"))
	seedRequest(t, s, servertest.ID(1))
	asked := 0
	for _, op := range server.Table() {
		if len(op.Permissions) == 0 {
			continue
		}
		r := sample(t, op, servertest.ID(1))
		r.Token = s.Token(t, someoneWith(s, op.Permissions...))
		answer := s.Do(t, r)
		if answer.Status < 300 {
			asked++
		}
		for name, want := range map[string]string{"Cache-Control": "no-store", "Access-Control-Allow-Origin": ""} {
			if got := answer.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q", op.ID, name, got)
			}
		}
		if tag := answer.Header.Get("ETag"); len(tag) > 60 {
			t.Errorf("%s: the tag %s looks like a hash", op.ID, tag)
		}
	}
	if asked < 15 {
		t.Errorf("%d operations only gave an answer", asked)
	}
}

// The set of operations without a token is written down here once more.
func TestWhatIsPublished(t *testing.T) {
	var open []string
	for _, op := range server.Table() {
		if op.Published != (strings.HasPrefix(op.Path, "/v1/releases") && op.Method == "GET") {
			t.Errorf("%s: published is %v", op.ID, op.Published)
		}
		if len(op.Permissions) == 0 && !op.Published {
			open = append(open, op.ID)
		}
	}
	slices.Sort(open)
	if want := "checkClaims createToken deriveTable getCodebook getHealth getKeys getReadiness"; strings.Join(open, " ") != want {
		t.Errorf("without a token: %v", open)
	}
}
