package inference

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Garwood is the exact interval of the expectation of a count (Garwood 1936).
func Garwood(x int) (_ Interval, ok bool) {
	if !counts(x) {
		return Interval{}, false
	}
	i := Interval{High: mathext.GammaIncRegInv(float64(x)+1, 0.975)}
	if x > 0 {
		i.Low = mathext.GammaIncRegInv(float64(x), 0.025)
	}
	return i, true
}

// Rate is a count in a time; any unit will do if it is the same everywhere.
type Rate struct {
	Count int
	Time  float64 // above 0
}

// ConditionalRatio compares two independent counts: the rate a over the rate b,
// exact given their sum (Przyborowski and Wilenski 1940; R's poisson.test).
// Without a count in b the ratio and its upper end are +Inf. Two counts of 0
// have no ratio.
func ConditionalRatio(a, b Rate) (_ Ratio, ok bool) {
	n := a.Count + b.Count
	if !counts(a.Count, b.Count) || !exposures(a.Time, b.Time) || !counts(n) || n == 0 {
		return Ratio{}, false
	}
	share := binomialInterval(a.Count, n)
	return Ratio{
		Value: float64(a.Count) / float64(b.Count) * (b.Time / a.Time),
		Interval: Interval{
			Low:  share.Low / (1 - share.Low) * (b.Time / a.Time),
			High: share.High / (1 - share.High) * (b.Time / a.Time),
		},
		P: binomialTest(a.Count, n, a.Time/(a.Time+b.Time)),
	}, true
}

// binomialTest is how likely a number of n with the expected share p is no
// likelier than x: the two-sided test of R's binom.test.
func binomialTest(x, n int, p float64) float64 {
	const tie = 1 + 1e-7 // as R: rounding must not part what is equally likely
	limit := logBinomial(x, n, p) + math.Log(tie)
	mode := min(int(float64(n)*p+p), n)
	switch {
	case logBinomial(mode, n, p) <= limit:
		return 1
	case x < mode:
		// Beyond the mode the probabilities fall: find where they are small enough.
		other := first(mode, n+1, func(k int) bool { return logBinomial(k, n, p) <= limit })
		return math.Min(1, atMost(x, n, p)+atLeast(other, n, p))
	default:
		other := first(0, mode, func(k int) bool { return logBinomial(k, n, p) > limit })
		return math.Min(1, atMost(other-1, n, p)+atLeast(x, n, p))
	}
}

// first is the smallest k of from..to-1 that holds, or to; once it holds it
// holds for all that follow.
func first(from, to int, holds func(int) bool) int {
	for from < to {
		if k := from + (to-from)/2; holds(k) {
			to = k
		} else {
			from = k + 1
		}
	}
	return from
}

func atMost(k, n int, p float64) float64 {
	switch {
	case k < 0:
		return 0
	case k >= n:
		return 1
	}
	return mathext.RegIncBeta(float64(n-k), float64(k)+1, 1-p)
}

func atLeast(k, n int, p float64) float64 {
	switch {
	case k <= 0:
		return 1
	case k > n:
		return 0
	}
	return mathext.RegIncBeta(float64(k), float64(n-k)+1, p)
}

func logBinomial(k, n int, p float64) float64 {
	if p <= 0 || p >= 1 { // exposures so far apart that their share is lost
		if p <= 0 && k == 0 || p >= 1 && k == n {
			return 0
		}
		return math.Inf(-1)
	}
	return logChoose(n, k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p)
}

// logChoose is the logarithm of n over k.
func logChoose(n, k int) float64 {
	if k == 0 || k == n {
		return 0
	}
	return -math.Log(float64(n)+1) - mathext.Lbeta(float64(k)+1, float64(n-k)+1)
}
