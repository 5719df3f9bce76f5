package frame_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/table"
)

// tabled is the slide with tables of every kind.
func tabled(t testing.TB) *plan.Plan {
	t.Helper()
	p := slideOnly(t)
	universe := p.Universes[0]
	title := codelist.Text{SV: "T", EN: "T"}
	p.Tables = []plan.Tabulation{
		{Name: "age", Title: title, Universe: universe, Dimensions: []plan.Dimension{{Field: "age_band"}}},
		{Name: "report", Title: title, Universe: universe, Dimensions: []plan.Dimension{{Field: "police_report"}}},
		{Name: "means", Title: title, Universe: universe, Dimensions: []plan.Dimension{{Field: "entry_means", Rung: "agg_force"}}},
		{
			Name: "report_by_age", Title: title, Universe: universe,
			Dimensions: []plan.Dimension{{Field: "police_report", Rung: "stated"}, {Field: "age_band", Rung: "agg_age_platform"}},
		},
	}
	return p
}

func TestWhatIsDescribedIsPublished(t *testing.T) {
	for name, p := range map[string]*plan.Plan{"the slide": slideOnly(t), "the slide with tables": tabled(t)} {
		t.Run(name, func(t *testing.T) {
			f := lay(t, p)
			counts := data(t, f, demoRecords(t))
			system, shown, solution := published(t, f, counts)
			described, err := f.Describe(system, shown)
			if err != nil {
				t.Fatal(err)
			}
			described.Year = year
			y, err := solution.Publish(described)
			if err != nil {
				t.Fatal(err)
			}
			checkPublished(t, y.Publication(), system, solution.Pattern, counts)
			for _, table := range y.Publication().Tables {
				checkPublishedTable(t, figures(t), table, system, counts, columns(t, demoRecords(t)))
			}
		})
	}
}

// checkPublished compares a publication's cells with the system's, and looks
// for organisations.
func checkPublished(t *testing.T, y plan.Publication, system plan.System, shown plan.Pattern, counts []plan.Count) {
	t.Helper()
	for i, c := range y.Cells {
		switch {
		case c.Shown != shown[i]:
			t.Errorf("%s: shown %v", c.Name, c.Shown)
		case c.Shown && c.Value != value(system.Cells[i], counts):
			t.Errorf("%s: %d", c.Name, c.Value)
		}
	}
	for _, a := range y.Axes {
		if a.Name == plan.OrganisationAxis || a.Hidden {
			t.Errorf("axis %s is published", a.Name)
		}
	}
	if n := len(y.Axes); n != len(system.Axes)-1 || y.Axes[n-1].Name != plan.BatchAxis {
		t.Errorf("%d axes of %d", n, len(system.Axes))
	}
	for _, fig := range y.Figures {
		if (fig.Kind == string(figure.Total)) != strings.HasSuffix(fig.Definition.EN, " Numbers that were not stated count as nothing; 15 stands for 15 or more.") {
			t.Errorf("%s: %s", fig.Name, fig.Definition.EN)
		}
	}
}

// checkPublishedTable counts every place of a table with package table, out of
// what the table says about itself.
func checkPublishedTable(t tester, set *figure.Set, pt plan.PublishedTable, system plan.System, counts []plan.Count, c *table.Columns) {
	t.Helper()
	u, _ := set.Universe(figure.Name(pt.Universe))
	where := resolve(set.Book, pt.Filters)
	if got, want := value(system.Cells[pt.Total], counts), reads(t, c, u, where).N; got != want {
		t.Errorf("total of %s: %d, want %d", pt.Name, got, want)
	}
	places := 1
	for _, d := range pt.Dimensions {
		places *= len(d.Categories)
	}
	if pt.Dropped {
		places = 0
	}
	if len(pt.Cells) != places || len(pt.Dimensions) == 0 {
		t.Fatalf("%s: %d cells for %d places", pt.Name, len(pt.Cells), places)
	}
	for i, cell := range pt.Cells {
		at, rest := slices.Clone(where), i
		for k := len(pt.Dimensions) - 1; k >= 0; k-- {
			d := pt.Dimensions[k]
			at = append(at, codelist.Condition{Field: d.Field, Codes: d.Categories[rest%len(d.Categories)].Includes})
			rest /= len(d.Categories)
		}
		got, want := 0, reads(t, c, u, at).N
		if cell != plan.NoCell {
			got = value(system.Cells[cell], counts)
		}
		if got != want {
			t.Errorf("%s at %v: %d, want %d", pt.Name, at, got, want)
		}
	}
}

// presented shows every table of a frame by rungs drawn at random, some groups
// merged into the residual, and some tables dropped.
func presented(t *rapid.T, f *frame.Frame) (plan.System, []plan.Presentation) {
	system := f.Layout.Base
	system.Cells = slices.Clone(system.Cells)
	var shown []plan.Presentation
	for _, table := range f.Layout.Tables {
		p := plan.Presentation{Table: table.Name, Dropped: rapid.IntRange(0, 5).Draw(t, "dropped") == 0}
		for k, axis := range table.Axes {
			p.Groups = append(p.Groups, grouped(t, f, axis, table.Finest[k]))
		}
		if !p.Dropped {
			p.Cells = cellsOf(&system, table, p.Groups)
		} else if rapid.Bool().Draw(t, "untried") {
			p.Groups = nil
		}
		shown = append(shown, p)
	}
	return system, shown
}

func grouped(t *rapid.T, f *frame.Frame, axis, finest int) plan.Grouping {
	all := rungs(f, axis)
	out := slices.Clone(all[rapid.IntRange(finest, len(all)-1).Draw(t, "rung")])
	if len(out) > 2 && rapid.Bool().Draw(t, "merged") {
		i := rapid.IntRange(0, len(out)-2).Draw(t, "group")
		both := slices.Concat(out[i], out[len(out)-1])
		slices.Sort(both)
		out = append(slices.Delete(slices.Clone(out[:len(out)-1]), i, i+1), both)
	}
	return out
}

// cellsOf adds a table's cells to a system as recoding does.
func cellsOf(s *plan.System, table plan.Table, groups []plan.Grouping) []int {
	var out []int
	chosen := make([]string, len(groups))
	var walk func(k int, where plan.Selection)
	walk = func(k int, where plan.Selection) {
		if k == len(groups) {
			out = append(out, len(s.Cells))
			s.Cells = append(s.Cells, plan.Cell{Name: table.Name + ":" + strings.Join(chosen, "|"), Where: where})
			return
		}
		for _, g := range groups[k] {
			in := g
			rest := slices.Clone(where)
			if i := slices.IndexFunc(rest, func(p plan.Subset) bool { return p.Axis == table.Axes[k] }); i >= 0 {
				in = slices.DeleteFunc(slices.Clone(g), func(c int) bool { return !slices.Contains(rest[i].Categories, c) })
				rest = slices.Delete(rest, i, i+1)
			}
			if len(in) == 0 {
				continue
			}
			chosen[k] = s.Axes[table.Axes[k]].Categories[g[0]]
			rest = append(rest, plan.Subset{Axis: table.Axes[k], Categories: in})
			slices.SortFunc(rest, func(a, b plan.Subset) int { return a.Axis - b.Axis })
			walk(k+1, rest)
		}
	}
	walk(0, table.Universe)
	return out
}

func TestEveryPlaceOfAPublishedTableIsWhatItSays(t *testing.T) {
	set, records := figures(t), pool(t)
	everybody := columns(t, records)
	rapid.Check(t, func(t *rapid.T) {
		f := laid(t, set)
		system, shown := presented(t, f)
		counts := data(t, f, records)
		y, err := f.Describe(system, shown)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range y.Tables {
			checkPublishedTable(t, set, table, system, counts, everybody)
		}
		for i, c := range y.Cells {
			if c.Name != system.Cells[i].Name || c.Shown || c.Value != 0 {
				t.Errorf("cell %d: %+v", i, c)
			}
		}
	})
}

func TestTablesShownUnalikeAreTablesApart(t *testing.T) {
	p := slideOnly(t)
	p.Tables = []plan.Tabulation{{
		Name: "means", Title: codelist.Text{SV: "Medel", EN: "Means"}, Universe: p.Universes[0],
		Dimensions: []plan.Dimension{{Field: "entry_means", Rung: "agg_force"}, {Field: "age_band", Rung: "agg_age_platform"}},
	}}
	f := lay(t, p)
	describe := func(different bool) []plan.PublishedTable {
		system := f.Layout.Base
		system.Cells = slices.Clone(system.Cells)
		var shown []plan.Presentation
		for i, table := range f.Layout.Tables {
			all := rungs(f, table.Axes[0])
			pr := plan.Presentation{Table: table.Name, Groups: []plan.Grouping{all[table.Finest[0]]}}
			if pr.Dropped = different && i == 0; !pr.Dropped {
				pr.Cells = cellsOf(&system, table, pr.Groups)
			}
			shown = append(shown, pr)
		}
		y, err := f.Describe(system, shown)
		if err != nil {
			t.Fatal(err)
		}
		return y.Tables
	}
	if whole := describe(false); len(whole) != 1 || whole[0].Name != "means" || len(whole[0].Cells) != len(whole[0].Dimensions[0].Categories)*len(whole[0].Dimensions[1].Categories) {
		t.Errorf("alike: %+v", whole)
	}
	apart := describe(true)
	if len(apart) != len(f.Layout.Tables) {
		t.Fatalf("%d tables", len(apart))
	}
	for i, one := range apart {
		code := one.Dimensions[0].Categories[0]
		if one.Name != "means."+plan.Name(code.Code) || one.Title.EN != "Means: "+code.Label.EN || len(one.Dimensions[0].Categories) != 1 || one.Dropped != (i == 0) {
			t.Errorf("%+v", one)
		}
	}
}

func TestForeignSystemsAreNotDescribed(t *testing.T) {
	f := lay(t, tabled(t))
	org := len(f.Layout.Base.Axes) - 2
	for name, change := range map[string]func(*plan.System, *[]plan.Presentation){
		"a presentation too few": func(_ *plan.System, p *[]plan.Presentation) { *p = (*p)[1:] },
		"another table":          func(_ *plan.System, p *[]plan.Presentation) { (*p)[0].Table = "x" },
		"no groups":              func(_ *plan.System, p *[]plan.Presentation) { (*p)[0].Groups = nil },
		"no such category":       func(_ *plan.System, p *[]plan.Presentation) { (*p)[0].Groups = []plan.Grouping{{{99}}} },
		"no such cell":           func(_ *plan.System, p *[]plan.Presentation) { (*p)[0].Cells[0] = 9999 },
		"a cell twice":           func(_ *plan.System, p *[]plan.Presentation) { (*p)[0].Cells[0] = (*p)[0].Cells[1] },
		"cells in another order": func(_ *plan.System, p *[]plan.Presentation) { slices.Reverse((*p)[0].Cells) },
		"a cell too few":         func(_ *plan.System, p *[]plan.Presentation) { (*p)[0].Cells = (*p)[0].Cells[1:] },
		"a cell of no table": func(s *plan.System, _ *[]plan.Presentation) {
			s.Cells = append(s.Cells, plan.Cell{Name: "x"})
		},
		"another base":          func(s *plan.System, _ *[]plan.Presentation) { s.Cells[0].Name = "x" },
		"other axes":            func(s *plan.System, _ *[]plan.Presentation) { s.Axes = s.Axes[1:] },
		"the axes' other order": func(s *plan.System, _ *[]plan.Presentation) { s.Axes[0], s.Axes[1] = s.Axes[1], s.Axes[0] },
		"too few cells":         func(s *plan.System, _ *[]plan.Presentation) { s.Cells = s.Cells[:2] },
		"a ban of an organisation": func(s *plan.System, _ *[]plan.Presentation) {
			s.Bans = append(slices.Clone(s.Bans), plan.Selection{{Axis: org, Categories: []int{0}}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			system := f.Layout.Base
			system.Axes, system.Cells = slices.Clone(system.Axes), slices.Clone(system.Cells)
			var shown []plan.Presentation
			for _, table := range f.Layout.Tables {
				p := plan.Presentation{Table: table.Name}
				for k, axis := range table.Axes {
					p.Groups = append(p.Groups, rungs(f, axis)[table.Finest[k]])
				}
				p.Cells = cellsOf(&system, table, p.Groups)
				shown = append(shown, p)
			}
			if _, err := f.Describe(system, shown); err != nil {
				t.Fatalf("before the change: %v", err)
			}
			change(&system, &shown)
			_, err := f.Describe(system, shown)
			if fault.KindOf(err) != fault.Internal || fault.CodeOf(err) != frame.CodeForeignSystem {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestTheOptionsOfAFieldAreADimension(t *testing.T) {
	f := lay(t, tabled(t))
	y, err := f.Describe(f.Layout.Base, dropAll(f))
	if err != nil {
		t.Fatal(err)
	}
	var got []codelist.FieldName
	for _, table := range y.Tables {
		for _, d := range table.Dimensions {
			got = append(got, d.Field)
			if d.Options != (d.Field == "entry_means") || table.Dropped == d.Options {
				t.Errorf("%s: %+v", table.Name, d)
			}
		}
	}
	if diff := cmp.Diff([]codelist.FieldName{"age_band", "police_report", "entry_means", "police_report", "age_band"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func dropAll(f *frame.Frame) []plan.Presentation {
	var out []plan.Presentation
	for _, table := range f.Layout.Tables {
		out = append(out, plan.Presentation{Table: table.Name, Dropped: true})
	}
	return out
}
