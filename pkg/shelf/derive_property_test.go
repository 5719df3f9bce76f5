package shelf_test

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// town is a small population about which something was published: two axes,
// the second either two or three codes of one answer each, or the four answers
// that two options leave.
type town struct {
	y       plan.Publication
	options bool
	banned  [][]int
	truth   []int // persons by atom
}

const (
	rows = 2
	most = 2 // persons of an atom
)

func (tw *town) columns() int { return len(tw.y.Axes[1].Categories) }

// atom is a place on both axes.
func (tw *town) atom(i int) []int { return []int{i / tw.columns(), i % tw.columns()} }

// count is a cell's value if so many persons stand in each atom.
func (tw *town) count(where plan.Selection, persons []int) int {
	n := 0
	for i, p := range persons {
		if shelftest.Holds(where, tw.atom(i)) {
			n += p
		}
	}
	return n
}

// possible calls do for every population that agrees with all that is published.
func (tw *town) possible(do func(persons []int)) {
	persons := make([]int, len(tw.truth))
	var from func(i int)
	from = func(i int) {
		if i == len(persons) {
			if tw.agrees(persons) {
				do(persons)
			}
			return
		}
		for n := range most + 1 {
			if n > 0 && slices.ContainsFunc(tw.banned, func(b []int) bool { return slices.Equal(b, tw.atom(i)) }) {
				break
			}
			persons[i] = n
			from(i + 1)
		}
		persons[i] = 0
	}
	from(0)
}

func (tw *town) agrees(persons []int) bool {
	return !slices.ContainsFunc(tw.y.Cells, func(c plan.PublishedCell) bool {
		n := tw.count(c.Where, persons)
		return c.Shown && n != c.Value || c.Range != nil && (n < c.Range.From || !c.Range.Open && n > c.Range.To)
	})
}

// draw makes a town with a random truth, of which random cells are shown and
// random true ranges are known.
func draw(r *rapid.T) *town {
	tw := &town{options: rapid.Bool().Draw(r, "options")}
	columns := []string{"x", "y", "z"}
	if tw.options {
		columns = []string{"none", "a", "b", "a&b"}
	}
	tw.y = plan.Publication{Year: year, Axes: []plan.Axis{{Name: "row", Categories: []string{"p", "q"}}, {Name: "column", Categories: columns}}}
	for i := range rows * len(columns) {
		n := rapid.IntRange(0, most).Draw(r, "persons")
		if rapid.IntRange(0, 5).Draw(r, "ban") == 0 {
			tw.banned, n = append(tw.banned, tw.atom(i)), 0
		}
		tw.truth = append(tw.truth, n)
	}
	for _, b := range tw.banned {
		tw.y.Bans = append(tw.y.Bans, plan.Selection{{Axis: 0, Categories: b[:1]}, {Axis: 1, Categories: b[1:]}})
	}
	total := tw.cell(r, nil)
	tw.y.Universes = []plan.PublishedUniverse{{Name: "town", Size: total}}
	tw.y.Tables = []plan.PublishedTable{{Name: "t", Universe: "town", Total: total, Dimensions: tw.dimensions()}}
	tw.tabulate(r)
	for range rapid.IntRange(0, 6).Draw(r, "figures") {
		tw.cell(r, selection(r, len(columns)))
	}
	return tw
}

// selection is any set of categories on any of the axes.
func selection(r *rapid.T, columns int) plan.Selection {
	var s plan.Selection
	for axis, n := range []int{rows, columns} {
		var in []int
		for c := range n {
			if rapid.Bool().Draw(r, "in") {
				in = append(in, c)
			}
		}
		if len(in) > 0 {
			s = append(s, plan.Subset{Axis: axis, Categories: in})
		}
	}
	return s
}

func (tw *town) cell(r *rapid.T, where plan.Selection) int {
	n := tw.count(where, tw.truth)
	c := plan.PublishedCell{Cell: plan.Cell{Name: fmt.Sprint("c", len(tw.y.Cells)), Where: where}, Value: n}
	if c.Shown = rapid.Bool().Draw(r, "shown"); !c.Shown {
		c.Value = 0
		if rapid.IntRange(0, 3).Draw(r, "known") > 0 {
			low, high := rapid.IntRange(0, n).Draw(r, "low"), rapid.IntRange(0, 2).Draw(r, "high")
			c.Range = &plan.Range{From: low, To: n + high}
			if rapid.IntRange(0, 4).Draw(r, "open") == 0 {
				c.Range = &plan.Range{From: low, Open: true}
			}
		}
	}
	tw.y.Cells = append(tw.y.Cells, c)
	return len(tw.y.Cells) - 1
}

func (tw *town) dimensions() []plan.PublishedDimension {
	row := plan.PublishedDimension{Field: "row", Categories: categories("p", "q")}
	if tw.options {
		return []plan.PublishedDimension{row, {Field: "column", Options: true, Categories: categories("a", "b")}}
	}
	return []plan.PublishedDimension{row, {Field: "column", Categories: categories("x", "y", "z")}}
}

func categories(codes ...codelist.Code) []plan.PublishedCategory {
	var out []plan.PublishedCategory
	for _, c := range codes {
		out = append(out, plan.PublishedCategory{Code: c, Includes: []codelist.Code{c}})
	}
	return out
}

// under gives the categories of the column axis behind a category of the table.
func (tw *town) under(category int) []int {
	if tw.options {
		return [][]int{{1, 3}, {2, 3}}[category]
	}
	return []int{category}
}

func (tw *town) tabulate(r *rapid.T) {
	t := &tw.y.Tables[0]
	for row := range rows {
		for column := range t.Dimensions[1].Categories {
			under := tw.under(column)
			if !slices.ContainsFunc(under, func(c int) bool {
				return !slices.ContainsFunc(tw.banned, func(b []int) bool { return b[0] == row && b[1] == c })
			}) {
				t.Cells = append(t.Cells, plan.NoCell)
				continue
			}
			where := plan.Selection{{Axis: 0, Categories: []int{row}}, {Axis: 1, Categories: under}}
			t.Cells = append(t.Cells, tw.cell(r, where))
		}
	}
}

// ask draws a query, and says which selections its cells are about.
func (tw *town) ask(r *rapid.T) (shelf.Query, []plan.Selection) {
	q := shelf.Query{Year: year, Table: "t"}
	all := []plan.Selection{nil}
	for axis, d := range tw.y.Tables[0].Dimensions {
		stays := d.Options || rapid.Bool().Draw(r, "stays")
		var picked []int
		for i := range d.Categories {
			if rapid.Bool().Draw(r, "picked") {
				picked = append(picked, i)
			}
		}
		if len(picked) == 0 || d.Options && len(picked) > 1 {
			picked = nil
			for i := range d.Categories {
				picked = append(picked, i)
			}
		} else {
			c := shelf.Condition{Field: d.Field}
			for _, i := range picked {
				c.In = append(c.In, d.Categories[i].Code)
			}
			q.Where = append(q.Where, c)
		}
		if stays {
			q.By = append(q.By, d.Field)
		}
		all = tw.cross(all, axis, picked, stays)
	}
	return q, all
}

func (tw *town) cross(all []plan.Selection, axis int, picked []int, stays bool) []plan.Selection {
	var groups [][]int
	var together []int
	for _, i := range picked {
		in := []int{i}
		if axis == 1 {
			in = tw.under(i)
		}
		groups, together = append(groups, in), append(together, in...)
	}
	if !stays {
		groups = [][]int{together}
	}
	var out []plan.Selection
	for _, s := range all {
		for _, g := range groups {
			out = append(out, append(slices.Clone(s), plan.Subset{Axis: axis, Categories: g}))
		}
	}
	return out
}

// within says whether a number that was answered allows a value.
func within(n report.Number, value int) bool {
	switch {
	case n.Status == report.Exact:
		return n.Value == value
	case n.Status == report.Impossible:
		return value == 0
	case n.Range == nil:
		return true
	default:
		return n.Range.From <= value && (n.Range.Open || value <= n.Range.To)
	}
}

// A derived reading is post-processing: whatever it answers is true of every
// population that agrees with what is published. So an exact answer follows
// from the shown cells, and no withheld one is narrower than what the published
// cells and ranges imply.
func TestADerivedReadingTellsNothingNew(t *testing.T) {
	b := shelftest.New(t)
	seen := make(map[report.Status]int)
	rapid.Check(t, func(r *rapid.T) {
		tw := draw(r)
		release := &shelf.Release{Protected: b.Protected(plan.Content{Years: []plan.Publication{tw.y}})}
		q, about := tw.ask(r)
		got, err := release.Derive(q)
		if err != nil {
			r.Fatal(err)
		}
		if len(got.Cells) != len(about) {
			r.Fatalf("%d cells, want %d", len(got.Cells), len(about))
		}
		populations := 0
		tw.possible(func(persons []int) {
			populations++
			for i, where := range about {
				if n := tw.count(where, persons); !within(got.Cells[i], n) {
					r.Fatalf("%+v: %v holds %d persons in %v, which agree with all that is published, not %+v", q, where, n, persons, got.Cells[i])
				}
			}
		})
		if populations == 0 {
			r.Fatal("not even the truth agrees with what is published")
		}
		for _, n := range got.Cells {
			seen[n.Status]++
		}
	})
	if seen[report.Exact] == 0 || seen[report.Withheld] == 0 || seen[report.Impossible] == 0 {
		t.Errorf("the readings were of too few kinds: %v", seen)
	}
}

// The total of a reading obeys the same rule.
func TestADerivedTotalTellsNothingNew(t *testing.T) {
	b := shelftest.New(t)
	rapid.Check(t, func(r *rapid.T) {
		tw := draw(r)
		release := &shelf.Release{Protected: b.Protected(plan.Content{Years: []plan.Publication{tw.y}})}
		q, about := tw.ask(r)
		got, err := release.Derive(q)
		if err != nil {
			r.Fatal(err)
		}
		tw.possible(func(persons []int) {
			n := 0
			for i := range persons {
				if tw.counted(q, about, i) {
					n += persons[i]
				}
			}
			if !within(got.Total, n) {
				r.Fatalf("%+v: %d persons in %v, which agree with all that is published, not %+v", q, n, persons, got.Total)
			}
		})
	})
}

// counted says whether the persons of an atom are among those of a reading:
// with options that were not picked, also those who have none of them.
func (tw *town) counted(q shelf.Query, about []plan.Selection, atom int) bool {
	picked := slices.ContainsFunc(q.Where, func(c shelf.Condition) bool { return c.Field == "column" })
	return slices.ContainsFunc(about, func(s plan.Selection) bool {
		if tw.options && !picked {
			s = s[:1]
		}
		return shelftest.Holds(s, tw.atom(atom))
	})
}
