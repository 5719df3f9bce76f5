package codelist

import "strconv"

// Number writes thousands apart from five digits on, as both languages do:
// "10 000" with a no-break space, "10,000".
func (l Lang) Number(n int) string {
	digits := strconv.Itoa(n)
	if n > -10_000 && n < 10_000 {
		return digits
	}
	separator := ","
	if l == Swedish {
		separator = "\u00a0"
	}
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + separator + digits[i:]
	}
	return digits
}
