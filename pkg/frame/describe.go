package frame

import (
	"fmt"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
)

// Describe writes down what a release says about a year, but for the year
// itself, the values and what is shown. system is the base with the tables'
// cells added, shown how each table of the layout is presented. Both must come
// from this frame. The organisation's axis is left out: whatever names it is
// refused, but for the bans that say who is in a panel, which are left out.
func (f *Frame) Describe(system plan.System, shown []plan.Presentation) (_ plan.Publication, err error) {
	defer fault.Wrap(&err, "describe a year")
	d := describer{frame: f, system: system, shown: shown, grids: make([]grid, len(shown))}
	if !d.laidOut() {
		return plan.Publication{}, foreign()
	}
	d.quantities = make([]*plan.Quantity, len(system.Cells))
	for i := range f.quantities {
		d.quantities[i] = &f.quantities[i]
	}
	for i := range shown {
		if !d.lay(i) {
			return plan.Publication{}, foreign()
		}
	}
	out := plan.Publication{Codebook: f.schema.Book.Version, Earlier: f.earlier}
	if err := d.veil(&out); err != nil {
		return plan.Publication{}, err
	}
	d.frame.state(&out)
	for i := range f.Tables {
		tables, ok := d.table(i)
		if !ok {
			return plan.Publication{}, foreign()
		}
		out.Tables = append(out.Tables, tables...)
	}
	return out, nil
}

func foreign() error { return fault.New(fault.Internal, CodeForeignSystem) }

// describer is one description.
type describer struct {
	frame      *Frame
	system     plan.System
	shown      []plan.Presentation
	grids      []grid           // by table of the layout
	quantities []*plan.Quantity // by cell
}

// laidOut says whether the system begins with this frame's cells and there is
// a presentation for every table.
func (d *describer) laidOut() bool {
	base := d.frame.Layout.Base
	if len(d.shown) != len(d.frame.Layout.Tables) || len(d.system.Axes) != len(base.Axes) || len(d.system.Cells) < len(base.Cells) {
		return false
	}
	for i, a := range base.Axes {
		if b := d.system.Axes[i]; a.Name != b.Name || !slices.Equal(a.Categories, b.Categories) {
			return false
		}
	}
	for i, c := range base.Cells {
		if o := d.system.Cells[i]; o.Name != c.Name || !sameNumber(o, c) {
			return false
		}
	}
	return true
}

// veil writes the axes, bans and cells without the organisations. Everything
// that a cell says has to be said by somebody: a cell without a quantity is
// none of this frame.
func (d *describer) veil(out *plan.Publication) error {
	hidden := slices.IndexFunc(d.system.Axes, func(a plan.Axis) bool { return a.Name == plan.OrganisationAxis })
	for i, a := range d.system.Axes {
		if i != hidden {
			a.Hidden = false
			out.Axes = append(out.Axes, a)
		}
	}
	for i, b := range d.system.Bans {
		if d.system.TiesPanel(b) {
			continue
		}
		where, ok := without(hidden, b)
		if !ok {
			return fmt.Errorf("ban %d names the organisation: %w", i, foreign())
		}
		out.Bans = append(out.Bans, where)
	}
	for i, c := range d.system.Cells {
		where, ok := without(hidden, c.Where)
		if !ok || c.Weighted && c.WeightAxis == hidden || d.quantities[i] == nil {
			return fmt.Errorf("cell %d: %w", i, foreign())
		}
		if c.Where = where; c.Weighted && c.WeightAxis > hidden {
			c.WeightAxis--
		}
		out.Cells = append(out.Cells, plan.PublishedCell{Cell: c, Quantity: *d.quantities[i]})
	}
	return nil
}

// without leaves an axis out; ok is false if the selection names it.
func without(axis int, s plan.Selection) (out plan.Selection, ok bool) {
	for _, part := range s {
		if part.Axis == axis {
			return nil, false
		}
		if part.Axis > axis {
			part.Axis--
		}
		out = append(out, part)
	}
	return out, true
}

// state writes everything that is no table.
func (f *Frame) state(out *plan.Publication) {
	for _, name := range f.listed {
		u, _ := f.set.Universe(figure.Name(name))
		out.Universes = append(out.Universes, plan.PublishedUniverse{Name: name, Label: u.Label, Size: f.Sizes[name]})
	}
	for _, fig := range f.Figures {
		out.Figures = append(out.Figures, f.published(fig))
	}
	for _, p := range f.Panels {
		out.Panels = append(out.Panels, f.panel(p))
	}
	for _, s := range f.Sums {
		out.Sums = append(out.Sums, plan.PublishedSum{Name: s.Wanted.Name, Title: s.Wanted.Title, Cell: s.Cell})
	}
	for _, s := range f.Prose {
		out.Prose = append(out.Prose, plan.PublishedProse{Name: s.Wanted.Name, Sentence: s.Wanted.Sentence, N: s.N, Of: s.Of})
	}
}

func (f *Frame) published(fig Figure) plan.PublishedFigure {
	return plan.PublishedFigure{
		Name: fig.Wanted.Name, Label: fig.Figure.Label, Definition: f.definition(fig.Figure),
		Kind: string(fig.Figure.Kind), Headline: fig.Wanted.Headline, N: fig.N, Of: fig.Of, Sum: fig.Sum,
	}
}

// definition says besides what a published sum leaves out: that some numbers
// were not stated would be a claim about persons, so it is said of every sum.
func (f *Frame) definition(fig figure.Figure) codelist.Text {
	out := f.set.Definition(fig)
	if fig.Kind != figure.Total {
		return out
	}
	out.SV += " Tal som inte har uppgetts räknas som noll"
	out.EN += " Numbers that were not stated count as nothing"
	if n := fig.Sum.OrMore; n > 0 {
		out.SV += fmt.Sprintf("; %d står för %d eller fler", n, n)
		out.EN += fmt.Sprintf("; %d stands for %d or more", n, n)
	}
	out.SV, out.EN = out.SV+".", out.EN+"."
	return out
}
