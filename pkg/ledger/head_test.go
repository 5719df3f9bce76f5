package ledger_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/ledger"
)

// The root must be the one any transparency-log client computes: tlog with
// every stored hash at hand is the reference.
func TestAppendAgreesWithTlog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var head ledger.Head
		var stored []tlog.Hash
		reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
			out := make([]tlog.Hash, len(indexes))
			for i, x := range indexes {
				out[i] = stored[x]
			}
			return out, nil
		})
		for _, group := range rapid.SliceOfN(rapid.IntRange(0, 9), 1, 8).Draw(t, "groups") {
			rows, next, err := head.Append(entriesOf(group))
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				hashes, err := tlog.StoredHashes(r.Index, r.Body, reader)
				if err != nil {
					t.Fatal(err)
				}
				stored = append(stored, hashes...)
			}
			head = next
		}
		want, err := tlog.TreeHash(head.Size, reader)
		if err != nil {
			t.Fatal(err)
		}
		if got := head.Checkpoint("o").Root; got != want {
			t.Fatalf("size %d: root %v, tlog says %v", head.Size, got, want)
		}
		again, err := ledger.ParseHead(head.Size, head.Root[:], head.Link[:], head.EdgeBytes())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(head, again); head.Size > 0 && diff != "" {
			t.Fatalf("stored and read back (-want +got):\n%s", diff)
		}
	})
}

func entriesOf(n int) []ledger.Entry {
	out := make([]ledger.Entry, n)
	for i := range out {
		out[i] = entry(i)
	}
	return out
}

func TestAppendLeavesTheOldHeadUsable(t *testing.T) {
	_, head := written(t, 7)
	first, a, err := head.Append(entriesOf(2))
	if err != nil {
		t.Fatal(err)
	}
	second, b, err := head.Append(entriesOf(2))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{first, a}, []any{second, b}); diff != "" {
		t.Errorf("appending twice to one head differs (-first +second):\n%s", diff)
	}
}

func TestParseHeadRefusesWhatContradictsItself(t *testing.T) {
	_, head := written(t, 6)
	root, link, edge := head.Root[:], head.Link[:], head.EdgeBytes()
	none := make([]byte, tlog.HashSize)
	tests := []struct {
		name             string
		size             int64
		root, link, edge []byte
	}{
		{"another size", 7, root, link, edge},
		{"a negative size", -1, root, link, edge},
		{"a short root", 6, root[:31], link, edge},
		{"a short link", 6, root, link[:1], edge},
		{"half an edge", 6, root, link, edge[:40]},
		{"another root", 6, link, link, edge},
		{"an edge in the other order", 6, root, link, append(append([]byte{}, edge[32:]...), edge[:32]...)},
		{"a link without entries", 0, none, link, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, err := ledger.ParseHead(tt.size, tt.root, tt.link, tt.edge)
			if !errors.Is(err, ledger.ErrHead) {
				t.Fatalf("got %v", err)
			}
			if _, _, err := h.Append(entriesOf(1)); err == nil && h.Size != 0 {
				t.Error("appended to a head that contradicts itself")
			}
		})
	}
}

func BenchmarkAppend(b *testing.B) {
	var head ledger.Head
	entries := entriesOf(64)
	b.ReportAllocs()
	for b.Loop() {
		_, next, err := head.Append(entries)
		if err != nil {
			b.Fatal(err)
		}
		head = next
	}
	b.ReportMetric(float64(b.N*len(entries))/b.Elapsed().Seconds(), "entries/s")
}
