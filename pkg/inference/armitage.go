package inference

import "math"

// Group is some of a group, which has a place on a scale: a year, say, or a dose in its
// smallest unit. The unit of scores and where they start do not matter.
type Group struct{ Cases, Total, Score int }

// LinearTrend is a test of whether a proportion rises or falls along a scale.
type LinearTrend struct {
	Z  float64 // above 0: it rises
	X2 float64 // Z squared
	P  float64
	// Exact: a count was too small for the normal distribution, and P comes from
	// all ways in which the cases could have fallen on the persons.
	Exact bool
}

const (
	leastExpected = 5    // below it the normal distribution does not hold
	mostSteps     = 1e8  // of the exact distribution; about half a second
	maxScore      = 1e6  // apart, either way
	mostGroups    = 1000 // a scale, not a list of persons
)

// CochranArmitage tests a proportion for a linear trend (Cochran 1954, Armitage
// 1955; R's prop.trend.test). Where one of the expected counts is below 5, P is
// the exact permutation p-value. There is no answer if nobody or everybody is a
// case, if all groups have one score, or if the exact distribution would take
// more steps than are worth it (from some 150 cases).
func CochranArmitage(groups []Group) (_ LinearTrend, ok bool) {
	c, ok := newContingency(groups)
	if !ok {
		return LinearTrend{}, false
	}
	share := c.cases / c.total
	statistic := c.caseScore - c.cases*c.score/c.total
	variance := share * (1 - share) * c.squares
	if !(variance > 0) {
		return LinearTrend{}, false
	}
	t := LinearTrend{Z: statistic / math.Sqrt(variance)}
	t.X2, t.P = t.Z*t.Z, outside(t.Z)
	if c.leastExpected() < leastExpected {
		t.Exact = true
		t.P, ok = c.permutation(math.Abs(statistic))
	}
	if !ok {
		return LinearTrend{}, false
	}
	return t, true
}

// contingency are groups with scores from 0 on, those without anybody left out.
type contingency struct {
	groups                         []Group
	cases, total, score, caseScore float64 // score: summed over all persons
	squares                        float64 // of the persons' distances from the mean score
}

func newContingency(groups []Group) (c contingency, ok bool) {
	if len(groups) == 0 || len(groups) > mostGroups {
		return c, false
	}
	lowest := groups[0].Score
	for _, g := range groups {
		lowest = min(lowest, g.Score)
	}
	for _, g := range groups {
		if !counts(g.Cases, g.Total) || g.Cases > g.Total || uint(g.Score)-uint(lowest) > maxScore {
			return c, false
		}
		if g.Total == 0 {
			continue
		}
		g.Score -= lowest
		c.groups = append(c.groups, g)
		c.cases += float64(g.Cases)
		c.total += float64(g.Total)
		c.score += float64(g.Total) * float64(g.Score)
		c.caseScore += float64(g.Cases) * float64(g.Score)
	}
	for _, g := range c.groups {
		apart := float64(g.Score) - c.score/c.total
		c.squares += float64(g.Total) * apart * apart
	}
	return c, c.cases > 0 && c.cases < c.total && c.total <= MaxCount
}

func (c contingency) leastExpected() float64 {
	least := math.Inf(1)
	for _, g := range c.groups {
		n := float64(g.Total)
		least = min(least, n*(c.cases/c.total), n*(1-c.cases/c.total))
	}
	return least
}

// permutation is how likely the cases' summed score lies at least so far from
// its mean if they fall on the persons by chance.
func (c contingency) permutation(apart float64) (p float64, ok bool) {
	if c.cases > c.total/2 { // the others' score lies as far off, and they are fewer
		c.cases = c.total - c.cases
	}
	unit, widest := c.scale()
	cases := int(c.cases)
	width := float64(widest)*c.cases + 1
	if c.cases*c.cases*width*float64(len(c.groups)) > mostSteps {
		return 0, false
	}
	d := distribution{cases: cases, left: int(c.total), width: int(width)}
	d.start()
	for _, g := range c.groups {
		d.add(g.Total, g.Score/unit)
	}
	mean := c.cases * c.score / c.total / float64(unit)
	return d.farther(mean, apart/float64(unit)), true
}

// scale is the greatest common divisor of the scores and the largest score in
// units of it.
func (c contingency) scale() (unit, widest int) {
	for _, g := range c.groups {
		for a := g.Score; a > 0; {
			unit, a = a, unit%a
		}
		widest = max(widest, g.Score)
	}
	return unit, widest / unit
}

// distribution is over how many of the cases fell on the groups so far, and
// what their scores add up to.
type distribution struct {
	cases, left, width int // left: persons in groups that are still to come
	of                 [][]float64
}

func (d *distribution) start() {
	d.of = make([][]float64, d.cases+1)
	for i := range d.of {
		d.of[i] = make([]float64, d.width)
	}
	d.of[0][0] = 1
}

// add deals out the next group: size persons with one score.
func (d *distribution) add(size, score int) {
	next := distribution{cases: d.cases, left: d.left - size, width: d.width}
	next.start()
	next.of[0][0] = 0
	for used, sums := range d.of {
		wanted := d.cases - used
		for x := max(0, wanted-next.left); x <= min(size, wanted); x++ {
			likely := math.Exp(logChoose(size, x) + logChoose(next.left, wanted-x) - logChoose(d.left, wanted))
			into := next.of[used+x]
			for at, p := range sums {
				if p > 0 {
					into[at+x*score] += p * likely
				}
			}
		}
	}
	*d = next
}

// farther is how likely the sum lies at least so far from the mean; what is as
// far but for rounding counts.
func (d *distribution) farther(mean, apart float64) float64 {
	const rounding = 1e-7
	likely := 0.0
	for sum, p := range d.of[d.cases] {
		if math.Abs(float64(sum)-mean) >= apart*(1-rounding)-rounding {
			likely += p
		}
	}
	return math.Min(1, likely)
}
