package report

import "manniskohandel.se/casestat/pkg/codelist"

// MinPercentBase is the smallest number of persons of which a share may be
// given as a percentage. Below it one person more or less moves a percentage by
// more than five points; it is said as "7 of 12".
const MinPercentBase = 20

// Percent words a share as a percentage and says how it is rounded, and that it
// may not be given at all if of is below MinPercentBase or the share is none.
// Only what is nobody is 0 per cent, and only what is everybody 100.
func Percent(n, of int) (codelist.Text, bool) {
	if of < MinPercentBase || n < 0 || n > of {
		return codelist.Text{}, false
	}
	percent := rounded(n, of)
	switch {
	case n > 0 && percent == 0:
		return codelist.Text{SV: "mindre än 1 procent", EN: "less than 1 per cent"}, true
	case n < of && percent == 100:
		return codelist.Text{SV: "mer än 99 procent", EN: "more than 99 per cent"}, true
	}
	written := fill(rounding, slots{n: &Number{Status: Exact, Value: percent}})
	return written, true
}

var rounding = codelist.Text{
	SV: "{n} procent (avrundat till hela procent)",
	EN: "{n} per cent (rounded to a whole number)",
}

// rounded gives whole per cent, halves upwards, without floating point and
// without overflow: 100*n is built up in steps of n modulo of.
func rounded(n, of int) int {
	percent, rest := 0, 0
	for range 100 {
		if rest >= of-n {
			percent++
			rest -= of - n
		} else {
			rest += n
		}
	}
	if rest >= of-rest {
		percent++
	}
	return percent
}
