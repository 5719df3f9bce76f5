package table

// block is how many keys are made before they are counted: they stay in the
// first-level cache.
const block = 2048

// lookup is one byte column's part of a question.
type lookup struct {
	offset int
	keys   *[256]uint32 // from byte to key bits; all ones rejects the record
}

// counters are arrays of one counter for each key, all of one length. Keys
// take turns at them: records alike stand together, and adding to a counter
// that was just written waits for the write. Where keys are many they scatter,
// and fewer arrays (the same one several times) spare the cache.
type counters [4][]uint32

func newCounters(keys int) counters {
	arrays := 4
	switch {
	case keys > 1<<16:
		arrays = 1
	case keys > 1<<12:
		arrays = 2
	}
	var c counters
	for i := range arrays {
		c[i] = make([]uint32, keys)
	}
	for i := arrays; i < len(c); i++ {
		c[i] = c[i-arrays]
	}
	return c
}

// merge gives the counts of all the arrays.
func (c counters) merge() []uint32 {
	for i := 1; i < len(c) && &c[i][0] != &c[0][0]; i++ {
		for k, n := range c[i] {
			c[0][k] += n
		}
	}
	return c[0]
}

// count counts the keys of a segment's records. The number of keys is a power
// of two, and every key is below it.
func count(s segment, lookups []lookup, into counters) {
	if len(lookups) == 1 {
		countBytes(s.bytes[lookups[0].offset][:s.rows], lookups[0].keys, into)
		return
	}
	var buffer [block]uint32
	for from := 0; from < s.rows; from += block {
		keys := buffer[:min(block, s.rows-from)]
		if len(lookups) == 0 {
			clear(keys)
		}
		for i := 0; i < len(lookups); {
			i += combine(keys, s, lookups[i:], from, i == 0)
		}
		countKeys(keys, into)
	}
}

// combine puts the key bits of up to three columns into keys and says of how many.
func combine(keys []uint32, s segment, lookups []lookup, from int, first bool) int {
	column := func(i int) ([]byte, *[256]uint32) {
		return s.bytes[lookups[i].offset][from:][:len(keys)], lookups[i].keys
	}
	a, ta := column(0)
	switch n := len(lookups); {
	case first && n == 2:
		b, tb := column(1)
		for i := range keys {
			keys[i] = ta[a[i]] | tb[b[i]]
		}
		return 2
	case first:
		b, tb := column(1)
		c, tc := column(2)
		for i := range keys {
			keys[i] = ta[a[i]] | tb[b[i]] | tc[c[i]]
		}
		return 3
	case n == 1:
		for i := range keys {
			keys[i] |= ta[a[i]]
		}
		return 1
	case n == 2:
		b, tb := column(1)
		for i := range keys {
			keys[i] |= ta[a[i]] | tb[b[i]]
		}
		return 2
	}
	b, tb := column(1)
	c, tc := column(2)
	for i := range keys {
		keys[i] |= ta[a[i]] | tb[b[i]] | tc[c[i]]
	}
	return 3
}

func countKeys(keys []uint32, into counters) {
	mask := uint32(len(into[0]) - 1)
	a, b, c, d := into[0], into[1], into[2], into[3]
	for len(keys) >= 4 {
		a[keys[0]&mask]++
		b[keys[1]&mask]++
		c[keys[2]&mask]++
		d[keys[3]&mask]++
		keys = keys[4:]
	}
	for _, k := range keys {
		a[k&mask]++
	}
}

// countBytes counts the bytes themselves and looks each of the 256 up once.
func countBytes(bytes []byte, keys *[256]uint32, into counters) {
	var a, b, c, d [256]uint32
	rest := bytes
	for len(rest) >= 4 {
		a[rest[0]]++
		b[rest[1]]++
		c[rest[2]]++
		d[rest[3]]++
		rest = rest[4:]
	}
	for _, x := range rest {
		a[x]++
	}
	for x := range 256 {
		into[0][keys[x]] += a[x] + b[x] + c[x] + d[x]
	}
}
