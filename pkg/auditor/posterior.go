package auditor

import (
	"math/rand/v2"
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// PosteriorOptions say how long Posterior looks.
type PosteriorOptions struct {
	Samples int         // populations looked at; 0 stands for 2,000
	Thin    int         // changes between two of them, for each person; 0 stands for 4
	Percent int         // a larger share is a finding; 0 stands for 90
	Random  rand.Source // the same source gives the same findings
}

// Posterior warns of quantities that somebody would guess right too often who
// holds every population that agrees with what is published for as likely as
// any other, persons being told apart. It starts from the true records, walks
// from population to population, and finds every functional that has its true
// value in more than so many per cent of them. Those whose value is shown are
// left out.
//
// It is a warning and no proof. The walk may not have mixed: then it stays near
// the truth and warns too often; where it is confined to a corner in which the
// quantity varies, it warns too seldom. How likely a population is in the world
// is not asked at all. What it finds is for the desk and the reviewer alone.
func Posterior(p Published, start []plan.Count, fs []plan.Functional, o PosteriorOptions) ([]Finding, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	if o.Random == nil || o.Samples < 0 || o.Thin < 0 || o.Percent < 0 {
		return nil, fault.New(fault.Invalid, CodeSystem)
	}
	for _, f := range fs {
		if !wellFormed(p.System.Axes, f.Within) || f.Except != nil && !wellFormed(p.System.Axes, *f.Except) {
			return nil, fault.New(fault.Invalid, CodeSystem)
		}
	}
	k := p.knowledge(nil, nil)
	m := newMould(k.sizes, k.rows, k.bans)
	if !m.stands(start) || !m.fits(start) {
		return nil, fault.New(fault.Invalid, CodeContradiction)
	}
	fs = slices.DeleteFunc(slices.Clone(fs), p.gives)
	o.complete()
	walk := newWalk(m, rand.New(o.Random), start)
	w := newWatch(k.sizes, fs)
	truth, right := w.values(walk.people), make([]int, len(fs))
	for range o.Samples {
		walk.on(o.Thin * len(walk.people))
		for i, v := range w.values(walk.people) {
			if v == truth[i] {
				right[i]++
			}
		}
	}
	var findings []Finding
	for i, f := range fs {
		if share := 100 * right[i]; share > o.Percent*o.Samples {
			findings = append(findings, Finding{Class: Review, Rule: RulePosterior, Scope: f.Name, Desk: Numbers{share / o.Samples, o.Percent}})
		}
	}
	return findings, nil
}

func (o *PosteriorOptions) complete() {
	for _, d := range []struct {
		option  *int
		instead int
	}{{&o.Samples, 2000}, {&o.Thin, 4}, {&o.Percent, 90}} {
		if *d.option == 0 {
			*d.option = d.instead
		}
	}
}

// stands: every atom is one of the mould's axes.
func (m *mould) stands(people []plan.Count) bool {
	return !slices.ContainsFunc(people, func(c plan.Count) bool {
		if len(c.Atom) != len(m.sizes) {
			return true
		}
		for axis, category := range c.Atom {
			if category < 0 || category >= m.sizes[axis] {
				return true
			}
		}
		return false
	})
}

// gives says whether what is shown gives a functional.
func (p Published) gives(f plan.Functional) bool {
	shows := func(where plan.Selection) bool {
		for i, c := range p.System.Cells {
			if p.Shown[i] && !c.Weighted && slices.EqualFunc(c.Where, where, sameSubset) {
				return true
			}
		}
		return false
	}
	return shows(f.Within) && (f.Except == nil || shows(*f.Except))
}

func sameSubset(a, b plan.Subset) bool {
	return a.Axis == b.Axis && slices.Equal(a.Categories, b.Categories)
}

const (
	// warm is the heat of a walk, and astray how far it may be from fitting on
	// its way from one population that fits to another.
	warm   = 0.2
	astray = 2
	// homesick is after how many times the intended length a walk that does not
	// fit gives up and begins again.
	homesick = 50
)

// A walk goes from population to population by changes that are as likely as
// their opposites.
type walk struct {
	*forge
	home []plan.Count
}

func newWalk(m *mould, rng *rand.Rand, home []plan.Count) *walk {
	w := &walk{forge: newForge(m, rng, home), home: home}
	w.limit = astray
	return w
}

// on goes on for so many changes, and then until the population fits.
func (w *walk) on(steps int) {
	for i := 0; i < steps || w.energy > 0; i++ {
		if i > homesick*steps {
			*w = *newWalk(w.mould, w.rng, w.home)
			return
		}
		if w.rng.IntN(3) == 0 {
			w.alter()
		} else {
			w.swap(warm)
		}
	}
}

// alter gives one person any categories on one to three axes.
func (w *walk) alter() {
	if len(w.people) == 0 || len(w.live) == 0 {
		return
	}
	i := w.rng.IntN(len(w.people))
	copy(w.next, w.people[i])
	for range 1 + w.rng.IntN(3) {
		axis := w.live[w.rng.IntN(len(w.live))]
		w.next[axis] = w.rng.IntN(w.sizes[axis])
	}
	if w.see(w.next, w.bits); w.ban(w.bits) < 0 {
		w.replace(i, warm)
	}
}

// A watch reads many functionals off a population at once.
type watch struct {
	*mould
	fs   []plan.Functional
	less []int // functional -> the term to be subtracted, or -1
	sums []int
	seen []uint64
}

func newWatch(sizes []int, fs []plan.Functional) *watch {
	w := &watch{fs: fs, less: make([]int, len(fs))}
	var rows []row
	for _, f := range fs {
		rows = append(rows, row{term: term{where: f.Within}})
	}
	for i, f := range fs {
		w.less[i] = -1
		if q := quantityOf(f); len(q) > 1 {
			w.less[i] = len(rows)
			rows = append(rows, row{term: q[1].term})
		}
	}
	w.mould = newMould(sizes, rows, nil)
	w.sums, w.seen = make([]int, w.terms()), make([]uint64, w.words)
	return w
}

func (w *watch) values(people [][]int) []int {
	clear(w.sums)
	for _, atom := range people {
		w.see(atom, w.seen)
		w.add(w.sums, atom, w.seen, 1)
	}
	values := make([]int, len(w.fs))
	for i, less := range w.less {
		if values[i] = w.sums[i]; less >= 0 {
			values[i] -= w.sums[less]
		}
	}
	return values
}
