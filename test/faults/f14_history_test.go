package faults

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

var operations = flag.Int("operations", 1200, "F14: operations of a history that is checked, on each database")

const (
	keysOfHistory  = 40 // records of a history of 1,200 operations
	rivalKeys      = 3  // that the clients read and write at the same time
	killsOfHistory = 3
	aKey           = 1200 / keysOfHistory
	bodies         = 6 // that are sent under an id
)

// history is what several clients did to some records, and what they saw.
type history struct {
	ids   []string
	began time.Time

	mu  sync.Mutex
	all []porcupine.Operation
}

// TestF14_History has clients put, read, correct and withdraw the same records,
// while the program is killed now and then, and asks porcupine whether what each
// of them saw fits together.
func TestF14_History(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			began := time.Now()
			h := record(t, prepare(t, backend), *operations)
			a := h.account(string(backend))
			tell(t, a, began)
			mustHold(t, a)
			if a.Cases["corrections"] == 0 || a.Cases["corrections too late"] == 0 {
				t.Error("nobody corrected, or nobody came too late")
			}
			h.contrast(t)
		})
	}
}

// TestF14_HistoryContrast shows that a program that lets two clients correct one
// version, and so loses what the first of them wrote, is found out.
func TestF14_HistoryContrast(t *testing.T) {
	s := prepare(t, store.SQLite)
	s.program = mutant(t, "corrections-lost", change{
		"pkg/intake/decide.go", `case named.Version != current.Number, named.Tag != "" && named.Tag != current.Tag:`, `case named.Version > current.Number:`,
	})
	began := time.Now()
	a := record(t, s, 400).account(string(store.SQLite))
	a.Contrast = "a correction names any version"
	tell(t, a, began)
	if a.Unexpected == 0 {
		t.Error("corrections were lost, and it went unnoticed: the check has no teeth")
	}
}

func (h *history) account(backend string) Account {
	a := Account{Fault: "F14 history", Backend: backend, Cycles: killsOfHistory, Acknowledged: len(h.all)}
	a.Count("unknown outcomes", h.unknowns())
	for _, o := range h.all {
		in, _ := o.Input.(did)
		out, _ := o.Output.(saw)
		switch {
		case in.replaces != "" && out.status == http.StatusPreconditionFailed:
			a.Count("corrections too late", 1)
		case in.replaces != "" && out.status == http.StatusOK && out.etag != in.replaces:
			a.Count("corrections", 1)
		case out.status == http.StatusNoContent:
			a.Count("withdrawals", 1)
		}
	}
	if !porcupine.CheckOperations(oneRecord, h.all) {
		a.Unexpected++
	}
	return a
}

// contrast plants answers that nobody can have seen.
func (h *history) contrast(t *testing.T) {
	t.Helper()
	created := h.find(t, func(in did, out saw) bool { return in.method == http.MethodPut && out.status == http.StatusCreated })
	corrected := h.find(t, func(in did, out saw) bool {
		return in.replaces != "" && out.status == http.StatusOK && out.etag != in.replaces
	})
	of := func(o porcupine.Operation) (did, saw) { return o.Input.(did), o.Output.(saw) } //nolint:errcheck // they are nothing else
	first, _ := of(created)
	second, newest := of(corrected)
	get := func(key int) did { return did{key: key, method: http.MethodGet} }
	for name, ghost := range map[string]struct {
		in  did
		out saw
	}{
		"a record that nobody sent":              {get(first.key), saw{status: http.StatusOK, serial: -1}},
		"no record after one was acknowledged":   {get(first.key), saw{status: http.StatusNotFound}},
		"the version before a correction":        {get(second.key), saw{http.StatusOK, second.serial, second.replaces}},
		"another body under the newest ETag":     {get(second.key), saw{http.StatusOK, bodies, newest.etag}},
		"a second correction of the old version": {did{second.key, http.MethodPut, bodies, second.replaces}, saw{http.StatusOK, bodies, `"v3-0"`}},
	} {
		end := time.Since(h.began).Nanoseconds()
		planted := porcupine.Operation{Input: ghost.in, Output: ghost.out, Call: end, Return: end + 1}
		if porcupine.CheckOperations(oneRecord, append(slices.Clone(h.all), planted)) {
			t.Errorf("contrast: %s was seen, and it went unnoticed", name)
		}
	}
}

// find gives the first operation that fits.
func (h *history) find(t *testing.T, fits func(in did, out saw) bool) porcupine.Operation {
	t.Helper()
	at := slices.IndexFunc(h.all, func(o porcupine.Operation) bool {
		in, _ := o.Input.(did)
		out, _ := o.Output.(saw)
		return fits(in, out)
	})
	if at < 0 {
		t.Fatal("nothing of the kind happened, so nothing can be planted beside it")
	}
	return h.all[at]
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

// client works until the program is gone or there are enough operations. It
// corrects what it saw last, which others may have corrected since.
func (h *history) client(t *testing.T, s *service, chance *rand.Rand, enough int) {
	known := map[int]string{}
	for h.size() < enough && !s.gone() {
		in := did{key: (h.size()/aKey + chance.IntN(rivalKeys)) % len(h.ids), method: http.MethodGet}
		switch draw := chance.IntN(40); {
		case draw == 0:
			in.method = http.MethodDelete
		case draw < 25:
			in.method, in.serial = http.MethodPut, chance.IntN(bodies)
			if draw > 6 {
				in.replaces = known[in.key]
			}
		}
		call := time.Since(h.began).Nanoseconds()
		out := s.exchange(t, h.ids[in.key], in)
		h.mu.Lock()
		h.all = append(h.all, porcupine.Operation{Input: in, Output: out, Call: call, Return: time.Since(h.began).Nanoseconds()})
		h.mu.Unlock()
		if out.etag != "" {
			known[in.key] = out.etag
		}
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
	if in.replaces != "" {
		req.Header.Set("If-Match", in.replaces)
	}
	res, err := s.client.Do(req)
	if err != nil {
		return saw{}
	}
	defer res.Body.Close()
	if res.StatusCode == tryAgain {
		return saw{}
	}
	out := saw{status: res.StatusCode, etag: res.Header.Get("ETag")}
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
