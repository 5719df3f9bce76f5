package web_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"manniskohandel.se/casestat"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/web"
	"manniskohandel.se/casestat/pkg/web/webtest"
)

const address = "https://statistik.example"

func pagesOf(t testing.TB, s web.Shelf, log *slog.Logger) *web.Pages {
	t.Helper()
	pages, err := web.New(web.Deps{Shelf: s, Figures: shelftest.Figures(), Log: log, Address: address + "/"})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

var shared struct {
	sync.Once
	books *shelftest.Books
}

// library is webtest's, made once: rendering its files takes longest. Nobody
// changes it.
func library(t testing.TB) *shelftest.Books {
	t.Helper()
	shared.Do(func() { shared.books = webtest.Library(t) })
	return shared.books.In(t)
}

// public is the pages as a public process serves them, beside the contract.
func public(t testing.TB, books *shelftest.Books) http.Handler {
	t.Helper()
	s := books.Shelf()
	log := slog.New(slog.NewTextHandler(testLog{t}, nil))
	front, err := server.NewPublic(server.PublicDeps{
		Shelf: s, ReleaseKey: books.Signer().Key(), Contract: casestat.Contract, Book: codelist.Current(), Site: pagesOf(t, s, log),
		Log: slog.New(slog.DiscardHandler), Now: time.Now, Random: rand.Reader,
	})
	if err != nil {
		t.Fatal(err)
	}
	return front
}

type testLog struct{ t testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

func ask(front http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, http.NoBody)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	front.ServeHTTP(w, r)
	return w
}

func get(t testing.TB, front http.Handler, path string) string {
	t.Helper()
	w := ask(front, http.MethodGet, path)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d", path, w.Code)
	}
	return w.Body.String()
}

func parse(t testing.TB, page string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// elements gives those of a page with a name, in order; "" gives all of them.
func elements(root *html.Node, name string) (all []*html.Node) {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && (name == "" || n.Data == name) {
			all = append(all, n)
		}
	}
	return all
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// text is what a reader sees of a node, its spaces as one.
func text(n *html.Node) string {
	var b bytes.Buffer
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// brokenShelf has nothing to show.
type brokenShelf struct{}

var errBroken = errors.New("shelf fell over")

func (brokenShelf) Releases(context.Context) ([]*shelf.Release, error) { return nil, errBroken }
func (brokenShelf) Trend(context.Context, int, plan.Name) (shelf.Trend, error) {
	return shelf.Trend{}, errBroken
}
