//go:build security

package security

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

// targets are what sqlmap tries to inject into: who asks, and a request of each
// shape of parameter: path, query, form, JSON member. A * marks a place that
// sqlmap would not find by itself, YEAR the year of the slide.
var targets = map[string]struct {
	who       string
	path      string
	arguments []string
}{
	"token":          {"", "/v1/token", []string{"--data=grant_type=client_credentials&client_id=a&client_secret=b"}},
	"codebook":       {"", "/v1/codebook?lang=sv", nil},
	"release":        {"", "/v1/releases/1*/figures", nil},
	"release figure": {"", "/v1/releases/1/figures/undocumented*", nil},
	"derived":        {"", "/v1/releases/1/derived", []string{"--method=POST", `--data={"year":YEAR,"table":"residence_by_age","by":["age_band"]}`}},
	"records":        {"member-A", "/v1/records?year=YEAR&after=a&limit=5", nil},
	"record":         {"member-A", "/v1/records/c0ffee00-0000-4000-8000-000000000001*", nil},
	"own table":      {"member-A", "/v1/own/periods/YEAR/tables", []string{"--method=POST", `--data={"dimensions":[{"field":"age_band"}],"filters":[{"field":"gender","codes":["woman"]}]}`}},
	"desk figures":   {"desk", "/v1/desk/periods/YEAR/figures?purpose=figure_check&interval=wilson", nil},
	"drafts":         {"desk", "/v1/drafts/c0ffee00-0000-4000-8000-000000000002*", nil},
	"clients":        {"coordinator", "/v1/clients/c0ffee00-0000-4000-8000-000000000003", []string{"--method=PUT", `--data={"organisation_id":"c0ffee00-0000-4000-8000-000000000004","holder":"c0ffee00-0000-4000-8000-000000000005","role":"submitter","permissions":["records:write"]}`}},
	"organisations":  {"coordinator", "/v1/organisations/c0ffee00-0000-4000-8000-000000000006", []string{"--method=PUT", `--data={"name":"X","kind":"member","active":true}`}},
}

// guide stands before the service: it signs in for sqlmap, and counts.
type guide struct {
	*httptest.Server
	asked, failed, limited atomic.Int64
}

func (h house) lead(t *testing.T, who string) *guide {
	t.Helper()
	bearer := ""
	if who != "" {
		bearer = "Bearer " + h.token(t, who)
	}
	g := &guide{}
	g.Server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: h.address})
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
	for name, open := range map[string]func(*testing.T) house{"sqlite": onSQLite, "postgres": onPostgres} {
		t.Run(name, func(t *testing.T) { open(t).withstandsSqlmap(t) })
	}
}

func (h house) withstandsSqlmap(t *testing.T) {
	var asked, limited int64
	for name, target := range targets {
		t.Run(name, func(t *testing.T) {
			g := h.lead(t, target.who)
			dated := strings.NewReplacer("YEAR", strconv.Itoa(h.year))
			var arguments []string
			for _, a := range target.arguments {
				arguments = append(arguments, dated.Replace(a))
			}
			if inject(t, g.URL+dated.Replace(target.path), arguments) {
				t.Error("sqlmap got in")
			}
			if g.failed.Load() > 0 || g.asked.Load() < 20 {
				t.Errorf("of %d requests %d were answered 5xx", g.asked.Load(), g.failed.Load())
			}
			asked, limited = asked+g.asked.Load(), limited+g.limited.Load()
		})
	}
	t.Logf("%d requests, %d of them put off", asked, limited)
}

// The contrast: a statement that is put together from what came in, on each of
// the databases.
func TestT18_Contrast_SqlmapGetsIntoAConcatenatedStatement(t *testing.T) {
	for driver, dsn := range map[string]string{"sqlite": ":memory:", "pgx": storetest.Config(t, store.Postgres).Owner} {
		t.Run(driver, func(t *testing.T) {
			if !inject(t, concatenating(t, driver, dsn)+"/?id=1", nil) {
				t.Error("sqlmap did not get in")
			}
		})
	}
}

// concatenating serves a page that trusts its parameter, and gives its address.
func concatenating(t *testing.T, driver, dsn string) string {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // the table is that connection's own
	for _, statement := range []string{"CREATE TEMPORARY TABLE things (id INTEGER, name TEXT)", "INSERT INTO things VALUES (1, 'one'), (2, 'two')"} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var name string
		if db.QueryRow("SELECT name FROM things WHERE id = "+r.URL.Query().Get("id")).Scan(&name) != nil {
			name = "none"
		}
		_, _ = w.Write([]byte("<html><body>The thing is called " + name + "</body></html>"))
	}))
	t.Cleanup(func() {
		page.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return page.URL
}
