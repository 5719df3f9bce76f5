package auditor

import (
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// holds says whether an atom is in a selection.
func holds(where plan.Selection, atom []int) bool {
	for _, s := range where {
		if _, in := slices.BinarySearch(s.Categories, atom[s.Axis]); !in {
			return false
		}
	}
	return true
}
