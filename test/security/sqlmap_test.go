//go:build security

package security

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	_ "modernc.org/sqlite"
)

// targets are what sqlmap tries to inject into: who asks, and a request of each
// shape of parameter: path, query, form, JSON member. A * marks a place that
// sqlmap would not find by itself.
var targets = map[string]struct {
	who       string
	path      string
	arguments []string
}{
	"token":          {"", "/v1/token", []string{"--data=grant_type=client_credentials&client_id=a&client_secret=b"}},
	"codebook":       {"", "/v1/codebook?lang=sv", nil},
	"release":        {"", "/v1/releases/1*/figures", nil},
	"release figure": {"", "/v1/releases/1/figures/undocumented*", nil},
	"derived":        {"", "/v1/releases/1/derived", []string{"--method=POST", `--data={"year":2024,"table":"residence_by_age","by":["age_band"]}`}},
	"records":        {"member-A", "/v1/records?year=2025&after=a&limit=5", nil},
	"record":         {"member-A", "/v1/records/c0ffee00-0000-4000-8000-000000000001*", nil},
	"own table":      {"member-A", "/v1/own/periods/2025/tables", []string{"--method=POST", `--data={"dimensions":[{"field":"age_band"}],"filters":[{"field":"gender","codes":["woman"]}]}`}},
	"desk figures":   {"desk", "/v1/desk/periods/2025/figures?purpose=figure_check&interval=wilson", nil},
	"drafts":         {"desk", "/v1/drafts/c0ffee00-0000-4000-8000-000000000002*", nil},
	"clients":        {"coordinator", "/v1/clients/c0ffee00-0000-4000-8000-000000000003", []string{"--method=PUT", `--data={"organisation_id":"c0ffee00-0000-4000-8000-000000000004","holder":"c0ffee00-0000-4000-8000-000000000005","role":"submitter","permissions":["records:write"]}`}},
	"organisations":  {"coordinator", "/v1/organisations/c0ffee00-0000-4000-8000-000000000006", []string{"--method=PUT", `--data={"name":"X","kind":"member","active":true}`}},
}

// guide stands before the service: it signs in for sqlmap, and counts.
type guide struct {
	*httptest.Server
	asked, failed, limited atomic.Int64
}

func lead(t *testing.T, address, who string) *guide {
	t.Helper()
	bearer := ""
	if who != "" {
		bearer = "Bearer " + token(t, address, who)
	}
	g := &guide{}
	g.Server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: address})
			if bearer != "" {
				r.Out.Header.Set("Authorization", bearer)
			}
			if r.Out.Method != http.MethodGet && who != "" || strings.HasSuffix(r.Out.URL.Path, "/derived") {
				r.Out.Header.Set("Content-Type", "application/json")
			}
		},
		ModifyResponse: func(r *http.Response) error {
			g.asked.Add(1)
			switch {
			case r.StatusCode == http.StatusTooManyRequests || r.StatusCode == http.StatusServiceUnavailable:
				g.limited.Add(1)
			case r.StatusCode >= 500:
				g.failed.Add(1)
			}
			return nil
		},
	})
	t.Cleanup(g.Close)
	return g
}

// inject lets sqlmap try and says whether it got in. Neither "yes" nor "no" fails the test.
func inject(t *testing.T, address string, arguments []string) bool {
	t.Helper()
	arguments = append([]string{"-u", address, "--batch", "--flush-session", "--disable-coloring", "--output-dir=" + t.TempDir(), "--technique=BEU", "--level=1", "--risk=1", "--ignore-code=*"}, arguments...)
	said, _ := run(t, t.TempDir(), "sqlmap", arguments...)
	switch {
	case strings.Contains(said, "identified the following injection point"):
		return true
	case strings.Contains(said, "all tested parameters do not appear to be injectable"):
		return false
	}
	t.Fatalf("sqlmap has no verdict:\n%s", said)
	return false
}

func TestT18_Sqlmap(t *testing.T) {
	address := serve(t)
	for name, target := range targets {
		t.Run(name, func(t *testing.T) {
			g := lead(t, address, target.who)
			if inject(t, g.URL+target.path, target.arguments) {
				t.Error("sqlmap got in")
			}
			if g.failed.Load() > 0 || g.asked.Load() < 20 {
				t.Errorf("of %d requests %d were answered 5xx", g.asked.Load(), g.failed.Load())
			}
			t.Logf("%d requests, %d of them put off", g.asked.Load(), g.limited.Load())
		})
	}
}

func TestT18_Contrast_SqlmapGetsIntoAConcatenatedStatement(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec("CREATE TABLE things (id INTEGER, name TEXT); INSERT INTO things VALUES (1, 'one'), (2, 'two')"); err != nil {
		t.Fatal(err)
	}
	open := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var name string
		if db.QueryRow("SELECT name FROM things WHERE id = "+r.URL.Query().Get("id")).Scan(&name) != nil {
			name = "none"
		}
		_, _ = w.Write([]byte("<html><body>The thing is called " + name + "</body></html>"))
	}))
	defer open.Close()
	if !inject(t, open.URL+"/?id=1", nil) {
		t.Error("sqlmap did not get in")
	}
}
