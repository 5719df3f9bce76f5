package auditor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// BenchmarkAttack measures the public attack, what it costs and what it
// establishes: how many cells are withheld, of how many a range is known, how
// many of those are tight, and how many findings of each class there are.
func BenchmarkAttack(b *testing.B) {
	b.Run("default_plan", func(b *testing.B) { benchmarkAttack(b, protectedReport(b).published) })
	for _, c := range []crowd{{1, 35, 12, 3, 5}, {1, 200, 12, 3, 5}, {1, 2000, 12, 3, 5}} {
		b.Run(fmt.Sprintf("persons_%d", c.persons), func(b *testing.B) {
			s, people := c.planned()
			benchmarkAttack(b, threshold(s, people, plan.Defaults().Threshold))
		})
	}
}

func benchmarkAttack(b *testing.B, p Published) {
	var a Assault
	b.ReportAllocs()
	for b.Loop() {
		a = attacked(b, p)
	}
	report(b, a)
}

func report(b *testing.B, a Assault) {
	known, tight := 0, 0
	for _, r := range a.Ranges {
		if r.Known {
			known++
		}
		if r.Tight {
			tight++
		}
	}
	b.ReportMetric(float64(len(a.Ranges)), "withheld")
	b.ReportMetric(float64(known), "known")
	b.ReportMetric(float64(tight), "tight")
	found := map[Class]int{}
	for _, f := range a.Findings {
		found[f.Class]++
	}
	b.ReportMetric(float64(found[Fail]), "fail")
	b.ReportMetric(float64(found[Review]), "review")
}

// BenchmarkAttackAs measures the attack of each organisation, one after the
// other, on the default plan.
func BenchmarkAttackAs(b *testing.B) {
	p := protectedReport(b)
	for _, v := range insiders(p) {
		b.Run(v.Name, func(b *testing.B) {
			var a Assault
			for b.Loop() {
				var err error
				if a, err = AttackAs(context.Background(), p.inside, v, plan.Defaults()); err != nil {
					b.Fatal(err)
				}
			}
			report(b, a)
		})
		b.Run(v.Name+"_without_ranges", func(b *testing.B) {
			for b.Loop() {
				if _, err := FindAs(context.Background(), p.inside, v, plan.Defaults()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// insiders are the organisations that know their own records and nobody else.
func insiders(p protection) []plan.View {
	return slices.DeleteFunc(slices.Clone(p.views), func(v plan.View) bool {
		foreign := func(k plan.Count) bool { return len(v.Empty) > 0 && !holds(v.Empty[0], k.Atom) }
		return len(v.Empty) == 0 || slices.ContainsFunc(v.Known, foreign)
	})
}

// BenchmarkPosterior is the warning about guesses, as a release asks for it.
func BenchmarkPosterior(b *testing.B) {
	p := protectedReport(b)
	small := slices.DeleteFunc(derived(p.published.System), func(f plan.Functional) bool {
		return count(f, p.veiled) >= plan.Defaults().Threshold
	})
	for b.Loop() {
		found, err := Posterior(p.published, p.veiled, small, PosteriorOptions{Samples: 2000, Thin: 10, Random: rand.NewPCG(1, 1)})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(small)), "functionals")
		b.ReportMetric(float64(len(found)), "findings")
	}
}
