package attack

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
)

// How many steps the attacks of these tests search for: enough break what a
// threshold alone publishes; a few break the same of a whole report, whose steps
// are longer.
const (
	enough = 8000
	few    = 500
)

// grudging answers each question with these statuses first, and then with 200.
func grudging(t *testing.T, retryAfter string, statuses ...int) (s *session, waited *[]time.Duration, asked *int) {
	t.Helper()
	waited, asked = new([]time.Duration), new(int)
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		status := http.StatusOK
		if *asked < len(statuses) {
			status = statuses[*asked]
		}
		*asked++
		if retryAfter != "" && status != http.StatusOK {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(service.Close)
	s = &session{target: Target{URL: service.URL, HTTP: service.Client()}, wait: func(_ context.Context, d time.Duration) error {
		*waited = append(*waited, d)
		return nil
	}}
	return s, waited, asked
}

func TestWhoIsToldToComeAgainDoes(t *testing.T) {
	for _, c := range []struct {
		name, after string
		statuses    []int
		want        []time.Duration
		status      int
	}{
		{"too often", "3", []int{429, 429}, []time.Duration{3 * time.Second, 3 * time.Second}, 200},
		{"overloaded", "2", []int{503}, []time.Duration{2 * time.Second}, 200},
		{"without a word when", "", []int{429}, []time.Duration{time.Second}, 200},
		{"in words", "Wed, 21 Oct 2026 07:28:00 GMT", []int{429}, []time.Duration{time.Second}, 200},
		{"next year", "31536000", []int{429}, []time.Duration{longestWait}, 200},
		{"broken, and not to be asked again", "", []int{503}, nil, 503},
		{"a refusal", "1", []int{404}, nil, 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, waited, _ := grudging(t, c.after, c.statuses...)
			got, err := s.get(t.Context(), "/")
			if err != nil || got.status != c.status {
				t.Errorf("%d, %v", got.status, err)
			}
			if diff := cmp.Diff(c.want, *waited); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPatienceHasAnEnd(t *testing.T) {
	always := make([]int, 2*patientTimes)
	for i := range always {
		always[i] = http.StatusTooManyRequests
	}
	s, waited, asked := grudging(t, "1", always...)
	got, err := s.get(t.Context(), "/")
	if err != nil || got.status != http.StatusTooManyRequests || *asked != patientTimes+1 || len(*waited) != patientTimes {
		t.Errorf("%d after %d questions and %d waits, %v", got.status, *asked, len(*waited), err)
	}
	s, _, _ = grudging(t, "1", always...)
	s.wait = wait
	gone, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if _, err := s.get(gone, "/"); fault.CodeOf(err) != CodeUnreachable {
		t.Errorf("who leaves is told %v", err)
	}
	if err := wait(gone, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a wait outlasts its context: %v", err)
	}
}

// What an attack finds within so many steps is the same each time, on any
// machine.
func TestStepsBoundASearchAlike(t *testing.T) {
	for _, c := range []struct{ steps, measures, of, want int }{{100, 1, 1, 100}, {100, 2, 1, 200}, {100, 2, 8, 25}, {1, 1, 9, 1}} {
		s := &session{options: Options{Steps: c.steps}}
		ctx, cancel := s.within(t.Context(), c.measures, c.of)
		n := 0
		for ctx.Err() == nil {
			n++
		}
		cancel()
		if n != c.want {
			t.Errorf("%d of %s, want %d", n, strconv.Itoa(c.steps), c.want)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	ctx, done := (&session{options: Options{Steps: 9}}).within(gone, 1, 1)
	defer done()
	if !errors.Is(ctx.Err(), context.Canceled) {
		t.Errorf("a search goes on whose caller is gone: %v", ctx.Err())
	}
	people := population(planted)
	target := serve(t, baseline(people, pairs(3)))
	target.Truth = truth(people)
	var reports [2]Report
	for i := range reports {
		var err error
		if reports[i], err = Run(t.Context(), target, Options{Short: true, Steps: 50, Repeats: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(reports[0], reports[1]); diff != "" {
		t.Errorf("two runs of one seed differ:\n%s", diff)
	}
}
