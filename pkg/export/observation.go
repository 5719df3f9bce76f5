package export

import (
	"slices"
	"strconv"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/report"
)

// observation is one number with what it is of, a category for each dimension.
type observation struct {
	at     []Category
	number report.Number
	total  bool // of the cube as a whole
}

// value is an exact number, and nothing for any other.
func (o observation) value() string {
	if o.number.Status != report.Exact {
		return ""
	}
	return strconv.Itoa(o.number.Value)
}

// codeTotal stands for all categories of a dimension.
const codeTotal = "_T"

// observations lists the numbers, and after them the total if there is one.
func (c *Cube) observations() []observation {
	var all []observation
	c.each(func(place int, at []int) {
		o := observation{number: c.Numbers[place]}
		for d, i := range at {
			o.at = append(o.at, c.Dimensions[d].Categories[i])
		}
		all = append(all, o)
	})
	if !c.hasTotalRow() {
		return all
	}
	total := observation{number: *c.Total, total: true}
	for _, d := range c.Dimensions {
		cat := d.Categories[0]
		if d.Role == Classification {
			cat = Category{Code: codeTotal, Label: codelist.Text{SV: "Totalt", EN: "Total"}}
		}
		total.at = append(total.at, cat)
	}
	return append(all, total)
}

// hasTotalRow says whether the total is one more observation: of one year and
// one content, and of none that is among the others already.
func (c *Cube) hasTotalRow() bool {
	own := false
	for _, d := range c.Dimensions {
		switch {
		case d.Role != Classification && len(d.Categories) != 1:
			return false
		case d.Role != Classification:
		case slices.Contains(d.codes(), codeTotal):
			return false
		default:
			own = true
		}
	}
	return own && c.Total != nil
}
