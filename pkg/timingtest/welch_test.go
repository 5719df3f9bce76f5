package timingtest

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The example is worked by hand: means 2 and 4, variances 1 and 4, three each.
func TestT36_WelchsT(t *testing.T) {
	if got, want := T([]float64{1, 2, 3}, []float64{2, 4, 6}), -2/math.Sqrt(1.0/3+4.0/3); math.Abs(got-want) > 1e-12 {
		t.Errorf("t is %v, want %v", got, want)
	}
	if T([]float64{1, 1}, []float64{1, 1}) != 0 {
		t.Error("what is the same is told apart")
	}
}

// Samples of one distribution stay below the threshold; a shift of a twentieth
// of their spread does not, with 50,000 of each.
func TestT36_TheThresholdTellsSmallShifts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var a, b, shifted []float64
	for range 50_000 {
		a, b, shifted = append(a, r.NormFloat64()), append(b, r.NormFloat64()), append(shifted, r.NormFloat64()+0.05)
	}
	if got := math.Abs(T(a, b)); got >= Threshold {
		t.Errorf("|t| of the same distribution is %.2f", got)
	}
	if got := math.Abs(T(a, shifted)); got < Threshold {
		t.Errorf("|t| of a shift is %.2f", got)
	}
}

func TestT36_WelchRunsEachAsOftenAsAsked(t *testing.T) {
	var one, other int
	Welch(100, func() { one++ }, func() { other++ })
	if one != 100 || other != 100 {
		t.Errorf("%d and %d runs", one, other)
	}
}
