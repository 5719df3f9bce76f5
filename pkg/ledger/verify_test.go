package ledger_test

import (
	"errors"
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/ledger"
)

// written gives a log of n entries as a store would hold it.
func written(t rapid.TB, n int) ([]ledger.Row, ledger.Head) {
	t.Helper()
	var head ledger.Head
	var rows []ledger.Row
	for i := range n {
		added, next, err := head.Append([]ledger.Entry{entry(i)})
		if err != nil {
			t.Fatal(err)
		}
		rows, head = append(rows, added...), next
	}
	return rows, head
}

func entry(i int) ledger.Entry {
	subjects := []string{"b2c4d6e8", "2026"}[:i%3%2+1]
	return ledger.Entry{Day: "2026-11-23", Actor: "command-line", Deed: "record.accepted", Subjects: subjects}
}

func each(rows []ledger.Row) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func verified(t rapid.TB, rows []ledger.Row, head ledger.Head, c *ledger.Checkpoint) ledger.Report {
	t.Helper()
	report, err := ledger.Verify(each(rows), head, c)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// relinked recomputes every link from index on, as somebody who knows the
// program would.
func relinked(rows []ledger.Row) ([]ledger.Row, ledger.Head) {
	var head ledger.Head
	var out []ledger.Row
	for _, r := range rows {
		_, e, err := ledger.ParseBody(r.Body)
		if err != nil {
			panic(err)
		}
		added, next, err := head.Append([]ledger.Entry{e})
		if err != nil {
			panic(err)
		}
		out, head = append(out, added...), next
	}
	return out, head
}

func flipped(b []byte, at int) []byte {
	b = slices.Clone(b)
	b[at] ^= 1
	return b
}

func TestT39_EveryTamperingIsFoundAtItsRow(t *testing.T) {
	type found struct {
		Index int64
		Kind  ledger.FindingKind
	}
	tests := []struct {
		name   string
		tamper func(rows []ledger.Row) []ledger.Row
		want   found // the first finding
	}{
		{"a flipped byte of a member's name", func(r []ledger.Row) []ledger.Row {
			r[5].Body = flipped(r[5].Body, 2)
			return r
		}, found{5, ledger.Unreadable}},
		{"a flipped byte of a value", func(r []ledger.Row) []ledger.Row {
			r[5].Body = flipped(r[5].Body, len(r[5].Body)-5)
			return r
		}, found{5, ledger.LinkBroken}},
		{"a flipped bit of a link", func(r []ledger.Row) []ledger.Row {
			r[5].Link[7] ^= 1
			return r
		}, found{5, ledger.LinkBroken}},
		{"a missing row", func(r []ledger.Row) []ledger.Row { return slices.Delete(r, 5, 6) }, found{5, ledger.Missing}},
		{"the first row missing", func(r []ledger.Row) []ledger.Row { return r[1:] }, found{0, ledger.Missing}},
		{"a truncated tail", func(r []ledger.Row) []ledger.Row { return r[:8] }, found{8, ledger.Missing}},
		{"no rows at all", func([]ledger.Row) []ledger.Row { return nil }, found{0, ledger.Missing}},
		{"two rows in each other's place", func(r []ledger.Row) []ledger.Row {
			r[5].Body, r[6].Body = r[6].Body, r[5].Body
			return r
		}, found{5, ledger.Misplaced}},
		{"two rows read in the other order", func(r []ledger.Row) []ledger.Row {
			r[5], r[6] = r[6], r[5]
			return r
		}, found{5, ledger.Missing}},
		{"a row twice", func(r []ledger.Row) []ledger.Row { return slices.Insert(r, 6, r[5]) }, found{5, ledger.Unexpected}},
		{"a row put in, the rest moved", func(r []ledger.Row) []ledger.Row {
			r = slices.Insert(r, 6, r[2])
			for i := range r {
				r[i].Index = int64(i)
			}
			return r
		}, found{6, ledger.Misplaced}},
		{"a row behind the end", func(r []ledger.Row) []ledger.Row {
			return append(r, ledger.Row{Index: 10, Body: r[9].Body, Link: r[9].Link})
		}, found{10, ledger.Unexpected}},
		{"a row changed and its link made to fit: the break shows at the next", func(r []ledger.Row) []ledger.Row {
			_, e, _ := ledger.ParseBody(r[5].Body)
			e.Actor = "somebody-else"
			before, _ := relinked(r[:5])
			changed, _ := relinked(append(before, ledger.Row{Body: bodyOf(5, e)}))
			r[5] = changed[5]
			return r
		}, found{6, ledger.LinkBroken}},
		{"all rewritten, the head forgotten", func(r []ledger.Row) []ledger.Row {
			_, e, _ := ledger.ParseBody(r[5].Body)
			e.Actor = "somebody-else"
			r[5].Body = bodyOf(5, e)
			r, _ = relinked(r)
			return r
		}, found{9, ledger.HeadDiffers}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rows, head := written(t, 10)
			report := verified(t, tt.tamper(rows), head, nil)
			if report.OK() {
				t.Fatal("nothing found")
			}
			if diff := cmp.Diff(tt.want, found{report.Findings[0].Index, report.Findings[0].Kind}); diff != "" {
				t.Errorf("first finding (-want +got):\n%s", diff)
			}
		})
	}
}

// bodyOf is the body an entry has at an index.
func bodyOf(index int64, e ledger.Entry) []byte {
	var head ledger.Head
	for head.Size < index {
		_, head, _ = head.Append([]ledger.Entry{e})
	}
	rows, _, _ := head.Append([]ledger.Entry{e})
	return rows[0].Body
}

func TestT39_ARewrittenLogNeedsAnOutsideCheckpoint(t *testing.T) {
	rows, head := written(t, 10)
	witness := head.Checkpoint("casestat.example/records")
	tests := []struct {
		name  string
		rows  func() ([]ledger.Row, ledger.Head)
		index int64
	}{
		{"the tail cut off and the head rewritten", func() ([]ledger.Row, ledger.Head) { return relinked(rows[:7]) }, 7},
		{"one entry changed and everything rewritten", func() ([]ledger.Row, ledger.Head) {
			forged := slices.Clone(rows)
			_, e, _ := ledger.ParseBody(forged[3].Body)
			e.Actor = "somebody-else"
			forged[3].Body = bodyOf(3, e)
			return relinked(forged)
		}, 9},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			forged, forgedHead := tt.rows()
			blind := verified(t, forged, forgedHead, nil)
			if !blind.OK() {
				t.Fatalf("contrast: without a checkpoint the forgery must hold together, found %v", blind.Findings)
			}
			if len(blind.Unknown) == 0 {
				t.Error("the report does not say what it could not know")
			}
			seen := verified(t, forged, forgedHead, &witness)
			if seen.OK() || seen.Findings[0].Kind != ledger.WitnessDenies || seen.Findings[0].Index != tt.index {
				t.Errorf("with the checkpoint: %+v", seen.Findings)
			}
		})
	}
}

func TestVerifyHoldsForAnHonestLogThatGrewOn(t *testing.T) {
	for _, size := range []int{0, 1, 2, 3, 7, 8, 9, 64} {
		old, oldHead := written(t, size)
		rows, head := written(t, size+3)
		witness := oldHead.Checkpoint("o")
		for _, c := range []*ledger.Checkpoint{nil, &witness} {
			report := verified(t, rows, head, c)
			if !report.OK() || len(report.Unknown) != 1 {
				t.Errorf("size %d, checkpoint %v: %+v", size, c != nil, report)
			}
			if diff := cmp.Diff(head, report.Head); diff != "" {
				t.Errorf("head computed (-want +got):\n%s", diff)
			}
		}
		if report := verified(t, old, oldHead, nil); !report.OK() {
			t.Errorf("size %d: %+v", size, report.Findings)
		}
	}
}

func TestVerifySaysWhenRowsCannotBeRead(t *testing.T) {
	broken := errors.New("disk")
	_, err := ledger.Verify(func(yield func(ledger.Row, error) bool) { yield(ledger.Row{}, broken) }, ledger.Head{}, nil)
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// Goal G11: random edits, deletes, reorders and truncations, all found. rapid
// runs 100 cases by default; ten rounds make the thousand.
func TestT39_RandomTamperingIsFound(t *testing.T) {
	for range 10 {
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.IntRange(2, 40).Draw(t, "rows")
			rows, head := written(t, n)
			tamper(t, rows, head)
		})
	}
}

func tamper(t *rapid.T, rows []ledger.Row, head ledger.Head) {
	at := rapid.IntRange(0, len(rows)-1).Draw(t, "at")
	switch rapid.SampledFrom([]string{"edit", "link", "delete", "swap", "cut"}).Draw(t, "how") {
	case "edit":
		b := slices.Clone(rows[at].Body)
		b[rapid.IntRange(0, len(b)-1).Draw(t, "byte")] ^= rapid.ByteRange(1, 255).Draw(t, "mask")
		rows[at].Body = b
	case "link":
		rows[at].Link[rapid.IntRange(0, tlog.HashSize-1).Draw(t, "byte")] ^= rapid.ByteRange(1, 255).Draw(t, "mask")
	case "delete":
		rows = slices.Delete(rows, at, at+1)
	case "swap":
		other := (at + rapid.IntRange(1, len(rows)-1).Draw(t, "distance")) % len(rows)
		rows[at], rows[other] = rows[other], rows[at]
		at = min(at, other)
	case "cut":
		rows = rows[:at]
	}
	report := verified(t, rows, head, nil)
	if report.OK() {
		t.Fatal("not found")
	}
	if report.Findings[0].Index != int64(at) {
		t.Fatalf("found at %d, done at %d", report.Findings[0].Index, at)
	}
}
