package export

import (
	"fmt"
	"strconv"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/picture"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

// The media types of pictures.
const (
	MediaSVG = "image/svg+xml"
	MediaPNG = "image/png"
)

// pixels is a PNG's pixels a unit of its drawing: enough for print in a column.
const pixels = 3

// PictureFile is the name of the file with the picture of a figure ("figure") or
// of a table ("table"); format is "svg" or "png".
func PictureFile(of string, year int, name plan.Name, lang codelist.Lang, format string) string {
	return fmt.Sprintf("%s.%d.%s.%s.%s", of, year, name, lang, format)
}

// SeriesFile is the name of the file with the picture of a figure over the years
// of a panel.
func SeriesFile(panel, figure plan.Name, lang codelist.Lang, format string) string {
	return fmt.Sprintf("trend.%s.%s.%s.%s", panel, figure, lang, format)
}

// DrawFigure draws a figure as a pictogram. source is the line under it.
func DrawFigure(set *figure.Set, y plan.Publication, f plan.PublishedFigure, lang codelist.Lang, source string) *picture.Drawing {
	said := report.Figure(set, y, f)
	drawn := picture.Pictogram{
		Caption: picture.Caption{
			Lang: picture.Lang(lang), Title: f.Label.In(lang), Subtitle: strconv.Itoa(y.Year),
			Alt: said.Sentence.In(lang), Source: source,
		},
		Value: Drawable(said.Number),
	}
	if said.Of != nil {
		drawn.Of = Drawable(*said.Of)
	}
	return drawn.Draw()
}

// Charted says whether a table is one that bars can show.
func Charted(t report.Table) bool { return len(t.Dimensions) == 1 && !t.Dropped }

// DrawTable draws a table that is Charted as bars. source is the line under it.
func DrawTable(t report.Table, lang codelist.Lang, source string) *picture.Drawing {
	under := strconv.Itoa(t.Year)
	if label := t.UniverseLabel.In(lang); label != "" {
		under = label + ", " + under
	}
	drawn := picture.Bars{Caption: picture.Caption{
		Lang: picture.Lang(lang), Title: t.Title.In(lang), Subtitle: under, Notes: []string{t.Note.In(lang)}, Source: source,
	}}
	for i, c := range t.Dimensions[0].Categories {
		drawn.Rows = append(drawn.Rows, picture.Row{Label: c.Label.In(lang), Value: Drawable(t.Cells[i])})
	}
	return drawn.Draw()
}

// DrawSeries draws a figure over the years of a panel, with what it covers and
// what may be said of it. source is the line under it.
func DrawSeries(s report.Series, lang codelist.Lang, source string) *picture.Drawing {
	drawn := picture.Trend{Caption: picture.Caption{
		Lang: picture.Lang(lang), Title: s.Label.In(lang), Notes: []string{s.Coverage.In(lang), s.Verdict.In(lang)}, Source: source,
	}}
	for _, p := range s.Points {
		point := picture.Point{Year: p.Year, Value: Drawable(p.Number)}
		if p.Of != nil {
			point.Of = Drawable(*p.Of)
		}
		drawn.Points = append(drawn.Points, point)
	}
	return drawn.Draw()
}

// Drawable is a number of a release as a picture takes it.
func Drawable(n report.Number) picture.Value {
	switch {
	case n.Status == report.Exact:
		return picture.Exactly(n.Value)
	case n.Status == report.Impossible:
		return picture.Value{State: picture.Impossible}
	case n.Range == nil:
		return picture.Value{State: picture.Withheld}
	case n.Range.Open:
		return picture.AtLeast(n.Range.From)
	}
	return picture.Between(n.Range.From, n.Range.To)
}

// pictures adds a picture of every figure, of every table that bars can show and
// of every series over a panel, in both languages and formats.
func (f *files) pictures(content plan.Content, set *figure.Set, tables []report.Table, e Edition) {
	series := report.Compare(content)
	for _, lang := range []codelist.Lang{codelist.Swedish, codelist.English} {
		source := e.source(lang)
		for _, y := range content.Years {
			for _, one := range y.Figures {
				name := func(format string) string { return PictureFile("figure", y.Year, one.Name, lang, format) }
				f.picture(name, DrawFigure(set, y, one, lang, source))
			}
		}
		for _, t := range tables {
			if Charted(t) {
				name := func(format string) string { return PictureFile("table", t.Year, t.Name, lang, format) }
				f.picture(name, DrawTable(t, lang, source))
			}
		}
		for _, s := range series {
			name := func(format string) string { return SeriesFile(s.Panel, s.Figure, lang, format) }
			f.picture(name, DrawSeries(s, lang, source))
		}
	}
}

// picture adds a drawing in both formats.
func (f *files) picture(name func(format string) string, d *picture.Drawing) {
	f.add(name("svg"), MediaSVG, func() ([]byte, error) { return d.SVG(), nil })
	f.add(name("png"), MediaPNG, func() ([]byte, error) { return d.PNG(pixels), nil })
}

// source is what the line under a picture names.
func (e Edition) source(lang codelist.Lang) string {
	return codelist.Text{
		SV: fmt.Sprintf("%s, publicering %d", e.Publisher, e.Number),
		EN: fmt.Sprintf("%s, release %d", e.Publisher, e.Number),
	}.In(lang)
}
