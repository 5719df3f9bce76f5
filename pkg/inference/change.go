package inference

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// MinPeriods is the fewest periods in which a trend may be sought: with fewer,
// what makes the periods differ beyond chance cannot be told from a trend.
const MinPeriods = 5

// Period is the count of one period, such as a year.
type Period struct{ Time, Count int }

// LogTrend is a constant rate of growth through counts.
type LogTrend struct {
	Slope      float64 // of the logarithm, for a unit of time
	StdErr     float64 // of the slope, dispersion included
	Dispersion float64 // Pearson's; 1 is chance alone, more is more than chance
	P          float64 // that there is no trend
}

// QuasiPoisson fits a log-linear trend to counts and tests it with the
// dispersion they show, by the t distribution with as many degrees of freedom
// as there are periods but two (Wedderburn 1974; R's glm with quasipoisson). A
// dispersion below 1 is an accident and makes nothing surer: it is reported and
// 1 is used. There is no answer below MinPeriods, for a period given twice, and
// if the first or the last period has all that was counted, because then no
// rate of growth is too large.
func QuasiPoisson(periods []Period) (_ LogTrend, ok bool) {
	f, ok := newFit(periods)
	if !ok {
		return LogTrend{}, false
	}
	t := LogTrend{Slope: f.slope()}
	_, variance := f.weigh(t.Slope)
	free := float64(len(f.periods) - 2)
	t.Dispersion = f.pearson(t.Slope) / free
	t.StdErr = math.Sqrt(math.Max(1, t.Dispersion) / (f.total * variance))
	t.P = studentOutside(t.Slope/t.StdErr, free)
	if math.IsNaN(t.P) || math.IsInf(t.StdErr, 0) || math.IsInf(t.Dispersion, 0) {
		return LogTrend{}, false
	}
	return t, true
}

// studentOutside is how likely a t-distributed number lies farther from 0.
func studentOutside(t, free float64) float64 {
	return mathext.RegIncBeta(free/2, 0.5, free/(free+t*t))
}

// fit seeks the slope given the total, which leaves one equation: the mean
// time of what is fitted is that of what was counted.
type fit struct {
	periods []Period
	total   float64
	mean    float64 // time of what was counted, from the middle
	middle  float64
	reach   float64 // from the middle to either end
}

func newFit(periods []Period) (f fit, ok bool) {
	f.periods = slices.Clone(periods)
	slices.SortFunc(f.periods, func(a, b Period) int { return a.Time - b.Time })
	if len(periods) < MinPeriods || len(periods) > mostGroups {
		return f, false
	}
	first, last := f.periods[0].Time, f.periods[len(f.periods)-1].Time
	if first < -maxScore || last > maxScore {
		return f, false
	}
	f.middle, f.reach = float64(first+last)/2, float64(last-first)/2
	for i, p := range f.periods {
		if !counts(p.Count) || i > 0 && p.Time == f.periods[i-1].Time {
			return f, false
		}
		f.total += float64(p.Count)
		f.mean += float64(p.Count) * (float64(p.Time) - f.middle)
	}
	if f.total == 0 {
		return f, false
	}
	f.mean /= f.total
	return f, math.Abs(f.mean) < f.reach
}

// weigh gives the mean and the variance of the time of what a slope fits.
func (f fit) weigh(slope float64) (mean, variance float64) {
	weights := f.weights(slope)
	for i, p := range f.periods {
		mean += weights[i] * (float64(p.Time) - f.middle)
	}
	for i, p := range f.periods {
		apart := float64(p.Time) - f.middle - mean
		variance += weights[i] * apart * apart
	}
	return mean, variance
}

// weights are the shares of the total that a slope gives the periods. The
// largest exponent is 0, so that none overflows.
func (f fit) weights(slope float64) []float64 {
	weights, sum := make([]float64, len(f.periods)), 0.0
	for i, p := range f.periods {
		weights[i] = math.Exp(slope*(float64(p.Time)-f.middle) - math.Abs(slope)*f.reach)
		sum += weights[i]
	}
	for i := range weights {
		weights[i] /= sum
	}
	return weights
}

// slope halves the range in which it lies: the mean time rises with it.
func (f fit) slope() float64 {
	low, high := -1.0, 1.0
	for mean, _ := f.weigh(low); mean > f.mean && low > -maxSlope; mean, _ = f.weigh(low) {
		low *= 2
	}
	for mean, _ := f.weigh(high); mean < f.mean && high < maxSlope; mean, _ = f.weigh(high) {
		high *= 2
	}
	for middle := low + (high-low)/2; low < middle && middle < high; middle = low + (high-low)/2 {
		if mean, _ := f.weigh(middle); mean < f.mean {
			low = middle
		} else {
			high = middle
		}
	}
	return low + (high-low)/2
}

// maxSlope is beyond every slope that counts up to MaxCount have.
const maxSlope = 1 << 6

// pearson sums the squared distances of what was counted from what is fitted,
// in units of what chance gives.
func (f fit) pearson(slope float64) float64 {
	sum := 0.0
	for i, w := range f.weights(slope) {
		fitted := f.total * w
		apart := float64(f.periods[i].Count) - fitted
		sum += apart / fitted * apart
	}
	return sum
}
