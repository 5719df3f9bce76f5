package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// answering serves bodies of the length that the path names, in pieces of as
// many bytes as the query does, and gives a connection to it.
func answering(t *testing.T, wrap func(net.Listener) net.Listener) net.Conn {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size, _ := strconv.Atoi(r.URL.Path[1:])
		piece, _ := strconv.Atoi(r.URL.RawQuery)
		w.Header().Set("Content-Length", strconv.Itoa(size))
		for text := bodyOf(size); text != ""; {
			n := min(piece, len(text))
			_, _ = io.WriteString(w, text[:n])
			text = text[n:]
		}
	})}
	go func() { _ = server.Serve(wrap(listener)) }() // ends with the test
	t.Cleanup(func() { _ = server.Close() })
	conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func bodyOf(size int) string { return strings.Repeat("0123456789abcdef", size/16+1)[:size] }

// Every answer arrives as it was written, whatever its length, around the
// lengths at which the library's buffer is full, and also when it has no body;
// and nothing of it waits for the next one.
func TestAnAnswerThatIsGatheredArrivesWhole(t *testing.T) {
	conn := answering(t, func(l net.Listener) net.Listener { return gathering{l} })
	in := bufio.NewReader(conn)
	ask := func(method string, size, piece int) {
		t.Helper()
		fmt.Fprintf(conn, "%s /%d?%d HTTP/1.1\r\nHost: x\r\n\r\n", method, size, piece)
		res, err := http.ReadResponse(in, &http.Request{Method: method})
		if err != nil {
			t.Fatalf("%s %d: %v", method, size, err)
		}
		body, err := io.ReadAll(res.Body)
		want := bodyOf(size)
		if method == http.MethodHead {
			want = ""
		}
		if err != nil || string(body) != want {
			t.Fatalf("%s %d in pieces of %d: %d bytes, %v", method, size, piece, len(body), err)
		}
	}
	for size := 3900; size < 4120; size++ { // the header is about 120 bytes
		for _, piece := range []int{size, 1000, 4096} {
			ask(http.MethodGet, size, piece)
		}
	}
	for _, size := range []int{0, 1, 2048, 4095, 4096, 4097, 6168, 8192, 35_000, 1 << 20} {
		ask(http.MethodGet, size, max(size, 1))
		ask(http.MethodGet, size, 4096)
		ask(http.MethodHead, size, max(size, 1))
	}
}

// What is held back goes out with the next piece; a failure is told.
func TestWhatWasGatheredGoesFirst(t *testing.T) {
	ours, theirs := net.Pipe()
	c := &gatheringConn{Conn: ours}
	header := "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"
	begin := header + bodyOf(fullBuffer-len(header))
	if n, err := c.Write([]byte(begin)); n != len(begin) || err != nil || len(c.held) != len(begin) {
		t.Fatalf("%d, %v, %d held", n, err, len(c.held))
	}
	read := make(chan string)
	go func() {
		got := make([]byte, len(begin)+4)
		_, _ = io.ReadFull(theirs, got)
		read <- string(got)
	}()
	if n, err := c.Write([]byte("rest")); n != 4 || err != nil || len(c.held) != 0 {
		t.Fatalf("%d, %v, %d held", n, err, len(c.held))
	}
	if got := <-read; got != begin+"rest" {
		t.Error("what arrives is not what was written")
	}
	_, _ = c.Write([]byte(begin))
	_ = theirs.Close()
	if n, err := c.Write([]byte("rest")); n != 0 || err == nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestOnlyAFullBufferWithTheBeginningOfABodyIsUnfinished(t *testing.T) {
	fill := func(header string) []byte { return []byte(header + bodyOf(fullBuffer-len(header))) }
	for name, one := range map[string]struct {
		written []byte
		want    bool
	}{
		"more is promised":      {fill("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"), true},
		"a refusal is the same": {fill("HTTP/1.1 404 Not Found\r\nX: y\r\nContent-Length: 4096\r\nA: b\r\n\r\n"), true},
		"all is there":          {fill("HTTP/1.1 200 OK\r\nContent-Length: 4055\r\n\r\n"), false},
		"chunks":                {fill("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), false},
		"a length that is none": {fill("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"), false},
		"the middle of a body":  {fill("Content-Length: 5000\r\n\r\n"), false},
		"a header without end":  {fill("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nX: "), false},
		"a buffer not full":     {fill("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")[:4000], false},
		"nothing":               {nil, false},
	} {
		if got := unfinished(one.written); got != one.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	head := "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\nX: "
	head += bodyOf(fullBuffer-len(head)-4) + "\r\n\r\n"
	if unfinished([]byte(head)) {
		t.Error("an answer to HEAD waits for a body")
	}
}
