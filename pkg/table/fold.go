package table

// result is what a query counted.
type result struct {
	records int // that pass the filters, each once
	cells   []Cell
}

// run counts the query over rows. cells is dense, the last axis fastest; hits
// are no axes.
func (q *query) run(r rows) result {
	f := q.folding()
	for _, p := range q.passes(keyBits(r.count)) {
		into := newCounters(1 << p.bits)
		for _, s := range r.segments {
			count(s, p.lookups, into)
		}
		f.fold(p, into.merge())
	}
	return f.result
}

// folding turns keys into cells.
type folding struct {
	result
	axes    []axis
	strides []int // of each axis in cells; 0 for a hit and for the sum
	sum     int   // index of the sum among axes; len(axes) if there is none
	at      []int // scratch: the cells that the key at hand belongs to
}

func (q *query) folding() *folding {
	f := &folding{axes: q.all(), sum: len(q.axes)}
	f.strides = make([]int, len(f.axes))
	cells := 1
	for i := len(q.axes) - 1; i >= 0; i-- {
		if q.axes[i].hit {
			continue
		}
		f.strides[i] = cells
		cells *= len(q.axes[i].options)
	}
	f.cells = make([]Cell, cells)
	return f
}

func (f *folding) fold(p pass, counts []uint32) {
	for key, n := range counts[:len(counts)/2] { // the upper half is "rejected"
		if n == 0 || !f.place(p, key) {
			continue
		}
		if p.first {
			f.records += int(n)
		}
		for _, cell := range f.at {
			f.add(p, &f.cells[cell], key, int(n))
		}
	}
}

// place finds the cells of a key; false when a filter's option does not hold.
func (f *folding) place(p pass, key int) bool {
	f.at = append(f.at[:0], 0)
	for n, part := range p.parts {
		options := part.subsets[p.number(n, key)]
		switch {
		case part.axis == f.sum:
		case f.axes[part.axis].hit && len(options) == 0:
			return false
		case !f.axes[part.axis].hit:
			f.spread(options, f.strides[part.axis])
		}
	}
	return true
}

// number is the number of part n in the key.
func (p pass) number(n, key int) int { return key >> p.shifts[n] & (1<<p.parts[n].width - 1) }

// spread multiplies the cells by the options.
func (f *folding) spread(options []int, stride int) {
	n := len(f.at)
	for _, option := range options {
		for _, cell := range f.at[:n] {
			f.at = append(f.at, cell+option*stride)
		}
	}
	f.at = f.at[:copy(f.at, f.at[n:])]
}

func (f *folding) add(p pass, cell *Cell, key, n int) {
	if p.sums {
		cell.N += n
	}
	if f.sum == len(f.axes) {
		return
	}
	last := len(f.axes[f.sum].options) - 1
	for _, option := range p.parts[f.sum].subsets[p.number(f.sum, key)] {
		if option == last {
			cell.AtLeast = true
		} else {
			cell.Sum += n << option
		}
	}
}
