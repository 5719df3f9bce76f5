package shelf_test

import (
	"fmt"
	"testing"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// Verifying a source of three releases, as at start.
func BenchmarkVerify(b *testing.B) {
	books := three(b)
	size := 0
	books.Source().Change(func(c *shelftest.Contents) {
		for _, s := range c.Stored {
			size += len(s.Manifest)
		}
	})
	b.SetBytes(int64(size))
	for b.Loop() {
		if _, err := books.Shelf().Releases(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// Verifying it again, as after every publication.
func BenchmarkVerifyAgain(b *testing.B) {
	books := three(b)
	s := books.Shelf()
	for b.Loop() {
		books.Source().Change(func(*shelftest.Contents) {})
		if _, err := s.Releases(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// Reading a large table of which every cell is withheld, by each of its
// dimensions: the sums have to be looked for elsewhere, where the one-way
// tables show them.
func BenchmarkDerive(b *testing.B) {
	for _, n := range []int{5, 10, 20} {
		b.Run(fmt.Sprint(n*n*n, " cells"), func(b *testing.B) {
			r := &shelf.Release{Protected: shelftest.New(b).Protected(plan.Content{Years: []plan.Publication{cube(n)}})}
			for b.Loop() {
				for _, f := range []codelist.FieldName{"a", "b", "c"} {
					got, err := r.Derive(shelf.Query{Year: year, Table: "cube", By: by(f)})
					if err != nil || got.Cells[n-1] != exact(7) {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// cube is a table of three dimensions of n categories each, withheld, beside
// its one-way tables, shown.
func cube(n int) plan.Publication {
	y := plan.Publication{Year: year, Cells: []plan.PublishedCell{{Cell: plan.Cell{Name: "all"}}}}
	t := plan.PublishedTable{Name: "cube", Total: 0}
	for axis, field := range []codelist.FieldName{"a", "b", "c"} {
		d := plan.PublishedDimension{Field: field}
		for i := range n {
			d.Categories = append(d.Categories, plan.PublishedCategory{Code: codelist.Code(fmt.Sprint(i))})
			where := plan.Selection{{Axis: axis, Categories: []int{i}}}
			y.Cells = append(y.Cells, plan.PublishedCell{Cell: plan.Cell{Name: fmt.Sprint(field, i), Where: where}, Shown: true, Value: 7})
		}
		t.Dimensions = append(t.Dimensions, d)
		y.Axes = append(y.Axes, plan.Axis{Name: string(field), Categories: make([]string, n)})
	}
	for i := range n * n * n {
		where := plan.Selection{{Axis: 0, Categories: []int{i / n / n}}, {Axis: 1, Categories: []int{i / n % n}}, {Axis: 2, Categories: []int{i % n}}}
		t.Cells = append(t.Cells, len(y.Cells))
		y.Cells = append(y.Cells, plan.PublishedCell{Cell: plan.Cell{Name: fmt.Sprint("cube", i), Where: where}})
	}
	y.Tables = []plan.PublishedTable{t}
	return y
}
