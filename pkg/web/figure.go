package web

import (
	"fmt"
	"html"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
)

// figurePage is one figure.
type figurePage struct {
	edition
	Name   plan.Name
	Label  codelist.Text
	In     []statement // the years in which the release states it, newest first
	Series series
	Same   []comparable // over years in which the same organisations reported
	Embed  string       // HTML to copy
	Files  []download
}

func (r reading) figure() (answer, error) {
	release, err := r.release()
	if err != nil || r.year != 0 {
		return answer{}, orLost(err)
	}
	page := figurePage{edition: r.edition(release), Name: plan.Name(r.name)}
	for _, y := range newestFirst(release) {
		i := slices.IndexFunc(y.Figures, func(f plan.PublishedFigure) bool { return f.Name == page.Name })
		if i < 0 {
			continue
		}
		s, err := r.illustrated(release, y, y.Figures[i])
		if err != nil {
			return answer{}, err
		}
		page.In = append(page.In, s)
	}
	if len(page.In) == 0 {
		return answer{}, errLost
	}
	newest := page.In[0]
	page.Label = newest.Label
	if page.Series, err = r.series(release, page.Name); err != nil {
		return answer{}, err
	}
	if page.Same, err = r.comparablesOf(page.Series.Trend); err != nil {
		return answer{}, err
	}
	if page.Embed, err = r.embed(release, newest); err != nil {
		return answer{}, err
	}
	page.Files = r.filesOf(release, subject{kind: ofFigure, year: newest.Year, name: page.Name})
	return r.press.print(r.lang, "figure", view{Here: newest.Path(), Title: page.Label, Body: page})
}

// embed is HTML by which another page shows the figure, its sentence and where
// both are from.
func (r reading) embed(release *shelf.Release, s statement) (string, error) {
	cited, err := tongue{r.lang, r.press.phrases}.say("embed.source", release.Manifest.Number)
	if err != nil {
		return "", err
	}
	picture := s.Picture
	return fmt.Sprintf(`<figure lang="%s">
  <img src="%s" alt="%s" width="%d" height="%d">
  <figcaption>%s. <a href="%s">%s</a></figcaption>
</figure>`,
		r.lang, html.EscapeString(r.deps.Address+picture.Source), html.EscapeString(picture.Alt), picture.Width, picture.Height,
		html.EscapeString(capital(s.Sentence.In(r.lang))), html.EscapeString(r.deps.Address+localised(r.lang, s.Path())), html.EscapeString(cited)), nil
}
