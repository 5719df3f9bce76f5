package inference_test

import (
	"fmt"
	"math"
	"testing"

	"manniskohandel.se/casestat/pkg/inference"
)

// The reference values are R's (binom.test, prop.test, poisson.test,
// prop.trend.test, glm, p.adjust), which shares no code with this package or
// with the library under it. Newcombe 1998, Table I, has the intervals too.

// six are the digits to which a value has to agree.
const six = 5e-7

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if !(math.Abs(got-want) <= within) {
		t.Errorf("%s: %.9f, want %.9f", what, got, want)
	}
}

func between(t *testing.T, what string, got inference.Interval, low, high, within float64) {
	t.Helper()
	near(t, what+", low", got.Low, low, within)
	near(t, what+", high", got.High, high, within)
}

func TestReferenceIntervalsOfProportions(t *testing.T) {
	for _, c := range []struct {
		x, n          int
		wilson, exact inference.Interval
	}{
		{81, 263, inference.Interval{Low: .255289, High: .366210}, inference.Interval{Low: .252737, High: .367622}},
		{0, 20, inference.Interval{Low: 0, High: .161125}, inference.Interval{Low: 0, High: .168433}},
		{1, 29, inference.Interval{Low: .006113, High: .171755}, inference.Interval{Low: .000873, High: .177644}},
		{26, 35, inference.Interval{Low: .579307, High: .858370}, inference.Interval{Low: .567441, High: .875106}},
		{26, 31, inference.Interval{Low: .673656, High: .929074}, inference.Interval{Low: .662728, High: .945476}},
		{0, 35, inference.Interval{Low: 0, High: .098901}, inference.Interval{Low: 0, High: .100032}},
		{35, 35, inference.Interval{Low: .901099, High: 1}, inference.Interval{Low: .899968, High: 1}},
	} {
		wilson, ok := inference.Wilson(c.x, c.n)
		if !ok {
			t.Fatalf("%d of %d is no proportion", c.x, c.n)
		}
		between(t, fmt.Sprintf("Wilson %d/%d", c.x, c.n), wilson, c.wilson.Low, c.wilson.High, six)
		exact, ok := inference.ClopperPearson(c.x, c.n)
		if !ok {
			t.Fatalf("%d of %d is no proportion", c.x, c.n)
		}
		between(t, fmt.Sprintf("Clopper-Pearson %d/%d", c.x, c.n), exact, c.exact.Low, c.exact.High, six)
	}
}

func TestReferenceIntervalsOfCounts(t *testing.T) {
	for x, want := range map[int]inference.Interval{
		0: {Low: 0, High: 3.688879}, 1: {Low: .025318, High: 5.571643}, 2: {Low: .242209, High: 7.224688},
		3: {Low: .618672, High: 8.767273}, 5: {Low: 1.623486, High: 11.668332}, 10: {Low: 4.795389, High: 18.390356},
		35: {Low: 24.378782, High: 48.676527}, 100: {Low: 81.363991, High: 121.626794},
	} {
		got, ok := inference.Garwood(x)
		if !ok {
			t.Fatalf("%d is no count", x)
		}
		between(t, fmt.Sprintf("Garwood %d", x), got, want.Low, want.High, six)
	}
}

var (
	// smokers are R's, in its help on prop.trend.test.
	smokers = []inference.Group{{83, 86, 1}, {90, 93, 2}, {129, 136, 3}, {70, 82, 4}}
	// alcohol and malformation, Agresti, Categorical Data Analysis; the scores
	// 0, .5, 1.5, 4, 7 in halves.
	alcohol = []inference.Group{{48, 17114, 0}, {38, 14502, 1}, {5, 793, 3}, {1, 127, 8}, {1, 38, 14}}
)

func TestReferenceCochranArmitage(t *testing.T) {
	got, ok := inference.CochranArmitage(smokers)
	if !ok {
		t.Fatal("no answer")
	}
	near(t, "smokers z", got.Z, -2.867913, six)
	near(t, "smokers X2", got.X2, 8.2249223, six)
	near(t, "smokers p", got.P, .004131897, six)
	if got.Exact {
		t.Error("no expected count is below 5.1")
	}
	got, ok = inference.CochranArmitage(alcohol)
	if !ok {
		t.Fatal("no answer")
	}
	near(t, "alcohol z squared", got.X2, 6.5701339, six)
	if !got.Exact {
		t.Error("an expected count of 0.1 was left to the normal distribution")
	}
	near(t, "alcohol, exact p", got.P, .0172497576104, six) // enumerated with R's dhyper
}

func TestReferenceConditionalRatio(t *testing.T) {
	for _, c := range []struct {
		a, b     inference.Rate
		ratio    float64
		interval inference.Interval
		p        float64
	}{
		{
			inference.Rate{Count: 11, Time: 800},
			inference.Rate{Count: 21, Time: 3011},
			1.971488,
			inference.Interval{Low: .858426, High: 4.277266},
			.0796686,
		},
		{inference.Rate{Count: 0, Time: 3}, inference.Rate{Count: 5, Time: 7}, 0, inference.Interval{High: 2.546317912}, .33115},
		{
			inference.Rate{Count: 3, Time: 9},
			inference.Rate{Count: 2, Time: 1},
			.16666666667,
			inference.Interval{Low: .01909205473, High: 1.99546231445},
			.08146,
		},
		{
			inference.Rate{Count: 20, Time: 25},
			inference.Rate{Count: 30, Time: 50},
			1.3333333333,
			inference.Interval{Low: .7176807783, High: 2.4267960042},
			.3678789216,
		},
	} {
		got, ok := inference.ConditionalRatio(c.a, c.b)
		if !ok {
			t.Fatalf("%v over %v: no answer", c.a, c.b)
		}
		what := fmt.Sprintf("%v over %v", c.a, c.b)
		near(t, what, got.Value, c.ratio, six)
		between(t, what, got.Interval, c.interval.Low, c.interval.High, six)
		near(t, what+", p", got.P, c.p, six)
	}
}

func TestReferenceMantelHaenszel(t *testing.T) {
	year := func(a, b int) inference.Stratum {
		return inference.Stratum{A: inference.Rate{Count: a, Time: 12}, B: inference.Rate{Count: b, Time: 12}}
	}
	got, ok := inference.MantelHaenszel([]inference.Stratum{year(12, 9), year(30, 25), year(5, 7), year(8, 4)})
	if !ok {
		t.Fatal("no answer")
	}
	near(t, "ratio", got.Value, 1.222222, six)
	between(t, "ratio", got.Interval, .824237, 1.812375, six)
	near(t, "p", got.P, .3181222, six) // of R's Poisson glm with organisation effects
}

// platform are the contacts of the platform's members, 2018 to 2022.
var platform = []inference.Period{{2018, 122}, {2019, 140}, {2020, 253}, {2021, 237}, {2022, 166}}

// Chance alone would call the platform's own numbers a trend; the dispersion
// that they show does not.
func TestReferenceTrendOfThePlatform(t *testing.T) {
	got, ok := inference.QuasiPoisson(platform)
	if !ok {
		t.Fatal("no answer")
	}
	near(t, "slope", got.Slope, .1012090431, six)
	near(t, "dispersion", got.Dispersion, 18.9982782272, six) // R's default stops iterating at 18.998281
	near(t, "standard error", got.StdErr, .1024005388, six)
	near(t, "p", got.P, .3958415622, six)
	chance := got.StdErr / math.Sqrt(got.Dispersion)
	near(t, "standard error by chance alone", chance, .02349335768, six)
	near(t, "p by chance alone", math.Erfc(got.Slope/chance/math.Sqrt2), 1.647482e-5, 1e-9)
}

func TestReferenceBenjaminiHochberg(t *testing.T) {
	got, ok := inference.BenjaminiHochberg([]float64{.01, .02, .03, .04, .05, .5, .001})
	if !ok {
		t.Fatal("no answer")
	}
	for i, want := range []float64{.035, .04666666667, .0525, .056, .05833333333, .5, .007} {
		near(t, fmt.Sprintf("q %d", i), got[i], want, six)
	}
}
