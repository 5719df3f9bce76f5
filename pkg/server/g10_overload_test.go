package server_test

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/recordtest"
	"manniskohandel.se/casestat/pkg/server"
	"manniskohandel.se/casestat/pkg/servertest"
)

var overload = flag.Duration("overload", 0, "how long each flood of G10 lasts; 0: for a few submissions")

// The load on the service is a hundred requests a second of one kind, the overload
// ten times as many, beside one member that submits record after record. So many
// senders make either, each at its pace. They are in the process of the service,
// so that their own work is part of what slows it.
const (
	flooders    = 16
	usualPace   = 160 * time.Millisecond
	tenfoldPace = usualPace / 10
)

// inundation is one way to overload the service. Its requests are made by a
// number that never comes twice.
type inundation struct {
	name string
	make func(n int) floodRequest
}

type floodRequest struct {
	method, path, token, media, body string
}

func inundations(other string) []inundation {
	return []inundation{
		{"counting", func(int) floodRequest {
			return floodRequest{method: "GET", path: "/v1/own/periods/2025/figures", token: other}
		}},
		{"public reading", func(int) floodRequest { return floodRequest{method: "GET", path: "/v1/codebook"} }},
		{"guessed secrets", func(n int) floodRequest {
			return floodRequest{
				method: "POST", path: "/v1/token", media: "application/x-www-form-urlencoded",
				body: fmt.Sprintf("grant_type=client_credentials&client_id=00000000-0000-4000-8000-%012d&client_secret=guessed", n),
			}
		}},
		{"batches", func(n int) floodRequest {
			return floodRequest{method: "POST", path: "/v1/records/batches?mode=row_by_row", token: other, media: "application/x-ndjson", body: hundred(n)}
		}},
	}
}

// hundred is the nth batch of a hundred records, none of which comes twice. It is
// put together and not encoded, so that making it takes little of the processors.
func hundred(n int) string {
	var rows strings.Builder
	for i := range 100 {
		rows.WriteString(rowBefore)
		rows.WriteString(string(recordtest.ID(1_000_000 + 100*n + i)))
		rows.WriteString(rowAfter)
	}
	return rows.String()
}

// A row of a batch, before and after its record's id.
var rowBefore, rowAfter, _ = strings.Cut(string(recordtest.Line(rowID, recordtest.Core()))+"\n", string(rowID))

var rowID = recordtest.ID(0)

// flooded is what came of an overload.
type flooded struct {
	// Until each submission was acknowledged, retries included: with nothing else
	// to do, beside the load, beside the overload.
	alone, nominal, under []time.Duration

	mu       sync.Mutex      // guards what follows while the flood lasts
	served   int             // requests of the flood
	refused  []time.Duration // how long each refusal of the flood took
	recovery time.Duration   // from the flood's end until a submission took no longer than the nominal p99 again
}

// answers is how many requests of the flood were answered so far.
func (f *flooded) answers() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.served + len(f.refused)
}

func (f *flooded) String() string {
	return fmt.Sprintf("intake p50 and p99 alone %s %s, nominal %s %s, beside it %s %s; flood: %d served, %d refused, refusals p99 %s, %d over 50 ms, slowest %s; recovered in %s; peak memory %s",
		percentile(f.alone, 50), percentile(f.alone, 99), percentile(f.nominal, 50), percentile(f.nominal, 99), percentile(f.under, 50), percentile(f.under, 99),
		f.served, len(f.refused), percentile(f.refused, 99), tardy(f.refused), percentile(f.refused, 100), f.recovery.Round(time.Millisecond), peakMemory())
}

// tardy is how many refusals took longer than a refusal should.
func tardy(refused []time.Duration) (n int) {
	for _, took := range refused {
		if took > 50*time.Millisecond {
			n++
		}
	}
	return n
}

func percentile(of []time.Duration, p int) time.Duration {
	if len(of) == 0 {
		return 0
	}
	slices.Sort(of)
	return of[min(len(of)*p/100, len(of)-1)].Round(10 * time.Microsecond)
}

// peakMemory is the most that this process, the flood's senders in it, ever
// held, as the kernel words it.
func peakMemory() string {
	status, _ := os.ReadFile("/proc/self/status") // without it the account has no memory
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	line, _, _ := strings.Cut(after, "\n")
	return cmp.Or(strings.TrimSpace(line), "unknown")
}

// shore is a service under a flood and the member that goes on submitting.
type shore struct {
	*testing.T
	service *servertest.Service
	url     string
	token   string
	client  *http.Client
	sent    int
	next    atomic.Int64 // the number of the flood's last request
}

func newShore(t *testing.T, o servertest.Options) *shore {
	t.Helper()
	s := servertest.Start(t, o)
	address, _ := listen(t, s)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: flooders}}
	t.Cleanup(client.CloseIdleConnections)
	return &shore{T: t, service: s, url: "http://" + address, token: s.Token(t, s.Cast.A), client: client}
}

// ask makes one exchange; status 0: none came about.
func (s *shore) ask(ctx context.Context, r floodRequest) (status int, header http.Header) {
	request, err := http.NewRequestWithContext(ctx, r.method, s.url+r.path, strings.NewReader(r.body))
	if err != nil {
		s.Error(err)
		return 0, nil
	}
	if r.token != "" {
		request.Header.Set("Authorization", "Bearer "+r.token)
	}
	if r.media != "" {
		request.Header.Set("Content-Type", r.media)
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = answer.Body.Close() }()
	_, _ = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, answer.Header
}

// submit hands one record in until it is acknowledged.
func (s *shore) submit() time.Duration {
	began := time.Now()
	r := floodRequest{method: "PUT", path: recordPath(s.sent), token: s.token, media: "application/json", body: string(recordtest.Core())}
	s.sent++
	for {
		switch status, header := s.ask(s.Context(), r); status {
		case http.StatusCreated, http.StatusOK:
			return time.Since(began)
		case 0: // the connection was closed: what became of it is unknown, and it is sent again
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			s.wantRetryAfter(header)
		default:
			s.Fatalf("a submission is answered %d", status)
		}
	}
}

// submitFor submits n records, or as long as -overload says.
func (s *shore) submitFor(n int, part time.Duration) (took []time.Duration) {
	for until := time.Now().Add(part); len(took) < n || time.Now().Before(until); {
		took = append(took, s.submit())
	}
	return took
}

func (s *shore) wantRetryAfter(header http.Header) {
	if seconds, err := strconv.Atoi(header.Get("Retry-After")); err != nil || seconds < 1 {
		s.Errorf("a refusal says to come again in %q", header.Get("Retry-After"))
	}
}

// flood sends requests until ctx ends. Every answer serves, or says when to come
// again; a guessed secret may be refused as such.
func (s *shore) flood(ctx context.Context, kind inundation, pace time.Duration, f *flooded) (wait func()) {
	var all sync.WaitGroup
	for i := range flooders {
		all.Go(func() {
			time.Sleep(pace * time.Duration(i) / flooders) // not all at the same moment
			often := time.NewTicker(pace)
			defer often.Stop()
			for ctx.Err() == nil {
				select {
				case <-often.C:
				case <-ctx.Done():
					return
				}
				began := time.Now()
				status, header := s.ask(ctx, kind.make(int(s.next.Add(1))))
				if status != 0 || ctx.Err() == nil {
					s.note(kind, f, time.Since(began), status, header)
				}
			}
		})
	}
	return all.Wait
}

// note counts one answer to the flood.
func (s *shore) note(kind inundation, f *flooded, took time.Duration, status int, header http.Header) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case status/100 == 2 || status == http.StatusUnauthorized && kind.name == "guessed secrets":
		f.served++
	case status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable:
		f.refused = append(f.refused, took)
		s.wantRetryAfter(header)
	default:
		s.Errorf("a flood of %s is answered %d", kind.name, status)
	}
}

// play submits alone, beside the load, beside the overload, and after it.
func (s *shore) play(kind inundation) *flooded {
	const few = 20
	f := &flooded{}
	f.alone = s.submitFor(few, *overload/4)
	s.beside(kind, usualPace, &flooded{}, func(*flooded) { f.nominal = s.submitFor(few, *overload/2) })
	s.beside(kind, tenfoldPace, f, func(f *flooded) {
		for f.under = s.submitFor(few, *overload); f.answers() < 2*flooders; {
			f.under = append(f.under, s.submit())
		}
	})
	ended, usual := time.Now(), percentile(f.nominal, 99)
	for range 1000 {
		if s.submit() <= usual {
			break
		}
	}
	f.recovery = time.Since(ended)
	s.nothingLost()
	return f
}

// beside does something while requests come at a pace.
func (s *shore) beside(kind inundation, pace time.Duration, f *flooded, do func(*flooded)) {
	ctx, end := context.WithCancel(s.Context())
	wait := s.flood(ctx, kind, pace, f)
	do(f)
	end()
	wait()
}

// nothingLost finds every submitted record in the member's list.
func (s *shore) nothingLost() {
	found := map[string]bool{}
	token := s.service.Token(s.T, s.service.Cast.A)
	for after, more := "", true; more; more = after != "" {
		got := s.service.Raw(servertest.Request{Method: "GET", Path: "/v1/records?limit=500" + after, Token: token})
		if got.Status != http.StatusOK {
			s.Fatalf("the list of records is answered %d", got.Status)
		}
		var page struct {
			Records []struct {
				ID string `json:"record_id"`
			} `json:"records"`
			Next string `json:"next"`
		}
		if err := json.Unmarshal(got.Body, &page); err != nil {
			s.Fatal(err)
		}
		for _, r := range page.Records {
			found[r.ID] = true
		}
		if after = ""; page.Next != "" {
			after = "&after=" + page.Next
		}
	}
	for n := range s.sent {
		if !found[string(recordtest.ID(n))] {
			s.Fatalf("record %d was acknowledged and is not there", n)
		}
	}
}

// defaults are the limits that a service has in production.
func defaults(d server.Deps) server.Deps {
	d.Limits = server.Limits{Rates: server.Rates{Reading: server.Rate{PerSecond: 1e6, Burst: 1e6}}} // the test reads everything at the end
	return d
}

func TestG10_Overload(t *testing.T) {
	kinds := len(inundations(""))
	for i := range kinds {
		t.Run(inundations("")[i].name, func(t *testing.T) {
			s := newShore(t, servertest.Options{Server: defaults})
			f := s.play(inundations(s.service.Token(t, s.service.Cast.B))[i])
			t.Log(f)
		})
	}
}

// More strangers connect than there are places, and ask nothing.
func TestG10_OverloadByIdleConnections(t *testing.T) {
	connections := 32
	if *overload > 0 {
		connections = 1024
	}
	s := newShore(t, servertest.Options{Server: func(d server.Deps) server.Deps {
		d = defaults(d)
		d.Limits.Connections = connections
		return d
	}})
	f := &flooded{alone: s.submitFor(20, *overload/4)}
	for range 2 * connections {
		conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
	f.under = s.submitFor(20, *overload)
	s.nothingLost()
	t.Log(f)
}

// The contrast: with no rate, and with every question counted at once, the same
// flood of counting delays intake far more. How much is told, and a matter of
// the machine; that more is counted at once is not.
func TestG10_contrast_without_rates_and_turns_counting_is_not_held_back(t *testing.T) {
	play := func(change func(server.Deps, desk.Store) server.Deps) *flooded {
		var store desk.Store
		s := newShore(t, servertest.Options{
			Stores: func(o servertest.Stores) servertest.Stores { store = o.Desk; return o },
			Server: func(d server.Deps) server.Deps { return change(defaults(d), store) },
		})
		return s.play(inundations(s.service.Token(t, s.service.Cast.B))[0])
	}
	held := play(func(d server.Deps, _ desk.Store) server.Deps {
		d.Limits.Rates.Counting = server.Rate{PerSecond: 1, Burst: 1}
		return d
	})
	free := play(func(d server.Deps, store desk.Store) server.Deps {
		figures, err := figure.Current(codelist.Current())
		if err != nil {
			t.Fatal(err)
		}
		if d.Counts, err = desk.New(desk.Deps{Store: store, Figures: figures, Now: func() time.Time { return servertest.Today }, AtOnce: flooders}); err != nil {
			t.Fatal(err)
		}
		d.Limits.Rates.Counting = server.Rate{PerSecond: 1e9, Burst: math.MaxInt32}
		d.Limits.Places.Counting = 4 * flooders
		return d
	})
	t.Logf("held back: %v", held)
	t.Logf("let go: %v", free)
	if len(held.refused) == 0 || len(free.refused) != 0 {
		t.Errorf("%d refusals with a rate, %d without", len(held.refused), len(free.refused))
	}
}
