package shelftest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/signed"
)

// What is signed by hand is what the product signs.
func TestSignIsTheSignersSign(t *testing.T) {
	b := shelftest.New(t)
	m := plan.Manifest{Number: 1, Content: shelftest.Slide(2024), Files: []plan.File{}}
	want, err := b.Signer().Sign(signed.KindManifest, m)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(b.Sign(signed.KindManifest, m))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The invented year has the slide's numbers, and every withheld cell's range
// holds its true value.
func TestTheInventedYearAgreesWithItself(t *testing.T) {
	y := shelftest.Slide(2024).Years[0]
	want := []int{35, 15, 10, 7, 9, 26, 16, 7}
	for i, f := range y.Figures {
		if c := y.Cells[f.N]; !c.Shown || c.Value != want[i] {
			t.Errorf("%s is %d, want %d", f.Name, c.Value, want[i])
		}
	}
	if c := y.Cells[y.Sums[0].Cell]; c.Value != 24 {
		t.Errorf("%d children", c.Value)
	}
	for _, c := range y.Cells {
		n := 0
		for i := range shelftest.Persons {
			if shelftest.Holds(c.Where, shelftest.Person(i)) {
				n++
			}
		}
		if !c.Weighted && (c.Shown && c.Value != n || c.Range != nil && (n < c.Range.From || n > c.Range.To)) {
			t.Errorf("%s holds %d", c.Name, n)
		}
	}
	for _, ban := range y.Bans {
		for i := range shelftest.Persons {
			if shelftest.Holds(ban, shelftest.Person(i)) {
				t.Errorf("person %d cannot be", i)
			}
		}
	}
}
