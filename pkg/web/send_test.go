package web_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

const policy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func TestHeaders(t *testing.T) {
	front := public(t, library(t))
	for _, c := range []struct{ path, media, policy, keep, origin string }{
		{"/", "text/html; charset=utf-8", policy, "public, max-age=60", "same-origin"},
		{"/en/releases/4", "text/html; charset=utf-8", policy, "public, max-age=60", "same-origin"},
		{"/method", "text/html; charset=utf-8", policy, "public, max-age=60", "same-origin"},
		{"/assets/style.css", "text/css; charset=utf-8", "default-src 'none'; frame-ancestors 'none'", "public, max-age=3600", "same-origin"},
		{"/releases/4/pictures/trend.undocumented.en.svg", "image/svg+xml", "default-src 'none'; frame-ancestors 'none'", "public, max-age=3600", "cross-origin"},
		{"/releases/4/pictures/table.2024.age.sv.png", "image/png", "default-src 'none'; frame-ancestors 'none'", "public, max-age=3600", "cross-origin"},
	} {
		whole := ask(front, http.MethodGet, c.path)
		for name, want := range map[string]string{
			"Content-Type": c.media, "Content-Security-Policy": c.policy, "Cache-Control": c.keep, "Cross-Origin-Resource-Policy": c.origin,
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Set-Cookie": "", "Vary": "",
		} {
			if got := whole.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", c.path, name, got, want)
			}
		}
		head := ask(front, http.MethodHead, c.path)
		if head.Code != 200 || head.Body.Len() > 0 || head.Header().Get("ETag") != whole.Header().Get("ETag") ||
			head.Header().Get("Content-Length") != whole.Header().Get("Content-Length") {
			t.Errorf("HEAD %s: %d, %d bytes, %v", c.path, head.Code, head.Body.Len(), head.Header())
		}
		for _, tags := range []string{whole.Header().Get("ETag"), `"x", W/` + whole.Header().Get("ETag"), "*"} {
			if again := ask(front, http.MethodGet, c.path, "If-None-Match", tags); again.Code != 304 || again.Body.Len() > 0 {
				t.Errorf("%s with %s: %d", c.path, tags, again.Code)
			}
		}
		if other := ask(front, http.MethodGet, c.path, "If-None-Match", `"x"`); other.Code != 200 {
			t.Errorf("%s with another tag: %d", c.path, other.Code)
		}
	}
}

func TestPagesAreForReading(t *testing.T) {
	front := pagesOf(t, library(t).Shelf(), slog.New(slog.DiscardHandler))
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "TRACE"} {
		if w := ask(front, method, "/releases/4"); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: %d", method, w.Code)
		}
	}
}

// What was printed is printed once, and anew when the releases change.
func TestPagesFollowTheReleases(t *testing.T) {
	books := shelftest.New(t)
	books.Publish(shelftest.Slide(2023))
	front := pagesOf(t, books.Shelf(), slog.New(slog.DiscardHandler))
	first := get(t, front, "/releases/1")
	if get(t, front, "/releases/1") != first {
		t.Error("the same page reads otherwise")
	}
	books.Withdraw(1)
	if after := get(t, front, "/releases/1"); after == first || !strings.Contains(after, "Publiceringen är återkallad") {
		t.Error("the page does not know of the withdrawal")
	}
}
