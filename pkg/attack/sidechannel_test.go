package attack

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// Welch's t of two samples, checked by hand: means 2 and 4, variances 1 and 1,
// three of each.
func TestWelch(t *testing.T) {
	if got, want := welch([]float64{1, 2, 3}, []float64{3, 4, 5}), -2/math.Sqrt(2.0/3); math.Abs(got-want) > 1e-12 {
		t.Errorf("t is %v, want %v", got, want)
	}
	if got := welch([]float64{1, 1}, []float64{1, 1}); got != 0 {
		t.Errorf("of equal samples t is %v", got)
	}
}

// A share is turned back only where it leaves one small count.
func TestSharesAreTurnedBack(t *testing.T) {
	for _, c := range []struct {
		body string
		want bool
	}{
		{`{"share":0.0571}`, true},                 // 2 of 35
		{`{"text":"that is 5,7 % of them"}`, true}, // the same in Swedish
		{`{"text":"74 % of them"}`, false},         // 26 of 35
		{`{"text":"97 per cent"}`, true},           // all but one
		{`{"share":0.5}`, false},                   // of an odd number nobody's
		{`{"value":2}`, false},                     // a count is no statistic
		{`{"software":"v0.1"}`, false},             // neither is a name
		{`{"text":"2 of 35"}`, false},
		{`{"media":"text/csv; version=0.05.7"}`, false},
		{"code,share\nundocumented,0.0571\n", true}, // a file of columns
		{"code,count\nundocumented,0,057\n", false},
		{`{"text":"0 %"}`, false},
	} {
		found := false
		for _, s := range statisticsIn([]byte(c.body)) {
			found = found || s.gives(map[int]bool{35: true}, 5)
		}
		if found != c.want {
			t.Errorf("%s: turned back %v, want %v", c.body, found, c.want)
		}
	}
}

// The count of which a share speaks is found without trying every count.
func TestTheOnlyCountIsTheOneThatTryingFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`-?[01](\.[0-9]{1,4})?`).Draw(t, "share")
		s := appendStatistic(nil, digits, rapid.Bool().Draw(t, "percent"))[0]
		of := rapid.IntRange(1, 120).Draw(t, "of")
		var fit []int
		for c := range of + 1 {
			d := new(big.Rat).Sub(big.NewRat(int64(c), int64(of)), s.value)
			if d.Abs(d).Cmp(s.half) <= 0 {
				fit = append(fit, c)
			}
		}
		n, one := s.only(of)
		if one != (len(fit) == 1) || one && n != fit[0] {
			t.Errorf("%s of %d: %d %v, trying finds %v", digits, of, n, one, fit)
		}
	})
}
