package export

import (
	"strings"

	"manniskohandel.se/casestat/pkg/report"
)

// Agency is who maintains the structures of the SDMX files.
const Agency = "CASESTAT"

// SDMX writes the cube as SDMX-CSV 2.0, codes only. What is not published is an
// empty value, with the status of the code lists CL_OBS_STATUS and
// CL_CONF_STATUS. A last row with codes "_T" holds the total.
func (c *Cube) SDMX() ([]byte, error) {
	n, err := c.normal()
	if err != nil {
		return nil, err
	}
	w := newRows(Machine)
	head := []string{"STRUCTURE", "STRUCTURE_ID", "ACTION"}
	for _, d := range n.Dimensions {
		head = append(head, sdmxDimension(d))
	}
	w.write(append(head, "OBS_VALUE", "OBS_STATUS", "CONF_STATUS")...)
	// No table's name holds an "@", so the flows of two tables differ.
	flow := Agency + ":" + strings.ToUpper(strings.ReplaceAll(n.ID, ".", "@")) + "(" + n.Edition.version() + ")"
	for _, o := range n.observations() {
		row := []string{"dataflow", flow, "R"} // replaces what an earlier reading of the same version left
		for _, cat := range o.at {
			row = append(row, cat.Code)
		}
		status, confidence := sdmxStatus(o.number)
		w.write(append(row, o.value(), status, confidence)...)
	}
	return w.Bytes(), nil
}

func sdmxDimension(d Dimension) string {
	switch d.Role {
	case Time:
		return "TIME_PERIOD"
	case Contents:
		return "INDICATOR"
	default:
		return strings.ToUpper(d.Code)
	}
}

// sdmxStatus gives the codes of observation status (A: a normal value, Q:
// missing because suppressed, M: missing because it cannot exist) and of
// confidentiality (F: free, C: confidential).
func sdmxStatus(n report.Number) (status, confidence string) {
	switch n.Status {
	case report.Exact:
		return "A", "F"
	case report.Impossible:
		return "M", "F"
	default:
		return "Q", "C"
	}
}
