package claim

import "slices"

// maxEnds is how many ends of a clause are tried, besides the sentence's.
const maxEnds = 6

// sentences cuts a unit at its enders.
func sentences(tokens []token) [][]token {
	var all [][]token
	from := 0
	for i, t := range tokens {
		if t.kind == ender {
			all = append(all, tokens[from:i])
			from = i + 1
		}
	}
	return append(all, tokens[from:])
}

// separates says whether a clause may end before the token.
func (t token) separates() bool {
	return t.kind == separator && t.text != "-" || t.kind == word && conjunctions[t.text] || t.newLine
}

// sentence binds the numbers of a sentence, from the first to the last.
func (c *check) sentence(tokens []token) {
	var counts []int
	var years []int
	for i, t := range tokens {
		switch t.kind {
		case number, percent, odd:
			counts = append(counts, i)
		case year:
			years = append(years, t.value)
		}
	}
	if len(counts) == 0 || c.verbatim(tokens, years) {
		return
	}
	left, known := 0, true
	for a := 0; a < len(counts); {
		used, end := 0, 0
		why := NoStatement
		if known {
			used, end, why = c.from(tokens, left, counts[a:], years)
		}
		if used == 0 {
			used, end = 1, firstEnd(tokens, counts[a], next(tokens, counts[a:], 1))
			c.unbound(tokens[counts[a]], why)
		}
		left, known = end, end > 0
		a += used
	}
}

// next is where the number after the first k is, or the end.
func next(tokens []token, counts []int, k int) int {
	if k < len(counts) {
		return counts[k]
	}
	return len(tokens)
}

// firstEnd is the first end of a clause after a number, 0 if there is none.
func firstEnd(tokens []token, from, to int) int {
	if i := slices.IndexFunc(tokens[from+1:to], token.separates); i >= 0 {
		return from + 1 + i
	}
	return 0
}

// from binds a clause that begins at left and states the first numbers of
// counts: as many as it can, in the longest clause. used is 0 if it is none.
func (c *check) from(tokens []token, left int, counts []int, years []int) (used, end int, why Reason) {
	why = NoStatement
	if k := tokens[counts[0]].kind; k == odd {
		return 0, 0, NotWhole
	}
	for k := min(maxCounts, len(counts)); k > 0; k-- {
		for _, right := range ends(tokens, counts[k-1], next(tokens, counts, k)) {
			bound, reason := c.clause(tokens[left:right], years)
			if bound {
				return k, right, ""
			}
			if reason != NoStatement {
				return 0, 0, reason
			}
		}
	}
	return 0, 0, why
}

// ends are where a clause can end whose last number is at from, the farthest
// first. Between two numbers something must tell their clauses apart.
func ends(tokens []token, from, to int) []int {
	var all []int
	for i := from + 1; i < to && len(all) < maxEnds && i-from <= maxClause; i++ {
		if tokens[i].separates() {
			all = append(all, i)
		}
	}
	if to == len(tokens) {
		all = append(all, to)
	}
	slices.Reverse(all)
	return all
}

// clause binds one clause.
func (c *check) clause(tokens []token, years []int) (bool, Reason) {
	read, ok := clauseOf(tokens)
	if !ok {
		return false, NoStatement
	}
	all := c.forms.read(read, &c.work)
	if len(all) == 0 {
		return false, NoStatement
	}
	for _, other := range all[1:] {
		if !c.same(all[0], other) {
			return false, Ambiguous
		}
	}
	return c.bind(all[0], years)
}
