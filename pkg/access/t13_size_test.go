package access

import (
	"runtime"
	"strings"
	"testing"
)

func TestT13_a_megabyte_is_refused_before_it_is_looked_at(t *testing.T) {
	b := newBench(t)
	for name, token := range map[string]string{
		"dots":    strings.Repeat(".", 1<<20),
		"letters": strings.Repeat("A", 1<<20),
		"parts":   strings.Repeat("A.", 1<<19),
		"claims":  b.signed(t, b.header(t).String(), b.claims().with(object{"x": quoted(strings.Repeat("A", 1<<20))}).String()),
	} {
		t.Run(name, func(t *testing.T) {
			if n := allocated(func() { b.refuses(t, token) }); n > 4<<10 {
				t.Errorf("%d bytes allocated, want 4 KiB at most", n)
			}
		})
	}
	// The contrast: splitting first, as the library did before its fix.
	var parts []string
	if n := allocated(func() { parts = strings.Split(strings.Repeat(".", 1<<20), ".") }); n < 1<<20 || len(parts) == 3 {
		t.Errorf("splitting allocates %d bytes only: the bound above would not see it", n)
	}
}

func TestT13_the_cap_is_8_KiB(t *testing.T) {
	b := newBench(t)
	for length, want := range map[int]bool{maxToken: true, maxToken + 1: false} {
		token := b.padded(t, length)
		if len(token) != length {
			t.Fatalf("padded to %d, want %d", len(token), length)
		}
		if _, err := b.verifier.Verify(token); (err == nil) != want {
			t.Errorf("%d bytes: %v, want it taken: %v", length, err, want)
		}
	}
}

// padded signs claims with an unknown member as long as it takes.
func (b *bench) padded(t *testing.T, length int) string {
	t.Helper()
	for n := length / 2; n < length; n++ {
		if token := b.signed(t, b.header(t).String(), b.claims().with(object{"x": quoted(strings.Repeat("A", n))}).String()); len(token) >= length {
			return token
		}
	}
	return ""
}

// allocated counts the bytes that f takes from the heap.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
