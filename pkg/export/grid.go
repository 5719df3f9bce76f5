package export

import (
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/report"
)

// grid is a cube in rows and columns, worded in one language.
type grid struct {
	head []string // first the dimensions that run down, then the columns
	rows []gridRow
}

type gridRow struct {
	labels  []string
	numbers []report.Number
}

func (c *Cube) grid(lang codelist.Lang) grid {
	down, across := c.Dimensions[:len(c.Dimensions)-c.Across], c.Dimensions[len(c.Dimensions)-c.Across:]
	var g grid
	for _, d := range down {
		g.head = append(g.head, d.Label.In(lang))
	}
	g.head = append(g.head, columnHeads(across, lang)...)
	wide := places(across)
	c.each(func(place int, at []int) {
		if place%wide != 0 {
			return
		}
		row := gridRow{numbers: c.Numbers[place : place+wide]}
		for d := range down {
			row.labels = append(row.labels, down[d].Categories[at[d]].Label.In(lang))
		}
		g.rows = append(g.rows, row)
	})
	return g
}

// columnHeads names the columns by what tells them apart, the only one by what
// it holds.
func columnHeads(across []Dimension, lang codelist.Lang) []string {
	heads := []string{""}
	for _, d := range across {
		if len(d.Categories) == 1 {
			continue
		}
		var next []string
		for _, head := range heads {
			for _, cat := range d.Categories {
				next = append(next, strings.TrimPrefix(head+", "+cat.Label.In(lang), ", "))
			}
		}
		heads = next
	}
	if len(heads) == 1 {
		last := across[len(across)-1]
		heads[0] = last.Categories[0].Label.In(lang)
	}
	return heads
}

// symbol writes a number as tables for reading do.
func symbol(n report.Number) string {
	switch n.Status {
	case report.Exact:
		return strconv.Itoa(n.Value)
	case report.Impossible:
		return SymbolImpossible
	default:
		return SymbolWithheld
	}
}

// ends writes where a withheld number lies; "" where nothing is known.
func ends(n report.Number) (from, to string) {
	if n.Status != report.Withheld || n.Range == nil {
		return "", ""
	}
	if from = strconv.Itoa(n.Range.From); !n.Range.Open {
		to = strconv.Itoa(n.Range.To)
	}
	return from, to
}
