package frame

import (
	"fmt"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
)

// gather lists the cells and tables that the plan wants and registers what
// they tell apart.
func (f *framer) gather() {
	f.frame.countOnly = f.test(f.set.CountOnly)
	f.splitAskRates()
	f.splitPast()
	f.readPast()
	f.frame.excused = f.test(f.set.Excused)
	f.vars[f.frame.countOnly.variable].read = true
	f.vars[f.frame.excused.variable].read = true
	for i, name := range f.plan.Universes {
		f.size(name, plan.Total, fmt.Sprintf("/universes/%d", i))
	}
	f.frame.Figures = make([]Figure, len(f.plan.Figures))
	for i, w := range f.plan.Figures {
		f.figure(fmt.Sprintf("/figures/%d", i), w, "", &f.frame.Figures[i])
	}
	f.frame.Prose = make([]Prose, len(f.plan.Prose))
	for i, w := range f.plan.Prose {
		f.prose(fmt.Sprintf("/prose/%d", i), w, &f.frame.Prose[i])
	}
	f.frame.Sums = make([]Sum, len(f.plan.Sums))
	for i, w := range f.plan.Sums {
		f.sum(fmt.Sprintf("/sums/%d", i), w, &f.frame.Sums[i])
	}
	f.frame.Tables = make([]Table, len(f.plan.Tables))
	for i, w := range f.plan.Tables {
		f.table(fmt.Sprintf("/tables/%d", i), w, &f.frame.Tables[i])
	}
	f.panels()
	f.wantPast()
}

// splitAskRates comes first: it changes what "not asked" means in a field.
func (f *framer) splitAskRates() {
	for _, w := range f.plan.Figures {
		fig, ok := f.set.Figure(figure.Name(w.Name))
		if ok && fig.Kind == figure.AskRate && fig.Concerns != f.set.Excused.Field {
			f.vars[f.byName[fig.Concerns]].splitNotAsked()
		}
	}
}

// want asks for a cell.
func (f *framer) want(c wantedCell) {
	f.look(c.at, c.where)
	c.quantity = f.quantity(c.where, c.sum)
	if f.frame.parts(c.panel) != nil {
		c.quantity.Panel = c.panel
		if !c.past {
			c.label = f.frame.panelLabel(c.panel, c.label)
		}
	}
	if !c.past {
		c.batches = f.alive
	}
	f.cells = append(f.cells, c)
}

// universe finds a universe and admits its records to the frame.
func (f *framer) universe(name plan.Name, at string) (query, bool) {
	u, ok := f.set.Universe(figure.Name(name))
	if !ok {
		f.refuse(CodeUnknownUniverse, at)
		return nil, false
	}
	q := f.members(u)
	f.look(at, q)
	f.admit(string(name), q)
	return q, true
}

// members are the persons of a universe, as a query.
func (f *framer) members(u figure.Universe) query {
	q := f.query(u.Where)
	for i := range q {
		q[i].universe = true
	}
	return q
}

// admit gives the records of a universe a place in the frame.
func (f *framer) admit(name string, q query) {
	if !slices.ContainsFunc(f.frame.universes, func(o query) bool { return slices.Equal(o, q) }) {
		f.frame.universes = append(f.frame.universes, q)
		f.names = append(f.names, name)
	}
}

// size asks for the size of a universe.
func (f *framer) size(name plan.Name, rank plan.Rank, at string) {
	q, ok := f.universe(name, at)
	if !ok {
		return
	}
	u, _ := f.set.Universe(figure.Name(name))
	f.want(wantedCell{name: sizeName(name), label: u.Label, where: q, rank: rank, at: at, universe: name})
}

func sizeName(universe plan.Name) string { return "size:" + string(universe) }

// sizeOf asks for the denominator of a cell: the size of its universe.
func (f *framer) sizeOf(n wantedCell, u figure.Universe, where query, into *int) {
	universe := plan.Name(u.Name)
	n.name, n.label, n.where, n.into = prefix(n.panel)+sizeName(universe), u.Label, where, into
	if n.panel == "" {
		n.universe = universe
	}
	f.want(n)
}

// prefix begins the names of a panel's cells.
func prefix(panel plan.Name) string {
	if panel == "" {
		return ""
	}
	return "panel:" + string(panel) + ":"
}

func rankOf(w plan.Wanted) plan.Rank {
	if w.Headline {
		return plan.Headline
	}
	return plan.Figure
}

// figure gathers the cells of a figure, or of what a panel has of it.
func (f *framer) figure(at string, w plan.Wanted, panel plan.Name, out *Figure) {
	*out = Figure{Wanted: w, N: none, Of: none, Sum: none}
	fig, ok := f.set.Figure(figure.Name(w.Name))
	if !ok {
		f.refuse(CodeUnknownFigure, at+"/name")
		return
	}
	out.Figure = fig
	universe, ok := f.universe(plan.Name(fig.Universe.Name), at+"/name")
	if !ok {
		return
	}
	n := wantedCell{
		name: prefix(panel) + "figure:" + string(w.Name), label: fig.Label, where: slices.Concat(universe, f.query(fig.Where)),
		rank: rankOf(w), required: w.Required, panel: panel, at: at, into: &out.N,
	}
	if panel != "" {
		n.rank = plan.OneWay // withheld before the figure itself
	}
	switch fig.Kind {
	case figure.AskRate:
		f.askRate(n, fig, out)
		return
	case figure.Share:
		f.sizeOf(n, fig.Universe, universe, &out.Of)
	}
	f.want(n)
	if fig.Kind == figure.Total {
		n.name, n.into, n.openInto = prefix(panel)+"sum:"+string(w.Name), &out.Sum, &out.Open
		f.total(n, fig.Sum)
	}
}

// askRate asks for the persons who were asked and, as the denominator, for
// those who could have been.
func (f *framer) askRate(n wantedCell, fig figure.Figure, out *Figure) {
	i := f.byName[fig.Concerns]
	v := f.vars[i]
	silent := v.pick([]codelist.Code{codelist.NotAsked, codelist.NotApplicable, codelist.NotRecorded})
	ineligible := v.pick([]codelist.Code{codelist.NotApplicable}) | v.splitBit()
	of := n
	of.name, of.into = n.name+":of", &out.Of
	of.where = append(slices.Clone(n.where), test{variable: i, codes: ineligible, not: true})
	n.where = append(slices.Clone(n.where), test{variable: i, codes: silent, not: true})
	f.want(of)
	f.want(n)
}

// total asks for a sum: its numbers are told apart one by one.
func (f *framer) total(c wantedCell, number figure.Summand) {
	i := f.byName[number.Field]
	v := f.vars[i]
	c.sum = v
	var open codes
	for place, code := range v.codes {
		switch value := v.column.Field.Min + place; {
		case value <= v.column.Field.Max:
			f.look(c.at, query{{variable: i, codes: 1 << place}})
			if number.OrMore > 0 && value >= number.OrMore {
				open |= 1 << place
			}
		case code != codelist.NotApplicable:
			open |= 1 << place
		}
	}
	f.look(c.at, query{{variable: i, codes: open}})
	c.open = append(slices.Clone(c.where), test{variable: i, codes: open})
	f.want(c)
}

func (f *framer) sum(at string, w plan.Sum, out *Sum) {
	*out = Sum{Wanted: w, Cell: none}
	universe, ok := f.universe(w.Universe, at+"/universe")
	number, summable := f.set.Summand(w.Field)
	if !summable {
		f.refuse(CodeNotSummable, at+"/field")
	}
	if !ok || !summable {
		return
	}
	f.total(wantedCell{
		name: "sum:" + string(w.Name), label: w.Title, where: slices.Concat(universe, f.resolve(w.Where)),
		rank: plan.Figure, required: w.Required, at: at, into: &out.Cell, openInto: &out.Open,
	}, number)
}

func (f *framer) prose(at string, w plan.Prose, out *Prose) {
	*out = Prose{Wanted: w, N: none, Of: none}
	universe, ok := f.universe(w.Universe, at+"/universe")
	if !ok {
		return
	}
	n := wantedCell{
		name: "prose:" + string(w.Name), label: w.Sentence, where: slices.Concat(universe, f.resolve(w.Where)),
		rank: plan.Figure, required: w.Required, at: at, into: &out.N,
	}
	if strings.Contains(w.Sentence.SV+w.Sentence.EN, "{of}") {
		u, _ := f.set.Universe(figure.Name(w.Universe))
		f.sizeOf(n, u, universe, &out.Of)
	}
	f.want(n)
}

func (f *framer) resolve(where []plan.Condition) query {
	out := make([]codelist.Condition, 0, len(where))
	for _, w := range where {
		out = append(out, w.Resolve(f.set.Book))
	}
	return f.query(out)
}
