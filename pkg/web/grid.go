package web

import (
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

// grid is a table laid out in rows and columns: the last of several dimensions
// goes across.
type grid struct {
	Corners []codelist.Text // labels of the dimensions that go down
	Across  codelist.Text   // label of the one that goes across; empty: one column of numbers
	Columns []codelist.Text
	Rows    []gridRow
}

// gridRow is a line of cells with its headings, outer dimensions first.
type gridRow struct {
	Heads []gridHead
	Cells []report.Number
}

// gridHead is a heading of Span lines.
type gridHead struct {
	Label codelist.Text
	Span  int
}

// layOut puts a table's cells into a grid. One that is withheld as a whole has
// none.
func layOut(t report.Table) grid {
	down := t.Dimensions
	wide := 1
	var g grid
	if len(down) > 1 {
		last := down[len(down)-1]
		down, wide, g.Across = down[:len(down)-1], len(last.Categories), last.Label
		for _, c := range last.Categories {
			g.Columns = append(g.Columns, c.Label)
		}
	}
	for _, d := range down {
		g.Corners = append(g.Corners, d.Label)
	}
	for line, cells := range slices.Collect(slices.Chunk(t.Cells, wide)) {
		g.Rows = append(g.Rows, gridRow{Heads: heads(down, line), Cells: cells})
	}
	return g
}

// heads are the headings that begin at a line.
func heads(down []plan.PublishedDimension, line int) []gridHead {
	var all []gridHead
	span := 1
	for i := len(down) - 1; i >= 0; i-- {
		categories := down[i].Categories
		if line%span == 0 {
			all = append(all, gridHead{categories[line/span%len(categories)].Label, span})
		}
		span *= len(categories)
	}
	slices.Reverse(all)
	return all
}

// merged is a category of several codes, with what they stand for.
type merged struct {
	Label    codelist.Text
	Includes codelist.Text
}

// mergedIn explains the categories of a table that stand for several codes.
func mergedIn(book *codelist.Book, t report.Table) []merged {
	var all []merged
	for _, d := range t.Dimensions {
		for _, c := range d.Categories {
			if len(c.Includes) < 2 {
				continue
			}
			var sv, en []string
			for _, code := range c.Includes {
				label := labelOf(book, d.Field, code)
				sv, en = append(sv, label.SV), append(en, label.EN)
			}
			all = append(all, merged{c.Label, codelist.Text{SV: strings.Join(sv, "; "), EN: strings.Join(en, "; ")}})
		}
	}
	return all
}

// labelOf is the codebook's label, or the code where the book at hand has none.
func labelOf(book *codelist.Book, field codelist.FieldName, code codelist.Code) codelist.Text {
	f, _ := book.Field(field)
	if e, ok := book.Lists[f.List].Entry(code); ok {
		return e.Label
	}
	for _, e := range book.Missing {
		if e.Code == code {
			return e.Label
		}
	}
	return codelist.Text{SV: string(code), EN: string(code)}
}
