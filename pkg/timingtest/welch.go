// Package timingtest tells by their timing whether two calls can be told apart.
package timingtest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Threshold is the |t| beyond which two timings differ, as dudect has it. By
// chance alone one in a hundred thousand comparisons gets there.
const Threshold = 4.5

// Welch runs a and b n times each, in an order of chance, and gives Welch's t
// of their times. The slowest tenth of all runs, in which something else had
// the processor, is left out.
func Welch(n int, a, b func()) float64 {
	random := rand.New(rand.NewPCG(36, uint64(n)))
	var times [2][]float64
	for len(times[0]) < n || len(times[1]) < n {
		which := random.IntN(2)
		if len(times[which]) == n {
			which = 1 - which
		}
		call := [2]func(){a, b}[which]
		start := time.Now()
		call()
		times[which] = append(times[which], float64(time.Since(start)))
	}
	both := slices.Sorted(slices.Values(slices.Concat(times[0], times[1])))
	limit := both[len(both)*9/10]
	return T(below(times[0], limit), below(times[1], limit))
}

func below(times []float64, limit float64) []float64 {
	return slices.DeleteFunc(times, func(t float64) bool { return t > limit })
}

// T is Welch's t of two samples: how many standard errors their means lie apart.
func T(a, b []float64) float64 {
	meanA, errA := meanOf(a)
	meanB, errB := meanOf(b)
	if errA+errB == 0 {
		return 0
	}
	return (meanA - meanB) / math.Sqrt(errA+errB)
}

// meanOf gives the mean and the square of its standard error.
func meanOf(x []float64) (mean, squared float64) {
	n := float64(len(x))
	for _, v := range x {
		mean += v / n
	}
	for _, v := range x {
		squared += (v - mean) * (v - mean)
	}
	return mean, squared / (n - 1) / n
}

// Report measures a pair of calls as a benchmark and says whether their times
// can be told apart. It fails where that is not as wanted, so it belongs where
// nobody takes it for a test: whoever runs it looks at the machine as well.
func Report(b *testing.B, n int, wantDifferent bool, one, other func()) {
	b.Helper()
	for range n/10 + 1 {
		one()
		other()
	}
	t := 0.0
	for range b.N {
		t = Welch(n, one, other)
	}
	b.ReportMetric(math.Abs(t), "|t|")
	b.ReportMetric(float64(n), "samples/side")
	different := math.Abs(t) >= Threshold
	verdict := map[bool]string{true: "told apart", false: "not told apart"}[different]
	b.Logf("t = %.2f of 2 x %d: %s", t, n, verdict)
	if different != wantDifferent {
		b.Errorf("%s, with |t| = %.2f", verdict, math.Abs(t))
	}
}
