package inference_test

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/inference"
)

type proportionInterval = func(x, n int) (inference.Interval, bool)

// coverage is how often the interval covers p, by adding up all outcomes.
func coverage(interval proportionInterval, n int, p float64) float64 {
	covered := 0.0
	for x := range n + 1 {
		if i, ok := interval(x, n); ok && i.Low <= p && p <= i.High {
			covered += binomial(x, n, p)
		}
	}
	return covered
}

// binomial multiplies the probability out; no function of the package is used.
func binomial(x, n int, p float64) float64 {
	likely := 1.0
	for k := range n {
		if k < x {
			likely *= p * float64(n-k) / float64(x-k)
		} else {
			likely *= 1 - p
		}
	}
	return likely
}

// The exact interval holds its promise for every proportion. Just beside the
// limits it is hardest, so those are tried, and a grid between them.
func TestClopperPearsonCoversAtLeast95OfEach100(t *testing.T) {
	for n := 1; n <= 40; n++ {
		var tried []float64
		for x := range n + 1 {
			i, _ := inference.ClopperPearson(x, n)
			tried = append(tried, i.Low-1e-9, i.Low+1e-9, i.High-1e-9, i.High+1e-9)
		}
		for k := range 101 {
			tried = append(tried, float64(k)/100)
		}
		for _, p := range tried {
			if p >= 0 && p <= 1 && coverage(inference.ClopperPearson, n, p) < .95-1e-7 {
				t.Fatalf("n = %d, p = %.9f: covered %.6f", n, p, coverage(inference.ClopperPearson, n, p))
			}
		}
	}
}

// Contrast: Wilson's interval promises its level on average only, and the test
// above would notice.
func TestWilsonCoversOnAverageOnly(t *testing.T) {
	const n = 35
	least, sum := 1.0, 0.0
	for k := 1; k < 1000; k++ {
		c := coverage(inference.Wilson, n, float64(k)/1000)
		least, sum = math.Min(least, c), sum+c
	}
	if least >= .95 {
		t.Errorf("Wilson covers %.4f at least: the enumeration finds nothing", least)
	}
	if mean := sum / 999; mean < .945 || mean > .965 {
		t.Errorf("Wilson covers %.4f on average", mean)
	}
}

// Both ends of Wilson's interval are where the score test just rejects: found
// here by halving, not by the formula.
func TestWilsonSolvesTheScoreEquation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 100_000).Draw(t, "n")
		x := rapid.IntRange(0, n).Draw(t, "x")
		share := float64(x) / float64(n)
		rejected := func(p float64) bool {
			return math.Abs(share-p) > 1.959963984540054*math.Sqrt(p*(1-p)/float64(n))
		}
		halve := func(in, out float64) float64 {
			for range 200 {
				if m := (in + out) / 2; rejected(m) {
					out = m
				} else {
					in = m
				}
			}
			return in
		}
		got, ok := inference.Wilson(x, n)
		if !ok {
			t.Fatal("no interval")
		}
		want := inference.Interval{Low: halve(share, 0), High: halve(share, 1)}
		if math.Abs(got.Low-want.Low) > 1e-9 || math.Abs(got.High-want.High) > 1e-9 {
			t.Fatalf("%d of %d: %v, want %v", x, n, got, want)
		}
	})
}

func TestIntervalsOfProportionsAreOrderly(t *testing.T) {
	for name, interval := range map[string]proportionInterval{"Wilson": inference.Wilson, "Clopper-Pearson": inference.ClopperPearson} {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			n := rapid.OneOf(rapid.IntRange(1, 60), rapid.IntRange(1, inference.MaxCount)).Draw(t, "n")
			x := rapid.IntRange(0, n).Draw(t, "x")
			i, ok := interval(x, n)
			share := float64(x) / float64(n)
			if !ok || i.Low < 0 || i.High > 1 || i.Low > share || i.High < share || i.Low >= i.High {
				t.Fatalf("%d of %d: %v", x, n, i)
			}
			other, _ := interval(n-x, n)
			if math.Abs(i.Low-(1-other.High)) > 1e-9 || math.Abs(i.High-(1-other.Low)) > 1e-9 {
				t.Fatalf("%d and %d of %d mirror %v as %v", x, n-x, n, i, other)
			}
			if more, _ := interval(min(x+1, n), n); more.Low < i.Low || more.High < i.High {
				t.Fatalf("%d of %d: %v, one more %v", x, n, i, more)
			}
		}))
	}
}

// Garwood's ends are where 2.5 per cent lie beyond, by adding the probabilities up.
func TestGarwoodCutsOffWhatItSays(t *testing.T) {
	atMost := func(x int, expected float64) float64 {
		term, sum := math.Exp(-expected), 0.0
		for k := 0; k <= x; k++ {
			sum += term
			term *= expected / float64(k+1)
		}
		return sum
	}
	for x := range 200 {
		i, ok := inference.Garwood(x)
		if !ok {
			t.Fatal("no interval")
		}
		near(t, "above", atMost(x, i.High), .025, 1e-9)
		if x > 0 {
			near(t, "below", 1-atMost(x-1, i.Low), .025, 1e-9)
		}
	}
}

// The two-sided p adds up every outcome that is no likelier, one by one.
func TestConditionalRatioAddsUpWhatIsNoLikelier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := inference.Rate{Count: rapid.IntRange(0, 60).Draw(t, "a"), Time: rapid.Float64Range(.1, 50).Draw(t, "s")}
		b := inference.Rate{Count: rapid.IntRange(0, 60).Draw(t, "b"), Time: rapid.Float64Range(.1, 50).Draw(t, "t")}
		got, ok := inference.ConditionalRatio(a, b)
		if n := a.Count + b.Count; ok != (n > 0) {
			t.Fatalf("%v and %v: %v", a, b, ok)
		} else if n == 0 {
			return
		}
		n, p, want := a.Count+b.Count, a.Time/(a.Time+b.Time), 0.0
		for x := range n + 1 {
			if binomial(x, n, p) <= binomial(a.Count, n, p)*(1+1e-7) {
				want += binomial(x, n, p)
			}
		}
		if math.Abs(got.P-want) > 1e-6 {
			t.Fatalf("%v over %v: p = %.9f, want %.9f", a, b, got.P, want)
		}
		turned, _ := inference.ConditionalRatio(b, a)
		if math.Abs(turned.P-got.P) > 1e-6 || got.Low > got.Value || got.Value > got.High {
			t.Fatalf("%v over %v: %v, turned %v", a, b, got, turned)
		}
	})
}

func TestMantelHaenszelOfOneStratumIsThePlainRatio(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate := func(name string) inference.Rate {
			return inference.Rate{Count: rapid.IntRange(1, 1e6).Draw(t, name), Time: rapid.Float64Range(.01, 1e4).Draw(t, name+"'s time")}
		}
		s := inference.Stratum{A: rate("a"), B: rate("b")}
		got, ok := inference.MantelHaenszel([]inference.Stratum{s})
		want := (float64(s.A.Count) / s.A.Time) / (float64(s.B.Count) / s.B.Time)
		if !ok || math.Abs(got.Value/want-1) > 1e-9 {
			t.Fatalf("%v, want %v", got, want)
		}
		// And the variance of its logarithm is that of two counts.
		deviation := math.Sqrt(1/float64(s.A.Count) + 1/float64(s.B.Count))
		if math.Abs(math.Log(got.High/got.Value)/1.959963984540054/deviation-1) > 1e-9 {
			t.Fatalf("%v: deviation, want %v", got, deviation)
		}
	})
}

// What an organisation adds by reporting for the first time is no change:
// pooled, the rates double; compared within, they stand still.
func TestMantelHaenszelIgnoresWhoJoined(t *testing.T) {
	stayed := inference.Stratum{A: inference.Rate{Count: 40, Time: 12}, B: inference.Rate{Count: 40, Time: 12}}
	joined := inference.Stratum{A: inference.Rate{Count: 120, Time: 12}, B: inference.Rate{Count: 10, Time: 1}}
	got, ok := inference.MantelHaenszel([]inference.Stratum{stayed, joined})
	if !ok || math.Abs(got.Value-1) > 1e-9 {
		t.Errorf("within: %v", got)
	}
	pooled, ok := inference.ConditionalRatio(inference.Rate{Count: 160, Time: 1}, inference.Rate{Count: 50, Time: 1})
	if !ok || pooled.P > .001 {
		t.Errorf("contrast: pooled totals show no change either: %v", pooled)
	}
}

// Where both answer, the exact p-value and the normal one tell the same.
func TestExactTrendAgreesWithTheNormalOne(t *testing.T) {
	exact, ok := inference.CochranArmitage([]inference.Group{{2, 40, 0}, {4, 40, 1}, {7, 40, 2}})
	if !ok || !exact.Exact {
		t.Fatalf("%v", exact)
	}
	if normal := math.Erfc(math.Abs(exact.Z) / math.Sqrt2); math.Abs(normal-exact.P) > .06 || normal == exact.P {
		t.Errorf("exact %.6f, normal %.6f", exact.P, normal)
	}
}

// With everybody else a case, the trend is the same turned round.
func TestTrendOfTheOthersIsTheSameTurnedRound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var groups, others []inference.Group
		for i := range rapid.IntRange(2, 5).Draw(t, "groups") {
			total := rapid.IntRange(0, 12).Draw(t, "total")
			g := inference.Group{Cases: rapid.IntRange(0, total).Draw(t, "cases"), Total: total, Score: 3 * i}
			groups = append(groups, g)
			others = append(others, inference.Group{Cases: g.Total - g.Cases, Total: g.Total, Score: g.Score/3 + 7})
		}
		a, ok := inference.CochranArmitage(groups)
		b, also := inference.CochranArmitage(others)
		if ok != also || math.Abs(a.Z+b.Z) > 1e-9 || math.Abs(a.P-b.P) > 1e-9 || a.P < 0 || a.P > 1 {
			t.Fatalf("%v and %v", a, b)
		}
	})
}

// A trend that was put in comes out, and its direction turns with time.
func TestQuasiPoissonFindsTheGrowthPutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		growth := rapid.Float64Range(-.3, .3).Draw(t, "growth")
		var ahead, back []inference.Period
		for year := range rapid.IntRange(inference.MinPeriods, 9).Draw(t, "years") {
			count := int(math.Round(1e6 * math.Exp(growth*float64(year))))
			ahead = append(ahead, inference.Period{Time: 2018 + year, Count: count})
			back = append(back, inference.Period{Time: 2018 - year, Count: count})
		}
		got, ok := inference.QuasiPoisson(ahead)
		turned, also := inference.QuasiPoisson(back)
		if !ok || !also || math.Abs(got.Slope-growth) > 1e-4 || math.Abs(got.Slope+turned.Slope) > 1e-6 {
			t.Fatalf("%v and %v, put in %v", got, turned, growth)
		}
		if math.Abs(growth) > .01 && got.P > 1e-3 {
			t.Fatalf("growth of %v: p = %v", growth, got.P)
		}
	})
}

func TestBenjaminiHochbergKeepsTheOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOf(rapid.Float64Range(0, 1)).Draw(t, "p")
		q, ok := inference.BenjaminiHochberg(p)
		if !ok || len(q) != len(p) {
			t.Fatal(q)
		}
		for i := range p {
			if q[i] < p[i] || q[i] > 1 {
				t.Fatalf("p %v became q %v", p[i], q[i])
			}
			for j := range p {
				if p[i] < p[j] && q[i] > q[j] {
					t.Fatalf("%v and %v became %v and %v", p[i], p[j], q[i], q[j])
				}
			}
		}
		// Nobody gains by looking at more.
		more, _ := inference.BenjaminiHochberg(append(slices.Clone(p), 1))
		for i := range p {
			if more[i] < q[i] {
				t.Fatal("one more series made another surer")
			}
		}
	})
}
