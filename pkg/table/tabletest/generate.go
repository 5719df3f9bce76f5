// Package tabletest makes packed records by the million, for benchmarks and
// for comparing the counting with another program's.
package tabletest

import (
	"fmt"
	"math/rand/v2"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/record"
)

// pool is how many answers are drawn for each field; records then draw from
// the pool, which is fast and keeps the skew.
const pool = 1 << 12

// Generator makes skewed packed answers, the same ones for the same seed. The
// fields are independent of each other: counting does not ask whether a record
// keeps the rules across fields. It is not safe for concurrent use.
type Generator struct {
	Schema *record.Schema

	random  *rand.PCG
	answers []record.Answers
}

// New makes a Generator over book. Every record consents in full, so that none
// counts among contacts alone.
func New(book *codelist.Book, seed uint64) (*Generator, error) {
	g := &Generator{Schema: record.NewSchema(book), random: rand.NewPCG(seed, 1)}
	g.answers = make([]record.Answers, pool)
	r := rand.New(g.random)
	for i := range g.answers {
		g.answers[i] = g.Schema.Blank()
		for _, c := range g.Schema.Columns {
			if err := g.draw(r, g.answers[i], c); err != nil {
				return nil, err
			}
		}
	}
	return g, nil
}

func (g *Generator) draw(r *rand.Rand, a record.Answers, c record.Column) error {
	switch {
	case c.Field.Name == record.FieldConsent:
		return g.Schema.Set(a, c, "yes")
	case len(c.Field.Missing) > 0 && r.IntN(8) == 0:
		return g.Schema.Set(a, c, c.Field.Missing[r.IntN(len(c.Field.Missing))])
	case c.Field.Kind == codelist.Number:
		return g.Schema.SetNumber(a, c, c.Field.Min+skewed(r, c.Field.Max-c.Field.Min+1))
	case !c.Field.Multi:
		return g.Schema.Set(a, c, c.List.Entries[skewed(r, len(c.List.Entries))].Code)
	}
	var codes []codelist.Code
	drawn := make(map[int]bool)
	for range 1 + skewed(r, 4) {
		if i := skewed(r, len(c.List.Entries)); !drawn[i] {
			drawn[i] = true
			codes = append(codes, c.List.Entries[i].Code)
		}
	}
	return g.Schema.Set(a, c, codes...)
}

// skewed draws from 0 to n-1, small numbers far more often than large ones.
func skewed(r *rand.Rand, n int) int {
	return min(int(float64(n)*r.Float64()*r.Float64()*r.Float64()), n-1)
}

// Seed starts another sequence of records over the same answers.
func (g *Generator) Seed(seed uint64) { g.random.Seed(seed, 2) }

// Next writes one record into answers, which has the schema's width.
func (g *Generator) Next(answers record.Answers) {
	var bits uint64
	for i, c := range g.Schema.Columns {
		if i%5 == 0 {
			bits = g.random.Uint64()
		}
		from := g.answers[bits%pool]
		bits >>= 12
		for o := c.Offset; o < c.Offset+c.Width; o++ {
			answers[o] = from[o]
		}
	}
}

// Int gives one field of packed answers as a database would store it: a small
// integer for a single-valued field, a bit mask for a multi-valued one.
func Int(answers record.Answers, column record.Column) int64 {
	var n int64
	for i := range column.Width {
		n |= int64(answers[column.Offset+i]) << (8 * i)
	}
	return n
}

// Ints gives the fields of packed answers as Int, in the order of names.
func (g *Generator) Ints(answers record.Answers, names []codelist.FieldName) ([]int64, error) {
	ints := make([]int64, len(names))
	for i, name := range names {
		c, ok := g.Schema.Column(name)
		if !ok {
			return nil, fmt.Errorf("field %q has no column", name)
		}
		ints[i] = Int(answers, c)
	}
	return ints, nil
}
