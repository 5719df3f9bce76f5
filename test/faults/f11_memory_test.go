package faults

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

var floods = flag.Int("floods", 1, "F11: how often the largest batches are sent to each database, as many at once as are taken")

const (
	memory    = 200 << 20   // bytes that the program has
	heap      = 125 << 20   // of which it must find out by itself that Go may have so much
	batchRows = 50_000      // the most in one batch
	lineBytes = 1_330       // of a row: so many of them make 64 MiB, the most that a batch may have
	tooMany   = 24          // batches at once, of which each row is in memory if nothing bounds them
	quick     = time.Second // until a batch that found no place is sent again
)

// batch is one kind of the largest batch there may be.
type batch struct{ media, mode string }

var batches = []batch{
	{"application/x-ndjson", "all_or_nothing"},
	{"text/csv", "row_by_row"},
	{"application/x-ndjson", "row_by_row"},
	{"text/csv", "all_or_nothing"},
}

// TestF11_MemoryLimit sends the largest batches in every form, as many at once
// as there are places and more, to a program that has 200 MB, while others count,
// sign in and hand in single records. The kernel must not have to kill it.
func TestF11_MemoryLimit(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			began := time.Now()
			a := flood(t, backend, *floods)
			tell(t, a, began)
			mustHold(t, a)
			if a.Cases["kills by the kernel"] > 0 {
				t.Error("the program needed more memory than it had")
			}
		})
	}
}

// TestF11_MemoryLimitContrast shows that a program that takes any number of
// batches at once does need more.
func TestF11_MemoryLimitContrast(t *testing.T) {
	began := time.Now()
	c := newCage(t, memory)
	s := prepare(t, store.SQLite)
	s.program = mutant(t, "batches-unbounded", change{"cmd/casestat/wiring.go", "const batchesAtOnce = 4", "const batchesAtOnce = 400"})
	s.how = c.shutIn()
	s.start(t)
	var members []*service
	for range len(batches) {
		members = append(members, s.as(t, s.join(t)))
	}
	content := batches[0].write(newTally().takeMany(batchRows))
	var wg sync.WaitGroup
	for n := range tooMany {
		wg.Go(func() { _, _, _ = members[n%len(members)].batch(batches[0], content, true) }) // what becomes of it is not the question
	}
	wg.Wait()
	a := Account{Fault: "F11 memory limit", Backend: string(store.SQLite), Contrast: "any number of batches at once", Cycles: 1}
	a.Count("kills by the kernel", c.kills(t))
	a.Peak("kB charged", c.most(t))
	tell(t, a, began)
	if a.Cases["kills by the kernel"] == 0 {
		t.Error("any number of batches was taken at once, and there was memory for them: the check has no teeth")
	}
}

func flood(t *testing.T, backend store.Backend, floods int) Account {
	t.Helper()
	c := newCage(t, memory)
	s := prepare(t, backend)
	s.how = c.shutIn()
	metrics := s.measured(t)
	s.start(t)
	if found := metric(t, metrics, "go_gc_gomemlimit_bytes"); found != heap {
		t.Errorf("in %d bytes Go keeps to %d, want %d", memory, found, heap)
	}
	f := &flooded{service: s, tally: newTally(), all: Account{Fault: "F11 memory limit", Backend: string(backend)}}
	for range batches {
		f.members = append(f.members, s.as(t, s.join(t)))
	}
	for range floods {
		f.once(t)
		f.all.Add(Account{Cycles: 1, Outage: f.tally.outage()})
	}
	if !s.gone() {
		f.all.Peak("kB of memory", s.inProcess(t, "VmHWM"))
	}
	f.all.Peak("kB charged", c.most(t))
	f.all.Count("kills by the kernel", c.kills(t))
	if !s.gone() {
		f.all.Add(f.tally.compare(storedOf(t, append(f.members, f.service))))
		s.kill(t)
		s.verifyLedger(t)
	}
	return f.all
}

// flooded is a service with members who send batches.
type flooded struct {
	*service
	members []*service
	tally   *tally

	mu  sync.Mutex
	all Account
}

// once has every member send one batch until it is taken. Meanwhile each also
// tries batches for show and counts, and single records come in.
func (f *flooded) once(t *testing.T) {
	t.Helper()
	f.refreshToken(t)
	l := startLoad(t, honestDoor{f.service}, f.tally)
	done := make(chan struct{})
	var senders, others sync.WaitGroup
	for n, m := range f.members {
		m.refreshToken(t)
		attempts := f.tally.takeMany(batchRows)
		content := batches[n].write(attempts)
		senders.Go(func() { f.sendUntilTaken(t, m, batches[n], content, attempts) })
		others.Go(func() {
			for !over(done) && !f.gone() {
				f.note(m.batch(batches[n], content, true))
				time.Sleep(quick)
			}
		})
		others.Go(func() {
			for !over(done) && !f.gone() {
				f.note(m.ask("/v1/own/periods/2026/figures"))
			}
		})
		others.Go(func() { // each check of a secret takes 19 MiB
			for !over(done) && !f.gone() {
				f.note(m.signIn())
				time.Sleep(quick / 4) // all members together take a good half of a core
			}
		})
	}
	senders.Wait()
	close(done)
	others.Wait()
	l.end()
}

func over(done chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// sendUntilTaken sends the same batch again for as long as it finds no place.
func (f *flooded) sendUntilTaken(t *testing.T, m *service, b batch, content []byte, attempts []attempt) {
	for !f.gone() {
		status, told, err := m.batch(b, content, false)
		f.note(status, told, err)
		switch {
		case err != nil && f.gone():
			return
		case err == nil && status == http.StatusOK:
			if taken := told.Accepted + told.Unchanged; taken != len(attempts) {
				t.Errorf("%s, %s: %d rows of %d were taken, the others not: %s", b.media, b.mode, taken, len(attempts), told.Refusals)
				return
			}
			for _, a := range attempts {
				f.tally.acknowledge(a)
			}
			return
		case err == nil && status != http.StatusTooManyRequests && status != tryAgain:
			t.Errorf("a batch was refused with status %d", status)
			return
		}
		time.Sleep(quick)
	}
}

// note counts what became of a request.
func (f *flooded) note(status int, _ report, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case err != nil: // the connection ends when a batch is refused before it is read
		f.all.Count("requests broken off", 1)
	default:
		f.all.Count(fmt.Sprintf("answers %d", status), 1)
	}
}

// takeMany gives so many records to be sent at once.
func (t *tally) takeMany(n int) []attempt {
	t.mu.Lock()
	defer t.mu.Unlock()
	many := make([]attempt, n)
	for i := range many {
		many[i] = attempt{t.next, newRecordID()}
		t.sent[t.next] = true
		t.next++
	}
	return many
}

// report is what the program says of a batch.
type report struct {
	Accepted, Unchanged int
	Refusals            json.RawMessage
}

// batch sends one, for show or in earnest, and gives the status of the answer
// and its report.
func (s *service) batch(b batch, content []byte, show bool) (status int, told report, err error) {
	req, err := http.NewRequest(http.MethodPost, fmt.Sprintf("%s/v1/records/batches?mode=%s&dry_run=%v", s.url, b.mode, show), bytes.NewReader(content))
	if err != nil {
		return 0, told, err
	}
	req.Header.Set("Content-Type", b.media)
	return s.send(req)
}

func (s *service) ask(path string) (status int, told report, err error) {
	req, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	if err != nil {
		return 0, told, err
	}
	return s.send(req)
}

// signIn asks for a token that nobody uses.
func (s *service) signIn() (status int, told report, err error) {
	res, err := s.client.PostForm(s.url+"/v1/token", s.credentials)
	if err != nil {
		return 0, told, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return res.StatusCode, told, err
}

func (s *service) send(req *http.Request) (status int, told report, err error) {
	req.Header.Set("Authorization", "Bearer "+s.token)
	res, err := s.client.Do(req)
	if err != nil {
		return 0, told, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, told, err
	}
	_ = json.Unmarshal(text, &told) // what is no report says nothing of rows
	return res.StatusCode, told, nil
}

// write writes records in this form, each row as long as it may be.
func (b batch) write(attempts []attempt) []byte {
	var content bytes.Buffer
	content.Grow(lineBytes * len(attempts))
	if b.media == "text/csv" {
		content.WriteString(strings.Join(columns, ",") + "\n")
	}
	for _, a := range attempts {
		row := b.row(a)
		content.Write(row)
		if b.media != "text/csv" { // a cell cannot be made longer by blanks
			content.Write(bytes.Repeat([]byte(" "), max(0, lineBytes-len(row)-1)))
		}
		content.WriteByte('\n')
	}
	return content.Bytes()
}

// columns are those of body.
var columns = []string{
	"record_id", "contact_year", "person_role", "consent_statistics", "earlier_member_contacts", "gender", "age_band", "residence_status",
	"has_children", "children_count", "identification_status", "exploitation_types", "entry_means", "perpetrator_relation", "first_contact",
	"police_report", "police_report_barriers", "control_means", "support_needs",
}

func (b batch) row(a attempt) []byte {
	content := body(a.serial)
	if b.media != "text/csv" {
		return append([]byte(`{"record_id":"`+a.id+`",`), content[1:]...)
	}
	fields := map[string]any{"record_id": a.id}
	if err := json.Unmarshal(content, &fields); err != nil {
		panic(err) // body writes JSON
	}
	cells := make([]string, len(columns))
	for i, column := range columns {
		switch value := fields[column].(type) {
		case nil: // a column that must be there, with nothing in it
		case []any:
			cells[i] = strings.Join(words(value), ";")
		default:
			cells[i] = fmt.Sprint(value)
		}
	}
	return []byte(strings.Join(cells, ","))
}
