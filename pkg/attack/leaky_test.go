package attack

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// leak is a service that does one thing wrong: it answers itself, or lets the
// server answer and changes what it said.
type leak func(r *http.Request, a *httptest.ResponseRecorder)

func (l leak) before(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := httptest.NewRecorder()
		h.ServeHTTP(a, r)
		l(r, a)
		for name, values := range a.Header() {
			if name != "Content-Length" {
				w.Header()[name] = values
			}
		}
		w.WriteHeader(a.Code)
		_, _ = io.Copy(w, a.Body) //nolint:errcheck // the attacker hung up
	})
}

func say(a *httptest.ResponseRecorder, body string) {
	a.Code, a.Body = 200, bytes.NewBufferString(body)
}

func replace(a *httptest.ResponseRecorder, old, by string) {
	a.Body = bytes.NewBufferString(strings.ReplaceAll(a.Body.String(), old, by))
}

// oneAttack runs one attack on a target.
func oneAttack(t *testing.T, number int, target Target, options Options) Result {
	t.Helper()
	s, err := visit(t.Context(), target, options)
	if err != nil {
		t.Fatal(err)
	}
	a := adversaries()[number-1]
	got, err := a.attack(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return Result{Number: a.number, Name: a.name, Status: got.status, Reason: got.reason, Figures: got.figures}
}

// Each leak breaks the attack that looks for it, and no leak leaves the others
// to find it by chance: without one the same attack holds.
func TestContrastEachLeakIsFound(t *testing.T) {
	content := baseline(population(planted), nil)
	sound := serve(t, content)
	calls := 0
	for _, c := range []struct {
		name   string
		attack int
		leak   leak
	}{
		{"a share beside a count", 5, func(_ *http.Request, a *httptest.ResponseRecorder) {
			replace(a, `"cells":3`, `"cells":3,"share":0.0571`)
		}},
		{"a percentage in a sentence", 5, func(r *http.Request, a *httptest.ResponseRecorder) {
			if !strings.HasSuffix(r.URL.Path, "/figures") {
				return
			}
			replace(a, `"years":[`, `"note":"that is 5.7 % of them","years":[`)
		}},
		{"noise, fresh in every answer", 13, func(r *http.Request, a *httptest.ResponseRecorder) {
			if calls++; strings.HasSuffix(r.URL.Path, "/figures") {
				a.Body.WriteString(strconv.Itoa(calls))
			}
		}},
		{"another answer in English", 13, func(r *http.Request, a *httptest.ResponseRecorder) {
			if r.Header.Get("Accept-Language") == "en" {
				a.Body.WriteByte(' ')
			}
		}},
		{"debug shows more", 16, func(r *http.Request, a *httptest.ResponseRecorder) {
			if r.URL.Query().Has("debug") {
				say(a, "{}")
			}
		}},
		{"drafts are read by everybody", 16, func(r *http.Request, a *httptest.ResponseRecorder) {
			if r.URL.Path == "/v1/drafts" {
				say(a, "[]")
			}
		}},
		{"a guessed id is echoed", 16, func(r *http.Request, a *httptest.ResponseRecorder) {
			if strings.HasPrefix(r.URL.Path, "/v1/records/") {
				a.Body.WriteString(r.URL.Path)
			}
		}},
		{"unknown codes count as none", 16, func(r *http.Request, a *httptest.ResponseRecorder) {
			if strings.HasSuffix(r.URL.Path, "/derived") {
				say(a, "{}")
			}
		}},
		{"a release can be deleted", 17, func(r *http.Request, a *httptest.ResponseRecorder) {
			if r.Method == http.MethodDelete {
				say(a, "")
			}
		}},
		{"a file is not the one that was signed", 17, func(r *http.Request, a *httptest.ResponseRecorder) {
			if strings.HasSuffix(r.URL.Path, "/files/figures.json") {
				a.Body.WriteByte(' ')
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := oneAttack(t, c.attack, sound, Options{Repeats: 3}); got.Status != Held {
				t.Errorf("without the leak attack %d is %s: %v", c.attack, got.Status, got.Figures)
			}
			leaky := serveBehind(t, c.leak.before, content)
			if got := oneAttack(t, c.attack, leaky, Options{Repeats: 3}); got.Status != Broken {
				t.Errorf("attack %d is %s: %v", c.attack, got.Status, got.Figures)
			}
		})
	}
}

// Two services with the same releases answer alike. One that counts records in
// a header, or says when one was changed, does not.
func TestContrastSideChannels(t *testing.T) {
	content := baseline(population(planted), nil)
	target := serve(t, content)
	target.Twin = serve(t, content).URL
	if got := oneAttack(t, 15, target, Options{}); got.Status != Held {
		t.Errorf("two sound services: %s %v", got.Status, got.Figures)
	}
	for _, c := range []struct {
		name string
		leak leak
	}{
		{"a header that counts", func(_ *http.Request, a *httptest.ResponseRecorder) { a.Header().Set("X-Total-Count", "36") }},
		{"a tag of the records", func(_ *http.Request, a *httptest.ResponseRecorder) { a.Header().Set("ETag", `"36"`) }},
		{"an error that knows more", func(_ *http.Request, a *httptest.ResponseRecorder) {
			if a.Code == http.StatusNotFound {
				a.Code = http.StatusForbidden
			}
		}},
	} {
		target.Twin = serveBehind(t, c.leak.before, content).URL
		if got := oneAttack(t, 15, target, Options{}); got.Status != Broken {
			t.Errorf("%s: %s %v", c.name, got.Status, got.Figures)
		}
	}
}

// A second release that differs by one person tells her answers, if it is
// published.
func TestContrastTimeDifferencing(t *testing.T) {
	people := population(planted)
	before, after := baseline(people[1:], pairs(2)), baseline(people, pairs(2))
	if got := oneAttack(t, 6, serve(t, before, after), Options{}); got.Status != Broken {
		t.Errorf("one person more: %s %v", got.Status, got.Figures)
	}
	if got := oneAttack(t, 6, serve(t, after, after), Options{}); got.Status != Held {
		t.Errorf("the same again: %s %v", got.Status, got.Figures)
	}
	if got := oneAttack(t, 6, serve(t, after), Options{}); got.Status != NotRun || got.Reason == "" {
		t.Errorf("a single release: %s %q", got.Status, got.Reason)
	}
}

// Bands that overlap cut out the ages between them.
func TestContrastOverlappingLadders(t *testing.T) {
	content := baseline(population(planted), nil)
	y := &content.Years[0]
	for _, bands := range [][]int{{0, 1}, {1, 2}} {
		where := plan.Selection{{Axis: 8, Categories: bands}}
		n := count(population(planted), where)
		y.Cells = append(y.Cells, plan.PublishedCell{
			Cell: plan.Cell{Name: "band" + strconv.Itoa(bands[0]), Where: where}, Quantity: quantityOf(where), Shown: true, Value: n,
		})
	}
	if got := oneAttack(t, 7, serve(t, content), Options{}); got.Status != Broken {
		t.Errorf("overlapping bands: %s %v", got.Status, got.Figures)
	}
}

// Fifty crafted records carry one person over the threshold, and are subtracted.
func TestContrastSybilRecords(t *testing.T) {
	people := population(planted)
	for range 50 {
		crafted := person{organisation: 0, answers: append([]int(nil), people[len(people)-1].answers...)}
		crafted.answers[0] = 2 // an answer that two persons gave
		people = append(people, crafted)
	}
	attackers := func(c plan.Content) Result {
		target := serve(t, c)
		target.Truth, target.Poisoner = truth(people), "A"
		return oneAttack(t, 10, target, Options{Short: true, Steps: enough})
	}
	got := attackers(baseline(people, pairs(3)))
	if got.Status != Broken {
		t.Errorf("a threshold alone: %s %v", got.Status, got.Figures)
	}
	got = attackers(withheld(t.Context(), t, people, pairs(3)))
	if got.Status != Held {
		t.Errorf("the product: %s %v", got.Status, got.Figures)
	}
	if n := got.Figures[1]; n.N != 0 {
		t.Errorf("the product publishes %v", n)
	}
}
