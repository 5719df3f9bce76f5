package plan

import (
	_ "embed" // default.yaml

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
)

//go:embed default.yaml
var defaultYAML []byte

// Default is the plan of the trend report of one year: the slide, the
// indicators of the six recommendations, and the one-way tables, over the
// current codebook.
func Default(year int) (_ *Plan, err error) {
	defer fault.Wrap(&err, "the default plan")
	book := codelist.Current()
	p, err := Read(defaultYAML, book)
	if err != nil {
		return nil, err
	}
	p.Years = []int{year}
	return p, p.Check(book)
}
