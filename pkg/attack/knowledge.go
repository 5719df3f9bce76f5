package attack

import (
	"math"
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// CodeContent says that what a release states does not fit together.
const CodeContent fault.Code = "release_content_malformed"

// unbounded stands for no upper end.
const unbounded = math.MaxInt32

// cell is one published number, as far as the attacker knows it.
type cell struct {
	name     string
	where    box
	weights  []int // nil: it counts persons; otherwise by category of axis
	axis     int
	shown    bool
	lo, hi   int
	total    bool // the size of a population
	zero     bool // a structural zero
	quantity plan.Quantity
}

func (c cell) counts() bool { return c.weights == nil }

func (c cell) known() bool { return c.lo == c.hi }

// weight is what one person of the atom adds to the cell.
func (c cell) weight(atom []int) int {
	switch {
	case !c.where.holds(atom):
		return 0
	case c.counts():
		return 1
	}
	return c.weights[atom[c.axis]]
}

// knowledge is all that somebody knows about one year: everything published
// about it and, after subtract, her own records.
type knowledge struct {
	year   int
	sizes  []int // categories by axis
	bans   []box
	cells  []cell
	tables []plan.PublishedTable
	byKey  map[string]int // of counted cells
	// small: a count or difference below it tells something about a person.
	small int
	// zeroIsSafe: of a count, a remainder of 0 tells nothing.
	zeroIsSafe bool
	policy     plan.Policy
	waived     bool // statements about everybody may have been waived
}

// learn reads a publication.
func learn(p plan.Publication, policy plan.Policy) (*knowledge, error) {
	k := &knowledge{
		year: p.Year, tables: p.Tables, byKey: map[string]int{},
		small: policy.Threshold, zeroIsSafe: policy.ZerosArePublic, policy: policy,
	}
	for _, a := range p.Axes {
		k.sizes = append(k.sizes, len(a.Categories))
	}
	for _, b := range p.Bans {
		ban, ok := boxOf(k.sizes, b)
		if !ok {
			return nil, fault.New(fault.Invalid, CodeContent)
		}
		k.bans = append(k.bans, ban)
	}
	for i, c := range p.Cells {
		read, ok := k.read(c)
		if !ok {
			return nil, fault.New(fault.Invalid, CodeContent)
		}
		k.cells = append(k.cells, read)
		if at, twice := k.byKey[read.where.key()]; read.counts() && (!twice || !k.cells[at].shown && read.shown) {
			k.byKey[read.where.key()] = i
		}
	}
	return k, k.check()
}

func (k *knowledge) read(c plan.PublishedCell) (cell, bool) {
	where, ok := boxOf(k.sizes, c.Where)
	out := cell{
		name: c.Name, where: where, axis: c.WeightAxis, shown: c.Shown, hi: unbounded,
		total: c.Rank == plan.Total, zero: c.StructuralZero, quantity: c.Quantity,
	}
	if c.Weighted {
		ok = ok && c.WeightAxis >= 0 && c.WeightAxis < len(k.sizes) && len(c.Weights) == k.sizes[c.WeightAxis]
		out.weights = c.Weights
	}
	switch {
	case c.Shown:
		out.lo, out.hi = c.Value, c.Value
	case c.StructuralZero:
		out.hi = 0
	case c.Range != nil:
		out.lo = c.Range.From
		if !c.Range.Open {
			out.hi = c.Range.To
		}
	}
	return out, ok && out.lo >= 0 && out.lo <= out.hi && out.hi <= unbounded
}

// check refuses tables that name cells which are not there.
func (k *knowledge) check() error {
	for _, t := range k.tables {
		bad := t.Total < 0 || t.Total >= len(k.cells) || !t.Dropped && len(t.Cells) != places(t) ||
			slices.ContainsFunc(t.Cells, func(c int) bool { return c < plan.NoCell || c >= len(k.cells) })
		if bad {
			return fault.New(fault.Invalid, CodeContent)
		}
	}
	return nil
}

func places(t plan.PublishedTable) int {
	n := 1
	for _, d := range t.Dimensions {
		n *= len(d.Categories)
	}
	return n
}

// clone copies what narrowing changes.
func (k *knowledge) clone() *knowledge {
	out := *k
	out.cells = slices.Clone(k.cells)
	return &out
}

// withheld lists the cells whose values the release does not give.
func (k *knowledge) withheld() []int {
	var out []int
	for i, c := range k.cells {
		if !c.shown && !c.zero {
			out = append(out, i)
		}
	}
	return out
}

// persons is how many there are at most, unbounded if nothing bounds them.
func (k *knowledge) persons() int {
	if i, known := k.byKey[box(nil).key()]; known {
		return k.cells[i].hi
	}
	return unbounded
}

// population is the universe that most counts are about, and its size.
func (k *knowledge) population() (where box, size int) {
	most := -1
	for _, c := range k.cells {
		if !c.total || !c.counts() {
			continue
		}
		n := 0
		for _, o := range k.cells {
			n += one(o.where.implies(c.where))
		}
		if n > most {
			where, size, most = c.where, c.hi, n
		}
	}
	return where, size
}

// reveals says whether it tells something about a person that a count, or a
// difference, has this value.
func (k *knowledge) reveals(value int, difference bool) bool {
	return value >= 0 && value < k.small && (value > 0 || difference || !k.zeroIsSafe)
}
