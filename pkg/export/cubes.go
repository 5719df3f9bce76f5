package export

import (
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

// What the cubes of a release say of themselves.
var (
	labelYear     = codelist.Text{SV: "År", EN: "Year"}
	labelContents = codelist.Text{SV: "Innehåll", EN: "Contents"}
	labelFigure   = codelist.Text{SV: "Nyckeltal", EN: "Figure"}
	labelFigures  = codelist.Text{SV: "Nyckeltal", EN: "Figures"}

	labelPersons = codelist.Text{SV: "Antal personer", EN: "Number of persons"}
	labelOf      = codelist.Text{SV: "Av så många personer", EN: "Out of so many persons"}
	labelSum     = codelist.Text{SV: "Summa över personerna", EN: "Sum over the persons"}
	unitPersons  = codelist.Text{SV: "personer", EN: "persons"}
	unitNumber   = codelist.Text{SV: "antal", EN: "number"}

	noteSymbols = codelist.Text{
		SV: "”..” betyder att talet inte publiceras, eftersom det skulle kunna röja personer. ”.” betyder att det inte finns något sådant tal.",
		EN: "“..” means that the number is not published because it could reveal persons. “.” means that there is no such number.",
	}
	noteOptions = codelist.Text{
		SV: "En person kan höra till flera kategorier i ”{label}”: cellerna går inte att summera.",
		EN: "A person can belong to several categories of “{label}”: the cells do not add up.",
	}
	noteFigures = codelist.Text{
		SV: "Nyckeltalen överlappar varandra och går inte att summera.",
		EN: "The figures overlap each other and do not add up.",
	}
	noteFilter = codelist.Text{SV: "Urval: {field} = {codes}.", EN: "Selection: {field} = {codes}."}
)

// CubeOf is a table as a cube: its year, its dimensions, and persons. A table
// that is withheld as a whole has every number withheld.
func CubeOf(t report.Table, e Edition) *Cube {
	c := &Cube{
		ID: string(t.Name), Title: t.Title, Edition: e, Across: 2,
		Dimensions: []Dimension{years([]int{t.Year})}, Numbers: t.Cells, Total: &t.Total, Notes: []codelist.Text{t.Note, noteSymbols},
	}
	for _, d := range t.Dimensions {
		dim := Dimension{Code: string(d.Field), Label: d.Label, Options: d.Options}
		for _, cat := range d.Categories {
			dim.Categories = append(dim.Categories, Category{Code: string(cat.Code), Label: cat.Label})
		}
		c.Dimensions = append(c.Dimensions, dim)
	}
	if len(t.Dimensions) < 2 {
		c.Across = 1
	}
	c.Dimensions = append(c.Dimensions, contents(Category{"persons", labelPersons, unitPersons}))
	if t.Dropped {
		c.Numbers = withheld(places(c.Dimensions))
	}
	for _, f := range t.Filters {
		c.Notes = append(c.Notes, filterNote(f))
	}
	c.Notes = append(c.Notes, totalNote(t))
	return c
}

func years(of []int) Dimension {
	d := Dimension{Code: TimeCode, Label: labelYear, Role: Time}
	for _, year := range of {
		text := strconv.Itoa(year)
		d.Categories = append(d.Categories, Category{Code: text, Label: codelist.Text{SV: text, EN: text}})
	}
	return d
}

func contents(of ...Category) Dimension {
	return Dimension{Code: ContentsCode, Label: labelContents, Role: Contents, Categories: of}
}

func withheld(n int) []report.Number {
	numbers := make([]report.Number, n)
	for i := range numbers {
		numbers[i] = report.Number{Status: report.Withheld}
	}
	return numbers
}

func insert(t codelist.Text, slot string, value codelist.Text) codelist.Text {
	return codelist.Text{SV: strings.ReplaceAll(t.SV, slot, value.SV), EN: strings.ReplaceAll(t.EN, slot, value.EN)}
}

func same(text string) codelist.Text { return codelist.Text{SV: text, EN: text} }

func filterNote(f plan.Condition) codelist.Text {
	codes := make([]string, len(f.In))
	for i, code := range f.In {
		codes[i] = string(code)
	}
	return insert(insert(noteFilter, "{field}", same(string(f.Field))), "{codes}", same(strings.Join(codes, ", ")))
}

// totalNote says how many persons a table is about.
func totalNote(t report.Table) codelist.Text {
	label := t.UniverseLabel
	if label == (codelist.Text{}) {
		label = t.Title
	}
	one := plan.Publication{Cells: []plan.PublishedCell{{Shown: t.Total.Status == report.Exact, Value: t.Total.Value, Range: t.Total.Range}}}
	return report.Sum(one, plan.PublishedSum{Title: label, Cell: 0}).Sentence
}

// FiguresCube is the figures of every year of a release as one cube, and after
// them those of its panels, as "<panel>.<figure>". A figure that a year does not
// have, or has no such number of, is impossible there. Nil: there are no
// figures.
func FiguresCube(content plan.Content, e Edition) *Cube {
	var all []int
	figures := Dimension{Code: "figure", Label: labelFigure, Options: true}
	said := make([]map[string]plan.PublishedFigure, len(content.Years))
	panels := Dimension{}
	for i, y := range content.Years {
		all, said[i] = append(all, y.Year), make(map[string]plan.PublishedFigure)
		for _, f := range y.Figures {
			figures.state(said[i], string(f.Name), f.Label, f)
		}
		for _, p := range y.Panels {
			for _, f := range p.Figures {
				panels.state(said[i], panelFigure(p.Name, f.Name), report.PanelLabel(p, f), f)
			}
		}
	}
	figures.Categories = append(figures.Categories, panels.Categories...)
	if len(figures.Categories) == 0 {
		return nil
	}
	c := &Cube{
		ID: "figures", Title: labelFigures, Edition: e, Across: 1, Notes: []codelist.Text{noteSymbols, noteFigures},
		Dimensions: []Dimension{years(all), figures, contents(
			Category{"persons", labelPersons, unitPersons}, Category{"of", labelOf, unitPersons}, Category{"sum", labelSum, unitNumber},
		)},
	}
	for i, y := range content.Years {
		for _, cat := range figures.Categories {
			c.Numbers = append(c.Numbers, figureNumbers(y, said[i], cat.Code)...)
		}
	}
	return c
}

// panelFigure is the code of a panel's figure among the others.
func panelFigure(panel, figure plan.Name) string { return string(panel) + "." + string(figure) }

// state notes that a year has a figure; of several years the first names it.
func (d *Dimension) state(in map[string]plan.PublishedFigure, code string, label codelist.Text, f plan.PublishedFigure) {
	in[code] = f
	for _, c := range d.Categories {
		if c.Code == code {
			return
		}
	}
	d.Categories = append(d.Categories, Category{Code: code, Label: label})
}

func figureNumbers(y plan.Publication, said map[string]plan.PublishedFigure, code string) []report.Number {
	if f, ok := said[code]; ok {
		return []report.Number{report.NumberOf(y, f.N), report.NumberOf(y, f.Of), report.NumberOf(y, f.Sum)}
	}
	return []report.Number{{Status: report.Impossible}, {Status: report.Impossible}, {Status: report.Impossible}}
}
