package plan

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
