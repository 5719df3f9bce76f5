package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat/api"
)

func TestATokenIsAskedForAnewBeforeItExpires(t *testing.T) {
	r := &recorder{answer: func(w http.ResponseWriter, _ int) { reply(w, http.StatusOK, api.Periods{}) }}
	server := httptest.NewServer(r)
	defer server.Close()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	client, err := dial(server.URL, credentials{"id", "secret"}, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		later  time.Duration
		tokens int
	}{{0, 1}, {9 * time.Minute, 1}, {31 * time.Second, 2}, {time.Minute, 2}} {
		now = now.Add(step.later)
		if _, err := client.ListPeriodsWithResponse(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r.tokens != step.tokens {
			t.Errorf("at %v: %d tokens, want %d", now, r.tokens, step.tokens)
		}
	}
}

// redirected asks a service that sends everybody elsewhere, and counts what
// arrives there with a secret.
func redirected(t *testing.T, change func(*caller)) (arrived int, err error) {
	t.Helper()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			arrived++
		}
	}))
	defer elsewhere.Close()
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	c, err := newCaller(server.URL, credentials{"id", "secret"}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	change(c)
	_, err = c.bearer(t.Context())
	return arrived, err
}

// TestSecretsDoNotFollowRedirects: another server could collect them.
func TestSecretsDoNotFollowRedirects(t *testing.T) {
	arrived, err := redirected(t, func(*caller) {})
	if arrived > 0 || err == nil || !strings.Contains(err.Error(), "307") {
		t.Errorf("%d secrets arrived elsewhere, error %v", arrived, err)
	}
}

// TestSecretsDoNotFollowRedirectsContrast: with Go's own client they do.
func TestSecretsDoNotFollowRedirectsContrast(t *testing.T) {
	if arrived, _ := redirected(t, func(c *caller) { c.http = &http.Client{} }); arrived != 1 {
		t.Errorf("%d secrets arrived elsewhere: the test has no teeth", arrived)
	}
}

func TestARefusalIsWorded(t *testing.T) {
	for want, answer := range map[string]func(http.ResponseWriter){
		"The reporting year is closed. (409 period_closed)": func(w http.ResponseWriter) {
			reply(w, 409, api.Problem{Code: "period_closed", Title: "The reporting year is closed."})
		},
		"Broken. (422 record_invalid)\n  /gender required: Send it.": func(w http.ResponseWriter) {
			reply(w, 422, api.Problem{Code: "record_invalid", Title: "Broken.", Errors: &[]api.Refusal{{Pointer: "/gender", Code: "required", Message: "Send it."}}})
		},
		"the answer was 502 without a reason": func(w http.ResponseWriter) { w.WriteHeader(502) },
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1/token" {
				reply(w, 200, api.Token{AccessToken: "t", ExpiresIn: 600})
				return
			}
			answer(w)
		}))
		client, err := dial(server.URL, credentials{"id", "secret"}, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		_, err = client.ListPeriodsWithResponse(t.Context())
		if _, ok := errors.AsType[*refusal](err); !ok || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		server.Close()
	}
}

func TestNoTokenNoRequest(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/token" {
			t.Error("a request without a token")
		}
		reply(w, 200, api.Token{})
	}))
	defer server.Close()
	client, err := dial(server.URL, credentials{"id", "secret"}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.ListPeriodsWithResponse(t.Context()); err == nil || !strings.Contains(err.Error(), "no token") {
		t.Errorf("error %v", err)
	}
}

func TestLoopback(t *testing.T) {
	for address, want := range map[string]bool{
		"127.0.0.1:8080": true, "[::1]:8080": true, "localhost:8080": true, "127.8.9.10:1": true,
		":8080": false, "0.0.0.0:8080": false, "[::]:8080": false, "192.0.2.1:80": false, "localhost.example:80": false, "127.0.0.1": false,
	} {
		if got := loopback(address); got != want {
			t.Errorf("loopback(%q) = %v", address, got)
		}
	}
}

func TestPathsAreSafeToPaste(t *testing.T) {
	for path, want := range map[string]string{
		"casestat-demo/try/x.json": "casestat-demo/try/x.json",
		"a demo/x":                 "'a demo/x'",
		"it's/$(rm x)":             `'it'\''s/$(rm x)'`,
	} {
		if got := quoted(path); got != want {
			t.Errorf("quoted(%q) = %s, want %s", path, got, want)
		}
	}
}
