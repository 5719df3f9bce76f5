package inference_test

import (
	"math"
	"testing"

	"manniskohandel.se/casestat/pkg/inference"
)

func TestWhatIsNoCountHasNoAnswer(t *testing.T) {
	const most = inference.MaxCount
	for _, c := range [][2]int{{0, 0}, {-1, 5}, {6, 5}, {1, -1}, {1, most + 1}, {math.MinInt, math.MaxInt}} {
		if got, ok := inference.Wilson(c[0], c[1]); ok || got != (inference.Interval{}) {
			t.Errorf("Wilson %v: %v", c, got)
		}
		if got, ok := inference.ClopperPearson(c[0], c[1]); ok || got != (inference.Interval{}) {
			t.Errorf("Clopper-Pearson %v: %v", c, got)
		}
	}
	for _, x := range []int{-1, most + 1, math.MinInt, math.MaxInt} {
		if got, ok := inference.Garwood(x); ok || got != (inference.Interval{}) {
			t.Errorf("Garwood %d: %v", x, got)
		}
	}
}

func TestWhatIsNoRateHasNoAnswer(t *testing.T) {
	good := inference.Rate{Count: 3, Time: 12}
	for name, bad := range map[string]inference.Rate{
		"a negative count": {-1, 12}, "no time": {3, 0}, "negative time": {3, -1}, "time that is no number": {3, math.NaN()},
		"endless time": {3, math.Inf(1)}, "too large": {inference.MaxCount + 1, 12}, "the largest": {math.MaxInt, 12},
	} {
		for _, pair := range []inference.Stratum{{A: good, B: bad}, {A: bad, B: good}} {
			if got, ok := inference.ConditionalRatio(pair.A, pair.B); ok || got != (inference.Ratio{}) {
				t.Errorf("%s: ratio %v", name, got)
			}
			if got, ok := inference.MantelHaenszel([]inference.Stratum{{A: good, B: good}, pair}); ok || got != (inference.Ratio{}) {
				t.Errorf("%s: stratified ratio %v", name, got)
			}
		}
	}
	nothing := inference.Rate{Count: 0, Time: 12}
	if got, ok := inference.ConditionalRatio(nothing, nothing); ok {
		t.Errorf("0 over 0: %v", got)
	}
	for _, strata := range [][]inference.Stratum{nil, {{A: good, B: nothing}}, {{A: nothing, B: good}}} {
		if got, ok := inference.MantelHaenszel(strata); ok {
			t.Errorf("%v: %v", strata, got)
		}
	}
	if got, ok := inference.ConditionalRatio(good, nothing); !ok || !math.IsInf(got.Value, 1) || !math.IsInf(got.High, 1) || got.Low <= 0 {
		t.Errorf("3 over 0: %v", got)
	}
}

func TestWhatIsNoTrendHasNoAnswer(t *testing.T) {
	for name, groups := range map[string][]inference.Group{
		"nothing": nil, "one group": {{1, 5, 0}}, "one score": {{1, 5, 3}, {2, 5, 3}}, "nobody": {{0, 0, 0}, {0, 0, 1}},
		"no cases": {{0, 5, 0}, {0, 5, 1}}, "all cases": {{5, 5, 0}, {5, 5, 1}}, "more cases than persons": {{6, 5, 0}, {1, 5, 1}},
		"negative": {{-1, 5, 0}, {1, 5, 1}}, "scores too far apart": {{1, 5, math.MinInt}, {1, 5, math.MaxInt}},
		"too many groups": make([]inference.Group, 1001), "too much to work out": {{1, 4, 0}, {4000, 9000, 1}, {4000, 9000, 2}},
		"too many persons": {{1, inference.MaxCount, 0}, {1, inference.MaxCount, 1}},
	} {
		if got, ok := inference.CochranArmitage(groups); ok || got != (inference.LinearTrend{}) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// With fewer than five periods there is never a trend, however steep.
func TestWhatIsNoSeriesHasNoAnswer(t *testing.T) {
	series := func(counts ...int) (all []inference.Period) {
		for i, c := range counts {
			all = append(all, inference.Period{Time: 2020 + i, Count: c})
		}
		return all
	}
	for name, periods := range map[string][]inference.Period{
		"nothing": nil, "four periods": series(1, 100, 10_000, 1_000_000), "nobody at all": series(0, 0, 0, 0, 0),
		"all in the last": series(0, 0, 0, 0, 9), "all in the first": series(9, 0, 0, 0, 0), "negative": series(1, 2, -3, 4, 5),
		"a year twice":  append(series(1, 2, 3, 4), inference.Period{Time: 2020, Count: 5}),
		"far apart":     append(series(1, 2, 3, 4), inference.Period{Time: math.MaxInt, Count: 5}),
		"far back":      append(series(1, 2, 3, 4), inference.Period{Time: math.MinInt, Count: 5}),
		"too many":      series(make([]int, 1001)...),
		"a count large": series(1, 2, 3, 4, math.MaxInt),
	} {
		if got, ok := inference.QuasiPoisson(periods); ok || got != (inference.LogTrend{}) {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got, ok := inference.QuasiPoisson(series(50, 60, 72, 86, 104)); !ok || got.P > .02 || got.Dispersion >= 1 {
		t.Errorf("five steady years: %v", got)
	}
}

// A dispersion that happens to lie below 1 does not make a trend surer than
// chance alone allows.
func TestLittleDispersionMakesNothingSurer(t *testing.T) {
	flat := []inference.Period{{2018, 100}, {2019, 100}, {2020, 101}, {2021, 101}, {2022, 102}}
	got, ok := inference.QuasiPoisson(flat)
	if !ok || got.Dispersion > .01 {
		t.Fatalf("%v", got)
	}
	if got.P < .8 {
		t.Errorf("p = %v", got.P)
	}
	// Contrast: with the dispersion as it is, one more of a hundred would be a trend.
	if bold := got.Slope / (got.StdErr * math.Sqrt(got.Dispersion)); bold < 3.182 {
		t.Errorf("t = %v", bold)
	}
}

func TestWhatIsNoProbabilityHasNoAnswer(t *testing.T) {
	for _, p := range []float64{-.1, 1.1, math.NaN(), math.Inf(1)} {
		if got, ok := inference.BenjaminiHochberg([]float64{.5, p}); ok || got != nil {
			t.Errorf("%v: %v", p, got)
		}
	}
	if got, ok := inference.BenjaminiHochberg(nil); !ok || len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

// FuzzInference finds nothing that panics, takes for ever or is no number.
func FuzzInference(f *testing.F) {
	f.Add(26, 35, 12, 9, 12.0, 12.0, 3)
	f.Add(0, 1, inference.MaxCount, 0, 1.0/inference.MaxTime, float64(inference.MaxTime), -5)
	f.Add(inference.MaxCount, inference.MaxCount, 1, inference.MaxCount-1, 1e-9, 1e9, 1_000_000)
	f.Fuzz(func(t *testing.T, a, b, c, d int, s, u float64, at int) {
		number := func(what string, ok bool, low, value, high float64) {
			if ok && !(low <= value && value <= high) {
				t.Errorf("%s(%d, %d, %d, %d, %v, %v, %d): %v %v %v", what, a, b, c, d, s, u, at, low, value, high)
			}
		}
		wilson, ok := inference.Wilson(a, b)
		number("Wilson", ok, wilson.Low, float64(a)/float64(b), wilson.High)
		exact, ok := inference.ClopperPearson(a, b)
		number("ClopperPearson", ok, exact.Low, float64(a)/float64(b), exact.High)
		count, ok := inference.Garwood(a)
		number("Garwood", ok, count.Low, float64(a), count.High)
		ratio, ok := inference.ConditionalRatio(inference.Rate{Count: a, Time: s}, inference.Rate{Count: b, Time: u})
		number("ConditionalRatio", ok, ratio.Low, ratio.Value, ratio.High)
		number("ConditionalRatio's P", ok, 0, ratio.P, 1)
		stratum := inference.Stratum{A: inference.Rate{Count: a, Time: s}, B: inference.Rate{Count: b, Time: u}}
		ratio, ok = inference.MantelHaenszel([]inference.Stratum{stratum, {A: inference.Rate{Count: c, Time: u}, B: inference.Rate{Count: d, Time: s}}})
		number("MantelHaenszel", ok, ratio.Low, ratio.Value, ratio.High)
		trend, ok := inference.CochranArmitage([]inference.Group{{a, b, 0}, {c, d, at}, {a, c, 2}})
		number("CochranArmitage's P", ok, 0, trend.P, 1)
		growth, ok := inference.QuasiPoisson([]inference.Period{{0, a}, {at, b}, {1, c}, {2, d}, {3, a}})
		number("QuasiPoisson's P", ok, 0, growth.P, 1)
		number("QuasiPoisson's error", ok, 0, growth.StdErr, math.MaxFloat64)
	})
}

// However fast counts grow or shrink, the slope is found.
func TestSteepGrowthIsFound(t *testing.T) {
	steep := []int{1, 100, 10_000, 1_000_000, 100_000_000}
	var ahead, back []inference.Period
	for i, count := range steep {
		ahead = append(ahead, inference.Period{Time: i, Count: count})
		back = append(back, inference.Period{Time: -i, Count: count})
	}
	up, ok := inference.QuasiPoisson(ahead)
	down, also := inference.QuasiPoisson(back)
	if !ok || !also {
		t.Fatal("no answer")
	}
	near(t, "up", up.Slope, math.Log(100), 1e-9)
	near(t, "down", down.Slope, -math.Log(100), 1e-9)
}

// Times so far apart that the shorter one's share of both is lost.
func TestTimesWorldsApart(t *testing.T) {
	long, short := float64(inference.MaxTime), 1.0/inference.MaxTime
	for count, want := range map[int]float64{0: 0, 3: 1} {
		got, ok := inference.ConditionalRatio(inference.Rate{Count: count, Time: long}, inference.Rate{Count: 3 - count, Time: short})
		if !ok {
			t.Fatal("no answer")
		}
		near(t, "p", got.P, want, 1e-9)
	}
}
