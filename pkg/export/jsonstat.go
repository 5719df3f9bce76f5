package export

import (
	"encoding/json"
	"strconv"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/report"
)

// The members of a JSON-stat 2.0 dataset, with those that PxWebApi 2 adds.
type (
	dataset struct {
		Version   string         `json:"version"`
		Class     string         `json:"class"`
		Label     string         `json:"label"`
		Source    string         `json:"source,omitempty"`
		Updated   string         `json:"updated,omitempty"`
		Note      []string       `json:"note,omitempty"`
		Role      datasetRole    `json:"role"`
		ID        []string       `json:"id"`
		Size      []int          `json:"size"`
		Dimension ordered        `json:"dimension"`
		Value     []*int         `json:"value"` // always dense: some clients know no other
		Status    ordered        `json:"status,omitempty"`
		Extension datasetDetails `json:"extension"`
	}
	datasetRole struct {
		Time   []string `json:"time"`
		Metric []string `json:"metric"`
	}
	datasetDimension struct {
		Label     string           `json:"label"`
		Note      []string         `json:"note,omitempty"`
		Category  datasetCategory  `json:"category"`
		Extension dimensionDetails `json:"extension"`
	}
	datasetCategory struct {
		Index ordered `json:"index"`
		Label ordered `json:"label"`
		Unit  ordered `json:"unit,omitempty"`
	}
	datasetUnit struct {
		Base     string `json:"base"`
		Decimals int    `json:"decimals"`
	}
	dimensionDetails struct {
		Elimination bool   `json:"elimination"`
		Show        string `json:"show"`
	}
	datasetDetails struct {
		NoteMandatory ordered         `json:"noteMandatory,omitempty"`
		Px            pxDetails       `json:"px"`
		Casestat      casestatDetails `json:"casestat"`
	}
	pxDetails struct {
		TableID            string   `json:"tableid"`
		Language           string   `json:"language"`
		Contents           string   `json:"contents"`
		Decimals           int      `json:"decimals"`
		OfficialStatistics bool     `json:"official-statistics"`
		AggregAllowed      bool     `json:"aggregallowed"`
		Matrix             string   `json:"matrix"`
		SubjectCode        string   `json:"subject-code"`
		SubjectArea        string   `json:"subject-area"`
		Stub               []string `json:"stub"`
		Heading            []string `json:"heading"`
	}
	// casestatDetails is what the format has no place for.
	casestatDetails struct {
		Release int     `json:"release,omitzero"`
		AddsUp  bool    `json:"adds_up"`
		Total   *number `json:"total,omitempty"`
		// Ranges are where withheld numbers lie for everybody, by the place in value.
		Ranges ordered `json:"ranges,omitempty"`
	}
)

// ordered is a JSON object whose members keep their order.
type ordered []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members.
func (o ordered) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			out = append(out, ',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := encode(m.value)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, name...), ':'), value[:len(value)-1]...)
	}
	return append(out, '}'), nil
}

// JSONStat writes the cube as a JSON-stat 2.0 dataset. A number that is not
// published is null, and its status is a symbol.
func (c *Cube) JSONStat(lang codelist.Lang) ([]byte, error) {
	n, err := c.normal()
	if err != nil {
		return nil, err
	}
	return encode(n.dataset(lang))
}

func (c *Cube) dataset(lang codelist.Lang) dataset {
	d := dataset{
		Version: "2.0", Class: "dataset", Label: c.Title.In(lang), Source: c.Edition.Publisher, Updated: c.Edition.moment("T00:00:00Z"),
		Role:  datasetRole{Time: []string{c.dimension(Time).Code}, Metric: []string{c.dimension(Contents).Code}},
		Value: make([]*int, len(c.Numbers)),
	}
	for _, dim := range c.Dimensions {
		d.ID = append(d.ID, dim.Code)
		d.Size = append(d.Size, len(dim.Categories))
		d.Dimension = append(d.Dimension, member{dim.Code, dim.dataset(lang)})
	}
	d.Extension = datasetDetails{Px: c.pxDetails(lang), Casestat: casestatDetails{Release: c.Edition.Number, AddsUp: c.addsUp(), Total: optional(c.Total)}}
	for i, note := range c.Notes {
		d.Note = append(d.Note, note.In(lang))
		d.Extension.NoteMandatory = append(d.Extension.NoteMandatory, member{strconv.Itoa(i), true})
	}
	for i, n := range c.Numbers {
		if n.Status == report.Exact {
			d.Value[i] = &n.Value
			continue
		}
		at := strconv.Itoa(i)
		d.Status = append(d.Status, member{at, symbol(n)})
		if r := wireNumber(n).Range; r != nil {
			d.Extension.Casestat.Ranges = append(d.Extension.Casestat.Ranges, member{at, r})
		}
	}
	return d
}

func (c *Cube) pxDetails(lang codelist.Lang) pxDetails {
	d := pxDetails{
		TableID: c.ID, Language: string(lang), Matrix: c.ID, Contents: c.Title.In(lang),
		SubjectCode: subjectCode, SubjectArea: subjectArea.In(lang), Stub: []string{}, Heading: []string{},
	}
	for i, dim := range c.Dimensions {
		if i < len(c.Dimensions)-c.Across {
			d.Stub = append(d.Stub, dim.Code)
		} else {
			d.Heading = append(d.Heading, dim.Code)
		}
	}
	return d
}

func (d Dimension) dataset(lang codelist.Lang) datasetDimension {
	out := datasetDimension{Label: d.Label.In(lang), Extension: dimensionDetails{Show: "value"}}
	if d.Options {
		out.Note = []string{insert(noteOptions, "{label}", d.Label).In(lang)}
	}
	for i, cat := range d.Categories {
		out.Category.Index = append(out.Category.Index, member{cat.Code, i})
		out.Category.Label = append(out.Category.Label, member{cat.Code, cat.Label.In(lang)})
		if d.Role == Contents {
			out.Category.Unit = append(out.Category.Unit, member{cat.Code, datasetUnit{Base: cat.Unit.In(lang)}})
		}
	}
	return out
}
