package inference

import (
	"math"
	"slices"
)

// BenjaminiHochberg turns the p-values of everything that was looked at into
// q-values, in the same order: of what is flagged for a q below .05, one in
// twenty is expected to be an accident (Benjamini and Hochberg 1995; R's
// p.adjust). All p-values that were looked at have to be among them.
func BenjaminiHochberg(p []float64) (q []float64, ok bool) {
	order := make([]int, len(p))
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return nil, false
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case p[a] < p[b]:
			return -1
		case p[a] > p[b]:
			return 1
		}
		return 0
	})
	q = make([]float64, len(p))
	least := 1.0
	for rank, i := range slices.Backward(order) {
		// What p is multiplied by is never below 1, not even by rounding.
		least = math.Min(least, p[i]*(float64(len(p))/float64(rank+1)))
		q[i] = least
	}
	return q, true
}
