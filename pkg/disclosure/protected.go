package disclosure

import (
	"slices"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/signed"
)

// CodeNotProtected says that a publication was asked for of something that this
// package did not protect, or whose cells are not those that it protected.
const CodeNotProtected fault.Code = "not_protected"

// Protected is a release's content that may leave the house. Only this package
// makes one: out of what it protected itself, or out of a manifest whose
// signature held. What exports, words or serves figures takes nothing else.
// The zero Protected says nothing.
type Protected struct{ content plan.Content }

// Content is what may be published. It is read-only.
func (p *Protected) Content() plan.Content { return p.content }

// Year finds what is published about a year.
func (p *Protected) Year(year int) (plan.Publication, bool) {
	i := slices.IndexFunc(p.content.Years, func(y plan.Publication) bool { return y.Year == year })
	if i < 0 {
		return plan.Publication{}, false
	}
	return p.content.Years[i], true
}

// Decode gives the content of a release that was published. It refuses what is
// no manifest of a release, or signed by a key that was not in force for its
// number.
func Decode(v signed.Verified) (*Protected, plan.Manifest, error) {
	var m plan.Manifest
	if v.Kind() != signed.KindManifest {
		return nil, m, fault.New(fault.Invalid, signed.CodeKindWrong)
	}
	if err := v.Decode(&m); err != nil {
		return nil, m, err
	}
	if m.Format != plan.ManifestFormat || !wellFormed(m.Content) {
		return nil, m, fault.New(fault.Invalid, signed.CodeContentUnexpected)
	}
	if err := v.Governs(m.Number); err != nil {
		return nil, plan.Manifest{}, err
	}
	return &Protected{m.Content}, m, nil
}

// Year is what is said about one year, before the years of a release are put
// together. Only Publish makes one.
type Year struct{ publication plan.Publication }

// Publication is what the year says. It is read-only.
func (y Year) Publication() plan.Publication { return y.publication }

// Publish writes into the description of a year what the solution lets
// everybody know: the values of the cells that it shows, and nothing of the
// others. The description's cells are those of the system that was protected,
// in its order; whatever values stand in it are thrown away.
func (s Solution) Publish(described plan.Publication) (Year, error) {
	if s.values == nil || len(described.Cells) != len(s.values) {
		return Year{}, fault.New(fault.Invalid, CodeNotProtected)
	}
	described.Cells = slices.Clone(described.Cells)
	for i := range described.Cells {
		c := &described.Cells[i]
		if c.Name != s.names[i] {
			return Year{}, fault.New(fault.Invalid, CodeNotProtected)
		}
		c.Shown, c.Value, c.Range = s.proved[i], 0, nil
		if c.Shown {
			c.Value = s.values[i]
		}
	}
	if !wellFormed(plan.Content{Years: []plan.Publication{described}}) {
		return Year{}, fault.New(fault.Invalid, CodeNotProtected)
	}
	return Year{described}, nil
}

// WithRanges adds what everybody can work out about the withheld cells. It must
// have been worked out from the publication alone.
func (y Year) WithRanges(of map[string]plan.Range) Year {
	y.publication.Cells = slices.Clone(y.publication.Cells)
	for i := range y.publication.Cells {
		c := &y.publication.Cells[i]
		if r, known := of[c.Name]; known && !c.Shown {
			c.Range = &r
		}
	}
	return y
}

// Compose puts the years of a release together.
func Compose(content plan.Content, years ...Year) *Protected {
	content.Years = nil
	for _, y := range years {
		content.Years = append(content.Years, y.publication)
	}
	return &Protected{content}
}

// wellFormed says whether everything that names a cell names one that exists,
// and no withheld cell has a value.
func wellFormed(c plan.Content) bool {
	for i, y := range c.Years {
		if i > 0 && y.Year <= c.Years[i-1].Year || !wellFormedYear(y) {
			return false
		}
	}
	return true
}

func wellFormedYear(y plan.Publication) bool {
	is := func(cell int) bool { return cell >= 0 && cell < len(y.Cells) }
	may := func(cell int) bool { return cell == plan.NoCell || is(cell) }
	return y.Earlier >= 0 && y.Earlier <= len(y.Cells) &&
		!slices.ContainsFunc(y.Cells, func(c plan.PublishedCell) bool { return !c.Shown && c.Value != 0 || c.Shown && c.Range != nil }) &&
		!slices.ContainsFunc(y.Universes, func(u plan.PublishedUniverse) bool { return !is(u.Size) }) &&
		wellFormedFigures(y.Figures, is, may) &&
		!slices.ContainsFunc(y.Panels, func(p plan.PublishedPanel) bool { return !wellFormedPanel(p, y.Year, is, may) }) &&
		!slices.ContainsFunc(y.Sums, func(s plan.PublishedSum) bool { return !is(s.Cell) }) &&
		!slices.ContainsFunc(y.Prose, func(p plan.PublishedProse) bool { return !is(p.N) || !may(p.Of) }) &&
		!slices.ContainsFunc(y.Tables, func(t plan.PublishedTable) bool { return !wellFormedTable(t, is, may) })
}

func wellFormedFigures(figures []plan.PublishedFigure, is, may func(int) bool) bool {
	return !slices.ContainsFunc(figures, func(f plan.PublishedFigure) bool { return !is(f.N) || !may(f.Of) || !may(f.Sum) })
}

// wellFormedPanel: it compares years, this one if it is known yet, over no more
// organisations than there are.
func wellFormedPanel(p plan.PublishedPanel, year int, is, may func(int) bool) bool {
	return len(p.Years) > 1 && slices.IsSorted(p.Years) && (year == 0 || slices.Contains(p.Years, year)) &&
		p.Organisations > 0 && p.Organisations <= p.Reporting && wellFormedFigures(p.Figures, is, may)
}

func wellFormedTable(t plan.PublishedTable, is, may func(int) bool) bool {
	if !is(t.Total) || len(t.Dimensions) == 0 || t.Dropped && len(t.Cells) > 0 {
		return false
	}
	places := 1
	for _, d := range t.Dimensions {
		if len(d.Categories) == 0 {
			return false
		}
		if places *= len(d.Categories); places > maxPlaces {
			return false
		}
	}
	return t.Dropped || len(t.Cells) == places && !slices.ContainsFunc(t.Cells, func(c int) bool { return !may(c) })
}

// maxPlaces bounds a published table.
const maxPlaces = 1 << 20
