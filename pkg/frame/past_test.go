package frame_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
)

// batched gives records a batch each.
func batched(records []submitted, of func(i int) int) []submitted {
	out := slices.Clone(records)
	for i := range out {
		out[i].from.Batch = of(i)
	}
	return out
}

func within(batches []int, records []submitted) []submitted {
	return slices.DeleteFunc(slices.Clone(records), func(r submitted) bool { return !slices.Contains(batches, r.from.Batch) })
}

// joint lays random plans with what was published before until one fits: two
// plans together may look at a field too finely.
func joint(t *rapid.T, set *figure.Set, hidden frame.Hidden) *frame.Frame {
	for range 50 {
		f, err := frame.Lay(plans{t, set.Book, set}.plan(), set, hidden)
		if err == nil {
			return f
		}
		if code := fault.CodeOf(err); code != frame.CodeNobody && code != frame.CodeTooFine {
			t.Fatalf("%v: %v", err, details(err))
		}
	}
	t.Fatal("fifty plans did not fit")
	return nil
}

func TestWhatWasPublishedMeansTheSameBesideAnotherPlan(t *testing.T) {
	set := figures(t)
	records := batched(pool(t), func(i int) int { return i / 3 % 3 })
	everybody, living := columns(t, records), columns(t, within([]int{0, 2}, records))
	rapid.Check(t, func(t *rapid.T) {
		hidden := frame.Hidden{Organisations: five.Organisations, Batches: []string{"1", "2", "3"}}
		var before [][]int
		for i := range rapid.IntRange(1, 2).Draw(t, "releases") {
			alive := rapid.SliceOfNDistinct(rapid.IntRange(0, 2), 1, 3, rapid.ID).Draw(t, "alive")
			slices.Sort(alive)
			cells, values := release(t, set, within(alive, records))
			if i == 0 && len(alive) == 3 {
				alive = nil
			}
			hidden.Past = append(hidden.Past, frame.Past{Cells: cells, Alive: alive})
			before = append(before, values)
		}
		if hidden.Alive = []int{0, 2}; rapid.Bool().Draw(t, "everybody") {
			hidden.Alive = nil
		}
		f := joint(t, set, hidden)
		counts := data(t, f, records)
		for i, cells := range f.Past {
			for j, cell := range cells {
				if got := value(f.Layout.Base.Cells[cell], counts); got != before[i][j] {
					t.Errorf("%s was %d and is %d", hidden.Past[i].Cells[j].Name, before[i][j], got)
				}
			}
		}
		checkLayout(t, f)
		alive := everybody
		if hidden.Alive != nil {
			alive = living
		}
		for _, fig := range f.Figures {
			checkFigure(t, f, fig, counts, alive)
		}
		for _, table := range f.Tables {
			checkTable(t, set, f, table, counts, alive)
		}
	})
}

// release describes a random plan over records and gives its cells with their values.
func release(t *rapid.T, set *figure.Set, records []submitted) ([]plan.PublishedCell, []int) {
	f := laid(t, set)
	system, shown := presented(t, f)
	y, err := f.Describe(system, shown)
	if err != nil {
		t.Fatal(err)
	}
	counts := data(t, f, batched(records, func(int) int { return 0 }))
	var values []int
	for _, c := range system.Cells {
		values = append(values, value(c, counts))
	}
	return y.Cells, values
}

// described gives the cells of a plan as a release would state them.
func described(t testing.TB, p *plan.Plan) []plan.PublishedCell {
	t.Helper()
	f := lay(t, p)
	y, err := f.Describe(f.Layout.Base, dropAll(f))
	if err != nil {
		t.Fatal(err)
	}
	return y.Cells
}

// minorsOnly is a plan that the slide's persons are only partly in.
func minorsOnly(t testing.TB) *plan.Plan {
	t.Helper()
	p := slideOnly(t)
	p.Universes = []plan.Name{"minors"}
	p.Figures = []plan.Wanted{{Name: "minors_unaccompanied"}, {Name: "asked_about_children"}}
	return p
}

// tellsApart says whether, in a frame, everybody in one place is in the same
// cells of another frame.
func tellsApart(t testing.TB, f, other *frame.Frame, records []submitted) bool {
	t.Helper()
	cells := make(map[string]string)
	for _, r := range records {
		elsewhere, in := other.Atom(r.answers, r.from)
		var of []byte
		for _, c := range other.Layout.Base.Cells {
			of = append(of, '0')
			if in && holds(c.Where, elsewhere) {
				of[len(of)-1] = '1'
			}
		}
		place := "nowhere"
		if atom, ok := f.Atom(r.answers, r.from); ok {
			var b []byte
			for _, c := range atom {
				b = append(b, byte(c))
			}
			place = string(b)
		}
		if before, seen := cells[place]; seen && before != string(of) {
			return false
		}
		cells[place] = string(of)
	}
	return true
}

func TestTheJointFrameTellsApartWhatWasToldApart(t *testing.T) {
	before := lay(t, slideOnly(t))
	hidden := five
	hidden.Past = []frame.Past{{Cells: described(t, slideOnly(t))}}
	joint, err := frame.Lay(minorsOnly(t), figures(t), hidden)
	if err != nil {
		t.Fatal(err)
	}
	if !tellsApart(t, joint, before, pool(t)) {
		t.Error("persons of different published cells stand in one place")
	}
	// The contrast: without the past there is no telling what was said of whom.
	alone := lay(t, minorsOnly(t))
	if tellsApart(t, alone, before, pool(t)) {
		t.Error("a frame without the past does as well: the test has no teeth")
	}
	if a, b := alone.Layout.Base, joint.Layout.Base; len(a.Axes) >= len(b.Axes) || len(a.Cells) >= len(b.Cells) {
		t.Errorf("%d axes and %d cells alone, %d and %d with the past", len(a.Axes), len(a.Cells), len(b.Axes), len(b.Cells))
	}
}

func TestTheSamePersonsAreOneCellUnlessTheyCameLater(t *testing.T) {
	cells := described(t, defaults(t))
	hidden := frame.Hidden{Organisations: five.Organisations, Batches: []string{"1", "2"}}
	for name, c := range map[string]struct {
		past, alive []int
		more        int
	}{
		"an addendum":             {nil, nil, 0},
		"of the first batch":      {[]int{0}, []int{0}, 0},
		"of batches told in full": {[]int{0, 1}, nil, 0},
		"a revision":              {[]int{0}, nil, len(cells)},
		"after a removal":         {[]int{0, 1}, []int{1}, len(cells)},
	} {
		t.Run(name, func(t *testing.T) {
			h := hidden
			h.Alive, h.Past = c.alive, []frame.Past{{Cells: cells, Alive: c.past}}
			f, err := frame.Lay(defaults(t), figures(t), h)
			if err != nil {
				t.Fatal(err)
			}
			base := f.Layout.Base
			if len(base.Cells) != len(cells)+c.more {
				t.Errorf("%d cells, want %d and %d", len(base.Cells), len(cells), c.more)
			}
			for j, cell := range f.Past[0] {
				if base.Cells[cell].Name != "past0:"+cells[j].Name || cell != j {
					t.Errorf("%s is cell %d, %s", cells[j].Name, cell, base.Cells[cell].Name)
				}
			}
			if c.more == 0 && f.Labels[0].EN != "Women and girls exploited for sexual purposes" {
				t.Errorf("the label of the size is %q", f.Labels[0].EN)
			}
			y, err := f.Describe(base, dropAll(f))
			if err != nil || y.Earlier != len(cells) {
				t.Errorf("%d earlier cells: %v", y.Earlier, err)
			}
		})
	}
}

// A release that repeats an earlier one adds nothing to it.
func TestReleasesThatRepeatEachOther(t *testing.T) {
	first := described(t, slideOnly(t))
	hidden := five
	hidden.Past = []frame.Past{{Cells: first}, {Cells: first}}
	f, err := frame.Lay(tabled(t), figures(t), hidden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f.Past[0], f.Past[1]); diff != "" {
		t.Errorf("(-first +second)\n%s", diff)
	}
	y, err := f.Describe(f.Layout.Base, dropAll(f))
	if err != nil || y.Earlier != len(first) {
		t.Errorf("%d earlier cells: %v", y.Earlier, err)
	}
}

func TestAPastThatCannotBeRead(t *testing.T) {
	age := func(in ...codelist.Code) []plan.Condition { return []plan.Condition{{Field: "age_band", In: in}} }
	adult := age("18_20")
	for name, change := range map[string]func(*plan.PublishedCell){
		"an unknown field":         func(c *plan.PublishedCell) { c.Quantity.Where = []plan.Condition{{Field: "age", In: adult[0].In}} },
		"an unknown code":          func(c *plan.PublishedCell) { c.Quantity.Where = age("18_20", "19") },
		"an unknown universe code": func(c *plan.PublishedCell) { c.Quantity.Universe = age("19") },
		"a group": func(c *plan.PublishedCell) {
			c.Quantity.Where = []plan.Condition{{Field: "age_band", Groups: []codelist.Code{"minor"}}}
		},
		"no codes": func(c *plan.PublishedCell) { c.Quantity.Where = age() },
		"both in and not in": func(c *plan.PublishedCell) {
			c.Quantity.Where[0].In, c.Quantity.Where[0].NotIn = adult[0].In, adult[0].In
		},
		"a reason for not being asked where there is none": func(c *plan.PublishedCell) {
			c.Quantity.Where = []plan.Condition{{Field: "went_missing", In: []codelist.Code{"not_asked:went_missing"}}}
		},
		"a sum of no number":      func(c *plan.PublishedCell) { c.Quantity.Sum = "age_band" },
		"a sum that is not added": func(c *plan.PublishedCell) { c.Quantity.Sum = "contact_quarter" },
		"a sum that is a size":    func(c *plan.PublishedCell) { c.Quantity.Sum, c.Rank = "children_count", plan.Total },
		"an unknown rank":         func(c *plan.PublishedCell) { c.Rank = plan.Total + 1 },
		"no name":                 func(c *plan.PublishedCell) { c.Name = "" },
		"somebody else's name":    func(c *plan.PublishedCell) { c.Name = "size:minors" },
		"persons who cannot be":   func(c *plan.PublishedCell) { c.Quantity.Where = adult; c.Quantity.Universe = age("0_8") },
	} {
		t.Run(name, func(t *testing.T) {
			cells := described(t, minorsOnly(t))
			i := slices.IndexFunc(cells, func(c plan.PublishedCell) bool { return c.Name == "figure:minors_unaccompanied" })
			cells[i].Quantity.Where = slices.Clone(cells[i].Quantity.Where)
			change(&cells[i])
			hidden := five
			hidden.Past = []frame.Past{{Cells: cells}}
			_, err := frame.Lay(slideOnly(t), figures(t), hidden)
			if fault.KindOf(err) != fault.Invalid || fault.CodeOf(err) != frame.CodePastUnreadable {
				t.Errorf("%v", err)
			}
		})
	}
}

// A place in which nobody can be was published as one all the same, beside those
// of a table. It keeps it, empty and banned, although this plan would have none.
func TestAPlaceWithoutPersonsIsSaidAgain(t *testing.T) {
	cells := described(t, slideOnly(t))
	i := slices.IndexFunc(cells, func(c plan.PublishedCell) bool { return c.Name == "figure:undocumented" })
	cells[i].Quantity.Where = []plan.Condition{{Field: "identification_status", In: []codelist.Code{codelist.NotApplicable}}}
	hidden := five
	hidden.Past = []frame.Past{{Cells: cells}}
	f, err := frame.Lay(slideOnly(t), figures(t), hidden)
	if err != nil {
		t.Fatalf("%v: %v", err, details(err))
	}
	records := pool(t)
	base := f.Layout.Base
	cell := base.Cells[f.Past[0][i]]
	if n := value(cell, data(t, f, records)); n != 0 {
		t.Errorf("%d persons where nobody can be", n)
	}
	covered := slices.ContainsFunc(base.Bans, func(b plan.Selection) bool {
		return len(b) == 1 && base.Axes[b[0].Axis].Name == "identification_status" && slices.ContainsFunc(cell.Where, func(s plan.Subset) bool {
			return s.Axis == b[0].Axis && slices.Equal(s.Categories, b[0].Categories)
		})
	})
	if !covered {
		t.Errorf("nothing says that nobody can be in %v: %v", cell.Where, base.Bans)
	}
}

func TestBatchesThatDoNotExist(t *testing.T) {
	cells := described(t, slideOnly(t))
	for name, alive := range map[string][]int{"beyond the last": {0, 2}, "negative": {-1}, "twice": {0, 0}, "out of order": {1, 0}, "none": {}} {
		for where, h := range map[string]frame.Hidden{
			"now":    {Alive: alive},
			"before": {Past: []frame.Past{{Cells: cells, Alive: alive}}},
		} {
			h.Organisations, h.Batches = five.Organisations, []string{"1", "2"}
			if _, err := frame.Lay(slideOnly(t), figures(t), h); fault.CodeOf(err) != frame.CodeNoBatch {
				t.Errorf("%s, %s: %v", name, where, err)
			}
		}
	}
}

// Earlier releases spoke of more universes than one population can tell apart:
// some of their fields become axes, and nobody is counted otherwise.
func TestMoreUniversesThanAPopulationTellsApart(t *testing.T) {
	records := pool(t)
	var universes []figure.Universe
	for _, code := range []codelist.Code{"woman", "man", "trans_woman"} {
		for _, role := range []codelist.Code{"directly_exploited", "child_of_exploited", "partner_or_relative"} {
			universes = append(universes, figure.Universe{Name: figure.Name(code + "_" + role), Where: []codelist.Condition{
				{Field: "gender", Codes: []codelist.Code{code}}, {Field: "person_role", Codes: []codelist.Code{role}},
			}})
		}
	}
	var cells []plan.PublishedCell
	for _, u := range universes {
		c := plan.PublishedCell{Cell: plan.Cell{Name: "size:" + string(u.Name)}}
		for _, w := range u.Where {
			c.Quantity.Universe = append(c.Quantity.Universe, plan.Condition{Field: w.Field, In: w.Codes})
		}
		cells = append(cells, c)
	}
	f := besides(t, cells)
	counts, everybody := data(t, f, records), columns(t, records)
	for j, u := range universes {
		got, want := value(f.Layout.Base.Cells[f.Past[0][j]], counts), reads(t, everybody, u, nil).N
		if got != want {
			t.Errorf("%s: %d, want %d", u.Name, got, want)
		}
	}
	// The contrast: of few universes the population tells everything.
	for _, axis := range []string{"gender", "person_role"} {
		is := func(a plan.Axis) bool { return a.Name == axis }
		if slices.ContainsFunc(besides(t, cells[:3]).Layout.Base.Axes, is) {
			t.Errorf("three universes make an axis of %s", axis)
		}
	}
	if len(f.Layout.Base.Axes) <= len(besides(t, cells[:3]).Layout.Base.Axes) {
		t.Error("no field became an axis")
	}
}

// besides lays the slide beside what a release said.
func besides(t testing.TB, cells []plan.PublishedCell) *frame.Frame {
	t.Helper()
	hidden := five
	hidden.Past = []frame.Past{{Cells: cells}}
	f, err := frame.Lay(slideOnly(t), figures(t), hidden)
	if err != nil {
		t.Fatalf("%v %v", err, details(err))
	}
	return f
}

func TestAQuantityIsWrittenInTheCodebooksWords(t *testing.T) {
	want := map[string]plan.Quantity{
		"figure:minors_unaccompanied": {
			Universe: []plan.Condition{
				{Field: "earlier_member_contacts", NotIn: []codelist.Code{"one", "two", "three_or_more"}},
				{Field: "age_band", In: []codelist.Code{"0_8", "9_11", "12_14", "15_17", "minor_unspecified"}},
			},
			Where: []plan.Condition{{Field: "accompaniment", In: []codelist.Code{"separated", "unaccompanied"}}},
		},
		"figure:asked_about_children": {
			Universe: exploited,
			Where:    []plan.Condition{{Field: "has_children", NotIn: []codelist.Code{codelist.NotAsked, codelist.NotRecorded}}},
		},
		"figure:asked_about_children:of": {
			Universe: exploited,
			Where:    []plan.Condition{{Field: "has_children", NotIn: []codelist.Code{"not_asked:went_missing"}}},
		},
	}
	for _, c := range described(t, minorsOnly(t)) {
		if q, asked := want[c.Name]; asked {
			if diff := cmp.Diff(q, c.Quantity); diff != "" {
				t.Errorf("%s (-want +got)\n%s", c.Name, diff)
			}
			delete(want, c.Name)
		}
	}
	if len(want) > 0 {
		t.Errorf("not described: %v", want)
	}
}

var exploited = []plan.Condition{
	{Field: "earlier_member_contacts", NotIn: []codelist.Code{"one", "two", "three_or_more"}},
	{Field: "person_role", In: []codelist.Code{"directly_exploited"}},
	{Field: "identification_status", NotIn: []codelist.Code{"ruled_out"}},
}

// Whatever an earlier release may have said, it is laid as it reads or refused.
func TestAnyPastIsReadOrRefused(t *testing.T) {
	set, records := figures(t), pool(t)
	everybody := columns(t, records)
	rapid.Check(t, func(t *rapid.T) {
		anything := func(label string) []plan.Condition {
			var out []plan.Condition
			for range rapid.IntRange(0, 3).Draw(t, label) {
				f := rapid.SampledFrom(set.Book.Fields).Draw(t, "field")
				known := []codelist.Code{codelist.NotAsked, codelist.Unknown, codelist.NotApplicable, "1", "2", "15"}
				for _, e := range set.Book.Lists[f.List].Entries {
					known = append(known, e.Code)
				}
				c := plan.Condition{Field: f.Name, In: rapid.SliceOfN(rapid.SampledFrom(known), 1, 4).Draw(t, "codes")}
				if rapid.Bool().Draw(t, "not") {
					c.In, c.NotIn = nil, c.In
				}
				out = append(out, c)
			}
			return out
		}
		cell := plan.PublishedCell{Cell: plan.Cell{Name: "any"}, Quantity: plan.Quantity{Universe: anything("universe"), Where: anything("where")}}
		hidden := five
		hidden.Past = []frame.Past{{Cells: []plan.PublishedCell{cell}}}
		f, err := frame.Lay(slideShort, set, hidden)
		if err != nil {
			if code := fault.CodeOf(err); code != frame.CodePastUnreadable {
				t.Fatalf("%v %v", err, details(err))
			}
			return
		}
		u := figure.Universe{Where: resolve(set.Book, cell.Quantity.Universe)}
		want := reads(t, everybody, u, resolve(set.Book, cell.Quantity.Where)).N
		if got := value(f.Layout.Base.Cells[f.Past[0][0]], data(t, f, records)); got != want {
			t.Errorf("%+v: %d, want %d", cell.Quantity, got, want)
		}
	})
}

// slideShort is the smallest plan.
var slideShort = &plan.Plan{
	Title: codelist.Text{SV: "P", EN: "P"}, Years: []int{year}, Policy: plan.Defaults(),
	Universes: []plan.Name{"persons_met"}, Figures: []plan.Wanted{{Name: "minors_unaccompanied"}},
}
