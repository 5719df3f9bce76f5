package server_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/pxweb"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// toolServer is a public server with PxWebApi beside the contract.
func toolServer(t *testing.T, limits pxweb.Limits) *server.Server {
	t.Helper()
	books := shelftest.New(t)
	books.Publish(shelftest.Slide(2024))
	d := publicDeps(t.TempDir(), books.Signer().Key())
	d.Shelf = books.Shelf()
	tools, err := pxweb.New(pxweb.Deps{
		Shelf: books.Shelf(), BaseURL: "https://statistik.example", License: "https://creativecommons.org/publicdomain/zero/1.0/", Version: "test",
		Publisher: pxweb.Publisher{Name: codelist.Text{SV: "P", EN: "P"}, IRI: "https://plattform.example/", Mail: "p@plattform.example"},
		Limits:    limits, Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	d.Tools = tools
	s, err := server.NewPublic(d)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTools_AreServedBesideTheContract(t *testing.T) {
	s := toolServer(t, pxweb.Limits{})
	for _, c := range []struct {
		method, target, media, body string
		status                      int
	}{
		{"GET", "/api/v2/config", "", "", 200},
		{"HEAD", "/api/v2/config", "", "", 200},
		{"GET", "/api/v2/tables?unheardOf=1&lang=en", "", "", 200},
		{"GET", "/api/v2/tables/age/data?valueCodes[age_band]=*&valueCodes[ContentsCode]=*&valueCodes[Tid]=top(1)", "", "", 200},
		{"POST", "/api/v2/tables/age/data", "application/json", `{"selection":[]}`, 200},
		{"POST", "/api/v2/tables/age/data", "", `{"selection":[]}`, 200},
		{"OPTIONS", "/api/v2/tables/age/data", "", "", 204},
		{"GET", "/datasets/dcat", "", "", 200},
		{"GET", "/api/v2/tables/none", "", "", 404},
		{"GET", "/api/v2/tables/age/data?outputFormat=html", "", "", 400},
		{"POST", "/api/v2/tables/age/data", "application/json", strings.Repeat(" ", pxweb.MaxBody+1), 413},
		{"DELETE", "/api/v2/tables/age/data", "", "", 405},
		{"GET", "/api/v2/nothing", "", "", 404},
		{"GET", "/api/v2/tables/%61ge", "", "", 404},
	} {
		path, query, _ := strings.Cut(c.target, "?")
		r := httptest.NewRequest(c.method, path, strings.NewReader(c.body))
		r.URL.RawQuery = query
		if c.media != "" {
			r.Header.Set("Content-Type", c.media)
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != c.status || w.Code >= 400 && w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %s %.200s", c.method, c.target, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
	}
}

func TestTools_TooManyCallsAreToldWhenToComeBack(t *testing.T) {
	s := toolServer(t, pxweb.Limits{Calls: 1, Window: time.Hour})
	for i, want := range []int{http.StatusOK, http.StatusTooManyRequests} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v2/config", nil))
		var told struct{ Status int }
		if w.Code != want || want != http.StatusOK && (w.Header().Get("Retry-After") == "" || json.Unmarshal(w.Body.Bytes(), &told) != nil || told.Status != want) {
			t.Errorf("call %d: %d %v %s", i, w.Code, w.Header(), w.Body)
		}
	}
}
