package jwks

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"manniskohandel.se/casestat/pkg/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// need stops the test when there is an error.
func need[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// member is a JSON Web Key as somebody might send it.
type member map[string]any

func (m member) with(changes member) member {
	all := member{}
	for _, one := range []member{m, changes} {
		for k, v := range one {
			if v == nil {
				delete(all, k)
			} else {
				all[k] = v
			}
		}
	}
	return all
}

func setOf(t testing.TB, members ...member) []byte {
	t.Helper()
	return need[[]byte](t)(json.Marshal(map[string]any{"keys": members}))
}

// edKey is the n-th key of a fixed series.
func edKey(n byte) ed25519.PublicKey {
	seed := make([]byte, ed25519.SeedSize)
	seed[0] = n
	return ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
}

func ed(id string, n byte) member {
	return member{"kty": "OKP", "crv": "Ed25519", "kid": id, "x": b64(edKey(n))}
}

var rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func rsaMember(t testing.TB) member {
	t.Helper()
	k := need[*rsa.PrivateKey](t)(rsaKey())
	return member{"kty": "RSA", "kid": "r", "n": b64(k.N.Bytes()), "e": b64(big.NewInt(int64(k.E)).Bytes())}
}

func ecMember(t testing.TB, name string, curve elliptic.Curve) member {
	t.Helper()
	k := need[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(curve, rand.Reader))
	point := need[[]byte](t)(k.PublicKey.Bytes())[1:]
	return member{"kty": "EC", "crv": name, "kid": "e", "x": b64(point[:len(point)/2]), "y": b64(point[len(point)/2:])}
}

// registry is where a Source fetches from, with a clock by hand.
type registry struct {
	mu      sync.Mutex
	now     time.Time
	text    []byte
	err     error
	fetches int
	hold    chan struct{} // not nil: each fetch waits for it
	begun   chan struct{}
}

func (r *registry) fetch(ctx context.Context) ([]byte, error) {
	r.mu.Lock()
	r.fetches++
	text, err, hold := r.text, r.err, r.hold
	r.mu.Unlock()
	r.begun <- struct{}{}
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return text, err
}

func (r *registry) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *registry) set(change func(*registry)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(r)
}

func (r *registry) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fetches
}

// running is a Source that runs until the test ends.
type running struct {
	*Source
	*registry
	tick   chan time.Time
	failed chan error
	stop   func()
}

func run(t *testing.T, members ...member) *running {
	t.Helper()
	r := &running{
		registry: &registry{now: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), text: setOf(t, members...), begun: make(chan struct{}, 1000)},
		tick:     make(chan time.Time), failed: make(chan error, 1000),
	}
	r.Source = need[*Source](t)(New(Config{Algorithm: "EdDSA", Fetch: r.registry.fetch, Clock: r.clock}))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		r.Run(ctx, r.tick, func(err error) { r.failed <- err })
		close(ended)
	}()
	r.stop = func() { cancel(); <-ended }
	t.Cleanup(r.stop)
	r.settle()
	return r
}

// settle waits until Run has dealt with everything so far: it takes a tick only
// between two fetches.
func (r *running) settle() {
	r.tick <- time.Time{}
	r.tick <- time.Time{}
}

// pass moves the clock and lets Run look at it.
func (r *running) pass(d time.Duration) {
	r.set(func(g *registry) { g.now = g.now.Add(d) })
	r.settle()
}

func (r *running) wants(t *testing.T, id string, want crypto.PublicKey) {
	t.Helper()
	got, err := r.Key(t.Context(), id)
	if err != nil || !got.(ed25519.PublicKey).Equal(want) {
		t.Errorf("key %s: %v", id, err)
	}
}

func (r *running) lacks(t *testing.T, id string, kind fault.Kind) {
	t.Helper()
	if _, err := r.Key(t.Context(), id); fault.KindOf(err) != kind {
		t.Errorf("key %s: %v, want kind %d", id, err, kind)
	}
}

var errDown = errors.New("down")
