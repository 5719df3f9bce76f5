package server_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/signed"
)

// publicDeps stand on a folder of exported releases and nothing else.
func publicDeps(folder string, key signed.Key) server.PublicDeps {
	return server.PublicDeps{
		Shelf: shelf.New(shelf.Folder(folder), signed.Pin(key)), ReleaseKey: key,
		Contract: casestat.Contract, Book: codelist.Current(),
		Log: slog.New(slog.DiscardHandler), Now: time.Now, Random: rand.Reader, HSTS: true,
	}
}

// export writes the releases of a service into a folder.
func export(t *testing.T, s *servertest.Service) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "releases")
	if err := shelf.Export(t.Context(), s.Out.Archive(), folder); err != nil {
		t.Fatal(err)
	}
	return folder
}

// askOf sends a request to a server and holds the exchange against the contract.
func askOf(t *testing.T, front http.Handler, r servertest.Request) servertest.Response {
	t.Helper()
	w := newRecorder()
	front.ServeHTTP(w, r.HTTP())
	answer := servertest.Response{Status: w.Code, Header: w.Header(), Body: w.Body.Bytes()}
	if err := servertest.Check(r, answer); err != nil && answer.Code() != "not_found" {
		t.Fatalf("%s %s: %v\n%s", r.Method, r.Path, err, answer.Body)
	}
	return answer
}

// P9: with the records database gone, every published byte is still served.
func TestPublicServerNeedsNoRecords(t *testing.T) {
	s := published(t, servertest.Options{})
	public, err := server.NewPublic(publicDeps(export(t, s), s.Books.Signer().Key()))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for path := range publicPaths(t, s) {
		want[path] = fmt.Sprint(get(t, s, path))
	}
	derivation := servertest.Request{Method: "POST", Path: "/v1/releases/1/derived", Body: []byte(bodies("")["deriveTable"])}
	wantDerived := fmt.Sprint(s.Do(t, derivation))
	claims := servertest.Request{Method: "POST", Path: "/v1/releases/1/claims", Type: "text/plain", Body: []byte(bodies("")["checkClaims"])}
	wantChecked := fmt.Sprint(s.Do(t, claims))
	if err := s.Store.Close(); err != nil { // the records are gone
		t.Fatal(err)
	}
	if broken := s.Do(t, servertest.Request{Method: "GET", Path: "/readyz"}); broken.Status != 503 {
		t.Fatalf("the records are still there: %d", broken.Status)
	}
	for path := range want {
		if got := fmt.Sprint(askOf(t, public, servertest.Request{Method: "GET", Path: path})); got != want[path] {
			t.Errorf("%s without records:\n%.300s\nwith them:\n%.300s", path, got, want[path])
		}
	}
	if got := fmt.Sprint(askOf(t, public, derivation)); got != wantDerived {
		t.Errorf("derived without records:\n%.300s\nwith them:\n%.300s", got, wantDerived)
	}
	if got := fmt.Sprint(askOf(t, public, claims)); got != wantChecked {
		t.Errorf("checked without records:\n%.300s\nwith them:\n%.300s", got, wantChecked)
	}
	for _, path := range []string{"/healthz", "/readyz", "/openapi.yaml", "/docs/index.html", "/docs/contract", "/v1/codebook"} {
		if got := askOf(t, public, servertest.Request{Method: "GET", Path: path}); got.Status != 200 {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
}

// What is not public is not there: it reads like a path that never was.
func TestPublicServerHasNothingElse(t *testing.T) {
	s := published(t, servertest.Options{})
	public, err := server.NewPublic(publicDeps(export(t, s), s.Books.Signer().Key()))
	if err != nil {
		t.Fatal(err)
	}
	desk, absent := s.Token(t, s.Cast.Desk), 0
	nowhere := fmt.Sprint(askOf(t, public, servertest.Request{Method: "GET", Path: "/v1/nowhere"}))
	for _, op := range server.Table() {
		if op.Alone {
			continue
		}
		absent++
		r := sample(t, op, servertest.ID(1))
		r.Token = desk
		got := askOf(t, public, r)
		if op.ID == "withdrawRelease" { // the notice is public, ordering one is not
			if got.Status != 405 || got.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s: %d, Allow %q", op.ID, got.Status, got.Header.Get("Allow"))
			}
			continue
		}
		if fmt.Sprint(got) != nowhere {
			t.Errorf("%s: %v, a path that never was: %s", op.ID, got, nowhere)
		}
	}
	if absent < 30 {
		t.Errorf("%d operations only are not public", absent)
	}
	for route := range public.Routes() {
		if !slices.ContainsFunc(slices.Concat(server.Table(), server.Pages()), func(op server.Entry) bool {
			return op.Method+" "+op.Path == route && (op.Alone || len(op.ID) > 0 && !strings.HasPrefix(op.Path, "/v1"))
		}) {
			t.Errorf("route %s", route)
		}
	}
}

func TestNewPublicWantsEveryDependency(t *testing.T) {
	whole := publicDeps(t.TempDir(), shelftest.New(t).Signer().Key())
	optional := map[string]bool{"Site": true, "Tools": true, "Limits": true, "HSTS": true, "Ready": true}
	fields := reflect.TypeFor[server.PublicDeps]()
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		if optional[name] {
			continue
		}
		lacking := whole
		reflect.ValueOf(&lacking).Elem().Field(i).SetZero()
		if _, err := server.NewPublic(lacking); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// A release that was tampered with is not served, nor are its neighbours, and
// nobody is told how it is stored.
func TestPublicServerServesNothingThatWasChanged(t *testing.T) {
	s := published(t, servertest.Options{})
	folder := export(t, s)
	file := filepath.Join(folder, "release-0002", "manifest.json")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), `"value":35`, `"value":36`, 1)
	if changed == string(text) {
		t.Fatal("there is nothing to change")
	}
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	public, err := server.NewPublic(publicDeps(folder, s.Books.Signer().Key()))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/v1/releases", "/v1/releases/1", "/v1/releases/2/figures"} {
		answer := askOf(t, public, servertest.Request{Method: "GET", Path: path})
		if answer.Status < 500 || strings.Contains(string(answer.Body), folder) || answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", path, answer.Status, answer.Body)
		}
	}
}

// The public server's readiness is its caller's to say.
func TestPublicServerReadiness(t *testing.T) {
	deps := publicDeps(t.TempDir(), shelftest.New(t).Signer().Key())
	deps.Ready = func(context.Context) error { return errors.New("not yet") }
	public, err := server.NewPublic(deps)
	if err != nil {
		t.Fatal(err)
	}
	wantStatus(t, askOf(t, public, servertest.Request{Method: "GET", Path: "/readyz"}), 503, "unavailable")
}
