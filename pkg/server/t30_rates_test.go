package server_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

// hurried starts a service in which everything may be done three times, and
// then once an hour.
func hurried(t *testing.T) *servertest.Service {
	t.Helper()
	slow := server.Rate{PerSecond: 1.0 / 3600, Burst: 3}
	return servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		standing := servertest.Today
		d.Now = func() time.Time { return standing }
		d.Limits = server.Limits{Rates: server.Rates{Intake: slow, Batches: slow, Reading: slow, Counting: slow, Public: slow, Deriving: slow}}
		return d
	}})
}

func TestT30_AFloodIsAnswered429AndHarmsNobodyElse(t *testing.T) {
	s := hurried(t)
	a, b := s.Token(t, s.Cast.A), s.Token(t, s.Cast.B)
	list := servertest.Request{Method: "GET", Path: "/v1/records", Token: a}
	for range 3 {
		wantStatus(t, s.Do(t, list), 200, "")
	}
	// Nothing that a client sends along makes it another client.
	for n := range 20 {
		list.Header = http.Header{}
		for _, name := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "True-Client-Ip", "Cf-Connecting-Ip", "Via"} {
			list.Header.Set(name, fmt.Sprintf("10.0.0.%d", n))
		}
		refused := s.Do(t, list)
		wantStatus(t, refused, 429, "too_often")
		if after, err := strconv.Atoi(refused.Header.Get("Retry-After")); err != nil || after != 3600 {
			t.Errorf("Retry-After %q", refused.Header.Get("Retry-After"))
		}
		// Another token of the same client is the same client.
		wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: recordPath(n), Token: s.Token(t, s.Cast.A)}), 429, "too_often")
	}
	wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records", Token: b}), 200, "")
	// Its own intake, and that of its organisation's other client, go on.
	wantStatus(t, s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(1), Token: a, Body: recordtest.Core()}), 201, "")
	wantStatus(t, s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(2), Token: s.Token(t, s.Cast.IntakeOnly), Body: recordtest.Core()}), 201, "")
}

func TestT30_PublicFloodsLeaveIntakeAlone(t *testing.T) {
	s := hurried(t)
	read := servertest.Request{Method: "GET", Path: "/v1/codebook"}
	page := servertest.Request{Method: "GET", Path: "/openapi.yaml"}
	derive := servertest.Request{Method: "POST", Path: "/v1/releases/1/derived", Body: []byte(`{"year":2024,"table":"age","by":[]}`)}
	for range 50 {
		s.Do(t, read)
		s.Do(t, derive)
	}
	wantStatus(t, s.Do(t, read), 429, "too_often")
	wantStatus(t, s.Do(t, page), 429, "too_often") // pages are public reading, too
	wantStatus(t, s.Do(t, derive), 429, "too_often")
	wantStatus(t, s.Do(t, servertest.Request{Method: "PUT", Path: recordPath(1), Token: s.Token(t, s.Cast.A), Body: recordtest.Core()}), 201, "")
	for range 10 { // whoever watches the service is never refused
		wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/healthz"}), 200, "")
		wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/readyz"}), 200, "")
	}
}

// Who holds no token uses up nobody's rate, and cannot ask for a client's to be
// used up.
func TestT30_RefusedTokensCostNobodyATurn(t *testing.T) {
	s := hurried(t)
	a := s.Token(t, s.Cast.A)
	for range 20 {
		wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records", Token: a + "A"}), 401, "token_invalid")
		wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/v1/desk/periods/2024/figures?purpose=figure_check", Token: a}), 403, "permission_missing")
	}
	wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records", Token: a}), 200, "")
}

// A body that never ends holds a place, and only a quarter of them.
func TestT30_SlowBodiesOfOneClientLeavePlacesToOthers(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Limits = server.Limits{Places: server.Places{Intake: 4}}
		return d
	}})
	address, _ := listen(t, s)
	slow := fmt.Sprintf("PUT %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 500\r\n"+
		"Expect: 100-continue\r\n\r\n", recordPath(1), s.Token(t, s.Cast.A))
	conn := dial(t, address, slow)
	// The body is asked for once the request has its place; then it does not come.
	const asked = "HTTP/1.1 100 Continue"
	answer := make([]byte, len(asked))
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != asked {
		t.Fatalf("%q, %v", answer, err)
	}
	put := servertest.Request{Method: "PUT", Path: recordPath(2), Token: s.Token(t, s.Cast.A), Body: recordtest.Core()}
	wantStatus(t, s.Do(t, put), 429, "too_many_at_once")
	put.Token = s.Token(t, s.Cast.B)
	wantStatus(t, s.Do(t, put), 201, "")
}

func TestT30_OverloadIsAnswered503AndNotLogged(t *testing.T) {
	h := held{entered: make(chan struct{}), release: make(chan struct{})}
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		h.Records = d.Records
		d.Records, d.Limits = h, server.Limits{Places: server.Places{Intake: 1}}
		return d
	}})
	put := servertest.Request{Method: "PUT", Path: recordPath(1), Token: s.Token(t, s.Cast.A), Body: recordtest.Core()}
	done := make(chan servertest.Response)
	go func() { done <- s.Raw(put) }()
	<-h.entered
	before := len(s.Log.String())
	put.Token, put.Path = s.Token(t, s.Cast.B), recordPath(2)
	refused := s.Do(t, put)
	wantStatus(t, refused, 503, "overloaded")
	if refused.Header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", refused.Header.Get("Retry-After"))
	}
	wantStatus(t, s.Do(t, servertest.Request{Method: "GET", Path: "/v1/records", Token: s.Token(t, s.Cast.B)}), 200, "")
	close(h.release)
	wantStatus(t, <-done, 201, "")
	if log := s.Log.String()[before:]; len(log) > 1200 {
		t.Errorf("a flood of refusals would be one of the log: %s", log)
	}
}

func TestRatesByWhichNobodyIsServedKeepTheServerFromStarting(t *testing.T) {
	servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		bad := d
		bad.Limits = server.Limits{Rates: server.Rates{Clients: -1}}
		if _, err := server.New(bad); err == nil {
			t.Error("it starts")
		}
		return d
	}})
}
