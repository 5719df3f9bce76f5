package recordtest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
)

func TestExamplesAreValid(t *testing.T) {
	r := recordtest.NewReader(t)
	for name, body := range map[string][]byte{"core": recordtest.Core(), "full": recordtest.Full(), "count only": recordtest.CountOnly()} {
		if diff := cmp.Diff([]fault.Detail(nil), r.Decode(body, recordtest.Options()).Details); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
	}
}

func TestGeneratedRecordsAreValid(t *testing.T) {
	r := recordtest.NewReader(t)
	rapid.Check(t, func(t *rapid.T) {
		rec := recordtest.Records(r).Draw(t, "record")
		broken, _ := r.Validate(rec, recordtest.Options())
		if diff := cmp.Diff([]fault.Detail(nil), broken); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	})
}

func TestIDsAreDistinctAndFixed(t *testing.T) {
	seen := make(map[record.ID]int)
	for n := range 10_000 {
		id := recordtest.ID(n)
		if before, twice := seen[id]; twice {
			t.Fatalf("ids %d and %d are the same", before, n)
		}
		seen[id] = n
	}
	if first, again := recordtest.ID(7), recordtest.ID(7); first != again {
		t.Error("the same number gives two ids")
	}
}

func TestWithAndWithout(t *testing.T) {
	body := []byte(`{"a":1,"b":[2]}`)
	for want, got := range map[string][]byte{
		`{"b":[2]}`:              recordtest.Without(body, "a"),
		`{"b":[2],"a":3}`:        recordtest.With(body, "a", "3"),
		`{"a":1,"b":[2],"c":""}`: recordtest.With(body, "c", `""`),
		`{"x":1}`:                recordtest.With([]byte(`{}`), "x", "1"),
	} {
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}
