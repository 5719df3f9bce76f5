package demo

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/api"
)

// double answers as the service does, from memory. Real plays against the real
// service are in cmd/casestat.
type double struct {
	mu      sync.Mutex
	asked   []string // method and path, ids left out
	clients map[string]bool
	periods map[string]string
	seen    map[string]bool                                           // records
	bend    func(operation string, w http.ResponseWriter) (done bool) // may answer something else
	slide   func(figures []api.Figure) []api.Figure
}

func newDouble() *double {
	return &double{clients: map[string]bool{}, periods: map[string]string{}, seen: map[string]bool{}}
}

func (d *double) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	operation := r.Method + " " + parts[0]
	if parts[len(parts)-1] == "secret" || parts[len(parts)-1] == "batches" {
		operation += "/" + parts[len(parts)-1]
	}
	d.asked = append(d.asked, operation)
	if d.bend != nil && d.bend(operation, w) {
		return
	}
	switch operation {
	case "GET organisations":
		send(w, 200, api.Organisations{Organisations: []api.Organisation{{Kind: "platform", OrganisationID: "p"}}})
	case "PUT organisations":
		send(w, 200, api.Organisation{})
	case "PUT clients":
		d.client(w, parts[1])
	case "POST clients/secret":
		send(w, 200, api.ClientSecret{ClientID: parts[1], ClientSecret: "renewed"})
	case "GET periods":
		d.listPeriods(w)
	case "PUT periods":
		var change api.PeriodChange
		_ = json.NewDecoder(r.Body).Decode(&change)
		d.periods[parts[1]] = string(change.State)
		send(w, 200, api.Period{})
	case "PUT records":
		d.record(w, parts[1])
	case "POST records/batches":
		d.batch(w, r)
	case "GET desk":
		figures := wholeSlide()
		if d.slide != nil {
			figures = d.slide(figures)
		}
		send(w, 200, api.InternalFigures{Figures: figures})
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func send(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

func (d *double) client(w http.ResponseWriter, id string) {
	if d.clients[id] {
		send(w, 200, api.Client{ClientID: id})
		return
	}
	d.clients[id] = true
	send(w, 201, api.ClientWithSecret{Client: api.Client{ClientID: id}, ClientSecret: "secret"})
}

func (d *double) listPeriods(w http.ResponseWriter) {
	list := api.Periods{}
	for _, year := range []int{slideYear - 1, slideYear, slideYear + 1} {
		if state, there := d.periods[string(yearCode(year))]; there {
			list.Periods = append(list.Periods, api.Period{Year: year, State: api.PeriodState(state)})
		}
	}
	send(w, 200, list)
}

func (d *double) record(w http.ResponseWriter, id string) {
	if d.seen[id] {
		send(w, 200, api.Receipt{Outcome: api.ReceiptOutcomeUnchanged})
		return
	}
	d.seen[id] = true
	send(w, 201, api.Receipt{Outcome: api.ReceiptOutcomeAccepted})
}

func (d *double) batch(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	rows := strings.Count(string(body), "\n")
	if r.Header.Get("Content-Type") == "text/csv" {
		rows-- // the header
	}
	report := api.BatchReport{Rows: rows, Accepted: rows}
	if d.seen[string(body)] {
		report.Accepted, report.Unchanged = 0, rows
	}
	d.seen[string(body)] = true
	send(w, 200, report)
}

func wholeSlide() []api.Figure {
	of, children := 35, 24
	return []api.Figure{
		{Name: "women_girls_sexual_exploitation", N: 35},
		{Name: "first_contact_civil_society", N: 15},
		{Name: "never_dared_to_report", N: 10},
		{Name: "undocumented", N: 7},
		{Name: "forced_by_violence", N: 9},
		{Name: "relation_to_perpetrator", N: 26, Of: &of},
		{Name: "children", N: 16, Sum: &children},
		{Name: "minors_themselves", N: 7, Of: &of},
	}
}

// memory keeps credentials for a test.
type memory map[string]Credentials

func (m memory) Load(name string) (Credentials, bool, error) {
	c, known := m[name]
	return c, known, nil
}

func (m memory) Save(name string, c Credentials) error {
	m[name] = c
	return nil
}

// stage puts the double on stage.
func stage(t *testing.T, d *double) (Stage, memory) {
	t.Helper()
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	keep := memory{Coordinator: {ID: "c", Secret: "s"}}
	return Stage{
		Book: book, Script: script(t), Keep: keep,
		Dial: func(Credentials) (*api.ClientWithResponses, error) {
			return api.NewClientWithResponses(server.URL, api.WithHTTPClient(strict{}))
		},
	}, keep
}

// strict makes an error of every answer that is not a success, as Dial must.
type strict struct{}

func (strict) Do(r *http.Request) (*http.Response, error) {
	response, err := http.DefaultClient.Do(r)
	if err == nil && response.StatusCode >= 300 {
		return nil, errors.Join(errRefused, response.Body.Close())
	}
	return response, err
}

var errRefused = errors.New("refused")

func TestPlay(t *testing.T) {
	d := newDouble()
	s, keep := stage(t, d)
	outcome, err := s.Play(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := Tally{Batches: 5, Singles: 15, Accepted: len(s.Script.Records)}
	if diff := cmp.Diff(want, outcome.Taken); diff != "" {
		t.Error(diff)
	}
	if outcome.Slide != Expected || len(outcome.Sentences) != 8 {
		t.Errorf("slide %+v, %d sentences", outcome.Slide, len(outcome.Sentences))
	}
	if diff := cmp.Diff(map[string]string{"2024": "closed", "2025": "closed", "2026": "open"}, d.periods); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"coordinator", "desk", "member-A", "member-B", "member-C", "member-D", "member-E", "reviewer"}, slices.Sorted(maps.Keys(keep))); diff != "" {
		t.Error(diff)
	}
}

func TestPlayingAgainChangesNothing(t *testing.T) {
	d := newDouble()
	s, keep := stage(t, d)
	if _, err := s.Play(t.Context()); err != nil {
		t.Fatal(err)
	}
	delete(keep, Desk)
	outcome, err := s.Play(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := Tally{Batches: 5, Singles: 15, Unchanged: len(s.Script.Records)}
	if diff := cmp.Diff(want, outcome.Taken); diff != "" {
		t.Error(diff)
	}
	if keep[Desk].Secret != "renewed" || keep["member-A"].Secret != "secret" {
		t.Errorf("desk %v, member A %v", keep[Desk], keep["member-A"])
	}
	if d.periods["2025"] != "closed" {
		t.Error("a closed year was opened again")
	}
}

// TestPlayStopsAtTheFirstRefusal breaks each operation in turn, once with a
// refusal and once with an answer that the contract does not know.
func TestPlayStopsAtTheFirstRefusal(t *testing.T) {
	for _, operation := range []string{
		"GET organisations", "PUT organisations", "PUT clients", "GET periods", "PUT periods", "PUT records", "POST records/batches", "GET desk",
	} {
		for name, answer := range map[string]func(http.ResponseWriter){
			"refused":    func(w http.ResponseWriter) { w.WriteHeader(http.StatusForbidden) },
			"unexpected": func(w http.ResponseWriter) { w.WriteHeader(http.StatusAccepted) },
		} {
			if name == "unexpected" && slices.Contains([]string{"PUT organisations", "PUT periods", "PUT clients"}, operation) {
				continue // a success is all that matters there
			}
			d := newDouble()
			d.bend = func(asked string, w http.ResponseWriter) bool {
				if asked == operation {
					answer(w)
				}
				return asked == operation
			}
			s, _ := stage(t, d)
			if _, err := s.Play(t.Context()); err == nil {
				t.Errorf("%s %s: the play goes on", operation, name)
			}
			if last := d.asked[len(d.asked)-1]; last != operation {
				t.Errorf("%s %s: followed by %s", operation, name, last)
			}
		}
	}
}

func TestPlayNeedsACoordinator(t *testing.T) {
	s, keep := stage(t, newDouble())
	delete(keep, Coordinator)
	if _, err := s.Play(context.Background()); !errors.Is(err, errNoCoordinator) {
		t.Errorf("error %v", err)
	}
}

// TestASlideThatDiffersIsAMismatch bends one figure at a time.
func TestASlideThatDiffersIsAMismatch(t *testing.T) {
	yes, more := true, 36
	for i := range wholeSlide() {
		bends := map[string]func([]api.Figure) []api.Figure{
			"one more":    func(f []api.Figure) []api.Figure { f[i].N++; return f },
			"missing":     func(f []api.Figure) []api.Figure { return slices.Delete(f, i, i+1) },
			"twice":       func(f []api.Figure) []api.Figure { return append(f, f[i]) },
			"lower bound": func(f []api.Figure) []api.Figure { f[i].SumAtLeast = &yes; return f },
			"of another":  func(f []api.Figure) []api.Figure { f[i].Of = &more; return f },
		}
		for name, bend := range bends {
			d := newDouble()
			d.slide = bend
			s, _ := stage(t, d)
			outcome := Outcome{}
			_ = s.Keep.Save(Desk, Credentials{})
			if err := s.readSlide(t.Context(), &outcome); !errors.Is(err, ErrMismatch) {
				t.Errorf("figure %d %s: error %v", i, name, err)
			}
		}
	}
}

func TestABatchThatIsNotTakenWholeIsAnError(t *testing.T) {
	d := newDouble()
	d.bend = func(asked string, w http.ResponseWriter) bool {
		if asked == "POST records/batches" {
			send(w, 200, api.BatchReport{Rows: 1, Accepted: 1})
			return true
		}
		return false
	}
	s, _ := stage(t, d)
	if _, err := s.Play(t.Context()); !errors.Is(err, errUnexpected) {
		t.Errorf("error %v", err)
	}
}
