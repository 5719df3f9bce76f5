package auditor

import (
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// town is a certificate that holds.
func town(tb testing.TB) Certificate {
	tb.Helper()
	s, people := crowd{7, 40, 3, 1, 4}.planned()
	s.Bans = []plan.Selection{vacant(s, people, 1, 2)}
	return certified(tb, s, people, plan.Defaults())
}

func TestAValidCertificateIsAccepted(t *testing.T) {
	c := town(t)
	findings := Verify(c)
	if Worst(findings) == Fail {
		t.Fatalf("%+v", findings)
	}
	if len(c.Witnesses) < 20 || tick(c.Shown) < 3 {
		t.Errorf("%d witnesses, %d cells shown: the fixture proves too little", len(c.Witnesses), tick(c.Shown))
	}
	t.Logf("%d cells, %d shown, %d views, %d witnesses, %+v", len(c.Shown), tick(c.Shown), len(c.Views), len(c.Witnesses), findings)
}

// vacant is a combination of two categories that nobody has.
func vacant(s plan.System, people []plan.Count, a, b int) plan.Selection {
	for x := range s.Axes[a].Categories {
		for y := range s.Axes[b].Categories {
			pair := plan.Selection{{Axis: a, Categories: []int{x}}, {Axis: b, Categories: []int{y}}}
			if count(plan.Functional{Within: pair}, people) == 0 {
				return pair
			}
		}
	}
	panic("every combination is taken")
}
