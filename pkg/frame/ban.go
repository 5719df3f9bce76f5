package frame

import (
	"cmp"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// ban is a combination of categories that no valid record has: one of the set
// on every variable that it names, in increasing order.
type ban []part

type part struct {
	variable int
	in       set
}

// ruleBans turns every hard clause into a ban: what meets its premise and not
// its conclusion.
func (f *framer) ruleBans() []ban {
	var out []ban
	f.eachClause(func(c codelist.Clause) {
		q := make(query, 0, len(c.When)+1)
		for _, w := range c.When {
			q = append(q, f.test(w))
		}
		then := f.test(c.Then)
		then.not = !then.not
		out = append(out, f.ban(append(q, then)))
	})
	for i, v := range f.vars {
		if v.split >= 0 {
			out = append(out, f.excusedBans(i)...)
		}
	}
	return append(out, f.populationBans()...)
}

// excusedBans ties the persons who could not be asked to their having gone missing.
func (f *framer) excusedBans(i int) []ban {
	v := f.vars[i]
	excused := f.test(f.set.Excused)
	present := excused
	present.not = !present.not
	plain := v.pick([]codelist.Code{codelist.NotAsked}) &^ v.splitBit()
	return []ban{
		f.ban(query{{variable: i, codes: v.splitBit()}, present}),
		f.ban(query{{variable: i, codes: plain}, excused}),
	}
}

// eachClause visits the clauses that refuse a record.
func (f *framer) eachClause(visit func(codelist.Clause)) {
	for _, r := range f.set.Book.Rules {
		if r.Warning {
			continue
		}
		for _, c := range r.Clauses {
			visit(c)
		}
	}
}

// ban gives the categories that meet a conjunction, as a ban.
func (f *framer) ban(q query) ban {
	in := make(map[int]set)
	for _, t := range q {
		meets := f.vars[t.variable].meets(t)
		if before, twice := in[t.variable]; twice {
			meets = meets.and(before)
		}
		in[t.variable] = meets
	}
	out := make(ban, 0, len(in))
	for v, s := range in {
		out = append(out, part{variable: v, in: s})
	}
	slices.SortFunc(out, func(a, b part) int { return a.variable - b.variable })
	return out
}

// on gives what a ban says about a variable, nil if nothing.
func (b ban) on(v int) set {
	for _, p := range b {
		if p.variable == v {
			return p.in
		}
	}
	return nil
}

// meet gives the atoms of two bans, leaving one variable out; ok is false if
// there are none.
func meet(a, b ban, leave int) (out ban, ok bool) {
	for _, p := range slices.Concat(a, b) {
		if p.variable == leave {
			continue
		}
		i := slices.IndexFunc(out, func(o part) bool { return o.variable == p.variable })
		if i < 0 {
			out = append(out, p)
			continue
		}
		if out[i].in = out[i].in.and(p.in); out[i].in.empty() {
			return nil, false
		}
	}
	slices.SortFunc(out, func(x, y part) int { return x.variable - y.variable })
	return out, true
}

// covers says whether every atom of b is one of a.
func (b ban) covers(other ban) bool {
	for _, p := range b {
		if in := other.on(p.variable); in == nil || !in.within(p.in) {
			return false
		}
	}
	return true
}

// tidy cuts bans down to living categories, kills the categories that are
// banned by themselves, and leaves out what another ban says already. What an
// earlier release needs to be said again lives on, banned.
func (f *framer) tidy(bans []ban) []ban {
	for {
		killed := false
		var out []ban
		for _, b := range bans {
			b, ok := f.trim(b)
			switch {
			case !ok:
			case len(b) == 1:
				spared := f.spared(b[0])
				if dead := b[0].in.without(spared); !dead.empty() {
					v := f.vars[b[0].variable]
					v.alive = v.alive.without(dead)
					killed = true
				}
				if !spared.empty() {
					out = append(out, ban{{variable: b[0].variable, in: spared}})
				}
			default:
				out = append(out, b)
			}
		}
		bans = out
		if !killed {
			return f.strongest(bans)
		}
	}
}

// spared are the categories of a ban without which a cell of an earlier release
// would have none: nobody can be in it, but that has been said with a place of
// its own.
func (f *framer) spared(p part) set {
	alive := f.vars[p.variable].alive
	out := newSet(len(f.vars[p.variable].vectors))
	for _, c := range f.cells {
		if !c.past || !slices.ContainsFunc(c.where, func(t test) bool { return t.variable == p.variable }) {
			continue
		}
		if in := f.allowed(p.variable, c.where).and(alive); in.within(p.in) {
			out.or(in)
		}
	}
	return out
}

// trim cuts a ban down to living categories. What covers all of them says
// nothing; ok is false if nothing living is banned.
func (f *framer) trim(b ban) (out ban, ok bool) {
	for _, p := range b {
		alive := f.vars[p.variable].alive
		in := p.in.and(alive)
		if in.empty() {
			return nil, false
		}
		if !alive.within(in) {
			out = append(out, part{variable: p.variable, in: in})
		}
	}
	return out, len(out) > 0
}

// strongest leaves out the bans that another one covers, the general ones first.
func (f *framer) strongest(bans []ban) []ban {
	slices.SortStableFunc(bans, func(a, b ban) int { return cmp.Compare(len(a), len(b)) })
	var out []ban
	for _, b := range bans {
		if slices.ContainsFunc(out, func(o ban) bool { return o.covers(b) }) {
			continue
		}
		out = slices.DeleteFunc(out, func(o ban) bool { return b.covers(o) })
		out = append(out, b)
	}
	return out
}

// project removes every variable that is no axis. What remains is exact: an
// atom of the axes is banned if and only if every way of filling in the other
// fields is refused by a rule.
func (f *framer) project(bans []ban) []ban {
	for bans = f.tidy(bans); ; bans = f.tidy(bans) {
		v := f.next(bans)
		if v < 0 {
			return bans
		}
		bans = f.eliminate(bans, v)
	}
}

// next chooses the variable that the fewest bans name.
func (f *framer) next(bans []ban) int {
	best, fewest := -1, 0
	for i, v := range f.vars {
		if v.axis {
			continue
		}
		n := 0
		for _, b := range bans {
			if b.on(i) != nil {
				n++
			}
		}
		if n > 0 && (best < 0 || n < fewest) {
			best, fewest = i, n
		}
	}
	return best
}

// eliminate removes one variable: what is banned without it are the atoms that
// are banned whatever its category.
func (f *framer) eliminate(bans []ban, v int) []ban {
	var rest, about []ban
	for _, b := range bans {
		if b.on(v) == nil {
			rest = append(rest, b)
		} else {
			about = append(about, b)
		}
	}
	hopeless := []ban{{}} // banned for every category so far
	for _, c := range f.vars[v].alive.members() {
		var next []ban
		for _, b := range about {
			if !b.on(v).has(c) {
				continue
			}
			for _, h := range hopeless {
				if both, ok := meet(h, b, v); ok {
					next = append(next, both)
				}
			}
		}
		hopeless = f.strongest(next)
	}
	return append(rest, hopeless...)
}

// selection writes a ban for the system.
func (f *framer) selection(b ban) plan.Selection {
	var out plan.Selection
	for _, p := range b {
		v := f.vars[p.variable]
		var in []int
		for _, c := range p.in.members() {
			if i := v.final[c]; i >= 0 && !slices.Contains(in, i) {
				in = append(in, i)
			}
		}
		slices.Sort(in)
		out = append(out, plan.Subset{Axis: v.place, Categories: in})
	}
	return out
}
