package plan

import (
	"bytes"
	_ "embed" // default.yaml
	"fmt"

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
	return Read(DefaultYAML(year), codelist.Current())
}

// writtenYears is the line of default.yaml that names the years.
var writtenYears = []byte("\nyears: [2025]\n")

// DefaultYAML is the default plan as a document to edit, with its comments.
func DefaultYAML(year int) []byte {
	return bytes.Replace(defaultYAML, writtenYears, fmt.Appendf(nil, "\nyears: [%d]\n", year), 1)
}
