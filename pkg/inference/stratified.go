package inference

import "math"

// Stratum compares two rates within one organisation, or within whatever else
// must not be mixed.
type Stratum struct{ A, B Rate }

// MantelHaenszel is the rate of the As over the rate of the Bs, compared within
// each stratum and never across: what one organisation's reporting adds or
// takes does not count as a change. The interval and P are normal on the
// logarithm with the variance of Greenland and Robins (1985). If the As, or the
// Bs, have no count at all, there is no ratio.
func MantelHaenszel(strata []Stratum) (_ Ratio, ok bool) {
	var above, below, spread float64
	for _, s := range strata {
		if !counts(s.A.Count, s.B.Count) || !exposures(s.A.Time, s.B.Time) {
			return Ratio{}, false
		}
		all := s.A.Time + s.B.Time
		above += float64(s.A.Count) * (s.B.Time / all)
		below += float64(s.B.Count) * (s.A.Time / all)
		spread += (float64(s.A.Count) + float64(s.B.Count)) * (s.A.Time / all) * (s.B.Time / all)
	}
	if above == 0 || below == 0 {
		return Ratio{}, false
	}
	ratio := above / below
	deviation := math.Sqrt(spread/above) / math.Sqrt(below)
	return Ratio{
		Value:    ratio,
		Interval: Interval{Low: ratio * math.Exp(-z*deviation), High: ratio * math.Exp(z*deviation)},
		P:        outside(math.Log(ratio) / deviation),
	}, true
}
