package record

// Lengths of a Swedish personal identity or coordination number in digits,
// without and with the century.
const (
	shortNumber = 10
	longNumber  = 12
)

// maxSeparators is how many marks may stand between two digits of a number
// that people have grouped ("19 80 01 01 - 1234").
const maxSeparators = 3

// holdsPersonalNumber says whether a valid number stands anywhere in text.
func holdsPersonalNumber(text []byte) bool {
	run, gap := make([]byte, 0, 32), 0
	for _, b := range text {
		switch {
		case b >= '0' && b <= '9':
			run, gap = append(run, b), 0
			if n := len(run); n >= shortNumber && personalNumber(run[n-shortNumber:]) {
				return true
			}
		case separator(b) && gap < maxSeparators:
			gap++
		default:
			run, gap = run[:0], 0
		}
	}
	return false
}

func separator(b byte) bool {
	return b == ' ' || b == '-' || b == '+' || b == '.' || b == '/'
}

// personalNumber says whether ten digits are a date (with 60 added to the day
// in a coordination number), a serial number and the right check digit.
func personalNumber(d []byte) bool {
	month, day := two(d[2:]), two(d[4:])
	if day > 60 {
		day -= 60
	}
	return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(two(d), month) && luhn(d)
}

// longPersonalNumber is personalNumber with a plausible century in front.
func longPersonalNumber(d []byte) bool {
	century := two(d)
	return century >= 18 && century <= 20 && personalNumber(d[2:])
}

func two(d []byte) int { return int(d[0]-'0')*10 + int(d[1]-'0') }

// daysIn counts the days of a month in a year of unknown century, so that
// year 00 has a leap day (it had one in 2000).
func daysIn(year, month int) int {
	switch {
	case month == 2 && year%4 == 0:
		return 29
	case month == 2:
		return 28
	case month == 4 || month == 6 || month == 9 || month == 11:
		return 30
	}
	return 31
}

// luhn checks the last digit by the sum of the digits of 2, 1, 2, 1 ... times each.
func luhn(d []byte) bool {
	sum := 0
	for i, b := range d {
		n := int(b - '0')
		if i%2 == 0 {
			n *= 2
		}
		sum += n/10 + n%10
	}
	return sum%10 == 0
}
