package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/codelist"
)

// refusing is a listener on whose connections the HTTP library's own refusals,
// of what it cannot read as a request, are problems like all others. The library
// has no hook for them: it writes them in one piece, past every handler, and
// that piece is replaced. One that it words in another way some day goes out as
// it is; a test holds them against the library of today.
type refusing struct {
	net.Listener
	server *Server
}

// Accept implements net.Listener.
func (l refusing) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return refusingConn{conn, l.server}, nil
}

type refusingConn struct {
	net.Conn
	server *Server
}

// What the library's refusals look like, and the longest of them with room to spare.
var (
	refusalStart = []byte("HTTP/1.1 ")
	refusalEnd   = []byte("\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")
)

const longestRefusal = 512

// Write implements net.Conn.
func (c refusingConn) Write(p []byte) (int, error) {
	if len(p) > longestRefusal || !bytes.HasPrefix(p, refusalStart) {
		return c.Conn.Write(p)
	}
	// No answer of ours has these two headers alone.
	line, _, found := bytes.Cut(p, refusalEnd)
	if !found || bytes.Contains(line, []byte("\r\n")) {
		return c.Conn.Write(p)
	}
	if _, err := c.Conn.Write(c.server.unread(bytes.HasPrefix(line, []byte("HTTP/1.1 431 ")))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// unread answers what could not be read as a request. Nobody knows in which
// language; and whatever the library found, it is for the caller to mend.
func (s *Server) unread(large bool) []byte {
	status, code := http.StatusBadRequest, CodeRequestUnreadable
	if large {
		status, code = http.StatusRequestHeaderFieldsTooLarge, CodeHeaderTooLarge
	}
	body, err := json.Marshal(api.Problem{
		Type: "urn:casestat:problem:" + string(code), Title: s.messages.in(codelist.English, code), Status: status, Code: string(code),
	})
	if err != nil {
		body = nil // it holds two texts of ours and cannot fail
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	fmt.Fprintf(&b, "Content-Type: application/problem+json\r\nContent-Language: en\r\nContent-Length: %d\r\n", len(body))
	b.WriteString("Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n")
	b.Write(body)
	return b.Bytes()
}
