package attack

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// attributes is how many answers each of the planted persons gives.
const attributes = 12

// bit is the planted answer: every second person has it, whatever else she answers.
const bit = attributes - 1

// sizes are the persons of five organisations, 35 together.
var sizes = []int{9, 8, 7, 6, 5}

var organisations = []string{"A", "B", "C", "D", "E"}

// person is one planted record.
type person struct {
	organisation int
	answers      []int // a category of each attribute
}

// margins are how many of the 35 persons have each answer: in eight attributes
// one answer is rare, in one two are, in three none is.
var margins = [attributes][]int{
	{20, 13, 2},
	{17, 14, 4},
	{24, 8, 3},
	{16, 10, 8, 1},
	{19, 13, 3},
	{26, 7, 2},
	{15, 12, 7, 1},
	{18, 13, 4},
	{21, 9, 3, 2},
	{22, 13},
	{14, 12, 9},
	{18, 17},
}

// noise is how much chance there is in an answer besides the history.
const noise = 0.1

// population plants the 35 persons of five organisations. Who has which answers
// together is drawn, and hangs together as answers do: people have a history
// with two sides, and each answer leans on it. The same seed gives the same persons.
func population(seed uint64) []person {
	rng := rand.New(rand.NewPCG(seed, 35))
	var people []person
	var history [][2]float64
	for org, n := range sizes {
		for range n {
			people = append(people, person{organisation: org, answers: make([]int, attributes)})
			history = append(history, [2]float64{rng.NormFloat64(), rng.NormFloat64()})
		}
	}
	for a, counts := range margins {
		lean := [2]float64{rng.NormFloat64(), rng.NormFloat64()}
		if a == bit {
			lean = [2]float64{}
		}
		order, score := rng.Perm(len(people)), make([]float64, len(people))
		for i, h := range history {
			score[i] = h[0]*lean[0] + h[1]*lean[1] + noise*rng.NormFloat64()
		}
		slices.SortFunc(order, func(i, j int) int { return cmp.Compare(score[i], score[j]) })
		for c, n := range counts {
			for _, i := range order[:n] {
				people[i].answers[a] = c
			}
			order = order[n:]
		}
	}
	return people
}

// pairs are the tables of two attributes: the first n in a fixed order in which
// neighbours come first, so that few of them share an attribute.
func pairs(n int) [][]int {
	var out [][]int
	for step := 1; step < attributes; step++ {
		for a := 0; a+step < attributes; a++ {
			if len(out) < n && (step > 1 || a%2 == 0) {
				out = append(out, []int{a, a + step})
			}
		}
	}
	for a := 1; a+1 < attributes; a += 2 {
		if len(out) < n {
			out = append(out, []int{a, a + 1})
		}
	}
	return out
}

// allPairs is how many tables of two attributes there are.
const allPairs = attributes * (attributes - 1) / 2

// fieldOf names an attribute in the codebook's manner.
func fieldOf(a int) codelist.FieldName { return codelist.FieldName(fmt.Sprintf("attribute%02d", a+1)) }

func codeOf(c int) codelist.Code { return codelist.Code(fmt.Sprintf("c%d", c+1)) }

func text(s string) codelist.Text { return codelist.Text{SV: s, EN: s} }

// describe lays the plan out: the number of persons, a table of every attribute
// and the tables of the given pairs, all of them unmerged.
func describe(tables [][]int) plan.Publication {
	y := plan.Publication{Year: 2024, Codebook: 1}
	for a, counts := range margins {
		axis := plan.Axis{Name: string(fieldOf(a))}
		for c := range counts {
			axis.Categories = append(axis.Categories, string(codeOf(c)))
		}
		y.Axes = append(y.Axes, axis)
	}
	y.Cells = []plan.PublishedCell{{Cell: plan.Cell{Name: "persons", Where: plan.Selection{}, Rank: plan.Total}}}
	y.Universes = []plan.PublishedUniverse{{Name: "persons", Label: text("Persons"), Size: 0}}
	for a := range margins {
		y.Tables = append(y.Tables, tabulate(&y, []int{a}))
	}
	for _, t := range tables {
		y.Tables = append(y.Tables, tabulate(&y, t))
	}
	return y
}

// tabulate adds a table and its cells.
func tabulate(y *plan.Publication, axes []int) plan.PublishedTable {
	t := plan.PublishedTable{Universe: "persons", Total: 0}
	n := 1
	for _, a := range axes {
		d := plan.PublishedDimension{Field: fieldOf(a), Label: text(string(fieldOf(a)))}
		for c := range y.Axes[a].Categories {
			d.Categories = append(d.Categories, plan.PublishedCategory{Code: codeOf(c), Label: text(string(codeOf(c))), Includes: []codelist.Code{codeOf(c)}})
		}
		t.Name += plan.Name(fieldOf(a))
		t.Dimensions = append(t.Dimensions, d)
		n *= len(d.Categories)
	}
	t.Title = text(string(t.Name))
	for i := range n {
		c := plan.PublishedCell{Cell: plan.Cell{Name: fmt.Sprintf("%s[%d]", t.Name, i), Rank: plan.OneWay}}
		if len(axes) > 1 {
			c.Rank = plan.Inner
		}
		rest := i
		for k := len(axes) - 1; k >= 0; k-- {
			size := len(y.Axes[axes[k]].Categories)
			c.Where = append(plan.Selection{{Axis: axes[k], Categories: []int{rest % size}}}, c.Where...)
			c.Quantity.Where = append([]plan.Condition{{Field: fieldOf(axes[k]), In: []codelist.Code{codeOf(rest % size)}}}, c.Quantity.Where...)
			rest /= size
		}
		t.Cells = append(t.Cells, len(y.Cells))
		y.Cells = append(y.Cells, c)
	}
	return t
}

// count gives the true value of a selection.
func count(people []person, where plan.Selection) (n int) {
	for _, p := range people {
		if meets(p.answers, where) {
			n++
		}
	}
	return n
}

func meets(answers []int, where plan.Selection) bool {
	for _, s := range where {
		in := false
		for _, c := range s.Categories {
			in = in || c == answers[s.Axis]
		}
		if !in {
			return false
		}
	}
	return true
}

// hideSmall is the baseline: what a threshold alone would publish. The counts
// 1 to 4 are hidden, and the page says so.
func hideSmall(y plan.Publication, people []person) plan.Publication {
	for i := range y.Cells {
		c := &y.Cells[i]
		n := count(people, c.Where)
		if n >= 1 && n <= 4 {
			c.Range = &plan.Range{From: 1, To: 4}
			continue
		}
		c.Shown, c.Value = true, n
	}
	return y
}

// baselinePolicy is what the baseline says about itself.
func baselinePolicy() plan.Policy {
	p := plan.Defaults()
	p.ZerosArePublic = true
	return p
}
