package plan

import "slices"

// MinPanel is how many organisations a panel has at least, and how many those
// that a difference of two published counts can speak of: with two of them each
// would know the other's.
const MinPanel = 3

// Participation are the organisations that took part in a year, by their ids.
type Participation struct {
	Year          int      `json:"year"`
	Organisations []string `json:"organisations"`
}

// Panel is what makes years comparable: its figures count the records of those
// organisations alone that took part in every one of its years.
type Panel struct {
	Name    Name   `json:"name"`
	Years   []int  `json:"years"` // at least two, increasing
	Figures []Name `json:"figures"`
}

// TookPart are the organisations that the plan says took part in a year, in
// order; nil if it says nothing of the year.
func (p *Plan) TookPart(year int) []string {
	i := slices.IndexFunc(p.Participation, func(t Participation) bool { return t.Year == year })
	if i < 0 {
		return nil
	}
	return slices.Sorted(slices.Values(p.Participation[i].Organisations))
}

// PanelsOf are the plan's panels that compare a year, by their places.
func (p *Plan) PanelsOf(year int) (out []int) {
	for i, panel := range p.Panels {
		if slices.Contains(panel.Years, year) {
			out = append(out, i)
		}
	}
	return out
}

// Members are the organisations of a panel: those that took part in all of its
// years, in order.
func (p *Plan) Members(panel Panel) (out []string) {
	for i, year := range panel.Years {
		took := p.TookPart(year)
		if i == 0 {
			out = took
			continue
		}
		out = slices.DeleteFunc(out, func(o string) bool { return !slices.Contains(took, o) })
	}
	return out
}

// Apart divides organisations into groups that no panel tells apart: those that
// are members of the same panels. They stand in the order of their first
// organisation.
func Apart(organisations []string, panels ...[]string) [][]string {
	var out [][]string
	var keys []string
	for _, o := range organisations {
		key := make([]byte, len(panels))
		for i, members := range panels {
			if slices.Contains(members, o) {
				key[i] = 1
			}
		}
		at := slices.Index(keys, string(key))
		if at < 0 {
			at = len(keys)
			keys, out = append(keys, string(key)), append(out, nil)
		}
		out[at] = append(out[at], o)
	}
	return out
}

// PublishedPanel is what a release says about one year of a panel. The cells of
// its figures speak of the panel's organisations alone; which these are is not
// published.
type PublishedPanel struct {
	Name          Name  `json:"name"`
	Years         []int `json:"years"`         // that the panel compares, increasing
	Organisations int   `json:"organisations"` // in the panel
	Reporting     int   `json:"reporting"`     // in this year, those outside the panel included
	// Figures are those of the year over the panel; a name says which figure it is.
	Figures []PublishedFigure `json:"figures"`
}

// Interval is an uncertainty interval around a share, 95 per cent. It presumes
// that those counted stand for more than themselves.
type Interval string

// The intervals.
const (
	NoInterval Interval = "none"
	Wilson     Interval = "wilson"
)
