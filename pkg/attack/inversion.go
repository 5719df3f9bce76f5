package attack

import (
	"bytes"
	"context"
	"encoding/json"
	"math/big"
	"regexp"
	"strings"
)

// inversion looks for means, shares and percentages in every answer and turns
// them back into counts.
var inversion = adversary{
	5, "means and percentages", "turns every mean, share or percentage found in any answer back into counts",
	func(ctx context.Context, s *session) (outcome, error) {
		if len(s.latest) == 0 {
			return notRun(noRelease), nil
		}
		sizes := map[int]bool{} // what a share can be of
		small := 0
		for _, y := range s.latest {
			small = max(small, y.knows.small)
			for _, c := range y.knows.cells {
				if c.known() && c.lo > 0 && c.lo <= 1<<12 {
					sizes[c.lo] = true
				}
			}
		}
		var answers, statistics, inverted int
		for _, path := range s.public() {
			got, err := s.get(ctx, path)
			if err != nil {
				return outcome{}, err
			}
			answers++
			for _, st := range statisticsIn(got.body) {
				statistics++
				inverted += one(st.gives(sizes, small))
			}
		}
		return verdict(inverted, figure("answers searched", answers), figure("non-integer statistics", statistics),
			figure("turned back into a small count", inverted)), nil
	},
}

// statistic is a number that is no count: what it is, and how exactly it is said.
type statistic struct{ value, half *big.Rat }

// spoken are percentages and fractions as they are written in sentences; a
// version such as 2.0.0 is neither.
var spoken = regexp.MustCompile(`(?:^|[^\d.,=/])(\d+(?:[.,]\d+)?)(\s?(?:%|per cent|percent|procent))?(?:[.,]?(?:$|[^\d.,]))`)

// tabled are those of files in which a comma parts columns.
var tabled = regexp.MustCompile(`(?m)(?:^|[,;"\s])(\d+\.\d+)(\s?%)?(?:$|[,;"\s])`)

// statisticsIn finds the fractions among the numbers of a JSON document, and
// the percentages and fractions in its sentences. Of anything else it takes
// what stands between separators.
func statisticsIn(body []byte) []statistic {
	if !json.Valid(body) {
		return matches(nil, tabled, string(body))
	}
	var out []statistic
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return out
		}
		switch v := token.(type) {
		case json.Number:
			if strings.ContainsAny(string(v), ".eE") {
				out = appendStatistic(out, string(v), false)
			}
		case string:
			if strings.Contains(v, " ") { // no name, version or hash
				out = matches(out, spoken, v)
			}
		}
	}
}

func matches(to []statistic, pattern *regexp.Regexp, text string) []statistic {
	for _, m := range pattern.FindAllStringSubmatch(text, -1) {
		if m[2] != "" || strings.ContainsAny(m[1], ".,") {
			to = appendStatistic(to, strings.Replace(m[1], ",", ".", 1), m[2] != "")
		}
	}
	return to
}

func appendStatistic(to []statistic, text string, percent bool) []statistic {
	v, ok := new(big.Rat).SetString(text)
	if !ok {
		return to
	}
	half := big.NewRat(1, 2)
	if i := strings.IndexByte(text, '.'); i >= 0 {
		for range len(text) - i - 1 {
			half.Quo(half, big.NewRat(10, 1))
		}
	}
	if percent {
		v.Quo(v, big.NewRat(100, 1))
		half.Quo(half, big.NewRat(100, 1))
	}
	return append(to, statistic{v, half})
}

// gives says whether the statistic, read as a share of one of the numbers that
// are published, leaves one count, and that or its complement is small.
func (s statistic) gives(sizes map[int]bool, small int) bool {
	for of := range sizes {
		n, one := s.only(of)
		if one && of >= small && (n > 0 && n < small || of-n < small) {
			return true
		}
	}
	return false
}

// only is the count of which the statistic is the share, if there is just one.
func (s statistic) only(of int) (int, bool) {
	whole := new(big.Rat).SetInt64(int64(of))
	low, high := new(big.Rat).Sub(s.half, s.value), new(big.Rat).Add(s.value, s.half)
	// The least count is rounded up: minus the floor of its opposite.
	least := new(big.Int).Neg(floor(low.Mul(low, whole)))
	most := floor(high.Mul(high, whole))
	if least.Sign() < 0 {
		least.SetInt64(0)
	}
	if all := big.NewInt(int64(of)); most.Cmp(all) > 0 {
		most = all
	}
	return int(least.Int64()), least.Cmp(most) == 0
}

func floor(r *big.Rat) *big.Int { return new(big.Int).Div(r.Num(), r.Denom()) }
