package pxweb

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/fault"
)

func valuesOf(codes ...string) []value {
	var values []value
	for _, c := range codes {
		values = append(values, value{Category: export.Category{Code: c}})
	}
	return values
}

func expanded(text string, values []value, time bool) ([]string, error) {
	marked := make([]bool, len(values))
	err := expand(text, values, time, marked)
	var codes []string
	for i, v := range values {
		if marked[i] {
			codes = append(codes, v.Code)
		}
	}
	return codes, err
}

func TestExpressions(t *testing.T) {
	years := valuesOf("2021", "2022", "2023", "2024")
	ages := valuesOf("_T", "minor", "18_24", "25_plus", "not_stated")
	for _, c := range []struct {
		text   string
		values []value
		time   bool
		want   string
		code   fault.Code
	}{
		{text: "*", values: years, want: "2021 2022 2023 2024"},
		{text: "2022", values: years, want: "2022"},
		{text: "202*", values: years, want: "2021 2022 2023 2024"},
		{text: "*4", values: years, want: "2024"},
		{text: "*02*", values: years, want: "2021 2022 2023 2024"},
		{text: "**", values: years, want: "2021 2022 2023 2024"},
		{text: "202?", values: years, want: "2021 2022 2023 2024"},
		{text: "???3", values: years, want: "2023"},
		{text: "?4*", values: ages, code: CodeValueUnknown},
		{text: "?8*", values: ages, want: "18_24"},
		{text: "MINOR", values: ages, want: "minor"},
		{text: "M*", values: ages, want: "minor"},
		{text: "TOP(2)", values: ages, want: "_T minor"},
		{text: "top(2,1)", values: ages, want: "minor 18_24"},
		{text: "BOTTOM(1)", values: ages, want: "not_stated"},
		{text: "bottom(1,1)", values: ages, want: "25_plus"},
		{text: "TOP(1)", values: years, time: true, want: "2024"},
		{text: "Top(2,1)", values: years, time: true, want: "2022 2023"},
		{text: "BOTTOM(2)", values: years, time: true, want: "2021 2022"},
		{text: "TOP(99)", values: years, time: true, want: "2021 2022 2023 2024"},
		{text: "RANGE(2022,2023)", values: years, want: "2022 2023"},
		{text: "range(2023,2022)", values: years, want: "2022 2023"},
		{text: "FROM(2023)", values: years, want: "2023 2024"},
		{text: "to(2022)", values: years, want: "2021 2022"},
		{text: "from(MINOR)", values: ages, want: "minor 18_24 25_plus not_stated"},

		{text: "", values: years, code: CodeValueUnknown},
		{text: "2019", values: years, code: CodeValueUnknown},
		{text: "9*", values: years, code: CodeValueUnknown},
		{text: "?", values: years, code: CodeValueUnknown},
		{text: "2*2", values: years, code: CodeExpression},
		{text: "*2*2*", values: years, code: CodeExpression},
		{text: "TOP()", values: years, code: CodeExpression},
		{text: "TOP(0)", values: years, code: CodeExpression},
		{text: "TOP(-1)", values: years, code: CodeExpression},
		{text: "TOP(+1)", values: years, code: CodeExpression},
		{text: "TOP(01)", values: years, code: CodeExpression},
		{text: "TOP(1,)", values: years, code: CodeExpression},
		{text: "TOP(1,2,3)", values: years, code: CodeExpression},
		{text: "TOP(1", values: years, code: CodeExpression},
		{text: "TOP(1))", values: years, code: CodeExpression},
		{text: "TOP((1)", values: years, code: CodeExpression},
		{text: "TOP(99999999999999999999)", values: years, code: CodeExpression},
		{text: "TOP(1,4)", values: years, code: CodeValueUnknown},
		{text: "RANGE(2022)", values: years, code: CodeExpression},
		{text: "RANGE(2022,)", values: years, code: CodeExpression},
		{text: "RANGE(,2022)", values: years, code: CodeExpression},
		{text: "RANGE(2021,2022,2023)", values: years, code: CodeExpression},
		{text: "RANGE(2021,1999)", values: years, code: CodeValueUnknown},
		{text: "FROM()", values: years, code: CodeExpression},
		{text: "FROM(2021,2022)", values: years, code: CodeExpression},
		{text: "FROM(1999)", values: years, code: CodeValueUnknown},
		{text: "TO(1999)", values: years, code: CodeValueUnknown},
		{text: "SUM(2021)", values: years, code: CodeExpression},
		{text: "(2021)", values: years, code: CodeExpression},
		{text: strings.Repeat("2", 300), values: years, code: CodeExpression},
	} {
		got, err := expanded(c.text, c.values, c.time)
		if strings.Join(got, " ") != c.want || fault.CodeOf(err) != c.code || (err == nil) != (c.code == "") {
			t.Errorf("%q: %v, %v; want %q, %q", c.text, got, err, c.want, c.code)
		}
	}
}

func TestSplit_CommasInsideParenthesesStay(t *testing.T) {
	for text, want := range map[string][]string{
		"a,b":                        {"a", "b"},
		"top(2,1), RANGE(2020,2022)": {"top(2,1)", "RANGE(2020,2022)"},
		",,a,":                       {"a"},
		"a),b":                       {"a)", "b"},
		"TOP(1,2":                    {"TOP(1,2"},
		"":                           nil,
	} {
		if diff := cmp.Diff(want, split(text)); diff != "" {
			t.Errorf("%q: -want +got\n%s", text, diff)
		}
	}
}

// An expression selects nothing that is not there, and says in one of two ways
// what is wrong with it.
func FuzzExpand(f *testing.F) {
	for _, seed := range []string{"*", "a*", "*a", "*a*", "?_?4", "TOP(1)", "BOTTOM(2,1)", "RANGE(a,b)", "FROM(a)", "TO(b)", "((", "TOP(9,9", "\xff*", "ſ", "İ*"} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	values := valuesOf("_T", "a", "b", "18_24", "2024")
	f.Fuzz(func(t *testing.T, text string, time bool) {
		for _, piece := range append(split(text), text) {
			got, err := expanded(piece, values, time)
			if err == nil && len(got) == 0 {
				t.Errorf("%q selects nothing and says nothing", piece)
			}
			if err != nil && !slices.Contains([]fault.Code{CodeExpression, CodeValueUnknown}, fault.CodeOf(err)) {
				t.Errorf("%q: %v", piece, err)
			}
		}
	})
}
