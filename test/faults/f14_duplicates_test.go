package faults

import (
	"bytes"
	"flag"
	"net/http"
	"sync"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

var duplicates = flag.Int("duplicates", 2000, "F14: how often something is sent under an id that is in use, on each database")

const (
	rivals  = 64 // send one record at a time
	aRound  = 3 * rivals
	killing = 8 // the program is killed in one round of so many
)

// TestF14_DuplicateKeys has many senders put one record under one id at the same
// time, then another record, then another organisation's; now and then the
// program is killed in between.
func TestF14_DuplicateKeys(t *testing.T) {
	for _, backend := range storetest.Backends {
		t.Run(string(backend), func(t *testing.T) {
			began := time.Now()
			a := duplicateKeys(t, backend, program, *duplicates/aRound+1)
			tell(t, a, began)
			mustHold(t, a)
		})
	}
}

// TestF14_DuplicateKeysContrast shows that a program that takes every record for
// a new one is found out.
func TestF14_DuplicateKeysContrast(t *testing.T) {
	forgetful := mutant(t, "ids-replaced", change{"pkg/server/records.go", "row.Record.ID = name\n", `row.Record.ID = name[:24]
	var fresh [6]byte
	_, _ = io.ReadFull(s.deps.Random, fresh[:])
	const digits = "0123456789abcdef"
	for _, b := range fresh {
		row.Record.ID += record.ID([]byte{digits[b>>4], digits[b&15]})
	}
`})
	began := time.Now()
	a := duplicateKeys(t, store.SQLite, forgetful, 1)
	a.Contrast = "every record gets an id of its own"
	tell(t, a, began)
	if a.Duplicated == 0 {
		t.Error("every record was a new one, and nothing was duplicated: the check has no teeth")
	}
}

func duplicateKeys(t *testing.T, backend store.Backend, program string, rounds int) Account {
	t.Helper()
	s := prepare(t, backend)
	s.program = program
	s.start(t)
	s.refreshToken(t)
	other := s.as(t, s.join(t))
	all := Account{Fault: "F14 duplicate keys", Backend: string(backend)}
	for n := range rounds {
		id := newRecordID()
		all.Add(s.onceOnly(t, attempt{n, id}, n%killing == killing-1))
		s.refreshToken(t)
		// Another body is a correction, and has to say of what.
		all.Unexpected += otherThan(map[int]int{http.StatusPreconditionRequired: rivals}, s.rival(t, attempt{n + rounds, id}))
		other.refreshToken(t)
		all.Unexpected += otherThan(map[int]int{http.StatusCreated: 1, http.StatusOK: rivals - 1}, other.rival(t, attempt{n, id}))
		all.Cycles += aRound
	}
	for _, whose := range []*service{s, other} {
		for serial, times := range whose.stored(t) {
			all.Acknowledged++
			all.Duplicated += times - 1
			if serial >= rounds {
				all.Unexpected++
			}
		}
	}
	return all
}

// onceOnly has all rivals send one record: one of them is told that it was new.
func (s *service) onceOnly(t *testing.T, a attempt, killed bool) (found Account) {
	t.Helper()
	if killed {
		go func() {
			time.Sleep(time.Duration(a.serial%20) * time.Millisecond) // the moment of the fault
			_ = s.running.Process.Kill()
		}()
	}
	answers := s.rival(t, a)
	if killed {
		<-s.ended
		s.running = nil
		s.start(t)
		found.Count("rounds killed", 1)
		before := answers[http.StatusCreated]
		answers = s.rival(t, a)
		if answers[http.StatusCreated] == 0 { // the one was created before, told or not
			answers[http.StatusOK]--
			answers[http.StatusCreated]++
			before = max(0, before-1)
		}
		answers[http.StatusCreated] += before
	}
	found.Duplicated += max(0, answers[http.StatusCreated]-1)
	found.Unexpected += otherThan(map[int]int{http.StatusCreated: 1, http.StatusOK: rivals - 1}, answers)
	return found
}

// otherThan counts the answers that are not as wanted.
func otherThan(want, got map[int]int) (n int) {
	for status, times := range got {
		n += max(0, times-want[status])
	}
	return n
}

// rival has all rivals send one record at the same time, again where they are
// told to, and counts the statuses of the answers; 0 is none.
func (s *service) rival(t *testing.T, a attempt) map[int]int {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	answers := map[int]int{}
	for range rivals {
		wg.Go(func() {
			status := s.put(t, a)
			for status == tryAgain || status == http.StatusTooManyRequests { // a client may have so many under way
				time.Sleep(breath)
				status = s.put(t, a)
			}
			mu.Lock()
			defer mu.Unlock()
			answers[status]++
		})
	}
	wg.Wait()
	return answers
}

// put sends one record and gives the status of the answer as it is.
func (s *service) put(t *testing.T, a attempt) int {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.url+"/v1/records/"+a.id, bytes.NewReader(body(a.serial)))
	if err != nil {
		t.Error(err)
		return 0
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+s.token)
	res, err := s.client.Do(req)
	if err != nil {
		return 0
	}
	res.Body.Close()
	return res.StatusCode
}
