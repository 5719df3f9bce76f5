package access

import (
	"errors"
	"flag"
	"runtime"
	"testing"

	"manniskohandel.se/casestat/pkg/timingtest"
)

var samples = flag.Int("samples", 2000, "calls of each kind that a timing benchmark compares")

// T36: whatever is wrong with a secret, and whether there is such a client, one
// hash is made, and it is a whole one. Each holds 19 MiB, so they are counted
// by what is allocated.
func TestT36_every_refusal_costs_one_hash(t *testing.T) {
	h := need[*Hasher](t)(NewHasher(HasherConfig{Random: newStream(36)}))
	g := granting(t, h)
	for name, r := range g.refused() {
		if got := g.hashes(t, r); got != 1 {
			t.Errorf("%s costs %d hashes", name, got)
		}
	}
}

// The contrast: without the hash for nobody an unknown client is refused for
// nothing.
func TestT36_contrast_no_hash_for_unknown_clients(t *testing.T) {
	h := need[*Hasher](t)(NewHasher(HasherConfig{Random: newStream(36)}))
	g := granting(t, h)
	h.dummy = phc{cost: light, salt: make([]byte, saltBytes), hash: make([]byte, hashBytes)}.String()
	if got := g.hashes(t, g.refused()["unknown"]); got != 0 {
		t.Errorf("the count finds %d hashes where there is none", got)
	}
}

// An unknown client's refusal was quicker by the reading of a stored hash: 2,000
// refusals of each were enough to tell. Now the hash for nobody is read as well.
func TestT36_nobodys_hash_is_read_like_a_stored_one(t *testing.T) {
	h := lightHasher(t, HasherConfig{})
	h.dummy = "no hash"
	if _, err := h.Verify(t.Context(), "s", ""); !errors.Is(err, errHash) {
		t.Errorf("it is not read: %v", err)
	}
}

// granted is a granter that knows one client.
type granted struct {
	granter *ClientCredentials
	secret  string
}

func granting(t testing.TB, h *Hasher) granted {
	t.Helper()
	secret := need[string](t)(NewSecret(newStream(37)))
	known := newBench(t).client()
	known.Secret = need[string](t)(h.Hash(t.Context(), secret))
	granter := need[*ClientCredentials](t)(NewClientCredentials(&register{client: known, organisation: Organisation{Active: true}}, h, newBench(t).issuer, newStream(38)))
	return granted{granter, secret}
}

// refused are requests that are wrong at their start, at their end, or about nobody.
func (g granted) refused() map[string]TokenRequest {
	first, last := []byte(g.secret), []byte(g.secret)
	first[len(SecretPrefix)] ^= 1
	last[len(last)-1] ^= 1
	return map[string]TokenRequest{
		"wrong at first": {Client: benchClient, Secret: string(first)},
		"wrong at last":  {Client: benchClient, Secret: string(last)},
		"unknown":        {Client: "0b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3c", Secret: g.secret},
	}
}

// hashes counts the hashes that a refusal costs.
func (g granted) hashes(t *testing.T, r TokenRequest) int {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := g.granter.Grant(t.Context(), r)
	runtime.ReadMemStats(&after)
	if err == nil {
		t.Fatal("granted")
	}
	return int((after.TotalAlloc - before.TotalAlloc) / (18 << 20))
}

// BenchmarkT36 compares times; "make timing" runs it. The hashes are light
// ones: 40 ms of work would hide everything else, and take an hour.
func BenchmarkT36(b *testing.B) {
	g := granting(b, lightHasher(b, HasherConfig{}))
	refuse := func(name string) func() {
		r := g.refused()[name]
		return func() { _, _ = g.granter.Grant(b.Context(), r) }
	}
	b.Run("wrong at first or at last", func(b *testing.B) {
		timingtest.Report(b, *samples, false, refuse("wrong at first"), refuse("wrong at last"))
	})
	b.Run("known or unknown client", func(b *testing.B) {
		timingtest.Report(b, *samples, false, refuse("wrong at last"), refuse("unknown"))
	})
	hash, other := make([]byte, 1024), make([]byte, 1024)
	other[1023] = 1
	early := func(a []byte) func() {
		return func() {
			for range 20 {
				_ = equalEarly(a, other)
			}
		}
	}
	b.Run("contrast, a comparison that stops early", func(b *testing.B) {
		wrong := append([]byte{1}, hash[1:]...)
		timingtest.Report(b, *samples, true, early(wrong), early(hash))
	})
}

// equalEarly compares as one must not.
func equalEarly(a, b []byte) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
