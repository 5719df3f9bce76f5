package auditor

import (
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/plan"
)

func rules(findings []Finding) map[Rule]int {
	n := map[Rule]int{}
	for _, f := range findings {
		n[f.Rule]++
	}
	return n
}

func TestDbgAttack(t *testing.T) {
	for _, c := range []crowd{{1, 35, 12, 0, 5}, {1, 35, 12, 3, 5}, {1, 35, 12, 8, 5}} {
		s, people := c.planned()
		t0 := time.Now()
		a, err := Attack(threshold(s, people, 5), plan.Defaults())
		t.Log(c, rules(a.Findings), len(a.Ranges), len(a.Present), err, time.Since(t0))
	}
}
