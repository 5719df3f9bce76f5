package frame

import (
	"slices"
	"strings"
)

// PopulationAxis says which universes a person belongs to, as far as that hangs
// on fields that nothing else in the plan looks at. It is an axis of its own in
// their place: a person's gender need not be told apart where only the universe
// asks for it. What those fields and the rules say about the other axes is
// projected into the bans.
const PopulationAxis = "population"

// maxGroups is how many different universes the population may tell apart. Of
// more, some fields become axes.
const maxGroups = 8

// populate makes the population of the conditions on fields that only universes
// look at, and writes every query over it.
func (f *framer) populate() {
	f.showUniverses()
	p := &variable{split: -1, place: none, axis: true, of: make(map[uint64]int)}
	for p.groups = f.populations(); len(p.groups) > maxGroups; p.groups = f.populations() {
		f.vars[commonest(p.groups)].axis = true
		f.showUniverses()
	}
	if len(p.groups) == 0 {
		return
	}
	for i := range p.groups {
		p.show(1 << i)
	}
	for vector := range uint64(1) << len(p.groups) {
		p.category(vector)
	}
	p.alive = fullSet(len(p.vectors))
	f.population = len(f.vars)
	f.vars = append(f.vars, p)
	for i := range f.cells {
		f.cells[i].where, f.cells[i].open = f.translate(f.cells[i].where), f.translate(f.cells[i].open)
	}
	for i := range f.tables {
		f.tables[i].universe, f.tables[i].whole = f.translate(f.tables[i].universe), f.translate(f.tables[i].whole)
	}
}

// showUniverses tells apart what universes ask of fields that are axes.
func (f *framer) showUniverses() {
	for _, u := range f.frame.universes {
		for _, t := range u {
			if f.vars[t.variable].axis {
				f.vars[t.variable].show(t.codes)
			}
		}
	}
}

// populations gives the different backgrounds, and names each by the first
// universe that has it.
func (f *framer) populations() (groups []query) {
	f.groupNames = nil
	for i, u := range f.frame.universes {
		group := f.background(u)
		if len(group) > 0 && !slices.ContainsFunc(groups, func(g query) bool { return slices.Equal(g, group) }) {
			groups = append(groups, group)
			f.groupNames = append(f.groupNames, f.names[i])
		}
	}
	return groups
}

// commonest gives the variable that the most conditions are about, the first of
// several.
func commonest(groups []query) int {
	n := make(map[int]int)
	best := groups[0][0].variable
	for _, t := range slices.Concat(groups...) {
		n[t.variable]++
		if n[t.variable] > n[best] || n[t.variable] == n[best] && t.variable < best {
			best = t.variable
		}
	}
	return best
}

// background gives the conditions of a query on fields that only universes look at.
func (f *framer) background(q query) query {
	return slices.DeleteFunc(slices.Clone(q), func(t test) bool { return f.vars[t.variable].axis })
}

// translate writes a query over the population.
func (f *framer) translate(q query) query {
	group := f.background(q)
	if len(group) == 0 {
		return q
	}
	out := slices.DeleteFunc(slices.Clone(q), func(t test) bool { return !f.vars[t.variable].axis })
	groups := f.vars[f.population].groups
	i := slices.IndexFunc(groups, func(g query) bool { return slices.Equal(g, group) })
	return append(out, test{variable: f.population, codes: 1 << i})
}

// populationBans say what the population means: who is in a group meets all of
// its conditions, who is not misses one.
func (f *framer) populationBans() []ban {
	var out []ban
	for i, v := range f.vars {
		for g, group := range v.groups {
			in := test{variable: i, codes: 1 << g}
			for _, t := range group {
				t.not = !t.not
				out = append(out, f.ban(query{in, t}))
			}
			in.not = true
			out = append(out, f.ban(append(query{in}, group...)))
		}
	}
	return out
}

// member gives the category of a record's population.
func (v *variable) member(answers []codes) (vector uint64) {
	for i, g := range v.groups {
		if g.met(answers) {
			vector |= 1 << i
		}
	}
	return vector
}

// populationNames are the names of the universes that a category belongs to.
func (f *framer) populationNames(v *variable) []string {
	out := make([]string, v.kept())
	for c, vector := range v.vectors {
		if v.final[c] < 0 {
			continue
		}
		var names []string
		for i, name := range f.groupNames {
			if vector>>i&1 == 1 {
				names = append(names, name)
			}
		}
		if out[v.final[c]] = strings.Join(names, "&"); len(names) == 0 {
			out[v.final[c]] = rest
		}
	}
	return out
}
