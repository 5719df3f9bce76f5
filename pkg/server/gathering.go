package server

import (
	"bytes"
	"net"
	"strconv"
)

// gathering is a listener on whose connections an answer of more than the HTTP
// library's buffer leaves in one call to the system and not in two. The library
// passes its buffer on as soon as it is full, although the rest follows at once;
// of what an answer of a few KiB costs, the second call is a large part.
type gathering struct{ net.Listener }

// Accept implements net.Listener.
func (l gathering) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &gatheringConn{Conn: conn}, nil
}

type gatheringConn struct {
	net.Conn
	held []byte // the beginning of an answer, until its rest comes; empty: none
}

// Write implements net.Conn. Like the library, it may be called by one goroutine
// at a time.
func (c *gatheringConn) Write(p []byte) (int, error) {
	if len(c.held) > 0 {
		both := net.Buffers{c.held, p}
		first := len(c.held)
		c.held = c.held[:0]
		written, err := both.WriteTo(c.Conn)
		return max(0, int(written)-first), err
	}
	if !unfinished(p) {
		return c.Conn.Write(p)
	}
	c.held = append(c.held, p...)
	return len(p), nil
}

// fullBuffer is how much the library gathers by itself, in bytes.
const fullBuffer = 4 << 10

// unfinished says whether p is the beginning of an answer whose rest is sure to
// be written: a full buffer that holds the header and less of the body than the
// header promises. An answer to HEAD promises a body, too, and holds none of it.
func unfinished(p []byte) bool {
	if len(p) != fullBuffer || !bytes.HasPrefix(p, []byte("HTTP/1.1 ")) {
		return false
	}
	header, body, whole := bytes.Cut(p, []byte("\r\n\r\n"))
	_, length, found := bytes.Cut(header, []byte("\r\nContent-Length: "))
	if !whole || !found || len(body) == 0 {
		return false
	}
	length, _, _ = bytes.Cut(length, []byte("\r\n"))
	promised, err := strconv.Atoi(string(length))
	return err == nil && promised > len(body)
}
