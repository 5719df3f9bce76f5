package server_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

// A kind without a status would answer 0.
func TestEveryKindHasAStatus(t *testing.T) {
	statuses := server.Statuses()
	for kind := fault.Internal; kind <= fault.Unavailable; kind++ {
		if statuses[kind] < 400 {
			t.Errorf("kind %d has status %d", kind, statuses[kind])
		}
	}
	if len(statuses) != int(fault.Unavailable)+1 {
		t.Errorf("%d statuses for %d kinds", len(statuses), fault.Unavailable+1)
	}
}

// lostConnection is the connection of a caller who went away.
type lostConnection struct{ header http.Header }

func (l lostConnection) Header() http.Header { return l.header }
func (lostConnection) WriteHeader(int)       {}
func (lostConnection) Write([]byte) (int, error) {
	return 0, &net.OpError{
		Op: "write", Net: "tcp", Source: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 443},
		Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 4711}, Err: syscall.EPIPE,
	}
}

// T33: what is logged of a broken connection does not tell who was at its end.
func TestT33_BrokenConnectionsLeaveNoAddress(t *testing.T) {
	s := servertest.Start(t, servertest.Options{})
	s.Server.ServeHTTP(lostConnection{http.Header{}}, servertest.Request{Method: "GET", Path: "/v1/codebook"}.HTTP())
	log := s.Log.String()
	if !strings.Contains(log, "broken pipe") || strings.Contains(log, "192.0.2.") {
		t.Errorf("the log has lost the failure, or kept an address: %s", log)
	}
}

// A caller that hangs up is no alarm about the database.
func TestCallersWhoGoAwayAreNoAlarm(t *testing.T) {
	s := servertest.Start(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d.Ready = func(ctx context.Context) error { return errors.Join(errors.New("no connection"), ctx.Err()) }
		return d
	}})
	ready := servertest.Request{Method: "GET", Path: "/readyz"}
	wantStatus(t, s.Do(t, ready), 503, "unavailable")
	if log := s.Log.String(); !strings.Contains(log, `"level":"ERROR"`) || !strings.Contains(log, `"caller_gone":false`) {
		t.Errorf("a failure of ours is no alarm: %s", log)
	}
	before := len(s.Log.String())
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	wantStatus(t, serve(s, ready.HTTP().WithContext(gone)), 503, "unavailable")
	if log := s.Log.String()[before:]; strings.Contains(log, `"level":"ERROR"`) || !strings.Contains(log, `"caller_gone":true`) {
		t.Errorf("an alarm about a caller who went away: %s", log)
	}
}
