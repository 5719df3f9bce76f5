package faults

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
)

// The answers a sender understands; any other status is a fault of the run.
const (
	acknowledged = http.StatusCreated
	tryAgain     = http.StatusServiceUnavailable
	rude         = 0 // try again, without a word of when: a fault of the run, too
)

// door is where a sender hands in a record. put gives the status of the
// answer; an error leaves the outcome unknown.
type door interface {
	put(ctx context.Context, a attempt) (status int, err error)
}

// honestDoor is the service itself.
type honestDoor struct{ s *service }

func (d honestDoor) put(ctx context.Context, a attempt) (int, error) {
	return d.with(ctx, d.s.token, a)
}

// with sends a record under a token that the sender chooses.
func (d honestDoor) with(ctx context.Context, token string, a attempt) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, d.s.url+"/v1/records/"+a.id, bytes.NewReader(body(a.serial)))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := d.s.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return 0, err
	}
	switch {
	case res.StatusCode == http.StatusOK: // a retry of what had been stored
		return acknowledged, nil
	case res.StatusCode == tryAgain && res.Header.Get("Retry-After") == "":
		return rude, nil
	}
	return res.StatusCode, nil
}

// earlyDoor breaks the promise: it acknowledges as soon as it has a record and
// passes it on behind the sender's back. It is the contrast that shows that a
// lost acknowledgement would be found.
type earlyDoor struct {
	honest honestDoor
	wg     sync.WaitGroup
	behind chan struct{} // a place for each record acknowledged and not yet passed on
}

func (d *earlyDoor) put(ctx context.Context, a attempt) (int, error) {
	d.behind <- struct{}{}
	d.wg.Go(func() {
		_, _ = d.honest.put(ctx, a) // what becomes of it is what the run is to find out
		<-d.behind
	})
	return acknowledged, nil
}

// door gives the senders' way in, and a function that waits for what is under way.
func (s *service) door(early bool) (door, func()) {
	if !early {
		return honestDoor{s}, func() {}
	}
	d := &earlyDoor{honest: honestDoor{s}, behind: make(chan struct{}, 64)}
	return d, d.wg.Wait
}
