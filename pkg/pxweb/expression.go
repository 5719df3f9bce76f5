package pxweb

import (
	"slices"
	"strconv"
	"strings"
)

// maxExpression bounds a selection expression, in bytes; no code of ours is as
// long.
const maxExpression = 256

// expand marks the values that an expression selects. A value's own code comes
// before any expression, and case counts nowhere.
func expand(text string, values []value, time bool, marked []bool) error {
	if len(text) > maxExpression {
		return refused(CodeExpression)
	}
	if i := find(values, text); i >= 0 {
		marked[i] = true
		return nil
	}
	if strings.ContainsAny(text, "*?") {
		return expandPattern(text, values, marked)
	}
	name, rest, called := strings.Cut(text, "(")
	inside, closed := strings.CutSuffix(rest, ")")
	switch call := strings.ToUpper(name); {
	case !called:
		return refused(CodeValueUnknown)
	case !closed || strings.ContainsAny(inside, "()"):
		return refused(CodeExpression)
	case call == "TOP" || call == "BOTTOM":
		return expandEnd(inside, (call == "TOP") != time, marked)
	case call == "RANGE" || call == "FROM" || call == "TO":
		return expandRange(call, inside, values, marked)
	}
	return refused(CodeExpression)
}

// find gives the place of a code, -1 if there is none.
func find(values []value, code string) int {
	return slices.IndexFunc(values, func(v value) bool { return strings.EqualFold(v.Code, code) })
}

// expandPattern takes "*", "abc*", "*abc" and "*abc*", where each "?" is any one
// character.
func expandPattern(text string, values []value, marked []bool) error {
	inner, before := strings.CutPrefix(text, "*")
	inner, after := strings.CutSuffix(inner, "*")
	if strings.Contains(inner, "*") {
		return refused(CodeExpression)
	}
	some := false
	for i, v := range values {
		if matches(strings.ToLower(v.Code), strings.ToLower(inner), before, after) {
			marked[i], some = true, true
		}
	}
	if !some {
		return refused(CodeValueUnknown)
	}
	return nil
}

// matches says whether the pattern is all of the code, but for what may stand
// before and after it. Codes are ASCII.
func matches(code, pattern string, before, after bool) bool {
	last := len(code) - len(pattern)
	for at := 0; at <= last; at++ {
		if at > 0 && !before || at < last && !after {
			continue
		}
		same := true
		for i := range len(pattern) {
			same = same && (pattern[i] == '?' || pattern[i] == code[at+i])
		}
		if same {
			return true
		}
	}
	return false
}

// expandEnd takes so many values from one end, leaving out an offset. The top
// of time is the latest.
func expandEnd(inside string, front bool, marked []bool) error {
	first, second, two := strings.Cut(inside, ",")
	n, ok := count(first)
	offset := 0
	if two && ok {
		offset, ok = count(second)
	}
	if !ok || n == 0 {
		return refused(CodeExpression)
	}
	if offset >= len(marked) {
		return refused(CodeValueUnknown)
	}
	for i := offset; i < min(offset+n, len(marked)); i++ {
		if front {
			marked[i] = true
		} else {
			marked[len(marked)-1-i] = true
		}
	}
	return nil
}

// count reads a number without a sign or a leading zero.
func count(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && len(text) <= 9 && strconv.Itoa(n) == text
}

// expandRange takes the values between two codes, both included and in either
// order, or those from or to one.
func expandRange(call, inside string, values []value, marked []bool) error {
	first, second, two := strings.Cut(inside, ",")
	if two != (call == "RANGE") || first == "" || two && (second == "" || strings.Contains(second, ",")) {
		return refused(CodeExpression)
	}
	from, to := find(values, first), len(values)-1
	switch call {
	case "RANGE":
		to = find(values, second)
	case "TO":
		from, to = 0, from
	}
	if from < 0 || to < 0 {
		return refused(CodeValueUnknown)
	}
	for i := min(from, to); i <= max(from, to); i++ {
		marked[i] = true
	}
	return nil
}
