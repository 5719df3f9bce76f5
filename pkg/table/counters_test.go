package table

import "testing"

// The arrays must be merged once each, however many there are.
func TestCountersMergeEachArrayOnce(t *testing.T) {
	for _, keys := range []int{2, 1 << 13, 1 << 17} {
		c := newCounters(keys)
		for i := range 7 {
			countKeys(make([]uint32, i), c) // 0 + 1 + ... + 6 times key 0
		}
		if got := c.merge()[0]; got != 21 {
			t.Errorf("%d keys: %d, want 21", keys, got)
		}
	}
}

// The options of multi-valued fields are divided until the keys fit, or until
// each stands alone; options that exclude each other are never divided.
func TestPassesKeepWithinTheLimit(t *testing.T) {
	set := testFigures(t)
	for _, c := range counted {
		question := ask(set, c.spec)
		columns := &Columns{set: set, schema: question.schema}
		query := columns.query(question)
		least := 1
		for i, a := range query.all() {
			least += width(a.parts(i, 1))
		}
		for _, limit := range []int{1, fewKeyBits, 16, mostKeyBits} {
			for _, p := range query.passes(limit) {
				if p.bits > max(limit, least) {
					t.Errorf("%s: %d bits, the limit is %d, the least %d", c.name, p.bits, limit, least)
				}
			}
		}
	}
}
