package faults

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"manniskohandel.se/casestat/pkg/storetest"
)

var operations = flag.Int("operations", 1200, "F14: operations of a history that is checked, on each database")

const (
	keysOfHistory  = 40 // records that many clients read and write at the same time
	killsOfHistory = 3
	unknown        = 0 // the status of an exchange that broke: it may have been carried out or not
)

// did is what a client did to one record.
type did struct {
	key    int
	method string
	serial int // of PUT: the record that was sent
}

// saw is the answer to it.
type saw struct{ status, serial int }

// standing is what there is under one id.
type standing struct {
	there     bool
	serial    int
	withdrawn bool
}

// oneRecord is what one record must look like to everybody at once: as if each
// operation happened at one moment between its beginning and its end.
var oneRecord = porcupine.Model{
	Init: func() any { return standing{} },
	Step: func(now, in, out any) (bool, any) {
		s, _ := now.(standing)
		i, _ := in.(did)
		o, _ := out.(saw)
		want, next := s.after(i)
		return o.status == unknown || o == want, next
	},
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byKey := map[int][]porcupine.Operation{}
		for _, o := range history {
			in, _ := o.Input.(did)
			byKey[in.key] = append(byKey[in.key], o)
		}
		return slices.Collect(maps.Values(byKey))
	},
}

// after gives the answer to an operation and what stands then.
func (s standing) after(in did) (saw, standing) {
	switch {
	case in.method == http.MethodPut && !s.there:
		return saw{status: http.StatusCreated}, standing{there: true, serial: in.serial}
	case !s.there:
		return saw{status: http.StatusNotFound}, s
	case in.method == http.MethodDelete:
		s.withdrawn = true
		return saw{status: http.StatusNoContent}, s
	case s.withdrawn:
		return saw{status: http.StatusGone}, s
	case in.method == http.MethodGet:
		return saw{http.StatusOK, s.serial}, s
	case s.serial == in.serial:
		return saw{status: http.StatusOK}, s
	}
	return saw{status: http.StatusPreconditionRequired}, s // another body is a correction, and says of what
}

// history is what several clients did to some records, and what they saw.
type history struct {
	ids   []string
	began time.Time

	mu  sync.Mutex
	all []porcupine.Operation
}

// TestF14_History has clients put, read and withdraw the same records, while the
// program is killed now and then, and asks porcupine whether what each of them
// saw fits together.
func TestF14_History(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			began := time.Now()
			h := record(t, prepare(t, backend), *operations)
			a := Account{Fault: "F14 history", Backend: string(backend), Cycles: killsOfHistory, Acknowledged: len(h.all)}
			a.Count("unknown outcomes", h.unknowns())
			if !porcupine.CheckOperations(oneRecord, h.all) {
				a.Unexpected++
			}
			tell(t, a, began)
			mustHold(t, a)
			h.contrast(t)
		})
	}
}

// contrast plants an answer that nobody can have seen.
func (h *history) contrast(t *testing.T) {
	t.Helper()
	last := slices.IndexFunc(h.all, func(o porcupine.Operation) bool {
		in, _ := o.Input.(did)
		return in.method == http.MethodPut && o.Output == saw{status: http.StatusCreated}
	})
	in, _ := h.all[last].Input.(did)
	for name, planted := range map[string]saw{
		"a record that nobody sent": {http.StatusOK, -1}, "no record after one was acknowledged": {status: http.StatusNotFound},
	} {
		end := time.Since(h.began).Nanoseconds()
		ghost := porcupine.Operation{Input: did{in.key, http.MethodGet, 0}, Output: planted, Call: end, Return: end + 1}
		if porcupine.CheckOperations(oneRecord, append(slices.Clone(h.all), ghost)) {
			t.Errorf("contrast: %s was read, and it went unnoticed", name)
		}
	}
}

func (h *history) unknowns() (n int) {
	for _, o := range h.all {
		if o.Output == (saw{}) {
			n++
		}
	}
	return n
}

// record lets the clients work until there are so many operations, and kills the
// program in between.
func record(t *testing.T, s *service, operations int) *history {
	t.Helper()
	h := &history{began: time.Now()}
	for range keysOfHistory * max(1, operations/1200) {
		h.ids = append(h.ids, newRecordID())
	}
	for n := range killsOfHistory + 1 {
		s.start(t)
		s.refreshToken(t)
		var wg sync.WaitGroup
		for client := range senders {
			chance := rand.New(rand.NewPCG(*seed, uint64(n*senders+client)))
			wg.Go(func() { h.client(t, s, chance, operations*(n+1)/(killsOfHistory+1)) })
		}
		if n < killsOfHistory {
			h.await(operations * (n + 1) / (killsOfHistory + 2))
			s.kill(t)
		}
		wg.Wait()
	}
	end := time.Since(h.began).Nanoseconds()
	for i := range h.all {
		if h.all[i].Output == (saw{}) { // it may be carried out at any time, as far as anybody knows
			h.all[i].Return = end
		}
	}
	return h
}

// client works until the program is gone or there are enough operations.
func (h *history) client(t *testing.T, s *service, chance *rand.Rand, enough int) {
	for h.size() < enough && !s.gone() {
		in := did{chance.IntN(len(h.ids)), []string{http.MethodPut, http.MethodPut, http.MethodGet, http.MethodGet, http.MethodGet, http.MethodDelete}[chance.IntN(6)], chance.IntN(4)}
		call := time.Since(h.began).Nanoseconds()
		out := s.exchange(t, h.ids[in.key], in)
		h.mu.Lock()
		h.all = append(h.all, porcupine.Operation{Input: in, Output: out, Call: call, Return: time.Since(h.began).Nanoseconds()})
		h.mu.Unlock()
		if out.status == unknown {
			time.Sleep(breath)
		}
	}
}

func (h *history) size() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.all)
}

func (h *history) await(n int) {
	for h.size() < n {
		time.Sleep(time.Millisecond)
	}
}

// exchange carries out one operation and gives what came of it.
func (s *service) exchange(t *testing.T, id string, in did) saw {
	var content io.Reader
	if in.method == http.MethodPut {
		content = bytes.NewReader(body(in.serial))
	}
	req, err := http.NewRequestWithContext(t.Context(), in.method, s.url+"/v1/records/"+id, content)
	if err != nil {
		t.Error(err)
		return saw{}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.token)
	res, err := s.client.Do(req)
	if err != nil {
		return saw{}
	}
	defer res.Body.Close()
	if res.StatusCode == tryAgain {
		return saw{}
	}
	out := saw{status: res.StatusCode}
	if in.method == http.MethodGet && res.StatusCode == http.StatusOK {
		var stored struct {
			Record map[string]any `json:"record"`
		}
		if json.NewDecoder(res.Body).Decode(&stored) != nil {
			return saw{}
		}
		out.serial = serialOf(stored.Record)
	}
	return out
}
