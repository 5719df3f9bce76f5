// Package bench measures the whole service against its own limits, as ratios
// taken in one run. `make bench` runs it beside the packages' own benchmarks.
package bench

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/intaketest"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/servertest"
	"manniskohandel.se/casestat/pkg/store"
)

// target is a running service on a loopback listener.
type target struct {
	name   string
	url    string
	token  string
	client *http.Client
}

// targets are the service on both databases, and the ceiling: the same handler
// over a store in memory.
func targets(b *testing.B, connections int) []target {
	b.Helper()
	memory := &intaketest.Memory{}
	memory.SetPeriod(servertest.OpenYear, record.PeriodOpen)
	ceiling := servertest.Options{Stores: func(s servertest.Stores) servertest.Stores {
		s.Intake = memory
		return s
	}}
	return []target{
		serve(b, "ceiling", connections, ceiling),
		serve(b, "sqlite", connections, servertest.Options{Backend: store.SQLite}),
		serve(b, "postgres", connections, servertest.Options{Backend: store.Postgres}),
	}
}

func serve(b *testing.B, name string, connections int, o servertest.Options) target {
	b.Helper()
	s := servertest.Start(b, o)
	listener := httptest.NewServer(s.Server)
	b.Cleanup(listener.Close)
	transport := &http.Transport{MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections}
	b.Cleanup(transport.CloseIdleConnections)
	return target{name, listener.URL, s.Token(b, s.Cast.A), &http.Client{Transport: transport}}
}

func (t target) send(method, path, media string, body []byte) error {
	req, err := http.NewRequest(method, t.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+t.token)
	req.Header.Set("Content-Type", media)
	res, err := t.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK && res.StatusCode != http.StatusCreated {
		return fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, answer)
	}
	return nil
}

// sample is what a number of requests took.
type sample struct {
	requests  int
	elapsed   time.Duration
	latencies []time.Duration
	processor time.Duration // that was spent on it; 0 where nobody looked
}

func (s sample) rate() float64 { return float64(s.requests) / s.elapsed.Seconds() }

func (s sample) percentile(p float64) time.Duration {
	slices.Sort(s.latencies)
	return s.latencies[int(p*float64(len(s.latencies)-1))]
}

func (s *sample) add(o sample) {
	s.requests += o.requests
	s.elapsed += o.elapsed
	s.latencies = append(s.latencies, o.latencies...)
}

// puts sends n new records over so many connections.
func (t target) puts(b *testing.B, body []byte, n, connections int) sample {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	latencies := make([][]time.Duration, connections)
	began := time.Now()
	for c := range connections {
		wg.Go(func() {
			for next.Add(1) <= int64(n) {
				start := time.Now()
				if err := t.send(http.MethodPut, "/v1/records/"+uuid.NewString(), "application/json", body); err != nil {
					b.Error(err)
					return
				}
				latencies[c] = append(latencies[c], time.Since(start))
			}
		})
	}
	wg.Wait()
	return sample{requests: n, elapsed: time.Since(began), latencies: slices.Concat(latencies...)}
}

// BenchmarkPut submits single records, the targets in turns, and reports each
// one's rate, its 99th percentile and its share of the ceiling.
func BenchmarkPut(b *testing.B) {
	const round = 2000
	for _, connections := range []int{16, 64} {
		b.Run(fmt.Sprintf("c=%d", connections), func(b *testing.B) {
			all := targets(b, connections)
			body := recordtest.Full() // 1.6 kB
			totals := make([]sample, len(all))
			for _, t := range all {
				t.puts(b, body, round, connections) // warm
			}
			for b.Loop() {
				for i, t := range all {
					totals[i].add(t.puts(b, body, round, connections))
				}
			}
			for i, t := range all {
				b.ReportMetric(totals[i].rate(), t.name+"_req/s")
				b.ReportMetric(float64(totals[i].percentile(0.99).Microseconds())/1000, t.name+"_p99_ms")
				if i > 0 {
					b.ReportMetric(100*totals[i].rate()/totals[0].rate(), t.name+"_%ceiling")
				}
			}
		})
	}
}

// BenchmarkBatch submits batches of 1,000 new records as NDJSON, one after the
// other, and reports records a second: of records with the core fields alone
// (about 570 bytes) and of records that hold everything there can be.
func BenchmarkBatch(b *testing.B) {
	for name, body := range map[string][]byte{"core": recordtest.Core(), "full": recordtest.Full()} {
		b.Run(name, func(b *testing.B) { benchmarkBatch(b, body) })
	}
}

func benchmarkBatch(b *testing.B, body []byte) {
	const size = 1000
	all := targets(b, 1)
	totals := make([]sample, len(all))
	var bytesEach int
	for b.Loop() {
		for i, t := range all {
			var batch bytes.Buffer
			for range size {
				fmt.Fprintf(&batch, `{"record_id":%q,%s`+"\n", uuid.NewString(), body[1:])
			}
			bytesEach = batch.Len() / size
			start := time.Now()
			if err := t.send(http.MethodPost, "/v1/records/batches", "application/x-ndjson", batch.Bytes()); err != nil {
				b.Fatal(err)
			}
			totals[i].add(sample{requests: size, elapsed: time.Since(start)})
		}
	}
	b.ReportMetric(float64(bytesEach), "B/record")
	for i, t := range all {
		b.ReportMetric(totals[i].rate(), t.name+"_records/s")
	}
}
