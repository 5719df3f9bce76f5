package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

// listen serves on loopback until stop is called, which gives Serve's error.
func listen(t *testing.T, s *servertest.Service) (address string, stop func() error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Server.Serve(ctx, listener) }()
	t.Cleanup(cancel)
	return listener.Addr().String(), func() error {
		cancel()
		return <-ended
	}
}

// dial sends text on a connection of its own.
func dial(t *testing.T, address, text string) net.Conn {
	t.Helper()
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

// answerOn reads one answer and holds it against the contract.
func answerOn(t *testing.T, conn net.Conn, r servertest.Request) servertest.Response {
	t.Helper()
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer := servertest.Response{Status: response.StatusCode, Header: response.Header, Body: body}
	if err := servertest.Check(r, answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestT15_LyingLengths(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	address, _ := listen(t, s)
	token := s.Token(t, s.Cast.A)
	lines := string(recordtest.Line(recordtest.ID(1), recordtest.Core())) + "\n" + string(recordtest.Line(recordtest.ID(2), recordtest.Core()))
	put := servertest.Request{Method: "PUT", Path: recordPath(1)}
	batch := servertest.Request{Method: "POST", Path: "/v1/records/batches?mode=row_by_row"}
	for name, c := range map[string]struct {
		request servertest.Request
		media   string
		framing string
		body    string
	}{
		"longer than sent":         {put, "application/json", "Content-Length: 9000", string(recordtest.Core())},
		"batch longer than sent":   {batch, "application/x-ndjson", "Content-Length: 9000", lines},
		"batch cut between rows":   {batch, "application/x-ndjson", "Content-Length: 9000", lines[:strings.Index(lines, "\n")+1]},
		"chunks without an end":    {put, "application/json", "Transfer-Encoding: chunked", fmt.Sprintf("%x\r\n%s\r\n", len(recordtest.Core()), recordtest.Core())},
		"batch in a broken chunk":  {batch, "application/x-ndjson", "Transfer-Encoding: chunked", fmt.Sprintf("%x\r\n%s", len(lines)+50, lines)},
		"a chunk that is no chunk": {batch, "application/x-ndjson", "Transfer-Encoding: chunked", "zz\r\n" + lines},
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, address, fmt.Sprintf("%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\n%s\r\n\r\n%s",
				c.request.Method, c.request.Path, token, c.media, c.framing, c.body))
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			wantStatus(t, answerOn(t, conn, c.request), 400, "body_broken_off")
		})
	}
	wantNothingStored(t, s)
}

// T27: who does not finish a header is cut off. The read below ends when the
// server closes; without a timeout the test would never end.
func TestT27_SlowHeadersAreCutOff(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Limits = server.Limits{Header: 20 * time.Millisecond}
		return d
	}})
	address, _ := listen(t, s)
	conn := dial(t, address, "GET /v1/records HTTP/1.1\r\nHost: x\r\nX-Slow: ")
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Logf("cut off with %v", err)
	}
}

func TestT27_LargeHeadersAreRefused(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	address, _ := listen(t, s)
	conn := dial(t, address, "GET /v1/records HTTP/1.1\r\nHost: x\r\nX-Large: "+strings.Repeat("x", 24<<10)+"\r\n\r\n")
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("%d", response.StatusCode)
	}
}

// Connections on which nothing is asked take nobody's place: four of them, each
// idle in a way of its own, in a server that has four.
func TestT27_IdleConnectionsKeepNobodyOut(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Limits = server.Limits{Connections: 4}
		return d
	}})
	address, _ := listen(t, s)
	health := servertest.Request{Method: "GET", Path: "/healthz"}
	wantStatus(t, answerOn(t, dial(t, address, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), health), 200, "")
	for _, sent := range []string{"", "GET /hea", "GET /healthz HTTP/1.1\r\nHost: x\r\n"} {
		dial(t, address, sent)
	}
	for n := range 10 { // none of them closed: each newcomer takes the place of one that rests
		conn := dial(t, address, fmt.Sprintf("PUT %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			recordPath(n), s.Token(t, s.Cast.A), len(recordtest.Core()), recordtest.Core()))
		wantStatus(t, answerOn(t, conn, servertest.Request{Method: "PUT", Path: recordPath(n), Body: recordtest.Core()}), 201, "")
	}
}

func TestT27_EveryTimeoutIsSet(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	h := s.Server.HTTPServer()
	if h.ReadHeaderTimeout <= 0 || h.ReadTimeout <= 0 || h.WriteTimeout <= 0 || h.IdleTimeout <= 0 || h.MaxHeaderBytes != 16<<10 {
		t.Errorf("a timeout or limit is missing: %+v", h)
	}
}

// held stops a submission until it is let go.
type held struct {
	server.Records
	entered, release chan struct{}
}

func (h held) Put(ctx context.Context, p access.Principal, sub intake.Submission) (intake.Receipt, error) {
	close(h.entered)
	<-h.release
	return h.Records.Put(ctx, p, sub)
}

func TestDrainLetsAcceptedRequestsFinish(t *testing.T) {
	h := held{entered: make(chan struct{}), release: make(chan struct{})}
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		h.Records = d.Records
		d.Records = h
		return d
	}})
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent()) // but for what the service itself keeps
	address, stop := listen(t, s)
	wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/readyz"}), 200, "")
	put := servertest.Request{Method: "PUT", Path: recordPath(1), Body: recordtest.Core()}
	conn := dial(t, address, fmt.Sprintf("PUT %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		recordPath(1), s.Token(t, s.Cast.A), len(recordtest.Core()), recordtest.Core()))
	<-h.entered
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	for s.Raw(servertest.Request{Method: "GET", Path: "/readyz"}).Status != 503 {
		time.Sleep(time.Millisecond) // until draining has begun
	}
	wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/healthz"}), 200, "")
	select {
	case err := <-stopped:
		t.Fatalf("stopped before the accepted request was answered: %v", err)
	default:
	}
	close(h.release)
	wantStatus(t, answerOn(t, conn, put), 201, "")
	_ = conn.Close()
	if err := <-stopped; err != nil {
		t.Errorf("an orderly end gives %v", err)
	}
}

// A request that never ends does not keep the server from stopping.
func TestDrainHasAnEnd(t *testing.T) {
	h := held{entered: make(chan struct{}), release: make(chan struct{})}
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		h.Records = d.Records
		d.Records, d.Limits = h, server.Limits{Drain: 10 * time.Millisecond}
		return d
	}})
	t.Cleanup(func() { close(h.release) })
	address, stop := listen(t, s)
	dial(t, address, fmt.Sprintf("PUT %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		recordPath(1), s.Token(t, s.Cast.A), len(recordtest.Core()), recordtest.Core()))
	<-h.entered
	if err := stop(); err == nil {
		t.Error("an accepted request was cut off and nobody was told")
	}
}

func TestServeGivesTheListenersError(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Server.Serve(t.Context(), listener); err == nil {
		t.Error("a closed listener goes unnoticed")
	}
}

// A request that takes no body and announces one it does not send is not
// carried out: here a withdrawal, which could not be taken back.
func TestT15_UnfinishedBodiesWhereNoneBelongs(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	address, _ := listen(t, s)
	token := s.Token(t, s.Cast.A)
	wantStatus(t, s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(1), Token: token, Body: recordtest.Core()}), 201, "")
	withdraw := servertest.Request{Method: "DELETE", Path: recordPath(1)}
	for framing, want := range map[string]string{
		"Content-Length: 5\r\n\r\n":                    "body_unexpected",
		"Transfer-Encoding: chunked\r\n\r\n":           "body_broken_off",
		"Transfer-Encoding: chunked\r\n\r\nzz\r\n":     "body_broken_off",
		"Transfer-Encoding: chunked\r\n\r\n5\r\n{}":    "body_unexpected",
		"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n": "body_unexpected",
	} {
		conn := dial(t, address, fmt.Sprintf("DELETE %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n%s", recordPath(1), token, framing))
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, answerOn(t, conn, withdraw), 400, want)
	}
	wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: recordPath(1), Token: token}), 200, "")
	conn := dial(t, address, fmt.Sprintf("DELETE %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		recordPath(1), token))
	wantStatus(t, answerOn(t, conn, withdraw), 204, "")
}

// The library below would answer this one by itself, past every gate.
func TestT38_OptionsOfTheWholeServer(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	address, _ := listen(t, s)
	conn := dial(t, address, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n")
	wantStatus(t, answerOn(t, conn, servertest.Request{Method: "OPTIONS", Path: "/*"}), 404, "not_found")
}

// While proxies are given notice, new connections are still served, and told not
// to come back.
func TestF12_NoticeServesNewConnections(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Limits = server.Limits{Notice: time.Hour}
		return d
	}})
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Server.Serve(ctx, listener) }()
	get := servertest.Request{Method: "GET", Path: "/healthz"}
	ask := func() *http.Response {
		conn := dial(t, listener.Addr().String(), "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		defer conn.Close()
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response
	}
	if before := ask(); before.Close {
		t.Error("a connection is closed before anything ends")
	}
	end()
	for s.Raw(servertest.Request{Method: "GET", Path: "/readyz"}).Status != 503 {
		time.Sleep(time.Millisecond) // until draining has begun
	}
	wantStatus(t, s.Do(t, get), 200, "")
	if during := ask(); during.StatusCode != 200 || !during.Close {
		t.Errorf("a new connection is answered with %d, and kept: %v", during.StatusCode, !during.Close)
	}
	_ = listener.Close()
	if err := <-ended; err == nil {
		t.Error("the listener broke, and nobody was told")
	}
}
