package disclosure

import (
	"testing"
	"time"
)

func TestSlideQuick(t *testing.T) {
	for seed := range uint64(20) {
		start := time.Now()
		p, _, pres, err := slideProblem(seed, 12, 0)
		if err != nil {
			t.Fatal(err)
		}
		rec := time.Since(start)
		s, err := Protect(t.Context(), p, Seed{byte(seed)})
		if err != nil {
			t.Errorf("%v %v", err, s.Findings)
			continue
		}
		dropped := 0
		for _, x := range pres {
			if x.Dropped {
				dropped++
			}
		}
		head := true
		for i := range 9 {
			head = head && s.Pattern[i]
		}
		t.Logf("seed %d: %d/%d shown, dropped %d, head %v, views %d, %+v wit %d, recode %v all %v", seed, s.Shown()-9, len(p.System.Cells)-9, dropped, head, len(p.Views), s.Stats, len(s.Witnesses), rec, time.Since(start))
	}
}
