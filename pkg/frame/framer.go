package frame

import (
	"slices"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
)

// framer is one laying out: first it gathers what the plan wants, then it
// finds the categories and the bans, then it writes the cells.
type framer struct {
	plan   *plan.Plan
	set    *figure.Set
	schema *record.Schema
	vars   []*variable // in the order of the schema's columns
	byName map[codelist.FieldName]int

	hidden []plan.Axis // and that of the panels before them
	alive  []int       // batches, nil for all
	before []Past      // earlier releases
	past   []wantedCell
	cells  []wantedCell
	tables []wantedTable
	names  []string       // of the frame's universes
	origin map[int]string // variable -> pointer of what first looked at it
	frame  *Frame
	wrong  []fault.Detail

	population int // its place among vars, if there is one
	groupNames []string
}

// wantedCell is a cell before categories are known.
type wantedCell struct {
	name     string
	label    codelist.Text
	where    query
	rank     plan.Rank
	required bool
	sum      *variable // nil for a count
	at       string    // where the plan wants it
	universe plan.Name // whose size it is, if it is one
	into     *int      // takes the cell's index; cells with the same persons are one
	open     query     // of a sum
	openInto *plan.Selection
	batches  []int     // whose records it speaks of; nil is all
	panel    plan.Name // whose organisations' records it counts; "" is everybody's
	past     bool      // an earlier release states it
	quantity plan.Quantity
}

func newFramer(p *plan.Plan, figures *figure.Set) *framer {
	f := &framer{
		plan: p, set: figures, schema: record.NewSchema(figures.Book),
		byName: make(map[codelist.FieldName]int), origin: make(map[int]string),
	}
	f.frame = &Frame{Sizes: make(map[plan.Name]int), schema: f.schema, set: figures, listed: slices.Clone(p.Universes)}
	for i, c := range f.schema.Columns {
		f.vars = append(f.vars, newVariable(figures.Book, c))
		f.byName[c.Field.Name] = i
	}
	return f
}

func (f *framer) refuse(code fault.Code, pointer string) {
	if !slices.ContainsFunc(f.wrong, func(d fault.Detail) bool { return d.Pointer == pointer && d.Code == code }) {
		f.wrong = append(f.wrong, fault.Detail{Code: code, Pointer: pointer})
	}
}

func (f *framer) refusal() error {
	if len(f.wrong) == 0 {
		return nil
	}
	return fault.New(fault.Invalid, f.wrong[0].Code, f.wrong...)
}

// hide makes the hidden axes.
func (f *framer) hide(h Hidden) {
	for i, o := range h.Organisations {
		if o == "" || slices.Contains(h.Organisations[:i], o) {
			f.refuse(CodeNoOrganisation, "")
		}
	}
	if len(h.Organisations) == 0 {
		f.refuse(CodeNoOrganisation, "")
	}
	names := f.convene(h)
	batches := h.Batches
	if len(batches) == 0 {
		batches = []string{"1"}
	}
	f.hidden = append(f.panelAxis(),
		plan.Axis{Name: plan.OrganisationAxis, Categories: names, Hidden: true},
		plan.Axis{Name: plan.BatchAxis, Categories: slices.Clone(batches), Hidden: true},
	)
	f.checkBatches(h.Alive)
	f.alive, f.before = f.some(h.Alive), h.Past
}

// Organisation finds the category of an organisation.
func (f *Frame) Organisation(id access.OrganisationID) (category int, ok bool) {
	i := slices.Index(f.Layout.Base.Axes[f.organisations()].Categories, string(id))
	return i, i >= 0
}

// test makes a condition over codes one over a variable.
func (f *framer) test(c codelist.Condition) test {
	i := f.byName[c.Field]
	return test{variable: i, codes: f.vars[i].pick(c.Codes), not: c.Not}
}

func (f *framer) query(where []codelist.Condition) query {
	q := make(query, 0, len(where))
	for _, c := range where {
		q = append(q, f.test(c))
	}
	return q
}

// look makes axes of the variables of a query, but for the conditions of its
// universe.
func (f *framer) look(at string, q query) {
	for _, t := range q {
		if t.universe {
			f.vars[t.variable].read = true
			f.vars[t.variable].tell(t.codes)
			continue
		}
		f.vars[t.variable].show(t.codes)
		if _, seen := f.origin[t.variable]; !seen {
			f.origin[t.variable] = at
		}
	}
}

// build finds the categories of every variable and leaves out what no universe
// of the plan allows.
func (f *framer) build() {
	f.eachClause(func(c codelist.Clause) {
		for _, t := range f.query(append(slices.Clone(c.When), c.Then)) {
			f.vars[t.variable].tell(t.codes)
		}
	})
	excused := f.test(f.set.Excused)
	for _, v := range f.vars {
		if v.split >= 0 {
			f.vars[excused.variable].tell(excused.codes)
			v.tell(v.splitBit())
			v.tell(v.pick([]codelist.Code{codelist.NotAsked}) &^ v.splitBit())
		}
	}
	f.populate()
	for i, v := range f.vars {
		if v.groups != nil {
			continue
		}
		if v.build(); v.tooFine {
			f.refuse(CodeTooFine, f.origin[i])
		}
	}
	if len(f.wrong) == 0 {
		f.confine()
	}
}

// confine keeps the categories that at least one universe allows.
func (f *framer) confine() {
	for i, v := range f.vars {
		if !v.axis {
			continue
		}
		kept := newSet(len(v.vectors))
		for _, u := range f.frame.universes {
			kept.or(f.allowed(i, f.translate(u)))
		}
		v.alive = kept
	}
}

// allowed gives the categories of a variable that a query leaves.
func (f *framer) allowed(variable int, q query) set {
	v := f.vars[variable]
	out := fullSet(len(v.vectors))
	for _, t := range q {
		if t.variable == variable {
			out = out.and(v.meets(t))
		}
	}
	return out
}
