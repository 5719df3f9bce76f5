package claim

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// kind is what a token is.
type kind uint8

const (
	word      kind = iota
	number         // a whole number
	percent        // a whole number of per cent
	odd            // a number of another sort: a decimal, an end of a range
	year           // a year of the calendar
	hole           // of a template: where a number stands; value says which
	separator      // what clauses are told apart by
	ender          // the end of a sentence
)

// token is a word, a number or a mark of a unit.
type token struct {
	kind      kind
	paragraph int // of the document
	from, to  int // runes of its paragraph's text
	line      int // of the source after the paragraph's first, from 0
	text      string
	value     int
	glued     bool // nothing stands between it and the token before
	// newLine: it begins a line as a sentence does, with a capital or a digit.
	newLine bool
	// beyond is set of a percentage that is said to be less than 1 (-1) or more
	// than 99 (+1).
	beyond int
}

// scanner cuts a paragraph into tokens.
type scanner struct {
	text      []rune
	paragraph int
	template  bool // holes are holes
	i, line   int
	numbers   int
	broken    bool
	tokens    []token
}

// holes are the runes that stand in a template where its numbers stand.
const (
	holeN = '\ue000' + iota
	holeOf
	holeSum
)

func scan(text []rune, paragraph int, template bool) []token {
	s := scanner{text: text, paragraph: paragraph, template: template}
	for s.i < len(text) && s.numbers <= MaxNumbers { // what has more is refused
		s.step()
	}
	return s.tokens
}

// put adds the token that ends before rune to.
func (s *scanner) put(k kind, to int, text string) {
	t := token{kind: k, paragraph: s.paragraph, from: s.i, to: to, line: s.line, text: text}
	t.newLine = s.broken && (isDigit(s.text[s.i]) || unicode.IsUpper(s.text[s.i]))
	if n := len(s.tokens); n > 0 {
		t.glued = s.tokens[n-1].to == s.i
	}
	s.tokens = append(s.tokens, t)
	if k == number || k == odd {
		s.numbers++
	}
	s.i, s.broken = to, false
}

func (s *scanner) step() {
	r := s.text[s.i]
	switch {
	case r == '\n':
		s.line++
		s.i++
		s.broken = true
	case s.template && r >= holeN && r <= holeSum:
		s.put(hole, s.i+1, "")
		s.tokens[len(s.tokens)-1].value = int(r)
	case isDigit(r):
		s.number()
	case isLetter(r) || r == object || r == '§':
		s.word()
	case r == '%':
		s.put(word, s.i+1, "%")
	case strings.ContainsRune(".!?", r) && s.endsSentence():
		s.put(ender, s.i+1, "")
	case r == '|' || strings.ContainsRune("–—−-/", r):
		s.put(separator, s.i+1, string(r))
	case strings.ContainsRune(",;:()…", r):
		s.separate(r)
	default:
		s.i++
	}
}

// separate adds a separator. A row of them is as good as the first.
func (s *scanner) separate(r rune) {
	if n := len(s.tokens); n > 0 && s.tokens[n-1].kind == separator && s.tokens[n-1].separates() {
		s.i++
		return
	}
	s.put(separator, s.i+1, string(r))
}

// isDigit takes the digits that releases are written with. Digits of other
// scripts are read as letters, so that nothing beside them is bound.
func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isLetter(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) && !isDigit(r) || r >= holeN && r <= holeSum
}

// isSilent is what is not seen inside a word or a number.
func isSilent(r rune) bool { return r == '\u00ad' || r == '\u200b' || r == '\u2060' || r == '\ufeff' }

func (s *scanner) at(i int) rune {
	if i < 0 || i >= len(s.text) {
		return ' '
	}
	return s.text[i]
}

// maxWord is how long a word is that could mean anything; what is longer is one
// that means nothing.
const maxWord = 48

// word takes letters and digits, and hyphens and apostrophes between them.
func (s *scanner) word() {
	if to := s.address(); to > 0 {
		s.put(word, to, string(object))
		return
	}
	to := s.i
	var b strings.Builder
	for ; to < len(s.text); to++ {
		r := s.text[to]
		joins := strings.ContainsRune("-'’_", r) && (isLetter(s.at(to+1)) || isDigit(s.at(to+1)))
		switch {
		case isSilent(r):
		case isLetter(r) || isDigit(r) || r == object || r == '§' || joins && r != '\'' && r != '’':
			if b.Len() <= maxWord {
				b.WriteRune(unicode.ToLower(r))
			}
		case joins:
		default:
			s.put(word, to, norm.NFC.String(b.String()))
			return
		}
	}
	s.put(word, to, norm.NFC.String(b.String()))
}

// address finds the end of an address of the web, 0 if none begins here.
func (s *scanner) address() int {
	rest := s.text[s.i:]
	for _, begin := range []string{"http://", "https://", "www."} {
		if len(rest) > len(begin) && strings.EqualFold(string(rest[:len(begin)]), begin) {
			n := slices.IndexFunc(rest, unicode.IsSpace)
			if n < 0 {
				n = len(rest)
			}
			return s.i + n
		}
	}
	return 0
}

// endsSentence says whether a mark ends a sentence rather than a shortened word
// or an address.
func (s *scanner) endsSentence() bool {
	if next := s.at(s.i + 1); !unicode.IsSpace(next) && !strings.ContainsRune("\"'”’»)]", next) {
		return false
	}
	if s.text[s.i] != '.' || len(s.tokens) == 0 {
		return true
	}
	last := s.tokens[len(s.tokens)-1]
	return last.kind != word || last.to != s.i || !shortened[last.text]
}

var shortened = set("ca", "c", "kl", "nr", "no", "st", "tex", "ex", "bla", "a", "dvs", "dv", "s", "jfr", "ev", "resp", "inkl", "exkl", "eg", "g", "ie", "vs", "dr", "kap", "fig", "tab", "ung", "tot")

func set(words ...string) map[string]bool {
	m := make(map[string]bool, len(words))
	for _, w := range words {
		m[w] = true
	}
	return m
}

// number takes digits, with thousands apart: 10 000, 10,000.
func (s *scanner) number() {
	to := s.digits(s.i)
	if grouped := s.groups(to); grouped > 0 {
		to = grouped
	}
	k := number
	for strings.ContainsRune(".,", s.at(to)) && isDigit(s.at(to+1)) {
		k, to = odd, s.digits(to+1)
	}
	value, ok := wholeNumber(s.text[s.i:to])
	if !ok {
		k = odd
	}
	from := s.i
	end := s.tail(to)
	switch tail := strings.ToLower(string(s.text[to:end])); {
	case tail == "":
	case ordinal[tail]:
		s.put(word, end, string(s.text[from:end]))
		return
	case strings.HasPrefix(tail, "-år"), strings.HasPrefix(tail, "-year"), strings.HasPrefix(tail, "-åring"):
		s.put(word, end, literal(value))
		return
	case tail[0] == '-': // such as "1990-talet"
		s.put(word, end, string(s.text[from:end]))
		return
	default:
		k, to = odd, end
	}
	s.put(k, to, "")
	s.tokens[len(s.tokens)-1].value = value
}

var ordinal = set("st", "nd", "rd", "th", ":a", ":e", ":an", ":en")

// literal is the word that a number is when it counts nobody, such as an age.
func literal(value int) string { return "#" + itoa(value) }

// digits is where the digits from i on end.
func (s *scanner) digits(i int) int {
	for isDigit(s.at(i)) {
		i++
	}
	return i
}

// groups is where groups of three digits end that follow one of up to three, 0
// if there are none.
func (s *scanner) groups(to int) int {
	if to-s.i > 3 || s.text[s.i] == '0' {
		return 0
	}
	apart, end := s.at(to), to
	if !strings.ContainsRune(" ,\u00a0\u202f\u2009", apart) {
		return 0
	}
	for s.at(end) == apart && s.digits(end+1) == end+4 {
		end += 4
	}
	if end == to || apart == ',' && s.at(end) == '.' && isDigit(s.at(end+1)) {
		return 0
	}
	return end
}

// tail is the end of the letters that a number runs on into.
func (s *scanner) tail(to int) int {
	i := to
	if strings.ContainsRune(":-", s.at(i)) && isLetter(s.at(i+1)) {
		i++
	}
	for isLetter(s.at(i)) && i-to <= maxWord {
		i++
	}
	return i
}

// maxDigits is how many digits a number of persons can have.
const maxDigits = 12

func wholeNumber(text []rune) (value int, ok bool) {
	n := 0
	for _, r := range text {
		if !isDigit(r) {
			continue
		}
		if n++; n > maxDigits {
			return 0, false
		}
		value = value*10 + int(r-'0')
	}
	return value, true
}
