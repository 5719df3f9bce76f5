// Package inference judges how far small numbers carry.
//
// Every function is pure and takes whole counts. All intervals are two-sided
// with a level of 95 per cent, all p-values two-sided. Where a question has no
// answer - nobody was asked, a count is negative or beyond MaxCount, a list is
// too short - ok is false and the rest of what comes back is zero; nothing
// panics and no answer holds NaN. Ends that do not exist are infinite where the
// function says so.
//
// None of this protects anybody: what is put in may be published, or stays at
// the desk.
package inference

import "math"

// MaxCount is the largest count that is taken: far beyond any count of persons,
// and small enough for every count to be exact in floating point.
const MaxCount = 1 << 31

// MaxTime bounds exposures; they are at least 1 / MaxTime.
const MaxTime = 1 << 31

// z is the 97.5 per cent quantile of the normal distribution.
const z = 1.959963984540054

// Interval is a range of a proportion, a count or a ratio, by which it is.
type Interval struct{ Low, High float64 }

// Ratio is how many times as large one rate is as another.
type Ratio struct {
	Value float64
	Interval
	P float64 // that they are equal
}

// counts says whether each is a count.
func counts(all ...int) bool {
	for _, x := range all {
		if x < 0 || x > MaxCount {
			return false
		}
	}
	return true
}

// exposures says whether each can be divided by; NaN cannot.
func exposures(all ...float64) bool {
	for _, t := range all {
		if !(t >= 1.0/MaxTime && t <= MaxTime) {
			return false
		}
	}
	return true
}

// outside is how likely a standard normal number lies farther from 0 than by.
func outside(by float64) float64 { return math.Erfc(math.Abs(by) / math.Sqrt2) }
