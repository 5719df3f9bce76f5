package record

import "bytes"

// The recognisers below read a text once, whatever stands in it: a batch full
// of free text must not cost more than a batch of records.

// Lengths of telephone numbers in digits.
const (
	leastForeign, mostForeign = 7, 15 // behind + or 00, with the country code
	leastTrunk, mostTrunk     = 7, 11 // with the trunk 0
	leastBare, mostBare       = 10, 12
)

// run is a stretch of digits that has no digit beside it.
type run struct{ start, end int }

func (r run) length() int { return r.end - r.start }

// nextRun finds the first stretch of digits from a place on that has no digit before it.
func nextRun(text []byte, from int) (r run, ok bool) {
	for from < len(text) && !decimal(text[from]) {
		from++
	}
	end := from
	for end < len(text) && decimal(text[end]) {
		end++
	}
	return run{from, end}, end > from
}

func decimal(b byte) bool { return b >= '0' && b <= '9' }

// holdsPhone says whether a telephone number stands in a text without marks
// between digits: an international number, or a Swedish one with its trunk 0
// or (as a JSON number has no leading zero) its country code.
func holdsPhone(text []byte) bool {
	for r, ok := nextRun(text, 0); ok; r, ok = nextRun(text, r.end) {
		digits := text[r.start:r.end]
		if international(text, r) || trunk(digits) || countryCode(digits) {
			return true
		}
	}
	return false
}

func international(text []byte, r run) bool {
	plus := r.start > 0 && text[r.start-1] == '+' && (r.start == 1 || !decimal(text[r.start-2]))
	digits := text[r.start:r.end]
	if bytes.HasPrefix(digits, []byte("00")) {
		digits, plus = digits[2:], true
	}
	return plus && len(digits) >= leastForeign && len(digits) <= mostForeign && digits[0] != '0'
}

func trunk(digits []byte) bool {
	return len(digits) >= leastTrunk && len(digits) <= mostTrunk && digits[0] == '0' && digits[1] != '0'
}

func countryCode(digits []byte) bool {
	return len(digits) >= leastBare && len(digits) <= mostBare && digits[0] == '4' && digits[1] == '6' && digits[2] != '0'
}

// holdsEmail says whether an at sign, or one in disguise, stands between two
// characters, with at most a blank on each side.
func holdsEmail(text []byte) bool {
	for i := range text {
		if n := atSign(text[i:]); n > 0 && neighbour(text, i-1, -1) && neighbour(text, i+n, 1) {
			return true
		}
	}
	return false
}

// atSign gives the length of the at sign that text begins with, 0 if there is none.
func atSign(text []byte) int {
	const disguised = len("(at)")
	switch {
	case text[0] == '@':
		return 1
	case len(text) < disguised || text[0] != '(' && text[0] != '[':
		return 0
	case text[0] == '(' && text[3] == ')' || text[0] == '[' && text[3] == ']':
		if text[1]|0x20 == 'a' && text[2]|0x20 == 't' {
			return disguised
		}
	}
	return 0
}

// neighbour says whether an address may go on at i, or one step beyond a blank.
func neighbour(text []byte, i, step int) bool {
	if i >= 0 && i < len(text) && space(text[i]) {
		i += step
	}
	return i >= 0 && i < len(text) && text[i] != '@' && !space(text[i])
}

func space(b byte) bool { return b == ' ' || b >= '\t' && b <= '\r' && b != '\v' }

// leastDecimals is how many decimals make a degree a place: some 100 m.
const leastDecimals = 3

// holdsDegrees says whether decimal degrees, or digits with a degree sign,
// stand in a text.
func holdsDegrees(text []byte) bool {
	for r, ok := nextRun(text, 0); ok; r, ok = nextRun(text, r.end) {
		rest := text[r.end:]
		if degreeSign(rest) || whole(text[r.start:r.end]) && decimals(rest) {
			return true
		}
	}
	return false
}

func degreeSign(text []byte) bool {
	if len(text) > 0 && space(text[0]) {
		text = text[1:]
	}
	return bytes.HasPrefix(text, []byte("°"))
}

// whole says whether digits are degrees, up to 189.
func whole(digits []byte) bool {
	return len(digits) <= 2 || len(digits) == 3 && digits[0] == '1' && digits[1] != '9'
}

func decimals(text []byte) bool {
	if len(text) == 0 || text[0] != '.' && text[0] != ',' {
		return false
	}
	r, ok := nextRun(text, 1)
	return ok && r.start == 1 && r.length() >= leastDecimals
}
