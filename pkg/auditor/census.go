package auditor

import (
	"math/bits"

	"manniskohandel.se/casestat/pkg/plan"
)

// A census says of each condition on some axes which persons of one world meet
// it, so that who meets several is counted with a few machine words.
type census struct {
	axes  []int
	sizes []int
	words int
	meets [][]uint64 // by axis of the system: the words of each category
}

func newCensus(axes, sizes []int) *census {
	return &census{axes: axes, sizes: sizes, meets: make([][]uint64, len(sizes))}
}

// take looks at another world instead of the one before.
func (c *census) take(world []plan.Count) {
	persons := 0
	for _, w := range world {
		persons += w.N
	}
	c.words = (persons + 63) / 64
	for _, axis := range c.axes {
		c.meets[axis] = zeros(c.meets[axis], c.sizes[axis]*c.words)
	}
	at := 0
	for _, w := range world {
		for range w.N {
			for _, axis := range c.axes {
				c.meets[axis][w.Atom[axis]*c.words+at/64] |= 1 << (at % 64)
			}
			at++
		}
	}
}

// zeros are n of them, in the place of others if that is large enough.
func zeros(old []uint64, n int) []uint64 {
	if cap(old) < n {
		return make([]uint64, n)
	}
	clear(old[:n])
	return old[:n]
}

// of are the words of one condition.
func (c *census) of(one condition) []uint64 {
	return c.meets[one.axis][one.category*c.words:][:c.words]
}

// count is how many persons meet all conditions, one at least.
func (c *census) count(all []condition) (n int) {
	first, others := c.of(all[0]), all[1:]
	for w, b := range first {
		for _, one := range others {
			b &= c.of(one)[w]
		}
		n += bits.OnesCount64(b)
	}
	return n
}
