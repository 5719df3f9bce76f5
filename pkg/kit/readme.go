package kit

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/template"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

var (
	//go:embed readme.sv.txt
	swedishReadme string
	//go:embed readme.en.txt
	englishReadme string

	readmes = map[codelist.Lang]*template.Template{
		codelist.Swedish: template.Must(template.New("sv").Parse(swedishReadme)),
		codelist.English: template.Must(template.New("en").Parse(englishReadme)),
	}
)

// readme is what a README says, in one language.
type readme struct {
	Title     string
	Number    int
	Published string
	Publisher string
	Manifest  signed.Hash
	Years     []readmeYear
	Series    []readmeSeries
	Withdrawn string // the day; "": it stands
	Reason    string
	Workbook  string // path; "": there is none
}

type readmeYear struct {
	Year     int
	Headline []readmeFigure
	Figures  []readmeFigure // the others
	Sums     []string
	Prose    []string
	Panels   []string // the sentences of the figures over panels
	Tables   []readmeTable
}

type readmeFigure struct {
	Sentence   string
	Precision  []string // how far it carries
	Definition string
	Picture    string // path; "": there is none
}

// readmeSeries is a figure over the years of a panel.
type readmeSeries struct{ Label, Coverage, Verdict string }

type readmeTable struct {
	Title   string
	Dropped bool
	File    string // path; "": there is none
	Picture string // likewise
}

// frozenFigures is what the README takes from the frozen figures, worded as
// they were when they were signed.
type frozenFigures struct {
	Years []struct {
		Year    int            `json:"year"`
		Figures []frozenFigure `json:"figures"`
		Prose   []frozenFigure `json:"prose"`
		Panels  []struct {
			Figures []frozenFigure `json:"figures"`
		} `json:"panels"`
	} `json:"years"`
}

type frozenFigure struct {
	Name       plan.Name     `json:"name"`
	Definition codelist.Text `json:"definition"`
	Headline   bool          `json:"headline"`
	Sentence   codelist.Text `json:"sentence"`
	Bounds     frozenWording `json:"bounds"`
	Interval   frozenWording `json:"interval"`
}

// frozenWording is empty where there is none.
type frozenWording struct {
	Wording codelist.Text `json:"wording"`
}

// precision is how far the figure carries, as far as the release says so.
func (f frozenFigure) precision(lang codelist.Lang) (all []string) {
	for _, w := range []frozenWording{f.Bounds, f.Interval} {
		if text := oneLine(w.Wording.In(lang)); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// readme words what a kit is, with every sentence of the release.
func (p *Press) readme(ctx context.Context, r *shelf.Release, lang codelist.Lang) ([]byte, error) {
	content, _, err := p.deps.Shelf.File(ctx, r.Manifest.Number, export.FiguresFile)
	if err != nil {
		return nil, err
	}
	var frozen frozenFigures
	if err := json.Unmarshal(content, &frozen); err != nil {
		return nil, fmt.Errorf("read the frozen figures: %w", err)
	}
	m := r.Manifest
	told := readme{
		Title: oneLine(m.Content.Title.In(lang)), Number: m.Number, Published: m.Published, Publisher: p.deps.Key.Name(), Manifest: r.Hash,
		Workbook: pathOf(m, export.ReleaseFileIn(workbooks[lang])),
	}
	if w := r.Withdrawal; w != nil {
		told.Withdrawn, told.Reason = w.Withdrawn, oneLine(w.Reason.In(lang))
	}
	for _, y := range m.Content.Years {
		told.Years = append(told.Years, yearOf(m, y, frozen, lang))
	}
	for _, c := range report.Compare(m.Content) {
		told.Series = append(told.Series, readmeSeries{oneLine(c.Label.In(lang)), oneLine(c.Coverage.In(lang)), oneLine(c.Verdict.In(lang))})
	}
	var b bytes.Buffer
	err = readmes[lang].Execute(&b, told)
	return b.Bytes(), err
}

var (
	workbooks = map[codelist.Lang]export.Format{
		codelist.Swedish: export.FormatSwedishWorkbook, codelist.English: export.FormatEnglishWorkbook,
	}
	sheets = map[codelist.Lang]export.Format{
		codelist.Swedish: export.FormatSwedishCSV, codelist.English: export.FormatEnglishCSV,
	}
)

func yearOf(m plan.Manifest, y plan.Publication, frozen frozenFigures, lang codelist.Lang) readmeYear {
	told := readmeYear{Year: y.Year}
	for _, f := range frozen.Years {
		if f.Year != y.Year {
			continue
		}
		for _, one := range f.Figures {
			line := readmeFigure{
				Sentence: oneLine(one.Sentence.In(lang)), Precision: one.precision(lang), Definition: oneLine(one.Definition.In(lang)),
				Picture: pathOf(m, export.PictureFile("figure", y.Year, one.Name, lang, "png")),
			}
			if one.Headline {
				told.Headline = append(told.Headline, line)
			} else {
				told.Figures = append(told.Figures, line)
			}
		}
		told.Prose = sentences(f.Prose, lang)
		for _, panel := range f.Panels {
			told.Panels = append(told.Panels, sentences(panel.Figures, lang)...)
		}
	}
	for _, s := range y.Sums {
		told.Sums = append(told.Sums, oneLine(report.Sum(y, s).Sentence.In(lang)))
	}
	for _, t := range y.Tables {
		told.Tables = append(told.Tables, readmeTable{
			Title: oneLine(t.Title.In(lang)), Dropped: t.Dropped, File: pathOf(m, export.TableFileIn(y.Year, t.Name, sheets[lang])),
			Picture: pathOf(m, export.PictureFile("table", y.Year, t.Name, lang, "png")),
		})
	}
	return told
}

func sentences(figures []frozenFigure, lang codelist.Lang) (all []string) {
	for _, f := range figures {
		all = append(all, oneLine(f.Sentence.In(lang)))
	}
	return all
}

// pathOf is where a file of the release lies, "" if the release has none of that name.
func pathOf(m plan.Manifest, name string) string {
	i := slices.IndexFunc(m.Files, func(f plan.File) bool { return f.Name == name })
	if i < 0 {
		return ""
	}
	return place(m.Files[i])
}

// oneLine keeps a text in its line, whatever was put into it.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
