package server_test

import (
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
