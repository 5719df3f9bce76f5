package server_test

import (
	"net/http"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

// T24: which origin asks changes nothing. What is published may be read by
// pages of any origin, without credentials; all else by none.
func TestT24_NoOriginIsTrusted(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	origins := []string{
		"", "null", "https://casestat.test", "http://casestat.test", "https://casestat.test:8443", "https://casestat.test.evil.example",
		"https://evil-casestat.test", "https://evilcasestat.test", "https://casestat.test%60.evil.example", "https://casestat.test@evil.example",
		"https://CASESTAT.TEST", "file://", "chrome-extension://abc", "https://casestat.test https://evil.example", "https://xn--casestat.test", "*",
	}
	for i, op := range server.Table() {
		for _, origin := range origins {
			r := sample(t, op, servertest.ID(8000+i))
			r.Header = r.Header.Clone()
			if r.Header == nil {
				r.Header = http.Header{}
			}
			if origin != "" {
				r.Header.Set("Origin", origin)
			}
			r.Header.Set("Cookie", "session=1")
			answer := s.Raw(r)
			want := ""
			if op.Published {
				want = "*"
			}
			if got := answer.Header.Get("Access-Control-Allow-Origin"); got != want {
				t.Errorf("%s from %q: %q is allowed, want %q", op.ID, origin, got, want)
			}
			for name := range answer.Header {
				if strings.HasPrefix(name, "Access-Control-") && name != "Access-Control-Allow-Origin" {
					t.Errorf("%s from %q: %s is %q", op.ID, origin, name, answer.Header.Get(name))
				}
			}
		}
	}
}

// T24: a browser that asks first is told no.
func TestT24_NoPreflightIsAnsweredWithYes(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	for i, op := range server.Table() {
		r := sample(t, op, servertest.ID(8000+i))
		ask := servertest.Request{Method: "OPTIONS", Path: r.Path, Header: header("Origin", "https://evil.example", "Access-Control-Request-Method", op.Method)}
		answer := s.Raw(ask)
		if answer.Status != 405 || answer.Header.Get("Access-Control-Allow-Origin") != "" || answer.Header.Get("Access-Control-Allow-Methods") != "" {
			t.Errorf("%s: %d %v", op.ID, answer.Status, answer.Header)
		}
	}
}
