package attack

import (
	"context"
	"encoding/json"

	"manniskohandel.se/casestat/pkg/plan"
)

// series compares what releases of the same year say about the same quantity.
var series = adversary{
	6, "time differencing", "subtracts what an earlier release said about a year from what a later one says",
	func(_ context.Context, s *session) (outcome, error) {
		var compared, moved, found int
		again := false
		for _, y := range s.latest {
			var before []plan.Publication
			for _, r := range s.releases[:y.release+1] {
				for _, p := range r.manifest.Content.Years {
					if p.Year == y.publication.Year {
						before = append(before, p)
					}
				}
			}
			for i := range before {
				for _, later := range before[i+1:] {
					again = true
					c := compare(before[i], later, y.knows.small)
					compared, moved, found = compared+c.compared, moved+c.moved, found+c.found
				}
			}
		}
		if !again {
			return notRun("no year has two releases"), nil
		}
		return verdict(found, figure("quantities compared", compared), figure("changed", moved),
			figure("changes below the threshold", found)), nil
	},
}

type comparison struct{ compared, moved, found int }

// compare subtracts the quantities that both publications show. If nothing
// changed at all the records are the same, and a difference of 0 tells nothing.
func compare(earlier, later plan.Publication, small int) comparison {
	old := map[string]int{}
	for _, c := range earlier.Cells[earlier.Earlier:] {
		if c.Shown {
			old[quantityKey(c.Quantity)] = c.Value
		}
	}
	var out comparison
	still := 0
	for _, c := range later.Cells[later.Earlier:] {
		v, both := old[quantityKey(c.Quantity)]
		if !both || !c.Shown {
			continue
		}
		out.compared++
		switch d := max(c.Value-v, v-c.Value); {
		case d == 0:
			still++
		default:
			out.moved++
			out.found += one(d < small && c.Quantity.Sum == "")
		}
	}
	if out.moved > 0 {
		out.found += still // none of those who came or went has the property
	}
	return out
}

func quantityKey(q plan.Quantity) string {
	text, _ := json.Marshal(q) //nolint:errcheck // strings alone
	return string(text)
}
