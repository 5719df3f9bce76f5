package server_test

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// plainSite has two pages and says which path it was asked for.
type plainSite struct{}

func (plainSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("page " + r.URL.Path))
}

func (plainSite) Paths() []string { return []string{"/", "/releases/{number}"} }

func (plainSite) NotFound(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("no such page"))
}

func withSite(t *testing.T, site server.Site) *server.Server {
	t.Helper()
	books := shelftest.New(t)
	s, err := server.NewPublic(server.PublicDeps{
		Shelf: books.Shelf(), ReleaseKey: books.Signer().Key(), Contract: casestat.Contract, Book: codelist.Current(), Site: site,
		Log: slog.New(slog.DiscardHandler), Now: time.Now, Random: rand.Reader,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func exchange(s *server.Server, r servertest.Request) servertest.Response {
	w := newRecorder()
	s.ServeHTTP(w, r.HTTP())
	return servertest.Response{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()}
}

// T38: a site adds the paths that it names, for reading, and no others.
func TestT38_Site(t *testing.T) {
	s, bare := withSite(t, plainSite{}), withSite(t, nil)
	routes := s.Routes()
	for route := range bare.Routes() {
		delete(routes, route)
	}
	if len(routes) != 2 || !routes["GET /"] || !routes["GET /releases/{number}"] {
		t.Errorf("routes that a site adds: %v", routes)
	}
	for path, want := range map[string]int{
		"/": 200, "/releases/1": 200, "/releases/": 404, "/releases/1/x": 404, "//": 404, "/releases": 404, "/%72eleases/1": 404, "/releases/%31": 404,
	} {
		if got := exchange(s, servertest.Request{Method: "GET", Path: path}); got.Status != want {
			t.Errorf("%s: %d, want %d", path, got.Status, want)
		}
		if got := exchange(bare, servertest.Request{Method: "GET", Path: path}); got.Status != 404 {
			t.Errorf("%s without a site: %d", path, got.Status)
		}
	}
	if got := exchange(s, servertest.Request{Method: "GET", Path: "/releases/7?any=thing"}); string(got.Body) != "page /releases/7" {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if head := exchange(s, servertest.Request{Method: "HEAD", Path: "/"}); head.Status != 200 || len(head.Body) > 0 {
		t.Errorf("HEAD: %d %s", head.Status, head.Body)
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
		if got := exchange(s, servertest.Request{Method: method, Path: "/"}); got.Status != 405 || got.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d, Allow %q", method, got.Status, got.Header.Get("Allow"))
		}
	}
	if got := exchange(s, servertest.Request{Method: "GET", Path: "/", Body: []byte("x")}); got.Status != 400 {
		t.Errorf("with a body: %d", got.Status)
	}
}

// Somebody with a browser is told in a page that there is none; a program, and
// whoever asks for an operation, in a problem. The paths that the route refused
// stay refused: the page is not looked up again.
func TestNoSuchPageForWhomThereAreNone(t *testing.T) {
	s := withSite(t, plainSite{})
	browser := header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	for _, c := range []struct {
		request servertest.Request
		media   string
	}{
		{servertest.Request{Method: "GET", Path: "/nowhere", Header: browser}, "text/html; charset=utf-8"},
		{servertest.Request{Method: "HEAD", Path: "/nowhere", Header: browser}, "text/html; charset=utf-8"},
		{servertest.Request{Method: "GET", Path: "/%72eleases/1", Header: browser}, "text/html; charset=utf-8"},
		{servertest.Request{Method: "GET", Path: "/nowhere"}, "application/problem+json"},
		{servertest.Request{Method: "POST", Path: "/nowhere", Header: browser}, "application/problem+json"},
		{servertest.Request{Method: "GET", Path: "/v1/nowhere", Header: browser}, "application/problem+json"},
		{servertest.Request{Method: "GET", Path: "/v1/releases/1", Header: browser}, "application/problem+json"},
	} {
		got := exchange(s, c.request)
		if got.Status != 404 || got.Header.Get("Content-Type") != c.media || strings.Contains(string(got.Body), "page /") {
			t.Errorf("%s %s: %d %s %s", c.request.Method, c.request.Path, got.Status, got.Header.Get("Content-Type"), got.Body)
		}
		if got.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept: %s", c.request.Path, got.Header.Get("Cache-Control"))
		}
	}
	if got := exchange(withSite(t, nil), servertest.Request{Method: "GET", Path: "/nowhere", Header: browser}); got.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("without a site: %s", got.Header.Get("Content-Type"))
	}
}

// What is published may stand on pages of any origin, as a picture does; nothing
// else may.
func TestPublishedIsForEveryOrigin(t *testing.T) {
	s := withSite(t, nil)
	for path, want := range map[string]string{"/v1/releases": "cross-origin", "/v1/codebook": "same-origin", "/healthz": "same-origin", "/nowhere": "same-origin"} {
		if got := exchange(s, servertest.Request{Method: "GET", Path: path}).Header.Values("Cross-Origin-Resource-Policy"); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q", path, got)
		}
	}
}
