package web

import (
	"fmt"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/picture"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
)

// subject is what a picture shows: a figure or a table of a year, or a trend.
// In a picture's name it comes first: figure.2024.undocumented.sv.svg.
type subject struct {
	kind string // one of the kinds below
	year int    // of a figure or a table
	name plan.Name
}

// The kinds of pictures.
const (
	ofFigure = "figure"
	ofTable  = "table"
	ofTrend  = "trend"
)

// file is the name of a picture's file.
func (s subject) file(lang codelist.Lang, format string) string {
	if s.kind == ofTrend {
		return fmt.Sprintf("%s.%s.%s.%s", s.kind, s.name, lang, format)
	}
	return export.PictureFile(s.kind, s.year, s.name, lang, format)
}

// subjectOf reads a picture's name.
func subjectOf(file string) (s subject, lang codelist.Lang, format string, ok bool) {
	parts := strings.Split(file, ".")
	if len(parts) < 4 {
		return s, "", "", false
	}
	last := len(parts) - 1
	s.kind, lang, format = parts[0], codelist.Lang(parts[last-1]), parts[last]
	name := parts[1 : last-1]
	if s.kind != ofTrend {
		if s.year, ok = positive(name[0]); !ok || len(name) < 2 {
			return s, "", "", false
		}
		name = name[1:]
	}
	s.name = plan.Name(strings.Join(name, "."))
	known := slices.Contains([]string{ofFigure, ofTable, ofTrend}, s.kind)
	return s, lang, format, known && slices.Contains(languages[:], lang) && (format == "svg" || format == "png")
}

// address is where a picture is: among the signed files if the release was
// frozen with it, and otherwise drawn when somebody asks.
func (s subject) address(r *shelf.Release, lang codelist.Lang, format string) string {
	file := s.file(lang, format)
	if slices.ContainsFunc(r.Manifest.Files, func(f plan.File) bool { return f.Name == file }) {
		return filePath(r.Manifest.Number, file)
	}
	return fmt.Sprintf("/releases/%d/pictures/%s", r.Manifest.Number, file)
}

// plate is a picture on a page.
type plate struct {
	Source, Alt   string
	Width, Height int
}

// plate lays a picture out in the language of the page.
func (r reading) plate(release *shelf.Release, s subject) (*plate, error) {
	drawing, err := r.draw(release, s, r.lang)
	if err != nil {
		return nil, err
	}
	p := &plate{Source: s.address(release, r.lang, "svg"), Alt: drawing.Title() + ". " + drawing.Description()}
	p.Width, p.Height = drawing.Size()
	return p, nil
}

// picture answers with a picture that the release was not frozen with.
func (r reading) picture() (answer, error) {
	release, err := r.release()
	if err != nil {
		return answer{}, err
	}
	s, lang, format, ok := subjectOf(r.name)
	if !ok || r.year != 0 {
		return answer{}, errLost
	}
	drawing, err := r.draw(release, s, lang)
	if err != nil {
		return answer{}, err
	}
	a := answer{media: export.MediaSVG, keep: keepAnHour, policy: picturePolicy, foreign: true, lang: string(lang)}
	if format == "svg" {
		a.body = drawing.SVG()
		return a.ready(), nil
	}
	a.media, a.body = export.MediaPNG, drawing.PNG(pngScale)
	return a.ready(), nil
}

// pngScale is pixels a unit: enough for print in a column's width.
const pngScale = 3

// draw draws from what is published and nothing else.
func (r reading) draw(release *shelf.Release, s subject, lang codelist.Lang) (*picture.Drawing, error) {
	t := tongue{lang, r.press.phrases}
	source, err := t.say("picture.source", release.Manifest.Number)
	if err != nil {
		return nil, err
	}
	if s.kind == ofTrend {
		return r.drawTrend(release, s.name, picture.Caption{Lang: picture.Lang(lang), Source: source})
	}
	y, ok := release.Protected.Year(s.year)
	if !ok {
		return nil, errLost
	}
	if s.kind == ofFigure {
		i := slices.IndexFunc(y.Figures, func(f plan.PublishedFigure) bool { return f.Name == s.name })
		if i < 0 {
			return nil, errLost
		}
		return export.DrawFigure(r.deps.Figures, y, y.Figures[i], lang, source), nil
	}
	i := slices.IndexFunc(y.Tables, func(t plan.PublishedTable) bool { return t.Name == s.name })
	if i < 0 {
		return nil, errLost
	}
	table := report.Tabulate(y, y.Tables[i])
	if !export.Charted(table) {
		return nil, errLost
	}
	return export.DrawTable(table, lang, source), nil
}

func (r reading) drawTrend(release *shelf.Release, name plan.Name, caption picture.Caption) (*picture.Drawing, error) {
	trend, err := r.deps.Shelf.Trend(r.ctx, release.Manifest.Number, name)
	if err != nil {
		return nil, err
	}
	lang := codelist.Lang(caption.Lang)
	caption.Title, caption.Notes = trend.Label.In(lang), []string{trend.Note.In(lang)}
	drawn := picture.Trend{Caption: caption}
	for _, p := range trend.Points {
		point := picture.Point{Year: p.Year, Value: export.Drawable(p.Number)}
		if p.Of != nil {
			point.Of = export.Drawable(*p.Of)
		}
		drawn.Points = append(drawn.Points, point)
	}
	return drawn.Draw(), nil
}
