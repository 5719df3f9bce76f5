package shelftest

import (
	"fmt"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// Panel is the panel of Compared, its figure the one figure over it.
const (
	Panel       = plan.Name("stable")
	PanelFigure = plan.Name("relation_to_perpetrator")
)

// Withheld stands for a number that is not published.
const Withheld = -1

// Compared are invented years from first on, each a Slide, with a panel over all
// of them: 21 organisations of 24 and more, and of 30 persons as many as counts
// says. Shares have intervals.
func Compared(first int, counts ...int) plan.Content {
	var content plan.Content
	var years []int
	for i := range counts {
		years = append(years, first+i)
	}
	for i, n := range counts {
		y := Slide(years[i]).Years[0]
		size, count := panelCell("of", 30), panelCell("figure", n)
		y.Cells = append(y.Cells, size, count)
		for _, f := range y.Figures {
			if f.Name == PanelFigure {
				f.Of, f.N = len(y.Cells)-2, len(y.Cells)-1
				y.Panels = []plan.PublishedPanel{{Name: Panel, Years: years, Organisations: 21, Reporting: 24 + i, Figures: []plan.PublishedFigure{f}}}
			}
		}
		content.Years = append(content.Years, y)
	}
	content.Title = codelist.Text{SV: fmt.Sprintf("Påhittade år från %d", first), EN: fmt.Sprintf("Invented years from %d", first)}
	content.Policy, content.Intervals = plan.Defaults(), plan.Wilson
	return content
}

func panelCell(name string, n int) plan.PublishedCell {
	c := plan.PublishedCell{Cell: plan.Cell{Name: fmt.Sprintf("panel:%s:%s", Panel, name)}, Shown: n >= 0, Value: n}
	if !c.Shown {
		c.Value, c.Range = 0, &plan.Range{From: 0, To: 9}
	}
	return c
}
