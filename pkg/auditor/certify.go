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
	maxDen = 1_000_000
	// nearness is how close to a whole number a multiple must be.
	nearness = 1e-6
	// exactly is below what sums of whole floating-point numbers are exact.
	exactly = 1 << 50
)

// whole writes numbers as whole numbers over a common denominator. It guesses;
// whoever uses the result checks it exactly.
func whole(x []float64) (num []int64, den int64, err error) {
	den = 1
	for _, v := range x {
		if den *= denominator(v * float64(den)); den > maxDen {
			return nil, 0, errUncertain
		}
	}
	num = make([]int64, len(x))
	for i, v := range x {
		n := math.Round(v * float64(den))
		if math.Abs(n) > exactly || math.Abs(v*float64(den)-n) > nearness*float64(den) {
			return nil, 0, errUncertain
		}
		num[i] = int64(n)
	}
	return num, den, nil
}

// denominator is that of the simplest fraction near v, by continued fractions.
func denominator(v float64) int64 {
	before, now := int64(0), int64(1)
	rest := v
	for range 40 {
		whole := math.Round(rest)
		if math.Abs(v*float64(now)-math.Round(v*float64(now))) < nearness || now > maxDen {
			return now
		}
		rest = 1 / (rest - whole)
		next := int64(math.Round(rest))*now + before
		before, now = now, max(next, -next)
	}
	return maxDen + 1
}

// fine is the denominator to which multipliers are rounded that are not simple
// fractions.
const fine = 1 << 20

// ceiling proves, in whole numbers, that the quantity is nowhere greater than
// what the multipliers say: no atom is worth more than its rows, so everybody
// together is worth no more than the rows' ends.
//
// Multipliers that are simple fractions give the bound itself. Others are
// rounded upwards: no atom counts negatively in a row, so that she is worth less
// after that, and what they prove is the bound and a trifle.
func (p *program) ceiling(y []float64, broken bool) (Ratio, error) {
	if num, den, err := whole(y); err == nil {
		if top, err := p.proves(num, den, broken); err == nil {
			return top, nil
		}
	}
	for _, margin := range []int64{1, 1 << 6, 1 << 12} {
		if top, err := p.proves(p.upwards(y, margin), fine, broken); err == nil {
			return top, nil
		}
	}
	return Ratio{}, errUncertain
}

// upwards rounds multipliers, and raises them by a margin for what floating
// point lost.
func (p *program) upwards(y []float64, margin int64) []int64 {
	num := make([]int64, len(y))
	for j, v := range y {
		if math.Abs(v) > exactly/fine {
			v = math.Copysign(exactly/fine, v) // refused as too large
		}
		if num[j] = int64(math.Ceil(v*fine)) + margin; p.rows[j].open {
			num[j] = min(num[j], 0) // nothing bounds the row from above
		}
	}
	return num
}

// weighable is how large multipliers may be in all: times the greatest weight
// they stay exact as floating-point numbers, and times the greatest value as
// whole ones.
const weighable = 1 << 32

// proves checks multipliers over a common denominator against every atom, and
// returns the bound that they prove.
func (p *program) proves(num []int64, den int64, broken bool) (Ratio, error) {
	scaled, size := make([]float64, len(num)), den
	for j, n := range num {
		scaled[j] = float64(n)
		if size += max(n, -n); size > weighable {
			return Ratio{}, errUncertain
		}
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
	for i, v := range p.head {
		if v >= 0 && num[i] != 0 {
			pt.atoms, pt.num = append(pt.atoms, p.pool[v].atom), append(pt.num, num[i])
		}
	}
	value, err := p.admits(pt)
	return pt, value, err
}

// admits checks a population against every row, in whole numbers, and returns
// the quantity in it.
func (p *program) admits(pt point) (Ratio, error) {
	sums := make([]int64, len(p.rows))
	total := int64(0)
	for i, atom := range pt.atoms {
		if pt.num[i] < 0 {
			return Ratio{}, errUncertain
		}
		for j, r := range p.rows {
			sums[j] += pt.num[i] * int64(r.at(atom))
		}
		total += pt.num[i] * int64(p.quantity.at(atom))
	}
	for j, r := range p.rows {
		if sums[j] < int64(r.lo)*pt.den || !r.open && sums[j] > int64(r.hi)*pt.den {
			return Ratio{}, errUncertain
		}
	}
	return Ratio{total, pt.den}, nil
}

// unshifted is the end at which a logical outside the basis stands.
func (p *program) unshifted(v int) float64 {
	r := p.rows[-1-v]
	if p.high[-1-v] {
		return float64(r.hi)
	}
	return float64(r.lo)
}

// top proves how great the quantity can be at most, persons being split, or
// that there is no population at all (errContradiction). Where floating point
// lost its way it begins again, first with the atoms that it has and then
// without any.
func (p *program) top() (Ratio, error) {
	top, err := p.proved()
	for _, again := range []func() error{p.restart, p.forsake} {
		if err == nil || errors.Is(err, errContradiction) || *p.allowance <= 0 {
			break
		}
		if err := again(); err != nil {
			return Ratio{}, err
		}
		top, err = p.proved()
	}
	return top, err
}

func (p *program) proved() (Ratio, error) {
	y, err := p.maximise()
	if errors.Is(err, errContradiction) {
		if top, e := p.ceiling(y, true); e != nil || top.Num >= 0 {
			return Ratio{}, errUncertain
		}
		return Ratio{}, err
	}
	if err != nil {
		return Ratio{}, err
	}
	return p.ceiling(y, false)
}

// restart goes back to the basis in which nobody stands anywhere.
func (p *program) restart() error {
	for i := range p.pool {
		p.pool[i].basic = false
	}
	for j := range p.rows {
		p.head[j], p.high[j], p.basic[j] = -1-j, false, true
	}
	return p.refactor()
}

// forsake is restart without any atom.
func (p *program) forsake() error {
	p.pool, p.known = nil, map[string]bool{}
	return p.restart()
}
