package shelf_test

import (
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/demo"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// crossed is the default plan with tables of two dimensions, one of them over a
// field with several answers, and with a filter.
func crossed(t *testing.T) *plan.Plan {
	t.Helper()
	p := must[*plan.Plan](t)(plan.Default(year))
	p.Policy.ZerosArePublic, p.Policy.SensitiveShare = true, 1
	title, universe := codelist.Text{SV: "T", EN: "T"}, p.Universes[0]
	age := plan.Dimension{Field: "age_band", Rung: "agg_age_platform"}
	report := plan.Dimension{Field: "police_report", Rung: "stated"}
	p.Tables = append(p.Tables,
		plan.Tabulation{Name: "report_by_age", Title: title, Universe: universe, Dimensions: []plan.Dimension{report, age}},
		plan.Tabulation{Name: "forms_by_gender", Title: title, Universe: universe, Dimensions: []plan.Dimension{{Field: "exploitation_types", Rung: "agg_exploitation_main"}, {Field: "gender"}}},
		plan.Tabulation{
			Name: "filtered", Title: title, Universe: universe, Dimensions: []plan.Dimension{report, age},
			Filters: []plan.Condition{{Field: "perpetrator_relation", Groups: []codelist.Code{"known"}}},
		},
	)
	return p
}

// demoYear lays the plan out over the demo's records and describes it, with the
// true value of every cell.
func demoYear(t *testing.T) (plan.Publication, []int) {
	t.Helper()
	hidden := frame.Hidden{Organisations: []access.OrganisationID{"A", "B", "C", "D", "E"}}
	p := crossed(t)
	f := must[*frame.Frame](t)(frame.Lay(p, shelftest.Figures(), hidden))
	counts := must[[]plan.Count](t)(f.Data(demoRecords(t)))
	for i := range counts {
		counts[i].N *= 20 // a platform so large that no table has to be dropped
	}
	problem := disclosure.Problem{System: f.Layout.Base, Data: counts, Policy: p.Policy}
	var err error
	if problem.Views, err = disclosure.Views(problem.System, counts, problem.Policy); err != nil {
		t.Fatal(err)
	}
	system, shown, err := disclosure.Recode(t.Context(), f.Layout, problem)
	if err != nil {
		t.Fatal(err)
	}
	y := must[plan.Publication](t)(f.Describe(system, shown))
	y.Year = year
	values := make([]int, len(system.Cells))
	for i, c := range system.Cells {
		for _, n := range counts {
			if !shelftest.Holds(c.Where, n.Atom) {
				continue
			}
			if values[i] += n.N; c.Weighted {
				values[i] += n.N * (c.Weights[n.Atom[c.WeightAxis]] - 1)
			}
		}
	}
	return y, values
}

func demoRecords(t *testing.T) iter.Seq2[record.Answers, frame.Origin] {
	t.Helper()
	written := must[*demo.Script](t)(demo.Write(codelist.Current(), year))
	reader := must[*record.Reader](t)(record.NewReader(record.NewSchema(codelist.Current())))
	return func(yield func(record.Answers, frame.Origin) bool) {
		for _, r := range written.Records {
			row := reader.Decode(r.JSON(codelist.Current()), record.Options{})
			if err := row.Refusal(); err != nil {
				t.Fatal(err)
			}
			if r.Year == year && !yield(row.Record.Answers, frame.Origin{Organisation: int(r.Member[0] - 'A')}) {
				return
			}
		}
	}
}

// Over a year as package frame describes it, with any cells shown, every
// reading of every table is true: what is found elsewhere is the same quantity.
func TestReadingsOfARealYearAreTrue(t *testing.T) {
	described, values := demoYear(t)
	b := shelftest.New(t)
	random := rand.New(rand.NewPCG(1, 2))
	elsewhere := 0
	for range 5 {
		y := described
		y.Cells = slices.Clone(y.Cells)
		for i := range y.Cells {
			c := &y.Cells[i]
			if c.Shown = random.IntN(2) == 0; c.Shown {
				c.Value = values[i]
			} else {
				c.Range = &plan.Range{From: values[i] - random.IntN(values[i]+1), To: values[i] + random.IntN(9)}
			}
		}
		r := &shelf.Release{Protected: b.Protected(plan.Content{Years: []plan.Publication{y}})}
		for _, table := range y.Tables {
			for _, q := range queries(table) {
				elsewhere += checkReading(t, r, y, values, table, q)
			}
		}
	}
	if elsewhere == 0 {
		t.Error("no sum was found elsewhere")
	}
	t.Logf("%d sums were found elsewhere", elsewhere)
}

// queries are the readings of a table by every set of its dimensions, whole and
// with each single category of the first picked.
func queries(table plan.PublishedTable) []shelf.Query {
	var all []shelf.Query
	for set := range 1 << len(table.Dimensions) {
		q := shelf.Query{Year: year, Table: table.Name}
		for i, d := range table.Dimensions {
			if set>>i&1 == 1 || d.Options {
				q.By = append(q.By, d.Field)
			}
		}
		all = append(all, q)
		for _, c := range table.Dimensions[0].Categories {
			picked := q
			picked.Where = []shelf.Condition{in(table.Dimensions[0].Field, c.Code)}
			all = append(all, picked)
		}
	}
	return all
}

// checkReading compares a reading with the true values of the cells behind it.
// It says how many exact numbers follow from no sum of shown cells.
func checkReading(t *testing.T, r *shelf.Release, y plan.Publication, values []int, table plan.PublishedTable, q shelf.Query) int {
	t.Helper()
	got := must[shelf.Derived](t)(r.Derive(q))
	truth := make(map[string]int)
	hidden := make(map[string]bool)
	for place, cell := range table.Cells {
		key, asked := keyOf(table, q, place)
		if !asked || cell == plan.NoCell {
			continue
		}
		truth[key] += values[cell]
		hidden[key] = hidden[key] || !y.Cells[cell].Shown
	}
	elsewhere := 0
	for i, n := range got.Cells {
		key := keyOfDerived(got.Table, i)
		if !within(n, truth[key]) {
			t.Errorf("%+v at %s: %+v, but it is %d", q, key, n, truth[key])
		}
		if n.Status == report.Exact && hidden[key] {
			elsewhere++
		}
	}
	return elsewhere
}

// keyOf names the cell of the reading that a place of the table goes into.
func keyOf(table plan.PublishedTable, q shelf.Query, place int) (string, bool) {
	key := ""
	for _, d := range slices.Backward(table.Dimensions) {
		code := d.Categories[place%len(d.Categories)].Code
		place /= len(d.Categories)
		if slices.ContainsFunc(q.Where, func(c shelf.Condition) bool { return c.Field == d.Field && !slices.Contains(c.In, code) }) {
			return "", false
		}
		if slices.Contains(q.By, d.Field) {
			key = string(d.Field) + "=" + string(code) + " " + key
		}
	}
	return key, true
}

func keyOfDerived(table report.Table, place int) string {
	key := ""
	for _, d := range slices.Backward(table.Dimensions) {
		key = string(d.Field) + "=" + string(d.Categories[place%len(d.Categories)].Code) + " " + key
		place /= len(d.Categories)
	}
	return key
}
