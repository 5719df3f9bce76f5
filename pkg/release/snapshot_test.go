package release

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/access"
)

// drawSnapshots draws a year at several moments, of few kinds of record, so
// that many come, go and come again.
func drawSnapshots(t *rapid.T) []snapshot {
	var out []snapshot
	for range rapid.IntRange(1, 5).Draw(t, "moments") {
		var s snapshot
		for org := range 2 {
			for answer := range 3 {
				if n := rapid.IntRange(0, 4).Draw(t, "n"); n > 0 {
					s = append(s, counted{access.OrganisationID(rune('a' + org)), 1, []byte{byte(answer)}, n})
				}
			}
		}
		out = append(out, s)
	}
	return out
}

// TestWhoWasThereIsWhoTheSnapshotHolds: the stays alive at a moment are the
// records of its snapshot, all of them and no other.
func TestWhoWasThereIsWhoTheSnapshotHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		snapshots := drawSnapshots(t)
		all := stays(snapshots)
		for at, want := range snapshots {
			var got snapshot
			for _, l := range all {
				if l.N <= 0 || l.entered > l.last {
					t.Fatalf("a stay of %d from %d to %d", l.N, l.entered, l.last)
				}
				if !(batch{l.entered, l.last}).alive(at) {
					continue
				}
				i, known := slices.BinarySearchFunc(got, l.counted, compare)
				if !known {
					got = slices.Insert(got, i, counted{l.Organisation, l.Codebook, l.Answers, 0})
				}
				got[i].N += l.N
			}
			if !got.equal(want) {
				t.Fatalf("at %d: %v, want %v", at, got, want)
			}
		}
	})
}

// TestAsFewComeAndGoAsCan: between two moments, no more stays begin and end
// than the changes that are counted.
func TestAsFewComeAndGoAsCan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		snapshots := drawSnapshots(t)
		all := stays(snapshots)
		for at := 1; at < len(snapshots); at++ {
			came, went := 0, 0
			for _, l := range all {
				if l.entered == at {
					came += l.N
				}
				if l.last == at-1 {
					went += l.N
				}
			}
			if added, removed := changes(snapshots[at-1], snapshots[at]); came != added || went != removed {
				t.Fatalf("at %d: %d came and %d went, counted %d and %d", at, came, went, added, removed)
			}
		}
	})
}

func TestEnough(t *testing.T) {
	of := func(counts ...int) (s snapshot) {
		for i, n := range counts {
			if n > 0 {
				s = append(s, counted{"a", 1, []byte{byte(i)}, n})
			}
		}
		return s
	}
	for _, c := range []struct {
		name        string
		before, now snapshot
		enough      bool
	}{
		{"nothing changed", of(10, 10), of(10, 10), true},
		{"one more", of(10, 10), of(11, 10), false},
		{"four more", of(10, 10), of(14, 10), false},
		{"five more", of(10, 10), of(15, 10), true},
		{"five more in two ways", of(10, 10), of(12, 13), true},
		{"five less", of(10, 10), of(5, 10), false},
		{"five more and four less", of(10, 10), of(15, 6), false},
		{"five more and five less", of(10, 10), of(15, 5), true},
		{"one changed", of(10, 10), of(11, 9), false},
		{"five changed", of(10, 10), of(15, 5), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := story{moments: []snapshot{c.before}, of: []int{0}}
			s.moment(c.now)
			if err := enough(&s, 5); (err == nil) != c.enough {
				t.Errorf("answered %v", err)
			}
		})
	}
	first := story{moments: []snapshot{of(1)}}
	if err := enough(&first, 5); err != nil {
		t.Errorf("the first release: %v", err)
	}
}

// TestBatchesDependOnMomentsAlone: which batches there are tells nothing of
// who is in them.
func TestBatchesDependOnMomentsAlone(t *testing.T) {
	s := story{moments: make([]snapshot, 3)}
	var names []string
	for _, b := range s.batches() {
		names = append(names, b.String())
	}
	if want := []string{"1-1", "1-2", "1-3", "2-2", "2-3", "3-3"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	for moment, want := range [][]int{{0, 1, 2}, {1, 2, 3, 4}, {2, 4, 5}} {
		if got := s.alive(moment); !slices.Equal(got, want) {
			t.Errorf("alive at %d: %v, want %v", moment, got, want)
		}
	}
}
