package auditor

import (
	"cmp"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

// banCuts is how many pieces may be looked at to show that a ban says nothing
// new.
const banCuts = 2_000

// irredundant leaves out bans that the others imply, those over the most
// combinations first. A chain of "if this then that" is written down as every
// pair of it; what is left ties each axis to a small one, and searches that
// assign axis after axis stay small. The banned atoms remain the same.
func irredundant(sizes []int, bans []plan.Selection) []plan.Selection {
	wide := func(b plan.Selection) float64 {
		n := 1.0
		for _, s := range b {
			n *= float64(sizes[s.Axis])
		}
		return n
	}
	kept := slices.Clone(bans)
	slices.SortStableFunc(kept, func(a, b plan.Selection) int { return cmp.Compare(wide(b), wide(a)) })
	for i := 0; i < len(kept); {
		others := slices.Delete(slices.Clone(kept), i, i+1)
		c := cutter{sizes: sizes, left: banCuts}
		if c.covered(kept[i], others) && c.left > 0 {
			kept = others
			continue
		}
		i++
	}
	return kept
}

// A cutter cuts selections along bans until a piece is left that none touches.
type cutter struct {
	sizes []int
	left  int // pieces that it may still look at
}

// covered says whether bans cover the whole of a piece.
func (c *cutter) covered(piece plan.Selection, bans []plan.Selection) bool {
	for i, b := range bans {
		if _, touches := meet(piece, b); !touches {
			continue
		}
		if c.left--; c.left <= 0 {
			return false
		}
		for _, side := range b {
			if others := complement(side.Categories, c.sizes[side.Axis]); len(others) > 0 {
				cut, any := meet(piece, plan.Selection{{Axis: side.Axis, Categories: others}})
				if any && !c.covered(cut, bans[i+1:]) {
					return false
				}
			}
			piece, _ = meet(piece, plan.Selection{side})
		}
		return true
	}
	return false
}

// complement are the categories of an axis that are not among some.
func complement(some []int, size int) []int {
	var others []int
	for c := range size {
		if _, in := slices.BinarySearch(some, c); !in {
			others = append(others, c)
		}
	}
	return others
}
