package faults

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/store"
)

var rotations = flag.Int("rotations", 3, "F18: how often each kind of key and password is replaced while records are taken")

// rotation replaces something that requests depend on, while they come.
type rotation struct {
	fault    string
	backend  store.Backend
	contrast string
	replace  func(t *testing.T) // once
}

// play replaces so many times, waiting for records before and after each.
func (r rotation) play(t *testing.T, s *service, d door, times int) Account {
	t.Helper()
	tally, all := newTally(), Account{Fault: r.fault, Backend: string(r.backend), Contrast: r.contrast}
	l := startStrict(t, d, tally)
	for range times {
		tally.awaitMore(t, enough)
		r.replace(t)
		tally.awaitMore(t, enough)
		all.Cycles++
	}
	all.Cases, all.Outage = l.finish(), tally.outage()
	all.Add(tally.compare(s.stored(t)))
	return all
}

// purse holds tokens of several ages, of which each request takes any.
type purse struct {
	honest honestDoor

	mu     sync.RWMutex // held by every request, so that none goes on with a token that was spent
	tokens []string
}

func (p *purse) put(ctx context.Context, a attempt) (int, error) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.honest.with(ctx, p.tokens[rand.IntN(len(p.tokens))], a)
}

// add puts a token beside the others.
func (p *purse) add(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens = append(p.tokens, token)
}

// spend takes the oldest token out, when no request has it any more.
func (p *purse) spend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens = p.tokens[1:]
}

// keyOf is the id of the key that signed a token.
func keyOf(t *testing.T, token string) string {
	t.Helper()
	first, _, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(first)
	if err != nil {
		t.Fatal(err)
	}
	var header struct {
		Key string `json:"kid"`
	}
	if err := json.Unmarshal(text, &header); err != nil {
		t.Fatal(err)
	}
	return header.Key
}

// awaitToken gets a token that another key signed than the one before.
func awaitToken(t *testing.T, s *service) {
	t.Helper()
	before := keyOf(t, s.token)
	for range 30_000 { // tries, not a duration
		s.tokenSince = time.Time{}
		if s.refreshToken(t); keyOf(t, s.token) != before {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the service does not take up the new token key")
}

// TestF18_TokenKey rotates the key that signs tokens. Every token got before
// goes on being taken, and the running service signs with the new key.
func TestF18_TokenKey(t *testing.T) {
	began := time.Now()
	a := rotateTokenKey(t, *rotations, "")
	tell(t, a, began)
	mustServe(t, a)
}

// TestF18_TokenKeyContrast drops the old key at once, as after a theft: whoever
// holds a token of before is turned away, and that is found.
func TestF18_TokenKeyContrast(t *testing.T) {
	began := time.Now()
	a := rotateTokenKey(t, 2, "--stolen")
	tell(t, a, began)
	mustFail(t, a)
}

func rotateTokenKey(t *testing.T, times int, how string) Account {
	t.Helper()
	s := prepare(t, store.SQLite)
	s.start(t)
	s.refreshToken(t)
	p := &purse{honest: honestDoor{s}, tokens: []string{s.token}}
	r := rotation{fault: "F18 token key rotated", backend: store.SQLite}
	command := []string{"keys", "rotate"}
	if how != "" {
		r.contrast = "the old key is dropped at once"
		command = append(command, how)
	}
	r.replace = func(t *testing.T) {
		t.Helper()
		s.run(t, command, s.place[:2])
		signer := *s // its token is read by nobody else
		awaitToken(t, &signer)
		s.tokenSince, s.token = signer.tokenSince, signer.token
		p.add(s.token)
	}
	return r.play(t, s, p, times)
}

// TestF18_StolenTokenKey shows that a destroyed key ends the tokens it signed,
// at once and for good.
func TestF18_StolenTokenKey(t *testing.T) {
	s := prepare(t, store.SQLite)
	s.start(t)
	s.refreshToken(t)
	stolen := s.token
	d := honestDoor{s}
	if status, err := d.with(t.Context(), stolen, attempt{1, newRecordID()}); err != nil || status != acknowledged {
		t.Fatalf("%d, %v", status, err)
	}
	s.run(t, []string{"keys", "rotate", "--stolen"}, s.place[:2])
	awaitToken(t, s)
	for range 3 {
		if status, err := d.with(t.Context(), stolen, attempt{2, newRecordID()}); err != nil || status != 401 {
			t.Errorf("a token of the destroyed key: %d, %v", status, err)
		}
		s.kill(t)
		s.start(t)
	}
	if status, err := d.with(t.Context(), s.token, attempt{3, newRecordID()}); err != nil || status != acknowledged {
		t.Errorf("a token of the new key: %d, %v", status, err)
	}
}
