package claim

import (
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
)

// stated is a number of a clause and which number of a statement it means.
type stated struct {
	token
	slot slot // of a percentage: slotN
}

// reading is what a clause turned out to say.
type reading struct {
	form  form
	says  []stated
	years []int
}

// Limits of a clause that is compared with statements; none of ours is nearly as
// long.
const (
	maxClause = 200 // tokens
	maxStems  = 40  // different ones that mean something
)

// clause is a run of tokens with numbers in it.
type clause struct {
	tokens []token
	counts []int // of tokens: those that are numbers or percentages
	years  []int
}

func clauseOf(tokens []token) (clause, bool) {
	c := clause{tokens: tokens}
	if len(tokens) > maxClause {
		return c, false
	}
	for i, t := range tokens {
		switch t.kind {
		case number, percent:
			c.counts = append(c.counts, i)
		case odd:
			return c, false
		case year:
			c.years = append(c.years, t.value)
		}
	}
	return c, len(c.counts) > 0 && len(c.counts) <= maxCounts
}

// maxCounts is how many numbers one clause may state: n, of and per cent.
const maxCounts = 3

// stems are the words of the clause that mean something, each once; ok is false
// if one of them occurs in no statement.
func (c clause) stems(fs *forms, lang codelist.Lang) (found map[string]bool, ok bool) {
	found = make(map[string]bool)
	for _, t := range c.tokens {
		if t.kind != word || t.text == "" || functional[lang][t.text] || perCent[t.text] {
			continue
		}
		s := stem(lang, t.text)
		if !fs.allowed[lang][s] {
			return nil, false
		}
		if found[s] = true; len(found) > maxStems {
			return nil, false
		}
	}
	return found, true
}

// read gives every reading of a clause, of which none has fewer words than
// another that says nothing else.
func (fs *forms) read(c clause, work *int) []reading {
	var all []reading
	for _, lang := range languages {
		*work += len(c.tokens)
		found, ok := c.stems(fs, lang)
		if !ok {
			continue
		}
		hits := make(map[int]int)
		for s := range found {
			*work += len(fs.by[lang][s])
			for _, i := range fs.by[lang][s] {
				if hits[i]++; hits[i] < len(fs.all[i].keys) || !fs.all[i].fits(found) {
					continue
				}
				if says, ok := fs.all[i].assign(c); ok {
					all = append(all, reading{fs.all[i], says, c.years})
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b reading) int { return compareForms(a.form, b.form) })
	return slices.DeleteFunc(slices.Clone(all), func(r reading) bool {
		return slices.ContainsFunc(all, func(o reading) bool { return o.form.lang == r.form.lang && within(r.form.keys, o.form.keys) })
	})
}

// within says whether b has all of a and more. Both are sorted.
func within(a, b []string) bool {
	return len(a) < len(b) && !slices.ContainsFunc(a, func(s string) bool {
		_, has := slices.BinarySearch(b, s)
		return !has
	})
}

// fits says whether the clause has no other words than the form allows; that it
// has all the form's keys, is known.
func (f form) fits(found map[string]bool) bool {
	var besides []string
	for s := range found {
		if _, key := slices.BinarySearch(f.keys, s); !key && !filling[f.lang][s] {
			besides = append(besides, s)
		}
	}
	names := func(universe []string) bool {
		return !slices.ContainsFunc(universe, func(s string) bool { return !found[s] }) &&
			!slices.ContainsFunc(besides, func(s string) bool { return !slices.Contains(universe, s) })
	}
	return len(besides) == 0 || names(f.whole) || names(f.head)
}

// assign says which number of the statement each number of the clause means.
func (f form) assign(c clause) ([]stated, bool) {
	var plain, share []token
	for _, i := range c.counts {
		if t := c.tokens[i]; t.kind == percent {
			share = append(share, t)
		} else {
			plain = append(plain, t)
		}
	}
	switch {
	case f.order != nil:
		return f.ordered(c, plain, len(share))
	case len(share) > 1 || len(plain) > 2 || len(share) > 0 && f.holes[0] != slotN:
		return nil, false
	}
	var says []stated
	switch len(plain) {
	case 1:
		if partitive[c.before(c.indexOf(plain[0])).text] {
			return nil, false // out of how many, and not how many
		}
		says = []stated{{plain[0], f.holes[0]}}
	case 2:
		if says = c.pair(plain); says == nil || f.holes[0] != slotN {
			return nil, false
		}
	}
	for _, t := range share {
		says = append(says, stated{t, slotN})
	}
	return says, true
}

// ordered reads a form whose numbers are told apart by the words around them.
func (f form) ordered(c clause, plain []token, shares int) ([]stated, bool) {
	if shares > 0 || len(plain) != len(f.holes) {
		return nil, false
	}
	var order []string
	n := 0
	for _, t := range c.tokens {
		switch {
		case t.kind == number:
			order = append(order, string(rune(holeN+int(f.holes[n]))))
			n++
		case t.kind == word && t.text != "" && !functional[f.lang][t.text]:
			if s := stem(f.lang, t.text); slices.Contains(f.keys, s) {
				order = append(order, s)
			}
		}
	}
	if !slices.Equal(order, f.order) {
		return nil, false
	}
	says := make([]stated, len(plain))
	for i, t := range plain {
		says[i] = stated{t, f.holes[i]}
	}
	return says, true
}

func (c clause) indexOf(t token) int {
	return slices.IndexFunc(c.tokens, func(o token) bool { return o.paragraph == t.paragraph && o.from == t.from })
}

func (c clause) before(i int) token { return sensor{c.tokens}.before(i) }

// pair tells "26 of 35" and "of 35, 26".
func (c clause) pair(plain []token) []stated {
	if partitive[c.before(c.indexOf(plain[1])).text] {
		return []stated{{plain[0], slotN}, {plain[1], slotOf}}
	}
	first := c.before(c.indexOf(plain[0])).text
	if partitive[first] || first == "bland" || first == "among" {
		return []stated{{plain[1], slotN}, {plain[0], slotOf}}
	}
	return nil
}
