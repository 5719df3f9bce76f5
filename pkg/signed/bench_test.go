package signed

import (
	"fmt"
	"testing"
)

// BenchmarkOpen opens a manifest of ten thousand cells.
func BenchmarkOpen(b *testing.B) {
	type cell struct {
		Codes  []string `json:"codes"`
		Status string   `json:"status"`
		Value  int      `json:"value"`
	}
	cells := make([]cell, 10_000)
	for i := range cells {
		cells[i] = cell{[]string{fmt.Sprintf("code-%d", i%97), "undocumented", "2026"}, "exact", i}
	}
	s := signer(b, 1)
	raw := need[[]byte](b)(s.Sign(KindManifest, cells))
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		need[Verified](b)(Open(Pin(s.Key()), KindManifest, raw))
	}
}

// BenchmarkSeal seals and unseals a certificate of a megabyte.
func BenchmarkSeal(b *testing.B) {
	u := unsealer(b, 1)
	plaintext := make([]byte, 1<<20)
	b.SetBytes(int64(len(plaintext)))
	for b.Loop() {
		need[[]byte](b)(u.Unseal("c", need[[]byte](b)(u.Recipient().Seal("c", plaintext))))
	}
}
