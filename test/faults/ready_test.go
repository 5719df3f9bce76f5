package faults

import (
	"net/http"
	"testing"
	"time"
)

// answers gives the status of a request that needs no token, 0 when no answer
// came.
func (s *service) answers(path string) int {
	res, err := s.client.Get(s.url + path)
	if err != nil {
		return 0
	}
	res.Body.Close()
	return res.StatusCode
}

// awaitReadiness returns when /readyz says so, or no.
func (s *service) awaitReadiness(t *testing.T, ready bool) {
	t.Helper()
	if !s.comesToSay(ready, 30_000) { // tries, not a duration
		t.Fatalf("/readyz never says %v", ready)
	}
	if status := s.answers("/healthz"); status != http.StatusOK {
		t.Errorf("/healthz has the status %d", status)
	}
}

// comesToSay asks /readyz so many times whether it says so, or no.
func (s *service) comesToSay(ready bool, tries int) bool {
	want := http.StatusServiceUnavailable
	if ready {
		want = http.StatusOK
	}
	for range tries {
		if s.answers("/readyz") == want {
			return true
		}
		time.Sleep(breath)
	}
	return false
}
