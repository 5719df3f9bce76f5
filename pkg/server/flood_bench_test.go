package server_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

// What a member waits for an acknowledgement (p50, p99) while others flood the
// service, over loopback and from the same process: the flood's own work is
// part of what slows it. "unbounded" is the contrast, without rates.
func BenchmarkT30IntakeBesideAFlood(b *testing.B) {
	unbounded := server.Rate{PerSecond: 1e9, Burst: 1e9}
	free := server.Limits{Rates: server.Rates{Intake: unbounded, Batches: unbounded, Reading: unbounded, Counting: unbounded, Public: unbounded, Deriving: unbounded}}
	tight := server.Limits{Rates: server.Rates{Public: server.Rate{PerSecond: 100, Burst: 100}, Counting: server.Rate{PerSecond: 20, Burst: 20}}}
	for _, c := range []struct {
		name   string
		limits server.Limits
		path   string // flooded; "" is none
	}{
		{"alone", server.Limits{}, ""},
		{"public", tight, "/v1/codebook"},
		{"public unbounded", free, "/v1/codebook"},
		{"counting", tight, "/v1/own/periods/2025/figures"},
		{"counting unbounded", free, "/v1/own/periods/2025/figures"},
	} {
		b.Run(c.name, func(b *testing.B) {
			s := servertest.Start(b, servertest.Options{Server: func(d server.Deps) server.Deps {
				d.Limits = c.limits
				return d
			}})
			address := serveAt(b, s)
			refused := flood(b, address, c.path, s.Token(b, s.Cast.B))
			submitAll(b, address, s.Token(b, s.Cast.A))
			b.ReportMetric(float64(refused.Load())/b.Elapsed().Seconds(), "refused/s")
		})
	}
}

func serveAt(b *testing.B, s *servertest.Service) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Server.Serve(ctx, listener) }()
	b.Cleanup(func() { cancel(); <-ended })
	return "http://" + listener.Addr().String()
}

// flood asks for a path a thousand times a second, on sixteen connections, until
// the benchmark ends, and counts the refusals: ten times what the rate of the
// public allows here, and fifty times that of counting.
func flood(b *testing.B, address, path, token string) *atomic.Int64 {
	b.Helper()
	var refused atomic.Int64
	if path == "" {
		return &refused
	}
	ctx, cancel := context.WithCancel(context.Background())
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			pace := time.NewTicker(16 * time.Millisecond)
			defer pace.Stop()
			for ctx.Err() == nil {
				<-pace.C
				if send(ctx, client, http.MethodGet, address+path, token, nil) == http.StatusTooManyRequests {
					refused.Add(1)
				}
			}
		})
	}
	b.Cleanup(func() { cancel(); all.Wait(); client.CloseIdleConnections() })
	return &refused
}

// send gives the status, 0 when there was none.
func send(ctx context.Context, client *http.Client, method, url, token string, body []byte) int {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")
	if body == nil {
		request.Header.Del("Content-Type")
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode
}

// submitAll submits one record after another and reports how long each took.
func submitAll(b *testing.B, address, token string) {
	b.Helper()
	client := &http.Client{Transport: &http.Transport{}}
	b.Cleanup(client.CloseIdleConnections)
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		start := time.Now()
		if status := send(b.Context(), client, http.MethodPut, address+recordPath(n), token, recordtest.Core()); status != http.StatusCreated {
			b.Fatalf("record %d: %d", n, status)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
