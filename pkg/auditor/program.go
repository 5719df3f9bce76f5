package auditor

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/plan"
)

// A row is what is known about one term: its sum over everybody is at least lo
// and at most hi.
type row struct {
	term
	lo, hi int
	open   bool // no upper end
}

// A column is one atom: how the rows see a person who stands in it.
type column struct {
	atom  []int
	row   []int
	value []float64
	gain  float64 // what she adds to the quantity asked about
	basic bool
}

// A program is a linear program over all atoms, of which only those that
// pricing found worth it are columns. Its variables are the columns (at least
// 0) and for each row a logical (between the row's ends), tied by "the row's
// sum minus its logical is 0". Rows may be redundant: the logical of one that
// is stays in the basis, fixed.
//
// Rows are shifted by what a few persons-in-part in chosen atoms would add.
// That breaks ties and contradicts nothing: whoever solves the true rows
// solves, with those added, the shifted ones.
type program struct {
	axes     []int // that it is about
	pricer   *pricer
	rows     []row
	shift    []float64
	seeds    []column
	seedSize []float64
	pool     []column
	known    map[string]bool
	quantity quantity
	head     []int // what is basic at each place: a column, or -1-row for a logical
	high     []bool
	basic    []bool // of the logicals
	inverse  [][]float64
	x        []float64 // values of what is basic
	pivots   int
	// stopped says that there is no more time; copies share it.
	stopped func() bool
	// allowance is how many more multiplications may be spent on pivots; copies
	// share it.
	allowance *int
}

const (
	feasible  = 1e-9
	gainful   = 1e-7
	tinyPivot = 1e-9
	safePivot = 1e-5
	// refresh is after how many pivots the inverse is computed anew.
	refresh = 80
	// solving is what one question may spend on its relaxation, glance and
	// completing on making its persons whole, at first and at last.
	solving    = 4_000_000_000
	glance     = 20_000_000
	completing = 400_000_000
)

func newProgram(sizes []int, rows []row, bans []plan.Selection, stopped func() bool) (*program, error) {
	p := &program{rows: rows, known: map[string]bool{}, allowance: new(int), stopped: stopped}
	p.pricer = newPricer(sizes, rows, nil, bans)
	p.seed()
	for j := range rows {
		p.logical(j)
	}
	if err := p.refactor(); err != nil {
		return nil, err
	}
	return p, nil
}

func termsOf(rows []row, q quantity) []term {
	terms := make([]term, 0, len(rows)+len(q))
	for _, r := range rows {
		terms = append(terms, r.term)
	}
	for _, part := range q {
		terms = append(terms, part.term)
	}
	return terms
}

// seed chooses the atoms of the shift, a few in each row, the same in every
// run.
func (p *program) seed() {
	rng := rand.New(rand.NewPCG(0x5eed, uint64(len(p.rows))))
	for k := range p.rows {
		for range 4 {
			if atom := p.pricer.sample(k, rng); atom != nil && p.take(atom) {
				p.seeds = append(p.seeds, p.pool[len(p.pool)-1])
				p.seedSize = append(p.seedSize, 1e-6*(1+rng.Float64()))
			}
		}
	}
	p.shift = make([]float64, len(p.rows))
	for i, c := range p.seeds {
		for k, j := range c.row {
			p.shift[j] += p.seedSize[i] * c.value[k]
		}
	}
}

// take makes an atom a column; false if it is one already.
func (p *program) take(atom []int) bool {
	key := keyOf(atom)
	if p.known[key] {
		return false
	}
	p.known[key] = true
	c := column{atom: atom, gain: float64(p.quantity.at(atom))}
	for j, r := range p.rows {
		if v := r.at(atom); v != 0 {
			c.row, c.value = append(c.row, j), append(c.value, float64(v))
		}
	}
	p.pool = append(p.pool, c)
	return true
}

func keyOf(atom []int) string {
	var b strings.Builder
	for _, c := range atom {
		b.WriteString(strconv.Itoa(c))
		b.WriteByte(',')
	}
	return b.String()
}

// logical puts the logical of a new row into the basis.
func (p *program) logical(j int) {
	p.head = append(p.head, -1-j)
	p.high = append(p.high, false)
	p.basic = append(p.basic, true)
}

// constrain adds a row whose atoms the pricer's space can tell apart.
func (p *program) constrain(r row) {
	j := len(p.rows)
	p.rows = append(p.rows, r)
	shift := 0.0
	for i, c := range p.seeds {
		shift += p.seedSize[i] * float64(r.at(c.atom))
	}
	p.shift = append(p.shift, shift)
	for i := range p.pool {
		if v := r.at(p.pool[i].atom); v != 0 {
			p.pool[i].row = append(p.pool[i].row, j)
			p.pool[i].value = append(p.pool[i].value, float64(v))
		}
	}
	p.logical(j)
}

// ends are the shifted ends of a row.
func (p *program) ends(j int) (lo, hi float64) {
	r := p.rows[j]
	if hi = math.Inf(1); !r.open {
		hi = float64(r.hi) + p.shift[j]
	}
	return float64(r.lo) + p.shift[j], hi
}

// limits are the least and the greatest value of a variable.
func (p *program) limits(v int) (lo, hi float64) {
	if v >= 0 {
		return 0, math.Inf(1)
	}
	return p.ends(-1 - v)
}

// ask sets the quantity to be made as great as possible. The basis stays as it
// is, so that a question begins where the last one ended.
func (p *program) ask(pr *pricer, q quantity) {
	p.pricer, p.quantity = pr, q
	p.forget()
	for i := range p.pool {
		p.pool[i].gain = float64(q.at(p.pool[i].atom))
	}
}

// pooled is how many columns a program keeps from one question to the next, for
// each of its rows.
const pooled = 3

// forget drops columns outside the basis, the oldest first, when there are
// many: whatever is worth something will be found again.
func (p *program) forget() {
	spare := len(p.pool) - pooled*len(p.rows)
	if spare < len(p.rows) {
		return
	}
	moved := make([]int, len(p.pool))
	kept := p.pool[:0:0]
	for k, c := range p.pool {
		if spare > 0 && !c.basic {
			spare--
			delete(p.known, keyOf(c.atom))
			continue
		}
		moved[k] = len(kept)
		kept = append(kept, c)
	}
	for i, v := range p.head {
		if v >= 0 {
			p.head[i] = moved[v]
		}
	}
	p.pool = kept
}
