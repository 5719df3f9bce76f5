package simulation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// shrink removes operations from a run that fails for as long as it goes on
// failing, first many at a time, then one by one.
func shrink(t *testing.T, seed uint64, ops []operation, w *wrong) ([]operation, *broken) {
	t.Helper()
	out := simulate(t, seed, ops, w)
	for size := len(ops) / 2; size > 0; size /= 2 {
		for from := 0; from < len(ops); {
			fewer := slices.Delete(slices.Clone(ops), from, min(from+size, len(ops)))
			if next := simulate(t, seed, fewer, w); next.broken != nil {
				ops, out = fewer, next
				continue
			}
			from += size
		}
	}
	return ops, out.broken
}

// report words a failing run so that it can be played again.
func report(seed uint64, ops []operation, b *broken) string {
	var text strings.Builder
	var kept []string
	fmt.Fprintf(&text, "seed %d fails %s\nThe shortest list of operations that fails:\n", seed, b)
	for _, op := range ops {
		fmt.Fprintf(&text, "  %s\n", op)
		kept = append(kept, strconv.Itoa(op.index))
	}
	fmt.Fprintf(&text, "Play it again: go test ./test/simulation -run G16_Simulation -v -args -seed %d -only %s", seed, strings.Join(kept, ","))
	return text.String()
}

// chosen are the operations that -only names.
func chosen(ops []operation, which string) (out []operation, err error) {
	for word := range strings.SplitSeq(which, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < 0 || n >= len(ops) {
			return nil, fmt.Errorf("there is no operation %q", word)
		}
		out = append(out, ops[n])
	}
	return out, nil
}

// A failing run is made shorter, still fails, and is found again by its report.
func TestG16_AFailingRunIsMadeShorter(t *testing.T) {
	w := &wrong{rewrites: insteadOf("DELETE FROM record_history", " AND 0")}
	for at := uint64(1); ; at++ {
		whole := draw(at, *length, publishing(at))
		if simulate(t, at, whole, w).broken == nil {
			continue
		}
		ops, b := shrink(t, at, whole, w)
		if b == nil || len(ops) > len(whole)/3 {
			t.Fatalf("%d of %d operations are left: %v", len(ops), len(whole), b)
		}
		text := report(at, ops, b)
		_, only, _ := strings.Cut(text, "-only ")
		again, err := chosen(whole, only)
		if err != nil || simulate(t, at, again, w).broken == nil {
			t.Errorf("%v: %s", err, text)
		}
		t.Log(text)
		return
	}
}
