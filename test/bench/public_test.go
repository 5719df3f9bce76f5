package bench

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/pxweb"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/web"
	"manniskohandel.se/casestat/pkg/web/webtest"
)

// readings are what everybody asks for.
var readings = []struct{ name, path string }{
	{"figure", "/v1/releases/1/figures/relation_to_perpetrator"},
	{"file", "/v1/releases/1/files/table.2025.residence_by_age.long.csv"},
	{"trend", "/v1/releases/1/trends/relation_to_perpetrator"},
	{"pxweb", "/api/v2/tables/residence_by_age/data?lang=en&outputFormat=json-stat2"},
	{"page", "/releases/1"},
	{"figure_page", "/en/releases/1/figures/relation_to_perpetrator"},
}

// BenchmarkPublic reads what is published over 16 connections that stay open,
// the targets in short turns, and reports each one's rate, its share of the
// ceiling - echo's own hello world, without a log or a middleware - as the median
// over the turns, and the processor's time that an answer takes, the client's
// included.
func BenchmarkPublic(b *testing.B) {
	const connections, round = 16, 500
	hello := listen(b, "hello", helloWorld())
	targets := publicTargets(b)
	for _, r := range readings {
		b.Run(r.name, func(b *testing.B) {
			all := []*reader{hello.asking("/", connections)}
			for _, t := range targets {
				all = append(all, t.asking(r.path, connections))
			}
			for _, x := range all {
				x.read(b, round) // warm
			}
			turns := make([][]sample, len(all))
			for b.Loop() {
				for i, x := range all {
					turns[i] = append(turns[i], x.read(b, round))
				}
			}
			for i, x := range all {
				x.report(b, turns[i], turns[0])
			}
			b.ReportMetric(float64(all[1].length), "B/answer")
		})
	}
}

// report gives the medians of a target's turns beside those of the ceiling.
func (r *reader) report(b *testing.B, turns, ceiling []sample) {
	b.Helper()
	var rates, shares, costs []float64
	for i, turn := range turns {
		rates = append(rates, turn.rate())
		shares = append(shares, 100*turn.rate()/ceiling[i].rate())
		costs = append(costs, float64(turn.processor.Microseconds())/float64(turn.requests))
	}
	b.ReportMetric(median(rates), r.name+"_req/s")
	b.ReportMetric(median(costs), r.name+"_cpu_us")
	if r.name != "hello" {
		b.ReportMetric(median(shares), r.name+"_%hello")
	}
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}

// processor is the time that this process has had so far.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func helloWorld() http.Handler {
	e := echo.New()
	e.GET("/", func(c echo.Context) error { return c.String(http.StatusOK, "Hello, World!") })
	return e
}

// published is a service that reads are sent to.
type published struct{ name, address string }

// publicTargets are the whole service over both databases, and a public process
// over a folder of exported releases.
func publicTargets(b *testing.B) (all []published) {
	b.Helper()
	var s *servertest.Service
	for _, backend := range []store.Backend{store.SQLite, store.Postgres} {
		s = servertest.Start(b, servertest.Options{Backend: backend, Server: func(d server.Deps) server.Deps {
			d.Log = quietly()
			d.Site, d.Tools = shown(b, d.Shelf.(*shelf.Shelf))
			return d
		}})
		s.Publish(b, webtest.Full(2025))
		all = append(all, listen(b, string(backend), s.Server))
	}
	dir := b.TempDir()
	must(b, shelf.Export(b.Context(), s.Out.Archive(), dir))
	return append(all, listen(b, "folder", public(b, shelf.Folder(dir), s.Books)), listen(b, "memory", public(b, s.Books.Source(), s.Books)))
}

// quietly writes what production writes, to nowhere.
func quietly() *slog.Logger { return slog.New(slog.NewJSONHandler(io.Discard, nil)) }

// shown are the pages and the tools over a shelf. Nobody is sent away.
func shown(b *testing.B, books *shelf.Shelf) (*web.Pages, *pxweb.API) {
	b.Helper()
	site, err := web.New(web.Deps{Shelf: books, Figures: shelftest.Figures(), Log: quietly(), Address: "https://statistik.example"})
	must(b, err)
	tools, err := pxweb.New(pxweb.Deps{
		Shelf: books, BaseURL: "https://statistik.example", License: "https://creativecommons.org/licenses/by/4.0/", Version: "test", Now: time.Now,
		Publisher: pxweb.Publisher{Name: codelist.Text{SV: "Plattformen", EN: "The platform"}, IRI: "https://plattform.example", Mail: "statistik@plattform.example"},
		Limits:    pxweb.Limits{Calls: 1 << 40, Window: time.Second},
	})
	must(b, err)
	return site, tools
}

// public is a process that has nothing but releases.
func public(b *testing.B, source shelf.Source, books *shelftest.Books) *server.Server {
	b.Helper()
	over := shelf.New(source, books.Trust()).Recent(100*time.Millisecond, time.Now)
	site, tools := shown(b, over)
	s, err := server.NewPublic(server.PublicDeps{
		Shelf: over, ReleaseKey: books.Signer().Key(), Contract: casestat.Contract, Book: codelist.Current(), Site: site, Tools: tools,
		Log: quietly(), Now: time.Now, Random: rand.Reader,
		Limits: server.Limits{Rates: server.Rates{Public: server.Rate{PerSecond: 1e6, Burst: 1e6}}},
	})
	must(b, err)
	return s
}

// listen serves on loopback, as the program does where it can, until the test ends.
func listen(b *testing.B, name string, handler http.Handler) published {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(b, err)
	ended := make(chan error, 1)
	ctx, stop := context.WithCancel(context.Background())
	if ours, ok := handler.(*server.Server); ok {
		go func() { ended <- ours.Serve(ctx, listener) }()
	} else {
		plain := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
		context.AfterFunc(ctx, func() { _ = plain.Close() })
		go func() { _ = plain.Serve(listener); ended <- nil }()
	}
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
	return published{name, listener.Addr().String()}
}

// reader asks one target for one thing, over and over. It speaks just enough
// HTTP, so that most of what is measured is the server.
type reader struct {
	published
	connections int
	request     string
	length      int64 // of the answer's body, once it was read
}

func (p published) asking(path string, connections int) *reader {
	return &reader{
		published: p, connections: connections,
		request: "GET " + path + " HTTP/1.1\r\nHost: " + p.address + "\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n",
	}
}

// dial opens the connections of a round: between rounds a server would close them.
func (r *reader) dial(b *testing.B) (all []*bufio.ReadWriter, hangUp func()) {
	b.Helper()
	var ends []net.Conn
	for range r.connections {
		conn, err := net.Dial("tcp", r.address)
		must(b, err)
		ends = append(ends, conn)
		all = append(all, bufio.NewReadWriter(bufio.NewReaderSize(conn, 64<<10), bufio.NewWriter(conn)))
	}
	return all, func() {
		for _, conn := range ends {
			_ = conn.Close()
		}
	}
}

// ask sends the request and reads the answer, which must be 200.
func (r *reader) ask(conn *bufio.ReadWriter) (length int64, err error) {
	_, _ = conn.WriteString(r.request)
	if err := conn.Flush(); err != nil {
		return 0, err
	}
	length = -1
	for first := true; ; first = false {
		line, err := conn.ReadSlice('\n')
		switch {
		case err != nil:
			return 0, err
		case first && string(line) != "HTTP/1.1 200 OK\r\n":
			return 0, fmt.Errorf("%s: %s", r.name, line)
		case len(line) == 2 && length < 0:
			return 0, fmt.Errorf("%s: no length", r.name)
		case len(line) == 2:
			_, err := io.CopyN(io.Discard, conn, length)
			return length, err
		}
		if name, value, _ := strings.Cut(string(line), ": "); name == "Content-Length" {
			if _, err := fmt.Sscan(value, &length); err != nil {
				return 0, err
			}
		}
	}
}

// read asks n times over all connections and wants the same length each time.
func (r *reader) read(b *testing.B, n int) sample {
	b.Helper()
	conns, hangUp := r.dial(b)
	defer hangUp()
	var err error
	r.length, err = r.ask(conns[0])
	must(b, err)
	var next atomic.Int64
	var wg sync.WaitGroup
	began, had := time.Now(), processor(b)
	for _, conn := range conns {
		wg.Go(func() {
			for next.Add(1) <= int64(n) {
				if length, err := r.ask(conn); err != nil || length != r.length {
					b.Errorf("%s: %d bytes, %v", r.name, length, err)
					return
				}
			}
		})
	}
	wg.Wait()
	return sample{requests: n, elapsed: time.Since(began), processor: processor(b) - had}
}
