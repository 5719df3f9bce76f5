package auditor

import (
	"math"
	"math/rand/v2"
	"slices"

	"manniskohandel.se/casestat/pkg/plan"
)

const (
	// fresh worlds are made from nothing, shaken ones by changing those.
	fresh  = 4
	shaken = 40
	// shakes is how many changes make a shaken world, for each person in it.
	shakes = 60
)

// efforts are how many changes the making of a world from nothing may take, one
// attempt going on where the one before stopped.
var efforts = []int{100_000, 200_000, 200_000, 200_000, 200_000, 200_000}

// settled is the mould of everything known, asking about a quantity.
func (pr *Prober) settled(q quantity) *mould {
	if pr.mould == nil {
		pr.mould = newMould(pr.known.sizes, pr.known.rows, pr.known.bans)
	}
	pr.mould.ask(q)
	return pr.mould
}

// world is a population that agrees with everything known; nil if none was
// found.
func (pr *Prober) world() []plan.Count {
	if len(pr.worlds) == 0 && !pr.hopeless {
		pr.hopeless = pr.create() == nil
	}
	if len(pr.worlds) == 0 {
		return nil
	}
	return pr.worlds[0]
}

// create makes a world: from nothing, or when that takes too long from a
// population in fractions of persons.
func (pr *Prober) create() []plan.Count {
	f := newForge(pr.settled(nil), pr.rng, nil)
	for i, steps := range efforts {
		if f.work(steps, pr.stopped) {
			return pr.keep(f.population())
		}
		if i > 0 {
			f = newForge(pr.settled(nil), pr.rng, pr.rounded())
		}
	}
	return nil
}

// rounded is a solution of the relaxation in which nobody is split any more, so
// that it misses some rows by a little. The next one is another.
func (pr *Prober) rounded() (people []plan.Count) {
	if pr.relaxed == nil {
		p, err := newProgram(pr.known.sizes, pr.known.rows, pr.known.bans, pr.stopped)
		if err != nil {
			return nil
		}
		*p.allowance = solving
		p.ask(newPricer(pr.known.sizes, pr.known.rows, nil, pr.known.bans), nil)
		if _, err := p.maximise(); err != nil {
			return nil
		}
		pr.relaxed = p
	}
	for i, x := range pr.relaxed.values(pr.relaxed.unshifted) {
		n := int(math.Floor(max(x, 0) + pr.rng.Float64()))
		if k := pr.relaxed.head[i]; k >= 0 && n > 0 {
			people = append(people, plan.Count{Atom: pr.relaxed.pool[k].atom, N: n})
		}
	}
	return people
}

// keep adds a population to the worlds, if it is one: it is counted from the
// beginning.
func (pr *Prober) keep(people []plan.Count) []plan.Count {
	if pr.mould == nil {
		pr.settled(nil)
	}
	if !pr.mould.fits(people) {
		return nil
	}
	pr.worlds = append(pr.worlds, people)
	return people
}

// imagine makes worlds that differ, so that what some of them have in common is
// worth looking at. False: not even one was found.
func (pr *Prober) imagine() bool {
	if pr.world() == nil {
		return false
	}
	for range fresh - 1 {
		pr.create()
	}
	some := slices.Clone(pr.worlds)
	for i := range shaken {
		if pr.stopped() {
			break
		}
		f := newForge(pr.settled(nil), pr.rng, some[i%len(some)])
		f.shake(shakes * len(f.people))
		pr.keep(f.population())
	}
	return true
}

// push looks for a world in which the quantity is at least so much, starting
// from the one in which it is greatest.
func (pr *Prober) push(q quantity, least, tries int) (people []plan.Count, value int) {
	from, value := pr.world(), math.MinInt
	for _, w := range pr.worlds {
		if v := q.of(w); v > value {
			from, value = w, v
		}
		if value >= least {
			break
		}
	}
	if from == nil || value >= least {
		return from, value
	}
	f := newForge(pr.settled(q), pr.rng, from)
	f.from = least
	if !f.work(tries, pr.stopped) {
		return nil, 0
	}
	people = pr.keep(f.population())
	return people, q.of(people)
}

// approach looks for a world in which the quantity is 0 or more, starting from
// one, and keeps the nearest that it comes by.
func (pr *Prober) approach(from []plan.Count, q quantity, tries int) {
	f := newForge(pr.settled(q), pr.rng, from)
	f.from = 0
	f.nearest = f.misses()
	f.work(tries, pr.stopped)
	if f.near != nil {
		f.people = f.near
		pr.keep(f.population())
	}
}

// remember makes a world of a population over some axes, joined with another
// that is known person by person.
func (pr *Prober) remember(part []plan.Count, axes []int) []plan.Count {
	if len(axes) == len(pr.known.sizes) {
		return pr.keep(part)
	}
	base := pr.world()
	if base == nil {
		return nil
	}
	return pr.keep(merge(base, part, axes, pr.rng))
}

// merge gives everybody of a world the categories of somebody in the part, on
// the axes that it is about. Both are as many.
func merge(world, part []plan.Count, axes []int, rng *rand.Rand) []plan.Count {
	world, part = slices.Clone(world), slices.Clone(part)
	rng.Shuffle(len(part), func(i, k int) { part[i], part[k] = part[k], part[i] })
	rng.Shuffle(len(world), func(i, k int) { world[i], world[k] = world[k], world[i] })
	var merged []plan.Count
	for len(world) > 0 && len(part) > 0 {
		n := min(world[0].N, part[0].N)
		atom := slices.Clone(world[0].Atom)
		for _, axis := range axes {
			atom[axis] = part[0].Atom[axis]
		}
		merged = append(merged, plan.Count{Atom: atom, N: n})
		if world[0].N -= n; world[0].N == 0 {
			world = world[1:]
		}
		if part[0].N -= n; part[0].N == 0 {
			part = part[1:]
		}
	}
	return merged
}
