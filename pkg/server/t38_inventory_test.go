package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

func newRecorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }

// T38: what the contract has, what the table has and what the router serves is
// the same, but for the pages that show the contract.
func TestT38_Inventory(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	contract, table, pages := map[string]string{}, map[string]string{}, map[string]bool{}
	for path, item := range servertest.Contract(t).Paths.Map() {
		for method, op := range item.Operations() {
			var query []string
			for _, p := range slices.Concat(item.Parameters, op.Parameters) {
				if p.Value.In == "query" {
					query = append(query, p.Value.Name)
				}
			}
			var media []string
			if op.RequestBody != nil {
				media = slices.Sorted(maps.Keys(op.RequestBody.Value.Content))
			}
			entry := server.Entry{Method: method, Path: path}
			contract[method+" "+path] = fmt.Sprint(op.OperationID, contractPermissions(t, entry), query, media)
		}
	}
	for _, op := range server.Table() {
		table[op.Method+" "+op.Path] = fmt.Sprint(op.ID, op.Permissions, op.Query, slices.Sorted(slices.Values(op.Media)))
	}
	if diff := cmp.Diff(contract, table); diff != "" {
		t.Errorf("the table is not the contract (-contract +table)\n%s", diff)
	}
	for _, op := range server.Pages() {
		pages[op.Method+" "+op.Path] = true
	}
	routes := s.Server.Routes()
	maps.DeleteFunc(routes, func(route string, _ bool) bool { return pages[route] || table[route] != "" })
	if len(routes) > 0 {
		t.Errorf("routes that nothing describes: %v", routes)
	}
}

// A route that the table does not know does not get served.
func TestT38_Contrast_AnUnknownRouteIsNotBuilt(t *testing.T) {
	e := echo.New()
	for _, op := range server.Table() {
		e.Add(op.Method, strings.NewReplacer("{", ":", "}", "").Replace(op.Path), nil)
	}
	if err := server.CheckRoutes(e.Routes()); err != nil {
		t.Fatal(err)
	}
	e.GET("/v1/debug", nil)
	if err := server.CheckRoutes(e.Routes()); err == nil || !strings.Contains(err.Error(), "/v1/debug") {
		t.Errorf("a route without an operation: %v", err)
	}
	if err := server.CheckRoutes(nil); err == nil || !strings.Contains(err.Error(), "getRecord") {
		t.Errorf("operations without routes: %v", err)
	}
}

func TestT38_OtherMethodsAndPaths(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	allowed := map[string][]string{}
	for _, op := range slices.Concat(server.Table(), server.Pages()) {
		path := strings.Split(sample(t, server.Entry{Path: op.Path}, servertest.ID(1)).Path, "?")[0]
		allowed[path] = append(allowed[path], op.Method)
		if op.Published {
			allowed[path] = append(allowed[path], "HEAD")
		}
	}
	delete(allowed, "/docs/*")
	for path, methods := range allowed {
		slices.Sort(methods)
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "X"} {
			if slices.Contains(methods, method) {
				continue
			}
			answer := s.Do(t, servertest.Request{Method: method, Path: path})
			if answer.Status != 405 || answer.Header.Get("Allow") != strings.Join(methods, ", ") {
				t.Errorf("%s %s: %d, Allow %q", method, path, answer.Status, answer.Header.Get("Allow"))
			}
		}
	}
	for _, path := range []string{
		"/", "/v1", "/v1/", "/metrics", "/debug/pprof/", "/debug/vars", "/v2/records", "/V1/records", "/v1/records/", "//v1/records", "/v1//records",
		"/v1/./records", "/v1/x/../records", "/v1/records%2f", "/%761/records", "/v1/records;a", "/v1/records/batches/", "/docs/", "/docs/../v1/records",
		"/docs/swagger-ui.css.map", "/docs/doc.json", "/docs/index.html/", "/.git/config", "/openapi.json", "/docs/%69ndex.html", "/docs/contract/", "/healthz/",
	} {
		wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: path}), 404, "not_found")
	}
}

// T22 and T24: every answer, good or bad, carries the same protection, and no
// other origin is let in.
func TestT22_Headers(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	for _, r := range []servertest.Request{
		{Method: "GET", Path: "/v1/records", Token: s.Token(t, s.Cast.A)},
		{Method: "GET", Path: "/v1/records"},
		{Method: "GET", Path: "/nowhere"},
		{Method: "TRACE", Path: "/v1/records"},
		{Method: "GET", Path: "/v1/codebook"},
		{Method: "GET", Path: "/healthz"},
	} {
		for _, origin := range []string{"", "null", "https://casestat.test", "http://casestat.test", "https://casestat.test.evil.example"} {
			r.Header = http.Header{"X-Forwarded-For": {"10.0.0.1"}}
			if origin != "" {
				r.Header.Set("Origin", origin)
			}
			answer := s.Do(t, r)
			want := map[string]string{
				"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
				"Cross-Origin-Resource-Policy": "same-origin", "Referrer-Policy": "no-referrer", "Server": "", "X-Powered-By": "",
				"Strict-Transport-Security": "max-age=63072000; includeSubDomains", "Access-Control-Allow-Origin": "", "Vary": "",
				"Cache-Control": "no-store", "Set-Cookie": "",
			}
			if r.Path == "/v1/codebook" {
				want["Cache-Control"] = "public, max-age=300"
			}
			for name, value := range want {
				if got := answer.Header.Get(name); got != value {
					t.Errorf("%s %s: %s is %q, want %q", r.Method, r.Path, name, got, value)
				}
			}
		}
	}
	preflight := s.Do(t, servertest.Request{Method: "OPTIONS", Path: "/v1/records", Header: header("Origin", "null", "Access-Control-Request-Method", "GET")})
	wantStatus(t, preflight, 405, "method_not_allowed")
}

// canaries must turn up nowhere in what the operator sees.
const (
	canaryAddress = "127.7.7.7"
	canaryPort    = "47119"
	canaryAgent   = "canary-agent"
	canaryText    = "canary"
)

// tellsNumber says whether a text has a whole number: times and durations have
// any digits by chance, behind a point.
func tellsNumber(text, number string) bool {
	return regexp.MustCompile(`(^|[^0-9.])` + number + `([^0-9]|$)`).MatchString(text)
}

func TestTellsNumber(t *testing.T) {
	for text, want := range map[string]bool{
		"47119": true, `"port":47119,`: true, "127.7.7.7:47119": true, "47119.": true,
		`"took":0.0047119`: false, "05:12:47.471193": false, "147119": false, "471190": false,
	} {
		if got := tellsNumber(text, "47119"); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestT33_T34_LogsAndMetricsTellOfNobody(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	id := "cafe0000-0000-4000-8000-00000000cafe"
	for _, r := range []servertest.Request{
		{Method: "PUT", Path: "/v1/records/" + id, Token: s.Token(t, s.Cast.A), Body: []byte(bodies("")["putRecord"])},
		{Method: "GET", Path: "/v1/records/" + id, Token: s.Token(t, s.Cast.B)},
		{Method: "GET", Path: "/v1/records?canary=" + canaryText, Token: s.Token(t, s.Cast.A)},
		{Method: "GET", Path: "/canary/%0d%0a%1b%5b31m%22canary"},
		{Method: "CANARY", Path: "/v1/records"},
		{Method: "PUT", Path: "/v1/records/" + id, Token: s.Token(t, s.Cast.A), Body: []byte(`{"canary":"canary"}`)},
		{Method: "GET", Path: "/v1/records", Token: "canary\"\\"},
	} {
		request := r.HTTP()
		request.RemoteAddr = canaryAddress + ":" + canaryPort
		request.Host = canaryText + ".example"
		for _, name := range []string{"User-Agent", "X-Forwarded-For", "X-Real-Ip", "Forwarded", "Referer", "X-Request-Id", "Accept-Language", "Cookie"} {
			request.Header.Set(name, canaryAgent+canaryAddress+"\"}")
		}
		serve(s, request)
	}
	metrics := newRecorder()
	s.Server.Metrics().ServeHTTP(metrics, httptest.NewRequest("GET", "/metrics", http.NoBody))
	seen := s.Log.String() + metrics.Body.String()
	for _, secret := range []string{canaryAddress, canaryAgent, canaryText, "CANARY", id, "cafe", string(s.Cast.A.ID), string(s.Cast.A.Organisation)} {
		if strings.Contains(seen, secret) {
			t.Errorf("%q turns up in logs or metrics", secret)
		}
	}
	if tellsNumber(seen, canaryPort) {
		t.Error("the port turns up in logs or metrics")
	}
	lines := strings.Split(strings.TrimSpace(s.Log.String()), "\n")
	if len(lines) != 7 {
		t.Errorf("%d lines for 7 requests", len(lines))
	}
	want := []string{"level", "method", "msg", "role", "route", "status", "time", "took"}
	for _, line := range lines {
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil {
			t.Fatalf("no JSON: %s", line)
		}
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(fields))); diff != "" {
			t.Errorf("what a line of the access log holds (-want +got)\n%s", diff)
		}
	}
	if !strings.Contains(metrics.Body.String(), `casestat_requests_total{method="PUT",role="submitter",route="/v1/records/{record_id}",status="2xx"} 1`) {
		t.Errorf("the accepted record is not counted:\n%s", metrics.Body)
	}
}
