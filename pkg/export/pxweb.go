package export

import "manniskohandel.se/casestat/pkg/codelist"

// Served is what PxWebApi 2 says of a cube beside what stands in it: where it
// is, and what else may be asked of its dimensions.
type Served struct {
	Href       string
	Contact    string
	Dimensions map[string]ServedDimension // by code; left out: nothing more may be asked
}

// ServedDimension is what may be asked of a dimension.
type ServedDimension struct {
	// Total is the category that stands for all of them where the dimension is
	// left out; "": it cannot be.
	Total     string
	Codelists []ServedCodelist
}

// ServedCodelist is another way to group a dimension.
type ServedCodelist struct {
	ID    string
	Label codelist.Text
	Type  string // Aggregation or Valueset
	Href  string
}

type (
	servedDataset struct {
		dataset
		Href      string        `json:"href"`
		Value     any           `json:"value"`
		Extension servedDetails `json:"extension"`
	}
	servedDetails struct {
		datasetDetails
		Contact []servedContact `json:"contact,omitempty"`
	}
	servedContact struct {
		Raw string `json:"raw"`
	}
	servedDimension struct {
		datasetDimension
		Extension servedDimensionDetails `json:"extension"`
	}
	servedDimensionDetails struct {
		Elimination          bool             `json:"elimination"`
		EliminationValueCode string           `json:"eliminationValueCode,omitempty"`
		Show                 string           `json:"show"`
		Codelists            []servedCodelist `json:"codelists"`
		CodeLists            []servedCodelist `json:"codeLists"` // as some clients spell it
	}
	servedCodelist struct {
		ID    string       `json:"id"`
		Label string       `json:"label"`
		Type  string       `json:"type"`
		Links []servedLink `json:"links"`
	}
	servedLink struct {
		Rel  string        `json:"rel"`
		Lang codelist.Lang `json:"hreflang"`
		Href string        `json:"href"`
	}
)

// ServedJSONStat is JSONStat as PxWebApi 2 answers with it.
func (c *Cube) ServedJSONStat(lang codelist.Lang, s Served) ([]byte, error) {
	n, err := c.normal()
	if err != nil {
		return nil, err
	}
	d := n.dataset(lang)
	return encode(s.around(d, d.Value, lang))
}

// Metadata is ServedJSONStat without numbers: its value is null.
func (c *Cube) Metadata(lang codelist.Lang, s Served) ([]byte, error) {
	n, err := c.normal()
	if err != nil {
		return nil, err
	}
	n.Total = nil
	d := n.dataset(lang)
	d.Status, d.Extension.Casestat.Ranges = nil, nil
	return encode(s.around(d, nil, lang))
}

// TitledCSV is CSV with a first row that holds the title alone.
func (c *Cube) TitledCSV(lang codelist.Lang, dialect Dialect) ([]byte, error) {
	body, err := c.CSV(lang, Dialect{Separator: dialect.Separator})
	if err != nil {
		return nil, err
	}
	w := newRows(dialect)
	w.write(plain(c.Title).In(lang))
	w.Write(body)
	return w.Bytes(), nil
}

func (s Served) around(d dataset, value any, lang codelist.Lang) servedDataset {
	out := servedDataset{dataset: d, Href: s.Href, Value: value, Extension: servedDetails{datasetDetails: d.Extension}}
	if s.Contact != "" {
		out.Extension.Contact = []servedContact{{s.Contact}}
	}
	for i, m := range d.Dimension {
		plain, ok := m.value.(datasetDimension)
		if !ok {
			continue
		}
		more := s.Dimensions[m.name]
		for _, category := range plain.Category.Index {
			if more.Total != "" && category.name == more.Total && len(plain.Category.Index) > 1 {
				out.Extension.Casestat.AddsUp = false // a total stands beside its parts
			}
		}
		details := servedDimensionDetails{
			Elimination: more.Total != "", EliminationValueCode: more.Total, Show: plain.Extension.Show, Codelists: []servedCodelist{},
		}
		for _, l := range more.Codelists {
			details.Codelists = append(details.Codelists, servedCodelist{
				ID: l.ID, Label: l.Label.In(lang), Type: l.Type, Links: []servedLink{{"metadata", lang, l.Href}},
			})
		}
		details.CodeLists = details.Codelists
		out.Dimension[i].value = servedDimension{datasetDimension: plain, Extension: details}
	}
	return out
}
