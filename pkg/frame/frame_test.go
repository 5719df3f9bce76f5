package frame_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/table"
)

// checkFigure compares a figure's cells with what package table reads.
func checkFigure(t tester, f *frame.Frame, fig frame.Figure, counts []plan.Count, c *table.Columns) {
	t.Helper()
	reading, err := c.Read(fig.Figure)
	if err != nil {
		t.Fatal(err)
	}
	at := func(cell int) int { return value(f.Layout.Base.Cells[cell], counts) }
	got := figure.Numbers{N: at(fig.N), Undetermined: reading.Numbers.Undetermined}
	want := reading.Numbers
	switch fig.Figure.Kind {
	case figure.Share, figure.AskRate:
		got.Of = at(fig.Of)
	case figure.Total:
		got.Sum, got.AtLeast = at(fig.Sum), value(plan.Cell{Where: fig.Open}, counts) > 0
		want.Of = 0
	case figure.Count:
		want.Of = 0
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-table +frame)\n%s", fig.Figure.Name, diff)
	}
}

// reads counts the persons of a universe who meet conditions, by package table.
func reads(t tester, c *table.Columns, universe figure.Universe, where []codelist.Condition) figure.Numbers {
	t.Helper()
	reading, err := c.Read(figure.Figure{Name: "probe", Kind: figure.Count, Universe: universe, Where: where})
	if err != nil {
		t.Fatal(err)
	}
	return reading.Numbers
}

// plans draws small plans of every kind.
type plans struct {
	*rapid.T
	book *codelist.Book
	set  *figure.Set
}

func (d plans) universe(label string) plan.Name {
	return plan.Name(rapid.SampledFrom(d.set.Universes).Draw(d.T, label).Name)
}

// fields are those that tables may use.
func (d plans) fields() []codelist.Field {
	return slices.DeleteFunc(slices.Clone(d.book.Fields), func(f codelist.Field) bool {
		return f.Identifies < 0 || len(f.Ladder) == 0
	})
}

func (d plans) condition() plan.Condition {
	f := rapid.SampledFrom(d.fields()).Draw(d.T, "field")
	var known []codelist.Code
	for _, g := range f.Ladder[0].Groups {
		known = append(known, g.Codes...)
	}
	some := rapid.SliceOfNDistinct(rapid.SampledFrom(known), 1, 3, rapid.ID).Draw(d.T, "codes")
	c := plan.Condition{Field: f.Name}
	switch rapid.IntRange(0, 2).Draw(d.T, "kind of condition") {
	case 0:
		c.In = some
	case 1:
		c.NotIn = some
	default:
		rung := rapid.SampledFrom(f.Ladder).Draw(d.T, "rung")
		c.Groups = []codelist.Code{rapid.SampledFrom(rung.Groups[:1]).Draw(d.T, "group").Code}
	}
	return c
}

// table draws a table; a multi-valued dimension from its second rung on, so
// that it is never too fine.
func (d plans) table(i int, universe plan.Name) plan.Tabulation {
	t := plan.Tabulation{Name: plan.Name(fmt.Sprintf("table%d", i)), Title: codelist.Text{SV: "T", EN: "T"}, Universe: universe}
	for _, f := range rapid.SliceOfNDistinct(rapid.SampledFrom(d.fields()), 1, 2, func(f codelist.Field) codelist.FieldName { return f.Name }).Draw(d.T, "dimensions") {
		from := 0
		if f.Multi {
			from = min(1, len(f.Ladder)-1)
		}
		rung := f.Ladder[rapid.IntRange(from, len(f.Ladder)-1).Draw(d.T, "rung")]
		t.Dimensions = append(t.Dimensions, plan.Dimension{Field: f.Name, Rung: rung.Name})
	}
	if rapid.Bool().Draw(d.T, "filtered") {
		t.Filters = []plan.Condition{d.condition()}
	}
	return t
}

func (d plans) plan() *plan.Plan {
	p := &plan.Plan{Title: codelist.Text{SV: "P", EN: "P"}, Years: []int{year}, Policy: plan.Defaults()}
	p.Universes = []plan.Name{d.universe("universe")}
	for i := range rapid.IntRange(0, 2).Draw(d.T, "tables") {
		p.Tables = append(p.Tables, d.table(i, p.Universes[0]))
	}
	for _, f := range rapid.SliceOfNDistinct(rapid.SampledFrom(d.set.All()), 1, 3, func(f figure.Figure) figure.Name { return f.Name }).Draw(d.T, "figures") {
		p.Figures = append(p.Figures, plan.Wanted{Name: plan.Name(f.Name)})
	}
	for i := range rapid.IntRange(0, 1).Draw(d.T, "sums") {
		p.Sums = append(p.Sums, plan.Sum{
			Name: plan.Name(fmt.Sprintf("sum%d", i)), Title: codelist.Text{SV: "S", EN: "S"},
			Universe: d.universe("summed"), Where: []plan.Condition{d.condition()}, Field: "children_count",
		})
	}
	for i := range rapid.IntRange(0, 2).Draw(d.T, "prose") {
		p.Prose = append(p.Prose, plan.Prose{
			Name: plan.Name(fmt.Sprintf("prose%d", i)), Universe: d.universe("told of"),
			Where: []plan.Condition{d.condition()}, Sentence: codelist.Text{SV: "{n} av {of}", EN: "{n} of {of}"},
		})
	}
	return p
}

// laid draws a plan that can be laid out: one that asks for nobody is the only
// refusal that may happen.
func laid(t *rapid.T, set *figure.Set) *frame.Frame {
	for range 50 {
		p := plans{t, set.Book, set}.plan()
		f, err := frame.Lay(p, set, five)
		if err == nil {
			return f
		}
		if fault.CodeOf(err) != frame.CodeNobody {
			t.Fatalf("%v: %v", err, details(err))
		}
	}
	t.Fatal("fifty plans asked for nobody")
	return nil
}

func TestEveryCellIsWhatPackageTableCounts(t *testing.T) {
	set, records := figures(t), pool(t)
	everybody := columns(t, records)
	rapid.Check(t, func(t *rapid.T) {
		f := laid(t, set)
		counts := data(t, f, records)
		for _, fig := range f.Figures {
			checkFigure(t, f, fig, counts, everybody)
		}
		at := func(cell int) int { return value(f.Layout.Base.Cells[cell], counts) }
		for name, cell := range f.Sizes {
			u, _ := set.Universe(figure.Name(name))
			if want := reads(t, everybody, u, nil).N; at(cell) != want {
				t.Errorf("size of %s: %d, want %d", name, at(cell), want)
			}
		}
		for _, s := range f.Prose {
			u, _ := set.Universe(figure.Name(s.Wanted.Universe))
			want := reads(t, everybody, u, resolve(set.Book, s.Wanted.Where))
			if got := (figure.Numbers{N: at(s.N), Of: at(s.Of), Undetermined: want.Undetermined}); got != want {
				t.Errorf("%s: %+v, want %+v", s.Wanted.Name, got, want)
			}
		}
		for _, s := range f.Sums {
			checkSum(t, set, f, s, counts, everybody)
		}
		for _, table := range f.Tables {
			checkTable(t, set, f, table, counts, everybody)
		}
		checkLayout(t, f)
	})
}

func resolve(book *codelist.Book, where []plan.Condition) []codelist.Condition {
	var out []codelist.Condition
	for _, w := range where {
		out = append(out, w.Resolve(book))
	}
	return out
}

func checkSum(t tester, set *figure.Set, f *frame.Frame, s frame.Sum, counts []plan.Count, c *table.Columns) {
	t.Helper()
	u, _ := set.Universe(figure.Name(s.Wanted.Universe))
	summand, _ := set.Summand(s.Wanted.Field)
	reading, err := c.Read(figure.Figure{Name: "probe", Kind: figure.Total, Universe: u, Where: resolve(set.Book, s.Wanted.Where), Sum: summand})
	if err != nil {
		t.Fatal(err)
	}
	if got := value(f.Layout.Base.Cells[s.Cell], counts); got != reading.Numbers.Sum {
		t.Errorf("%s: %d, want %d", s.Wanted.Name, got, reading.Numbers.Sum)
	}
	if open := s.Open != nil && value(plan.Cell{Where: s.Open}, counts) > 0; open != reading.Numbers.AtLeast {
		t.Errorf("%s is open: want %v", s.Wanted.Name, reading.Numbers.AtLeast)
	}
}

// checkTable compares every cell of a table at its finest, and its options.
func checkTable(t tester, set *figure.Set, f *frame.Frame, wanted frame.Table, counts []plan.Count, c *table.Columns) {
	t.Helper()
	u, _ := set.Universe(figure.Name(wanted.Wanted.Universe))
	filters := resolve(set.Book, wanted.Wanted.Filters)
	base := f.Layout.Base
	if got, want := value(base.Cells[wanted.Total], counts), reads(t, c, u, filters).N; got != want {
		t.Errorf("total of %s: %d, want %d", wanted.Wanted.Name, got, want)
	}
	for _, p := range wanted.Parts {
		where := slices.Clone(filters)
		for _, o := range p.Options {
			where = append(where, codelist.Condition{Field: o.Field, Codes: o.Group.Codes})
		}
		switch {
		case p.Table >= 0:
			checkPart(t, f, f.Layout.Tables[p.Table], counts, func(dims []codelist.Condition) int {
				return reads(t, c, u, slices.Concat(where, dims)).N
			})
		case p.Cell >= 0:
			if got, want := value(base.Cells[p.Cell], counts), reads(t, c, u, where).N; got != want {
				t.Errorf("%s: %d, want %d", base.Cells[p.Cell].Name, got, want)
			}
		default:
			if want := reads(t, c, u, where).N; want != 0 {
				t.Errorf("%s has no cell for an option of %d persons", wanted.Wanted.Name, want)
			}
		}
	}
}

// checkPart compares every cell, with its codes as conditions.
func checkPart(t tester, f *frame.Frame, table plan.Table, counts []plan.Count, want func([]codelist.Condition) int) {
	t.Helper()
	var walk func(depth int, sel plan.Selection, conditions []codelist.Condition)
	walk = func(depth int, sel plan.Selection, conditions []codelist.Condition) {
		if depth == len(table.Axes) {
			got := 0
			for _, d := range counts {
				if holds(table.Universe, d.Atom) && holds(sel, d.Atom) {
					got += d.N
				}
			}
			if n := want(conditions); got != n {
				t.Errorf("%s at %v: %d, want %d", table.Name, conditions, got, n)
			}
			return
		}
		axis := table.Axes[depth]
		for _, group := range rungs(f, axis)[table.Finest[depth]] {
			merged, ok := f.Merge(axis, group)
			if !ok {
				t.Fatalf("no name for a group of %s", f.Layout.Base.Axes[axis].Name)
			}
			field := codelist.FieldName(f.Layout.Base.Axes[axis].Name)
			walk(depth+1, append(slices.Clone(sel), plan.Subset{Axis: axis, Categories: group}),
				append(slices.Clone(conditions), codelist.Condition{Field: field, Codes: merged.Includes}))
		}
	}
	walk(0, nil, nil)
}

func rungs(f *frame.Frame, axis int) []plan.Grouping {
	for _, l := range f.Layout.Ladders {
		if l.Axis == axis {
			return l.Rungs
		}
	}
	return nil
}

// checkLayout checks what everybody downstream relies on.
func checkLayout(t tester, f *frame.Frame) {
	t.Helper()
	base := f.Layout.Base
	names := make(map[string]bool)
	for i, c := range base.Cells {
		if names[c.Name] || c.Name == "" || f.Labels[i].SV == "" || f.Labels[i].EN == "" {
			t.Errorf("cell %q has no name or label of its own", c.Name)
		}
		names[c.Name] = true
		wellFormed(t, base, c.Where)
	}
	for _, b := range base.Bans {
		wellFormed(t, base, b)
	}
	for _, a := range base.Axes {
		if sorted := slices.Sorted(slices.Values(a.Categories)); len(slices.Compact(sorted)) != len(a.Categories) || slices.Contains(a.Categories, "") {
			t.Errorf("axis %s: categories %q", a.Name, a.Categories)
		}
	}
	for _, l := range f.Layout.Ladders {
		for i, rung := range l.Rungs {
			all := slices.Sorted(slices.Values(slices.Concat(rung...)))
			if len(all) != len(base.Axes[l.Axis].Categories) || len(slices.Compact(all)) != len(all) {
				t.Errorf("ladder of %s: rung %d is no division", base.Axes[l.Axis].Name, i)
			}
			if i > 0 && !refines(l.Rungs[i-1], rung) {
				t.Errorf("ladder of %s: rung %d does not nest", base.Axes[l.Axis].Name, i)
			}
		}
	}
	for _, table := range f.Layout.Tables {
		if !slices.IsSorted(table.Axes) || len(table.Axes) != len(table.Finest) {
			t.Errorf("table %s: axes %v, rungs %v", table.Name, table.Axes, table.Finest)
		}
		wellFormed(t, base, table.Universe)
	}
	if len(f.Shapes()) != len(f.Tables) {
		t.Errorf("%d shapes of %d tables", len(f.Shapes()), len(f.Tables))
	}
}

func refines(fine, coarse plan.Grouping) bool {
	return !slices.ContainsFunc(fine, func(g []int) bool {
		return !slices.ContainsFunc(coarse, func(h []int) bool {
			return !slices.ContainsFunc(g, func(c int) bool { return !slices.Contains(h, c) })
		})
	})
}

func wellFormed(t tester, s plan.System, sel plan.Selection) {
	t.Helper()
	last := -1
	for _, part := range sel {
		ok := part.Axis > last && part.Axis < len(s.Axes) && len(part.Categories) > 0 && slices.IsSorted(part.Categories) &&
			len(slices.Compact(slices.Clone(part.Categories))) == len(part.Categories) &&
			part.Categories[0] >= 0 && part.Categories[len(part.Categories)-1] < len(s.Axes[part.Axis].Categories)
		if !ok {
			t.Errorf("a selection is not in order: %v", sel)
			return
		}
		last = part.Axis
	}
}

func TestNoValidRecordIsBanned(t *testing.T) {
	set, records := figures(t), pool(t)
	rapid.Check(t, func(t *rapid.T) {
		f := laid(t, set)
		for _, d := range data(t, f, records) {
			for _, b := range f.Layout.Base.Bans {
				if holds(b, d.Atom) {
					t.Fatalf("a valid record is banned by %v", b)
				}
			}
		}
	})
}

func TestPlansThatCannotBeLaidOut(t *testing.T) {
	text := codelist.Text{SV: "T", EN: "T"}
	for _, c := range []struct {
		name    string
		change  func(*plan.Plan)
		code    fault.Code
		pointer string
	}{
		{"an unknown universe", func(p *plan.Plan) { p.Universes = append(p.Universes, "everybody") }, frame.CodeUnknownUniverse, "/universes/1"},
		{"an unknown figure", func(p *plan.Plan) { p.Figures[3].Name = "mystery" }, frame.CodeUnknownFigure, "/figures/3/name"},
		{"what the plan itself refuses", func(p *plan.Plan) { p.Years = nil }, plan.CodeEmpty, "/years"},
		{"prose about nobody", func(p *plan.Plan) {
			p.Prose = []plan.Prose{{
				Name: "nobody", Universe: "minors", Sentence: codelist.Text{SV: "{n}", EN: "{n}"},
				Where: []plan.Condition{{Field: "age_band", In: []codelist.Code{"48_plus"}}},
			}}
		}, frame.CodeNobody, "/prose/0"},
		{"prose of an unknown universe", func(p *plan.Plan) {
			p.Prose = []plan.Prose{{
				Name: "nobody", Universe: "nowhere", Sentence: codelist.Text{SV: "{n}", EN: "{n}"},
				Where: []plan.Condition{{Field: "age_band", In: []codelist.Code{"48_plus"}}},
			}}
		}, frame.CodeUnknownUniverse, "/prose/0/universe"},
		{"a sum of quarters", func(p *plan.Plan) {
			p.Sums = []plan.Sum{{Name: "quarters", Title: text, Universe: "minors", Field: "contact_quarter"}}
		}, frame.CodeNotSummable, "/sums/0/field"},
		{"every combination of support", func(p *plan.Plan) {
			p.Tables = []plan.Tabulation{{
				Name: "support", Title: text, Universe: p.Universes[0],
				Dimensions: []plan.Dimension{{Field: "support_needs"}},
			}}
		}, frame.CodeTooFine, "/tables/0/dimensions/0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := slideOnly(t)
			c.change(p)
			_, err := frame.Lay(p, figures(t), five)
			want := []fault.Detail{{Code: c.code, Pointer: c.pointer}}
			if diff := cmp.Diff(want, details(err)); diff != "" || fault.KindOf(err) != fault.Invalid {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
		})
	}
	for name, hidden := range map[string]frame.Hidden{
		"nobody contributes": {},
		"somebody twice":     {Organisations: append(slices.Clone(five.Organisations), "A")},
		"somebody unnamed":   {Organisations: append(slices.Clone(five.Organisations), "")},
	} {
		if _, err := frame.Lay(slideOnly(t), figures(t), hidden); fault.CodeOf(err) != frame.CodeNoOrganisation {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRecordsWithoutAPlace(t *testing.T) {
	f := lay(t, slideOnly(t))
	schema := record.NewSchema(codelist.Current())
	one := demoRecords(t)[0]
	if _, ok := f.Atom(one.answers, one.from); !ok {
		t.Fatal("a person of the slide has no place")
	}
	broken := slices.Clone(one.answers)
	column, _ := schema.Column("police_report")
	schema.Clear(broken, column)
	for name, c := range map[string]struct {
		answers record.Answers
		from    frame.Origin
		fails   bool
	}{
		"of another width":       {one.answers[1:], one.from, true},
		"of no organisation":     {one.answers, frame.Origin{Organisation: 5}, true},
		"of no batch":            {one.answers, frame.Origin{Batch: -1}, true},
		"without a core answer":  {broken, one.from, true},
		"outside every universe": {outside(t, schema, one.answers), one.from, false},
		"that only counts":       {minimal(t, schema, one.answers), one.from, false},
	} {
		if _, ok := f.Atom(c.answers, c.from); ok {
			t.Errorf("a record %s has a place", name)
		}
		counts, err := f.Data(each([]submitted{{c.answers, c.from}}))
		if (fault.CodeOf(err) == frame.CodeRecordOutside) != c.fails || !c.fails && (err != nil || len(counts) != 0) {
			t.Errorf("a record %s: %v, %v", name, counts, err)
		}
	}
}

func outside(t *testing.T, schema *record.Schema, a record.Answers) record.Answers {
	return set(t, schema, a, "gender", "man")
}

func minimal(t *testing.T, schema *record.Schema, a record.Answers) record.Answers {
	return set(t, schema, a, "consent_statistics", "minimal")
}

func set(t *testing.T, schema *record.Schema, a record.Answers, field codelist.FieldName, code codelist.Code) record.Answers {
	t.Helper()
	a = slices.Clone(a)
	column, _ := schema.Column(field)
	if err := schema.Set(a, column, code); err != nil {
		t.Fatal(err)
	}
	return a
}

func TestNamesLeadBackToLabels(t *testing.T) {
	f := lay(t, defaults(t))
	for name, want := range map[string]codelist.Text{
		"figure:undocumented":        {SV: "Papperslösa", EN: "Undocumented"},
		"size:parents":               {SV: "Direkt utsatta föräldrar", EN: "Directly exploited parents"},
		"table:perpetrator:stranger": {SV: "Relation till förövaren: Okänd person eller främling", EN: "Relation to the perpetrator: Stranger"},
	} {
		if got, ok := f.CellLabel(name); !ok || got != want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if _, ok := f.CellLabel("figure:nobody"); ok {
		t.Error("a label for a cell that is not there")
	}
	axis := slices.IndexFunc(f.Layout.Base.Axes, func(a plan.Axis) bool { return a.Name == "citizenship_group" })
	for _, c := range []struct {
		categories []int
		want       frame.Merged
	}{
		{[]int{0}, frame.Merged{Code: "sweden", Label: codelist.Text{SV: "Sverige", EN: "Sweden"}, Includes: []codelist.Code{"sweden"}}},
		{[]int{0, 1}, frame.Merged{Code: "sweden+eu_eea_ch", Label: codelist.Text{SV: "Sverige; EU/EES/Schweiz", EN: "Sweden; EU/EEA/Switzerland"}, Includes: []codelist.Code{"sweden", "eu_eea_ch"}}},
		{[]int{3, 4}, frame.Merged{
			Code: codelist.GroupOtherOrUnknown, Label: codelist.Text{SV: "Annat eller okänt", EN: "Other or unknown"},
			Includes: []codelist.Code{"stateless", codelist.Unknown, codelist.NotAsked, codelist.Declined, codelist.NotRecorded},
		}},
	} {
		got, ok := f.Merge(axis, c.categories)
		if diff := cmp.Diff(c.want, got); diff != "" || !ok {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
	if _, ok := f.Merge(len(f.Layout.Base.Axes)-1, []int{0}); ok {
		t.Error("a hidden axis has a label")
	}
	if i, ok := f.Organisation("C"); !ok || i != 2 {
		t.Errorf("organisation C is %d", i)
	}
}
