package export

import (
	"encoding/json"
	"fmt"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
)

// The files, member by member in their order. There is no floating-point
// number among them.
type (
	figuresFile struct {
		Years []yearOfFigures `json:"years"`
	}
	yearOfFigures struct {
		Year      int             `json:"year"`
		Universes []universeEntry `json:"universes"`
		Figures   []figureEntry   `json:"figures"`
		Sums      []sumEntry      `json:"sums"`
		Prose     []proseEntry    `json:"prose"`
		Panels    []panelEntry    `json:"panels,omitempty"`
	}
	panelEntry struct {
		Name          plan.Name     `json:"name"`
		Years         []int         `json:"years"`
		Organisations int           `json:"organisations"`
		Reporting     int           `json:"reporting"`
		Figures       []figureEntry `json:"figures"`
	}
	universeEntry struct {
		Name  plan.Name     `json:"name"`
		Label codelist.Text `json:"label"`
		Size  number        `json:"size"`
	}
	figureEntry struct {
		Name       plan.Name     `json:"name"`
		Label      codelist.Text `json:"label"`
		Definition codelist.Text `json:"definition"`
		Kind       string        `json:"kind"`
		Headline   bool          `json:"headline,omitzero"`
		number
		Of       *int          `json:"of,omitempty"`       // if it is exact
		OfRange  *interval     `json:"of_range,omitempty"` // if it is withheld, and known
		Sum      *number       `json:"sum,omitempty"`
		Sentence codelist.Text `json:"sentence"`
		Bounds   *bounds       `json:"bounds,omitempty"`
		Interval *uncertainty  `json:"interval,omitempty"`
	}
	// bounds are between what the number lies if missing answers are counted.
	bounds struct {
		Low     int           `json:"low"`
		High    int           `json:"high"`
		Unknown int           `json:"unknown"`
		Wording codelist.Text `json:"wording"`
	}
	// uncertainty is an interval around a share, in decimals of the whole.
	uncertainty struct {
		Method  plan.Interval `json:"method"`
		Low     string        `json:"low"`
		High    string        `json:"high"`
		Wording codelist.Text `json:"wording"`
	}
	sumEntry struct {
		Name  plan.Name     `json:"name"`
		Title codelist.Text `json:"title"`
		number
	}
	proseEntry struct {
		Name     plan.Name     `json:"name"`
		Sentence codelist.Text `json:"sentence"`
		N        number        `json:"n"`
		Of       *number       `json:"of,omitempty"`
	}
	tablesFile struct {
		Tables []tableEntry `json:"tables"`
	}
	tableEntry struct {
		Name       plan.Name            `json:"name"`
		Year       int                  `json:"year"`
		Title      codelist.Text        `json:"title"`
		Universe   plan.Name            `json:"universe"`
		Dimensions []codelist.FieldName `json:"dimensions"`
		Cells      int                  `json:"cells"`
		Withheld   int                  `json:"withheld"`
		Dropped    bool                 `json:"dropped,omitzero"`
	}
	tableFile struct {
		Name          plan.Name                 `json:"name"`
		Year          int                       `json:"year"`
		Title         codelist.Text             `json:"title"`
		Universe      plan.Name                 `json:"universe"`
		UniverseLabel codelist.Text             `json:"universe_label"`
		Filters       []plan.Condition          `json:"filters,omitempty"`
		Total         number                    `json:"total"`
		Dimensions    []plan.PublishedDimension `json:"dimensions"`
		Cells         []number                  `json:"cells"`
		Dropped       bool                      `json:"dropped,omitzero"`
		Note          codelist.Text             `json:"note"`
	}
)

// number is a number as the files write it.
type number struct {
	Status report.Status `json:"status"`
	Value  *int          `json:"value,omitempty"` // of an exact number, 0 included
	Range  *interval     `json:"range,omitempty"`
}

// interval is written [from,to], or [from,null] if it is open.
type interval struct{ plan.Range }

// MarshalJSON writes the two ends.
func (i interval) MarshalJSON() ([]byte, error) {
	ends := [2]*int{&i.From, &i.To}
	if i.Open {
		ends[1] = nil
	}
	return json.Marshal(ends)
}

func wireNumber(n report.Number) number {
	out := number{Status: n.Status}
	if n.Status == report.Exact {
		out.Value = &n.Value
	}
	if n.Status == report.Withheld && n.Range != nil {
		out.Range = &interval{*n.Range}
	}
	return out
}

func optional(n *report.Number) *number {
	if n == nil {
		return nil
	}
	out := wireNumber(*n)
	return &out
}

func wordYear(set *figure.Set, content plan.Content, y plan.Publication) yearOfFigures {
	out := yearOfFigures{
		Year: y.Year, Universes: []universeEntry{}, Figures: []figureEntry{}, Sums: []sumEntry{}, Prose: []proseEntry{},
	}
	for _, u := range y.Universes {
		out.Universes = append(out.Universes, universeEntry{u.Name, u.Label, wireNumber(report.NumberOf(y, u.Size))})
	}
	for _, f := range y.Figures {
		out.Figures = append(out.Figures, wireFigure(f, report.FigureIn(set, content, y, f)))
	}
	for _, s := range y.Sums {
		out.Sums = append(out.Sums, sumEntry{s.Name, s.Title, wireNumber(report.NumberOf(y, s.Cell))})
	}
	for _, p := range y.Prose {
		worded := report.Prose(y, p)
		out.Prose = append(out.Prose, proseEntry{p.Name, worded.Sentence, wireNumber(worded.Number), optional(worded.Of)})
	}
	for _, p := range y.Panels {
		out.Panels = append(out.Panels, wirePanel(set, content, y, p))
	}
	return out
}

func wirePanel(set *figure.Set, content plan.Content, y plan.Publication, p plan.PublishedPanel) panelEntry {
	out := panelEntry{Name: p.Name, Years: p.Years, Organisations: p.Organisations, Reporting: p.Reporting, Figures: []figureEntry{}}
	for _, f := range p.Figures {
		out.Figures = append(out.Figures, wireFigure(f, report.OfPanel(set, content, y, p, f)))
	}
	return out
}

func wireFigure(f plan.PublishedFigure, s report.Statement) figureEntry {
	out := figureEntry{
		Name: f.Name, Label: f.Label, Definition: f.Definition, Kind: f.Kind, Headline: f.Headline,
		number: wireNumber(s.Number), Sum: optional(s.Sum), Sentence: s.Sentence,
	}
	if of := optional(s.Of); of != nil {
		out.Of, out.OfRange = of.Value, of.Range
	}
	if b := s.Bounds; b != nil {
		out.Bounds = &bounds{b.From, b.To, b.Unknown, b.Wording}
	}
	if i := s.Interval; i != nil {
		out.Interval = &uncertainty{i.Method, thousandths(i.Low), thousandths(i.High), i.Wording}
	}
	return out
}

// thousandths writes a share, "0.579".
func thousandths(n int) string { return fmt.Sprintf("%d.%03d", n/1000, n%1000) }

func entryOf(t report.Table) tableEntry {
	out := tableEntry{Name: t.Name, Year: t.Year, Title: t.Title, Universe: t.Universe, Dropped: t.Dropped}
	out.Cells, out.Withheld = t.Count()
	for _, d := range t.Dimensions {
		out.Dimensions = append(out.Dimensions, d.Field)
	}
	return out
}

func wireTable(t report.Table) tableFile {
	out := tableFile{
		Name: t.Name, Year: t.Year, Title: t.Title, Universe: t.Universe, UniverseLabel: t.UniverseLabel,
		Filters: t.Filters, Total: wireNumber(t.Total), Dimensions: t.Dimensions, Cells: []number{}, Dropped: t.Dropped, Note: t.Note,
	}
	if out.Dimensions == nil {
		out.Dimensions = []plan.PublishedDimension{}
	}
	for _, n := range t.Cells {
		out.Cells = append(out.Cells, wireNumber(n))
	}
	return out
}
