package auditor

import (
	"errors"
	"math"

	"manniskohandel.se/casestat/pkg/plan"
)

// errUncertain: the numbers of a solution could not be confirmed in whole
// numbers. Nothing is claimed then.
var errUncertain = errors.New("a bound could not be confirmed exactly")

// Ratio is an exact fraction, the denominator positive. The zero value is no
// number.
type Ratio struct{ Num, Den int64 }

// Float is the fraction as a floating-point number.
func (r Ratio) Float() float64 { return float64(r.Num) / float64(r.Den) }

// Floor and Ceil are the nearest whole numbers below and above.
func (r Ratio) Floor() int { return int(math.Floor(float64(r.Num) / float64(r.Den))) }

// Ceil is the least whole number that is not below the fraction.
func (r Ratio) Ceil() int { return -Ratio{-r.Num, r.Den}.Floor() }

// equals compares the fractions' values.
func (r Ratio) equals(s Ratio) bool { return r.Num*s.Den == s.Num*r.Den }

const (
	// maxDen is the greatest common denominator that is tried.
	maxDen = 720
	// nearness is how close to a whole number a multiple must be.
	nearness = 1e-5
	// exactly is below what sums of whole floating-point numbers are exact.
	exactly = 1 << 50
)

// whole writes numbers as whole numbers over the least common denominator.
func whole(x []float64) (num []int64, den int64, err error) {
	num = make([]int64, len(x))
next:
	for den = 1; den <= maxDen; den++ {
		for i, v := range x {
			m := v * float64(den)
			n := math.Round(m)
			if math.Abs(m-n) > nearness || math.Abs(n) > exactly {
				continue next
			}
			num[i] = int64(n)
		}
		return num, den, nil
	}
	return nil, 0, errUncertain
}

// ceiling proves, in whole numbers, that the quantity is nowhere greater than
// what the multipliers say: no atom is worth more than its rows, so everybody
// together is worth no more than the rows' ends.
func (p *program) ceiling(y []float64, broken bool) (Ratio, error) {
	num, den, err := whole(y)
	if err != nil {
		return Ratio{}, err
	}
	scaled, size := make([]float64, len(num)), int64(0)
	for j, n := range num {
		scaled[j] = float64(n)
		size += max(n, -n)
	}
	if size > exactly/1_000_000 {
		return Ratio{}, errUncertain
	}
	weight := p.weights(scaled, broken)
	for k := range p.quantity {
		weight[p.pricer.rows+k] *= float64(den)
	}
	if worth, err := p.pricer.improve(weight, 0); err != nil || len(worth) > 0 {
		return Ratio{}, errUncertain
	}
	sum := int64(0)
	for j, n := range num {
		end := p.rows[j].lo
		if n > 0 {
			if end = p.rows[j].hi; p.rows[j].open {
				return Ratio{}, errUncertain
			}
		}
		sum += n * int64(end)
	}
	return Ratio{sum, den}, nil
}

// A point is a population in fractions of persons.
type point struct {
	atoms [][]int
	num   []int64
	den   int64
}

// whole says that nobody is in fractions.
func (pt point) whole() bool { return pt.den == 1 }

func (pt point) people() []plan.Count {
	people := make([]plan.Count, len(pt.atoms))
	for i, a := range pt.atoms {
		people[i] = plan.Count{Atom: a, N: int(pt.num[i])}
	}
	return people
}

// vertex reads the population off the basis, without the shift, and checks in
// whole numbers that it satisfies every row. It returns the quantity there.
func (p *program) vertex() (point, Ratio, error) {
	num, den, err := whole(p.values(p.unshifted))
	if err != nil {
		return point{}, Ratio{}, err
	}
	pt := point{den: den}
	sums := make([]int64, len(p.rows))
	total := int64(0)
	for i, v := range p.head {
		if v < 0 || num[i] == 0 {
			continue
		}
		if num[i] < 0 {
			return point{}, Ratio{}, errUncertain
		}
		c := &p.pool[v]
		pt.atoms, pt.num = append(pt.atoms, c.atom), append(pt.num, num[i])
		for k, j := range c.row {
			sums[j] += num[i] * int64(c.value[k])
		}
		total += num[i] * int64(c.gain)
	}
	for j, r := range p.rows {
		if sums[j] < int64(r.lo)*den || !r.open && sums[j] > int64(r.hi)*den {
			return point{}, Ratio{}, errUncertain
		}
	}
	return pt, Ratio{total, den}, nil
}

// unshifted is the end at which a logical outside the basis stands.
func (p *program) unshifted(v int) float64 {
	r := p.rows[-1-v]
	if p.high[-1-v] {
		return float64(r.hi)
	}
	return float64(r.lo)
}

// greatest establishes the greatest value of the quantity: proved from above
// by multipliers, reached by a point.
func (p *program) greatest() (point, Ratio, error) {
	y, err := p.maximise()
	if errors.Is(err, errContradiction) {
		if top, e := p.ceiling(y, true); e != nil || top.Num >= 0 {
			return point{}, Ratio{}, errUncertain
		}
		return point{}, Ratio{}, err
	}
	if err != nil {
		return point{}, Ratio{}, err
	}
	top, err := p.ceiling(y, false)
	if err != nil {
		return point{}, Ratio{}, err
	}
	pt, value, err := p.vertex()
	if err != nil {
		return point{}, Ratio{}, err
	}
	if !value.equals(top) {
		return point{}, Ratio{}, errUncertain
	}
	return pt, value, nil
}
