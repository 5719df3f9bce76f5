package plan

import "manniskohandel.se/casestat/pkg/fault"

// What a universe bears.
const (
	MinTablePersons = 25 // a smaller universe takes figures only
	MaxPairs        = 3  // two-way tables of a universe below the first step
	PersonsPerCell  = 5  // on average, at the coarsest presentation
)

// steps are the sizes from which a universe bears one more dimension.
var steps = [...]int{60, 1_000, 20_000}

// MaxWays is how many dimensions a table may have over a universe of n persons
// (d_max). Below the first step it is 1, but for MaxPairs two-way tables.
func MaxWays(n int) int {
	ways := 1
	for _, from := range steps {
		if n >= from {
			ways++
		}
	}
	return ways
}

// Shape is all that admission may look at in a table.
type Shape struct {
	Universe Name
	// Ways counts dimensions and filters: a filter shows one slice of a table
	// that has its field as one dimension more.
	Ways int
	// Cells are the inner cells at the coarsest rung of every ladder. An option of
	// a multi-valued field is a dimension of its own, with two categories.
	Cells int
}

// Admit says of each table, in the order of the plan, why it is not admitted;
// "" admits it. sizes are the published sizes of the universes. Nothing else of
// the records may be looked at: a refusal must tell nothing.
func Admit(tables []Shape, sizes map[Name]int) []fault.Code {
	out := make([]fault.Code, len(tables))
	pairs := make(map[Name]int)
	for i, t := range tables {
		n := sizes[t.Universe]
		out[i] = admit(t, n, pairs[t.Universe])
		if out[i] == "" && t.Ways == 2 {
			pairs[t.Universe]++
		}
	}
	return out
}

func admit(t Shape, n, pairs int) fault.Code {
	spare := t.Ways == 2 && n < steps[0]
	switch {
	case n < MinTablePersons:
		return CodeSmallUniverse
	case t.Cells > n/PersonsPerCell:
		return CodeTooManyCells
	case spare && pairs >= MaxPairs:
		return CodeTooManyPairs
	case t.Ways > MaxWays(n) && !spare:
		return CodeTooManyWays
	}
	return ""
}
