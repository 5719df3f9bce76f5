package disclosure

import "manniskohandel.se/casestat/pkg/plan"

// Derive gives the functionals of a system that must stay deniable: every
// counted cell (S1) and every nested difference of two (S2), under the names
// that the package comment documents.
func Derive(system plan.System) []plan.Functional {
	var out []plan.Functional
	for _, c := range system.Cells {
		if !c.Weighted && !c.StructuralZero && c.Rank != plan.Total {
			out = append(out, plan.Functional{Name: "count:" + c.Name, Within: c.Where})
		}
	}
	for _, parent := range system.Cells {
		for _, child := range system.Cells {
			if nested(system, parent, child) {
				except := child.Where
				out = append(out, plan.Functional{
					Name:   "rest:" + parent.Name + "-" + child.Name,
					Within: parent.Where, Except: &except,
				})
			}
		}
	}
	return out
}

func nested(s plan.System, parent, child plan.Cell) bool {
	if parent.Weighted || child.Weighted || parent.StructuralZero || child.StructuralZero {
		return false
	}
	return implies(s, child.Where, parent.Where) && !implies(s, parent.Where, child.Where)
}

// sensitive says whether a remainder of v must be deniable in a view.
func sensitive(view plan.View, f plan.Functional, v int) bool {
	if v == 0 && f.Except == nil && view.ZeroIsSafe {
		return false
	}
	return v < view.Threshold
}
