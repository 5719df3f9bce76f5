package inference

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Wilson is the score interval of the proportion x of n: all proportions that
// a test at 5 per cent would not reject. Its level holds on average, so it is
// the one to display (Wilson 1927; Newcombe 1998, method 3).
//
// The result is the same to the last bit on every machine: the products are
// rounded before they are added.
func Wilson(x, n int) (_ Interval, ok bool) {
	if !counts(x, n) || n < 1 || x > n {
		return Interval{}, false
	}
	k, m := float64(x), float64(n)
	const z2 = z * z
	centre := k + z2/2
	spread := z * math.Sqrt(float64(k*(m-k))/m+z2/4)
	i := Interval{Low: (centre - spread) / (m + z2), High: (centre + spread) / (m + z2)}
	if x == 0 {
		i.Low = 0
	}
	if x == n {
		i.High = 1
	}
	return i, true
}

// ClopperPearson is the exact interval of the proportion x of n: whatever the
// true proportion is, the interval covers it at least 95 times of 100. It is
// for where a guarantee is claimed (Clopper and Pearson 1934).
func ClopperPearson(x, n int) (_ Interval, ok bool) {
	if !counts(x, n) || n < 1 || x > n {
		return Interval{}, false
	}
	return binomialInterval(x, n), true
}

func binomialInterval(x, n int) Interval {
	i := Interval{Low: 0, High: 1}
	if x > 0 {
		i.Low = mathext.InvRegIncBeta(float64(x), float64(n-x)+1, 0.025)
	}
	if x < n {
		i.High = mathext.InvRegIncBeta(float64(x)+1, float64(n-x), 0.975)
	}
	return i
}
