package web

import (
	"fmt"
	"slices"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/shelf"
)

// download is a file that a reader can take.
type download struct {
	Path   string
	Name   string        // as the file is called
	Format string        // one of formats; "" where it is known by its name alone
	Lang   codelist.Lang // of the file; "" of one that has none or both
	Size   int           // bytes; 0: made when somebody asks
}

// downloads are all files of a release, by what they hold.
type downloads struct {
	Whole           []download
	Figures, Tables []bundle
}

// bundle is one subject in several formats.
type bundle struct {
	Label codelist.Text
	Years string
	Files []download
}

// downloads sorts the files of a release's manifest.
func (r reading) downloads(release *shelf.Release) (out downloads) {
	m := release.Manifest
	taken := make(map[string]bool)
	for _, y := range newestFirst(release) {
		for _, f := range y.Figures {
			out.Figures = gather(out.Figures, m, subject{ofFigure, y.Year, f.Name}.prefix(), bundle{Label: f.Label, Years: spoken([]int{y.Year})}, taken)
		}
		for _, t := range y.Tables {
			out.Tables = gather(out.Tables, m, subject{ofTable, y.Year, t.Name}.prefix(), bundle{Label: t.Title, Years: spoken([]int{y.Year})}, taken)
		}
	}
	for _, s := range report.Compare(m.Content) {
		c, years := comparable{Series: s}, make([]int, len(s.Points))
		for i, p := range s.Points {
			years[i] = p.Year
		}
		prefix := fmt.Sprintf("%s.%s.%s.", ofTrend, s.Panel, s.Figure)
		out.Figures = gather(out.Figures, m, prefix, bundle{Label: c.label(m.Content), Years: spoken(years)}, taken)
	}
	for _, f := range m.Files {
		if !taken[f.Name] {
			out.Whole = append(out.Whole, fileOf(m.Number, f))
		}
	}
	return out
}

// gather adds a bundle with the files whose names begin so, if there are any.
func gather(to []bundle, m plan.Manifest, prefix string, b bundle, taken map[string]bool) []bundle {
	b.Files = filesAbout(m, prefix)
	if len(b.Files) == 0 {
		return to
	}
	for _, f := range b.Files {
		taken[f.Name] = true
	}
	return append(to, b)
}

// prefix is how the names of a subject's files begin.
func (s subject) prefix() string { return fmt.Sprintf("%s.%d.%s.", s.kind, s.year, s.name) }

// filesAbout are a subject's files in the manifest. The name of one table may
// begin like another's, so what is left of it must be a format.
func filesAbout(m plan.Manifest, prefix string) []download {
	var own []download
	for _, f := range m.Files {
		rest, ok := strings.CutPrefix(f.Name, prefix)
		if !ok {
			continue
		}
		if format, lang, ok := formatOf(rest); ok {
			d := fileOf(m.Number, f)
			d.Format, d.Lang = format, lang
			own = append(own, d)
		}
	}
	return own
}

func fileOf(number int, f plan.File) download {
	return download{Path: filePath(number, f.Name), Name: f.Name, Size: f.Size}
}

// formats are the kinds of files, by what stands after the subject's name and
// the language, if the file has one. The pages have a wording for each.
var formats = []string{"json", "csv", "long.csv", "xlsx", "jsonstat.json", "px", "sdmx.csv", "svg", "png"}

// formatOf reads what stands after the subject's name.
func formatOf(rest string) (format string, lang codelist.Lang, ok bool) {
	for _, l := range languages {
		if after, found := strings.CutPrefix(rest, string(l)+"."); found {
			rest, lang = after, l
		}
	}
	return rest, lang, slices.Contains(formats, rest)
}

// filesOf are what there is to take of a subject: the signed files, and the
// pictures that are drawn when somebody asks.
func (r reading) filesOf(release *shelf.Release, s subject) []download {
	own := filesAbout(release.Manifest, s.prefix())
	if s.kind == ofTable && !r.hasChart(release, s) {
		return own
	}
	for _, lang := range languages {
		for _, format := range []string{"svg", "png"} {
			name := s.file(lang, format)
			if !slices.ContainsFunc(own, func(d download) bool { return d.Name == name }) {
				own = append(own, download{Path: s.address(release, lang, format), Name: name, Format: format, Lang: lang})
			}
		}
	}
	return own
}

func (r reading) hasChart(release *shelf.Release, s subject) bool {
	_, err := r.draw(release, s, r.lang)
	return err == nil
}
