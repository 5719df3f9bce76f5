package access

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/crypto/argon2"

	"manniskohandel.se/casestat/pkg/fault"
)

func lightHasher(t testing.TB, c HasherConfig) *Hasher {
	t.Helper()
	if c.Random == nil {
		c.Random = newStream(4)
	}
	if c.Concurrent == 0 {
		c.Concurrent = 2
	}
	if c.Waiting == 0 {
		c.Waiting = 8
	}
	return need[*Hasher](t)(newHasher(c, light))
}

func TestT14_a_secret_has_256_bits_and_a_name(t *testing.T) {
	random := newStream(5)
	seen := map[string]bool{}
	for range 1000 {
		secret := need[string](t)(NewSecret(random))
		tail, named := strings.CutPrefix(secret, SecretPrefix)
		if !named || len(tail) != 43 || seen[secret] {
			t.Fatalf("secret of %d characters, prefix %v, repeated %v", len(secret), named, seen[secret])
		}
		seen[secret] = true
	}
	if _, err := NewSecret(strings.NewReader("too little")); err == nil {
		t.Error("a source that dries up gives a secret")
	}
}

func TestT14_secrets_are_stored_as_argon2id(t *testing.T) {
	h := need[*Hasher](t)(NewHasher(HasherConfig{Random: newStream(6)}))
	const secret = "casestat_secret_x"
	stored := need[string](t)(h.Hash(t.Context(), secret))
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(stored, secret) {
		t.Fatalf("stored as %q", stored)
	}
	p := need[phc](t)(parsePHC(stored))
	if !bytes.Equal(p.hash, argon2.IDKey([]byte(secret), p.salt, 2, 19*1024, 1, 32)) {
		t.Error("the hash is not the library's own")
	}
	again := need[string](t)(h.Hash(t.Context(), secret))
	if again == stored {
		t.Error("the same salt twice")
	}
	for guess, want := range map[string]bool{secret: true, secret + "x": false, secret[1:]: false, "": false} {
		if got := need[bool](t)(h.Verify(t.Context(), guess, stored)); got != want {
			t.Errorf("%q is taken: %v, want %v", guess, got, want)
		}
	}
}

func TestT14_a_hash_that_asks_for_too_much_is_refused(t *testing.T) {
	h := lightHasher(t, HasherConfig{})
	good := need[string](t)(h.Hash(t.Context(), "s"))
	part := strings.Split(good, "$")
	change := func(i int, to string) string {
		p := append([]string(nil), part...)
		p[i] = to
		return strings.Join(p, "$")
	}
	for name, stored := range map[string]string{
		"argon2i": change(1, "argon2i"), "version": change(2, "v=16"), "memory": change(3, "m=4194304,t=1,p=1"),
		"too little memory": change(3, "m=1,t=1,p=1"), "time": change(3, "m=8,t=1000000,p=1"), "no time": change(3, "m=8,t=0,p=1"),
		"lanes": change(3, "m=2048,t=1,p=255"), "no lanes": change(3, "m=8,t=1,p=0"), "sign": change(3, "m=+8,t=1,p=1"),
		"words": change(3, "m=a"), "trailing": change(3, "m=8,t=1,p=1,x"), "short salt": change(4, "AAAA"), "short hash": change(5, "AAAA"),
		"padding": good + "=", "cut": good[:len(good)-1], "secret itself": "casestat_secret_x", "more": good + "$x", "before": "x" + good,
	} {
		t.Run(name, func(t *testing.T) {
			if ok, err := h.Verify(t.Context(), "s", stored); ok || !errors.Is(err, errHash) {
				t.Errorf("got %v, %v", ok, err)
			}
		})
	}
}

// held fills all turns of h until release.
func held(h *Hasher) (release func()) {
	for range cap(h.turns) {
		h.turns <- struct{}{}
	}
	return func() {
		for range cap(h.turns) {
			<-h.turns
		}
	}
}

func TestT14_a_full_queue_refuses_at_once_and_a_waiting_caller_can_leave(t *testing.T) {
	defer goleak.VerifyNone(t)
	h := lightHasher(t, HasherConfig{Concurrent: 1, Waiting: 2})
	release := held(h)
	ctx, cancel := context.WithCancel(t.Context())
	errs := make(chan error, 2)
	for range 2 {
		go func() { _, err := h.Verify(ctx, "s", ""); errs <- err }()
	}
	for h.waiting.Load() < 2 {
		runtime.Gosched()
	}
	_, err := h.Hash(t.Context(), "s")
	wantRefusal(t, err, fault.Unavailable, CodeBusy)
	cancel()
	for range 2 {
		err := <-errs
		wantRefusal(t, err, fault.Unavailable, CodeBusy)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the operator does not learn why: %v", err)
		}
	}
	release()
	if _, err := h.Hash(t.Context(), "s"); err != nil {
		t.Errorf("after the rush: %v", err)
	}
}

func TestT14_whoever_waits_gets_a_turn(t *testing.T) {
	defer goleak.VerifyNone(t)
	h := lightHasher(t, HasherConfig{Concurrent: 1, Waiting: 1})
	release := held(h)
	got := make(chan error, 1)
	go func() { _, err := h.Hash(t.Context(), "s"); got <- err }()
	for h.waiting.Load() < 1 {
		runtime.Gosched()
	}
	release()
	if err := <-got; err != nil {
		t.Error(err)
	}
}

func TestT14_no_more_hashes_at_a_time_than_allowed(t *testing.T) {
	h := lightHasher(t, HasherConfig{Concurrent: 2, Waiting: 100})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			done, err := h.turn(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			if n := len(h.turns); n > 2 {
				t.Errorf("%d at a time", n)
			}
			done()
		})
	}
	wg.Wait()
	if len(h.turns) != 0 || h.waiting.Load() != 0 {
		t.Errorf("%d turns and %d waiting left", len(h.turns), h.waiting.Load())
	}
}

func TestT14_a_dry_source_gives_no_hash(t *testing.T) {
	if _, err := NewHasher(HasherConfig{Random: strings.NewReader("")}); !errors.Is(err, io.EOF) {
		t.Errorf("new hasher: %v", err)
	}
	h := lightHasher(t, HasherConfig{Random: bytes.NewReader(make([]byte, saltBytes))})
	if _, err := h.Hash(t.Context(), "s"); !errors.Is(err, io.EOF) {
		t.Errorf("hash: %v", err)
	}
}
