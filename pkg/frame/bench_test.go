package frame_test

import (
	"testing"

	"manniskohandel.se/casestat/pkg/frame"
)

func BenchmarkLayTheDefaultPlan(b *testing.B) {
	p, set := defaults(b), figures(b)
	for b.Loop() {
		if _, err := frame.Lay(p, set, five); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLayTheDefaultPlanThirdTime(b *testing.B) {
	p, set := defaults(b), figures(b)
	cells := described(b, p)
	hidden := frame.Hidden{Organisations: five.Organisations, Batches: []string{"1", "2", "3"}}
	hidden.Past = []frame.Past{{Cells: cells, Alive: []int{0}}, {Cells: cells, Alive: []int{0, 1}}}
	for b.Loop() {
		if _, err := frame.Lay(p, set, hidden); err != nil {
			b.Fatal(err)
		}
	}
}
