package disclosure

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
)

// Protect decides which cells of a system are shown and proves that what is
// withheld is deniable. The same problem and seed give the same solution.
//
// If something sensitive cannot be made deniable, or a required cell cannot be
// shown, nothing may be published: the error says which kind of reason it is,
// and the solution then holds findings alone, for the desk.
func Protect(ctx context.Context, p Problem, seed Seed) (Solution, error) {
	if err := validPolicy(p.Policy); err != nil {
		return Solution{}, err
	}
	e, err := newEngine(ctx, &p, seed, rankCost)
	if err != nil {
		return Solution{}, err
	}
	return e.protect()
}

// rankCost is what is lost with a cell that is withheld.
func rankCost(c plan.Cell, value int) float64 {
	size := float64(bits.Len(uint(max(value, 0))))
	switch c.Rank {
	case plan.Inner:
		return 4 + size
	case plan.OneWay:
		return 30 + size
	case plan.Figure:
		return 200 + size
	case plan.Headline:
		return 1000
	}
	return infinite
}

// engine is one run of the protector.
type engine struct {
	ctx         context.Context // of the call that protects
	safe        safeguards
	problem     *Problem
	functionals []plan.Functional
	whole       []int                 // per functional: over everybody, filled as needed
	members     [][]bool              // per functional, over the atoms there
	home        []*component          // per functional: where it is served, nil if nowhere
	near        map[string]*component // neighbourhoods, by what they move along
	space       *space
	data        []plan.Count
	origins     []plan.Count // where persons can be moved from
	sights      []*sight
	seed        Seed

	cost     []float64 // per cell
	withheld []bool
	primary  []bool // withheld whatever the witnesses need
	duties   []*duty
	pools    map[*component][]*found
	findings []Finding
	stats    Stats
}

// sight is one view of the data.
type sight struct {
	view   plan.View
	rest   []plan.Count            // who is unknown, sorted
	hidden map[*component]*unknown // filled as needed
	alike  overlap                 // who of the unknown who went are like some who came
}

// duty is one witness owed: a task with its place in the certificate.
type duty struct {
	task
	sight      *sight
	functional int
	ring       int // how far out from the functional's own axes it is sought
	found      *found
}

func newEngine(ctx context.Context, p *Problem, seed Seed, cost func(plan.Cell, int) float64) (*engine, error) {
	if err := p.validate(); err != nil {
		return nil, err
	}
	e := &engine{ctx: ctx, safe: strict(), problem: p, functionals: p.Functionals, seed: seed}
	if e.functionals == nil {
		e.functionals = Derive(p.System)
	}
	e.space = newSpace(p, e.functionals)
	e.data, e.pools = tally(p.Data), make(map[*component][]*found)
	e.space.makeRoom(e.data, p)
	e.near, e.origins = make(map[string]*component), e.space.origins(e.data)
	for _, f := range e.functionals {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("protect: %w", err)
		}
		e.place(f)
	}
	for _, c := range p.System.Cells {
		e.cost = append(e.cost, cost(c, value(c, e.data)))
	}
	return e, e.look()
}

// place finds where a functional is served first: in its component or, if that
// is large, in a neighbourhood of its own axes.
func (e *engine) place(f plan.Functional) {
	home := e.componentOf(f)
	var members []bool
	if home != nil {
		home, _ = e.narrow(home, f, ownAxes)
		members = home.members(f)
	}
	e.home, e.members = append(e.home, home), append(e.members, members)
}

func (e *engine) componentOf(f plan.Functional) *component {
	home := e.space.homeOf(selections(f)...)
	switch {
	case home >= 0:
		return e.space.comps[home]
	case !e.space.hasTotal() && len(e.space.comps) > 0:
		return e.space.comps[0]
	}
	return e.space.stay
}

// narrow gives the first neighbourhood from a ring outwards that can be listed,
// with its ring; the component itself if there is none.
func (e *engine) narrow(home *component, f plan.Functional, ring int) (*component, int) {
	for ; !home.small() && ring < wholePart; ring++ {
		n := home.neighbourhood(f, ring)
		if n == nil {
			continue
		}
		k := key(n.loose)
		if !n.every {
			k += "/" + key(n.core)
		}
		if e.near[k] == nil {
			n.populate(e.origins, e.functionals)
			e.near[k] = n
		}
		return e.near[k], ring
	}
	home.populate(e.origins, e.functionals)
	return home, wholePart
}

// value is what a cell holds.
func value(c plan.Cell, data []plan.Count) int {
	v := 0
	for _, d := range data {
		v += d.N * coefficient(c, d.Atom)
	}
	return v
}

// look computes the unknown part of every view.
func (e *engine) look() error {
	for _, v := range e.problem.Views {
		rest := slices.Clone(e.data)
		for _, k := range v.Known {
			rest = append(rest, plan.Count{Atom: k.Atom, N: -k.N})
		}
		s := &sight{view: v, rest: tally(rest), hidden: make(map[*component]*unknown)}
		for _, r := range s.rest {
			if r.N < 0 || slices.ContainsFunc(v.Empty, func(b plan.Selection) bool { return holds(b, r.Atom) }) {
				return fault.New(fault.Invalid, CodeDataOutsideSystem)
			}
		}
		s.alike = e.space.overlaps(s.rest)
		e.sights = append(e.sights, s)
	}
	return nil
}

func (e *engine) protect() (Solution, error) {
	if err := e.begin(); err != nil {
		return Solution{Findings: e.findings}, err
	}
	if err := e.serve(); err != nil {
		return Solution{Findings: e.findings}, err
	}
	if err := e.cleanUp(); err != nil {
		return Solution{Findings: e.findings}, err
	}
	return e.finish()
}

// begin withholds what is sensitive by itself and lists the witnesses owed.
func (e *engine) begin() error {
	n := len(e.problem.System.Cells)
	e.withheld, e.primary = make([]bool, n), make([]bool, n)
	for _, s := range e.sights {
		for i, f := range e.functionals {
			v := e.remainder(s, i)
			if !e.safe.sensitive(s.view, f, v) || !e.safe.habitable(e.space, f, s.view) {
				continue
			}
			e.stats.Sensitive++
			if f.Except == nil {
				e.withholdCount(f, s.view)
			}
			e.owe(s, i, v)
		}
	}
	e.withholdChanges()
	e.withholdByRule()
	slices.SortStableFunc(e.duties, func(a, b *duty) int {
		return cmp.Compare(conditions(e.functionals[a.functional]), conditions(e.functionals[b.functional]))
	})
	return e.forbid()
}

// remainder is what a view does not know of a functional.
func (e *engine) remainder(s *sight, f int) int {
	if len(e.whole) == 0 {
		for _, f := range e.functionals {
			e.whole = append(e.whole, total(f, e.data))
		}
	}
	return e.whole[f] - total(e.functionals[f], s.view.Known)
}

// withholdCount withholds the cells that show a sensitive count.
func (e *engine) withholdCount(f plan.Functional, v plan.View) {
	for i, c := range e.problem.System.Cells {
		if !c.Weighted && !c.StructuralZero && sameSelection(e.problem.System, c.Where, f.Within) {
			e.withhold(i, RuleSensitive, v.Name)
		}
	}
}

func (e *engine) withhold(cell int, rule Rule, view string) {
	if !e.primary[cell] {
		e.primary[cell], e.withheld[cell] = true, true
		e.findings = append(e.findings, Finding{rule, Note, e.problem.System.Cells[cell].Name, view})
	}
}

// owe adds the two duties of a functional with remainder v.
func (e *engine) owe(s *sight, f, v int) {
	t := task{members: e.members[f], check: e.safe.serves}
	if t.part = e.home[f]; t.part != nil {
		t.hidden = s.within(t.part)
	}
	none, enough := t, t
	none.goal, none.need = plan.None, -v
	enough.goal, enough.need = plan.Enough, s.view.Threshold-v
	e.duties = append(e.duties,
		&duty{task: none, sight: s, functional: f}, &duty{task: enough, sight: s, functional: f})
}

// within is what a view does not know of a component.
func (s *sight) within(c *component) *unknown {
	u := s.hidden[c]
	if u == nil {
		u = c.seenBy(s.rest, s.view)
		u.joins = c.joinable(s.alike)
		s.hidden[c] = u
	}
	return u
}

// forbid refuses if what must be shown may not be.
func (e *engine) forbid() error {
	shown := e.safe.shownBefore(e.problem)
	var err error
	for i, c := range e.problem.System.Cells {
		if !e.primary[i] {
			if c.Required || c.StructuralZero || shown[i] {
				e.cost[i] = infinite
			}
			continue
		}
		switch {
		case shown[i]:
			err = fault.New(fault.Conflict, CodeHistory)
		case c.Required || c.Rank == plan.Total:
			err = fault.New(fault.Withheld, CodeRequiredCell)
		default:
			continue
		}
		e.findings = append(e.findings, Finding{Rule: RuleRequired, Class: Fail, Scope: c.Name})
	}
	return err
}

// serve finds a witness for every duty and withholds what it has to change. What
// cannot be served is looked at again when all is withheld that others need.
func (e *engine) serve() error {
	var failed []*duty
	for _, d := range e.duties {
		if !e.hopeless(d) {
			d.found = e.attend(d)
		}
		if err := e.ctx.Err(); err != nil {
			return fmt.Errorf("protect: %w", err)
		}
		if d.found == nil {
			failed = append(failed, d)
			continue
		}
		e.pay(d)
	}
	denied := false
	for _, d := range failed {
		if !e.hopeless(d) {
			d.found = e.reconsider(d)
		}
		if d.found == nil {
			denied = true
			e.deny(d)
			continue
		}
		e.pay(d)
	}
	if denied {
		return fault.New(fault.Withheld, CodeNotDeniable)
	}
	return nil
}

// pay withholds what a duty's witness changes.
func (e *engine) pay(d *duty) {
	for _, c := range d.found.changes {
		e.withheld[c.cell] = true
	}
}

// attend looks for a population that serves a duty, one ring after another.
func (e *engine) attend(d *duty) *found {
	for {
		f := e.reuse(d)
		if f == nil {
			f = e.cheapest(d, e.prices(-1), startsFirst)
		}
		if f != nil || e.ctx.Err() != nil || !e.widen(d) {
			return f
		}
	}
}

// hopeless says whether a duty cannot be served because a population of
// published size holds fewer whom the view does not know than it would take.
func (e *engine) hopeless(d *duty) bool {
	f := e.functionals[d.functional]
	return d.goal == plan.Enough && slices.ContainsFunc(e.problem.System.Cells, func(c plan.Cell) bool {
		return c.Rank == plan.Total && implies(e.problem.System, f.Within, c.Where) &&
			value(c, d.sight.rest) < d.sight.view.Threshold
	})
}

func (e *engine) deny(d *duty) {
	f := Finding{RuleDeniable, Fail, e.functionals[d.functional].Name, d.sight.view.Name}
	if !slices.Contains(e.findings, f) {
		e.findings = append(e.findings, f)
	}
}

// reuse looks for a population found before that serves a duty as well and
// changes nothing that is shown.
func (e *engine) reuse(d *duty) *found {
	if d.need == 0 {
		return &found{}
	}
	if d.part == nil {
		return nil
	}
	for _, f := range e.pools[d.part] {
		if e.quiet(f) && e.safe.serves(&d.task, f.moves) {
			return f
		}
	}
	return nil
}

// quiet says whether a population changes only what is withheld.
func (e *engine) quiet(f *found) bool {
	for _, c := range f.changes {
		if !e.withheld[c.cell] {
			return false
		}
	}
	return true
}

// How many starts a search makes: the first time, and when cleaning up.
const (
	startsFirst = 3
	startsAgain = 2
	manyAtoms   = 400 // with more, one start has to do
)

// seek solves the duty's integer program.
func (e *engine) seek(d *duty, p prices, starts int) *found {
	if d.part == nil {
		return nil
	}
	if len(d.part.atoms) > manyAtoms {
		starts = 1
	}
	e.stats.Searches++
	f := turnOver(d.task, p)
	if f == nil && d.part.heavy() {
		f = swap(d.task, p, func() bool { return e.ctx.Err() != nil })
	}
	if f == nil {
		f = e.solve(d, p, starts)
	}
	if f != nil {
		e.pools[d.part] = append(e.pools[d.part], f)
	}
	return f
}

// solve solves a duty's integer programme and, where that does not serve for
// nothing, the one in which persons may be joined; the cheaper answer counts.
func (e *engine) solve(d *duty, p prices, starts int) *found {
	f, pivots := search(e.ctx, d.task, p, e.stream(d), starts)
	e.stats.Pivots += pivots
	if f != nil && f.cost == 0 || !slices.ContainsFunc(d.hidden.joins, func(n int) bool { return n > 0 }) {
		return f
	}
	joined := d.task
	joined.joins = true
	g, pivots := search(e.ctx, joined, p, e.stream(d), starts)
	e.stats.Pivots += pivots
	if f == nil || g != nil && g.cost < f.cost {
		return g
	}
	return f
}

// widen takes a duty that its neighbourhood cannot serve one ring outwards;
// false if it is at the whole component already.
func (e *engine) widen(d *duty) bool {
	if d.part == nil || d.part.whole == nil {
		return false
	}
	f := e.functionals[d.functional]
	d.part, d.ring = e.narrow(d.part.whole, f, d.ring+1)
	d.members, d.hidden = d.part.members(f), d.sight.within(d.part)
	return true
}

// stream is the duty's own source of randomness: what one functional draws
// does not depend on what others drew.
func (e *engine) stream(d *duty) *rand.Rand {
	mac := hmac.New(sha256.New, e.seed[:])
	fmt.Fprintf(mac, "%q %q %d", d.sight.view.Name, e.functionals[d.functional].Name, d.goal)
	return rand.New(rand.NewChaCha8([32]byte(mac.Sum(nil))))
}

// prices says what changing each cell costs now; except is a cell that may not
// change in any case, or -1.
func (e *engine) prices(except int) prices {
	p := slices.Clone(e.cost)
	for i, w := range e.withheld {
		if w {
			p[i] = 0
		}
	}
	if except >= 0 {
		p[except] = infinite
	}
	return p
}
