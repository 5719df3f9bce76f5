package claim

// sense says of each number of a unit what it is: a count, a percentage, an age,
// a year, a date. What is neither of persons nor of per cent is not a claim.
func sense(tokens []token, template bool) []token {
	tokens = percentages(tokens)
	s := sensor{tokens: tokens}
	for i := range tokens {
		s.spell(i)
	}
	for i := range tokens {
		s.dates(i)
		s.ages(i)
	}
	for i := range tokens {
		s.ranges(i)
	}
	s.years()
	if template {
		for i := range tokens {
			if k := tokens[i].kind; k == number || k == odd {
				tokens[i].kind, tokens[i].text = word, literal(tokens[i].value)
			}
		}
	}
	return tokens
}

// percentages puts a number and its sign together.
func percentages(tokens []token) []token {
	out := tokens[:0]
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		n := len(out)
		after := n > 0 && (out[n-1].kind == number || out[n-1].kind == odd)
		switch {
		case after && t.kind == word && perCent[t.text]:
			join(out, t)
		case after && t.kind == word && t.text == "per" && i+1 < len(tokens) && tokens[i+1].text == "cent":
			i++
			join(out, tokens[i])
		default:
			out = append(out, t)
		}
	}
	return out
}

// join puts a sign to the last of the tokens. "Less than 1" and "more than 99"
// are how a share is worded that is not quite nothing or not quite all.
func join(tokens []token, sign token) {
	n := len(tokens) - 1
	t := &tokens[n]
	t.to = sign.to
	if t.kind != number {
		return
	}
	t.kind = percent
	if n < 2 {
		return
	}
	words := tokens[n-2].text + " " + tokens[n-1].text
	switch {
	case t.value == 1 && lessThan[words]:
		t.beyond = -1
	case t.value == 99 && moreThan[words]:
		t.beyond = 1
	default:
		return
	}
	tokens[n-2].text, tokens[n-1].text = "", ""
}

type sensor struct{ tokens []token }

// near gives a token, a separator where there is none.
func (s sensor) near(i int) token {
	if i < 0 || i >= len(s.tokens) {
		return token{kind: separator}
	}
	return s.tokens[i]
}

// spell reads a number that is written as a word.
func (s sensor) spell(i int) {
	t := &s.tokens[i]
	if t.kind != word {
		return
	}
	value, ok := spelt[t.text]
	switch {
	case ones[t.text]:
		value, ok = 1, s.isOne(i)
	case t.text == "sex": // the number in Swedish alone
		ok = sexBefore[s.near(i+1).text]
	}
	if ok {
		t.kind, t.value = number, value
	}
}

// isOne says whether "one" is a number rather than an article: it is one of so
// many.
func (s sensor) isOne(i int) bool {
	if !partitive[s.near(i+1).text] {
		return false
	}
	i += 2
	if between[s.near(i).text] {
		i++
	}
	_, word := spelt[s.near(i).text]
	return word || s.near(i).kind == number
}

// dates are no claims: 12 May, May 12, 2024-05-12.
func (s sensor) dates(i int) {
	t := &s.tokens[i]
	if t.kind != number || t.value > 31 {
		if t.kind == number && s.isISO(i) {
			for j := i; j < i+5; j += 2 {
				s.tokens[j].kind, s.tokens[j].text = word, ""
			}
		}
		return
	}
	if months[s.near(i+1).text] && s.near(i+1).kind == word || months[s.near(i-1).text] && s.near(i-1).kind == word && s.near(i-1).text != "may" {
		t.kind, t.text = word, ""
	}
}

func (s sensor) isISO(i int) bool {
	for j, k := range []kind{number, separator, number, separator, number} {
		if t := s.near(i + j); t.kind != k || k == separator && t.text != "-" || j > 0 && !t.glued {
			return false
		}
	}
	return s.tokens[i].to-s.tokens[i].from == 4
}

// ages make a word of a number of years, and of the one it reaches from: "18 to
// 24 years" says who is meant, not how many.
func (s sensor) ages(i int) {
	if s.tokens[i].kind != number || s.near(i+1).kind != word || !ageUnits[s.near(i+1).text] || s.near(i+2).kind == number && s.calendar(i+2) {
		return
	}
	s.toWord(i)
	if rangeTo[s.near(i-1).text] && s.near(i-2).kind == number {
		s.toWord(i - 2)
	}
}

func (s sensor) toWord(i int) {
	s.tokens[i].kind, s.tokens[i].text = word, literal(s.tokens[i].value)
}

// ranges: an end of a range is no number of persons, and 26/35 is not read.
func (s sensor) ranges(i int) {
	t := s.tokens[i]
	if t.kind != separator || t.text != "–" && t.text != "-" && t.text != "—" && t.text != "−" && t.text != "/" {
		return
	}
	for _, j := range []int{i - 1, i + 1} {
		other := 2*i - j
		if s.near(j).isCount() && (s.near(other).isCount() || s.near(other).kind == odd) && !s.calendar(j) {
			s.tokens[j].kind = odd
		}
	}
}

// isNumber takes those in that no statement can have.
func (t token) isNumber() bool { return t.isCount() || t.kind == odd }

func (t token) isCount() bool { return t.kind == number || t.kind == percent }

// calendar says whether a number looks like a year.
func (s sensor) calendar(i int) bool {
	t := s.near(i)
	return t.kind == number && t.value >= 1990 && t.value <= 2099 && t.to-t.from == 4
}

// years tells years from counts that look like them: a count is one of so many,
// or so many of which there is one, or the only number around.
func (s sensor) years() {
	counts := 0
	for i, t := range s.tokens {
		if t.kind == percent || t.kind == number && !s.calendar(i) {
			counts++
		}
	}
	for i := range s.tokens {
		if !s.calendar(i) || partitive[s.near(i+1).text] || partitive[s.before(i).text] {
			continue
		}
		last := s.near(i+1).kind != word && s.near(i+1).kind != hole
		if counts > 0 || last || dating[s.near(i-1).text] || months[s.near(i-1).text] {
			s.tokens[i].kind = year
		}
	}
}

// before is the token before, past what may stand between.
func (s sensor) before(i int) token {
	if t := s.near(i - 1); !between[t.text] {
		return t
	}
	return s.near(i - 2)
}
