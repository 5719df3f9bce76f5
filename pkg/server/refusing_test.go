package server_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/servertest"
)

// unreadable is what the HTTP library refuses before anybody else sees it.
var unreadable = map[string]string{
	"an unknown transfer encoding": "POST /v1/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: snail\r\n\r\n",
	"two transfer encodings":       "POST /v1/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
	"HTTP/3.0":                     "GET /healthz HTTP/3.0\r\nHost: x\r\n\r\n",
	"HTTP/2.0":                     "GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n",
	"HTTP/0.9":                     "GET /healthz\r\n\r\n",
	"no HTTP":                      "EHLO example.org\r\n\r\n",
	"TLS":                          "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
	"no host":                      "GET /healthz HTTP/1.1\r\n\r\n",
	"two hosts":                    "GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
	"a host that is none":          "GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n",
	"a header without a colon":     "GET /healthz HTTP/1.1\r\nHost: x\r\nX\r\n\r\n",
	"NUL":                          "GET /healthz HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n",
	"a space before the colon":     "GET /healthz HTTP/1.1\r\nHost: x\r\nX : y\r\n\r\n",
	"two lengths":                  "POST /v1/token HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
	"a negative length":            "POST /v1/token HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
	"a large header":               "GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 24<<10) + "\r\n\r\n",
}

// T25 and T29: whatever is sent, the answer is a problem, and blames the sender.
func TestT25_WhatIsNoRequestIsAnsweredWithAProblem(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	address, _ := listen(t, s)
	for name, text := range unreadable {
		want, code := 400, "request_unreadable"
		if name == "a large header" {
			want, code = 431, "header_too_large"
		}
		answer := answerOn(t, dial(t, address, text), servertest.Request{Method: "GET", Path: "/*"})
		wantStatus(t, answer, want, code)
		if answer.Header.Get("Cache-Control") != "no-store" || answer.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", name, answer.Header)
		}
	}
	// Served as ever, on the same connection as an unreadable one after it.
	conn := dial(t, address, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"+unreadable["HTTP/3.0"])
	both, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(both); !strings.HasPrefix(text, "HTTP/1.1 200 OK\r\n") || !strings.Contains(text, `{"status":"ok"}`) || !strings.Contains(text, "request_unreadable") {
		t.Errorf("%s", text)
	}
}

// The contrast: what the library says on its own. When this fails the library
// words its refusals anew, and refusing.go has to learn it.
func TestT25_Contrast_TheLibraryAnswersPlainTextAnd5xx(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	bare := s.Server.HTTPServer()
	go func() { _ = bare.Serve(listener) }() // ends with the test
	t.Cleanup(func() { _ = bare.Close() })
	ours := 0
	for name, text := range unreadable {
		answer, err := http.ReadResponse(bufio.NewReader(dial(t, listener.Addr().String(), text)), nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if answer.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s: %v", name, answer.Header)
		}
		if answer.StatusCode >= 500 {
			ours++
		}
		_ = answer.Body.Close()
	}
	if ours < 3 {
		t.Errorf("%d answers blame the server, want those of encodings and versions", ours)
	}
}

// An expectation that the library does not know never reaches a handler either;
// its answer has no body, and no 5xx.
func TestAnUnknownExpectationIsRefused(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	address, _ := listen(t, s)
	conn := dial(t, address, "PUT "+recordPath(1)+" HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nContent-Length: 2\r\n\r\n{}")
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusExpectationFailed {
		t.Errorf("%d", answer.StatusCode)
	}
}

// T28: HTTP/2 is not spoken, neither by its preface nor as an upgrade, so that
// its floods (rapid reset, CONTINUATION) have nothing to flood.
func TestT28_HTTP2IsNotSpoken(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	address, _ := listen(t, s)
	preface := answerOn(t, dial(t, address, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"), servertest.Request{Method: "PRI", Path: "/*"})
	if preface.Status != 400 && preface.Status != 404 && preface.Status != 405 {
		t.Errorf("the preface: %d", preface.Status)
	}
	upgrade := answerOn(t, dial(t, address, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"),
		servertest.Request{Method: "GET", Path: "/healthz"})
	wantStatus(t, upgrade, 200, "")
}
