package claim

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"manniskohandel.se/casestat/pkg/codelist"
)

func itoa(n int) string { return strconv.Itoa(n) }

// languages are those in which a release speaks.
var languages = []codelist.Lang{codelist.Swedish, codelist.English}

// functional words mean nothing by themselves: a statement does not need them,
// and a clause may have any of them. What turns a statement into another one,
// such as "not", "about" or "without", is none.
var functional = map[codelist.Lang]map[string]bool{
	codelist.Swedish: set(strings.Fields(`av utav och eller samt men medan som att det de den dem dessa denna detta där då när så
		har hade haft ha är var varit vara blev blivit blir bli finns fanns ett en någon något några i på till för från med om vid hos åt
		sin sitt sina deras hennes vi man också även dessutom under året år själv själva varav vilka vilket vilken in ut bland`)...),
	codelist.English: set(strings.Fields(`of out and or but while whereas that which who whom whose the a an this these those there then when where so
		have has had having is are was were be been being it they them their her she its we some any in on at to for from with by as into
		also moreover during year years themselves herself themself among`)...),
}

// filling words are needed where a statement has them, but a clause may have
// any of them besides.
var filling = map[codelist.Lang]map[string]bool{
	codelist.Swedish: stems(codelist.Swedish, `person personer människa människor totalt sammanlagt enligt rapport rapporten statistik statistiken visar
		plattform plattformen platform siffra siffror uppgift uppgifter antal andel procent resultat`),
	codelist.English: stems(codelist.English, `person persons people individual individuals total altogether all according report statistics shows show
		platform figure figures data number share percentage per cent percent result results`),
}

func stems(lang codelist.Lang, words string) map[string]bool {
	m := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		m[stem(lang, w)] = true
	}
	return m
}

// conjunctions tell clauses apart as a comma does.
var conjunctions = set("och", "samt", "men", "medan", "varav", "eller", "and", "but", "while", "whereas", "or")

// endings of inflected words, the longer before the shorter.
var endings = map[codelist.Lang][]string{
	codelist.Swedish: byLength(`ornas arnas ernas orna arna erna heten ades ande aste ade ens ats ets ast are or ar er en et es ad at as an it
		a e s t d r n`),
	codelist.English: byLength(`ies ied ing ed es s e y d`),
}

func byLength(words string) []string {
	all := strings.Fields(words)
	slices.SortStableFunc(all, func(a, b string) int { return utf8.RuneCountInString(b) - utf8.RuneCountInString(a) })
	return all
}

// irregular words are those whose forms endings do not tell.
var irregular = map[string]string{"women": "woman", "children": "child", "child": "child", "men": "man", "girls": "girl"}

// minStem is how many letters a stem keeps.
const minStem = 4

// stem is what the forms of a word have in common, roughly: it takes off endings
// as long as there are any. Two words with one stem are taken for one.
func stem(lang codelist.Lang, w string) string {
	if strings.HasPrefix(w, "#") {
		return w
	}
	if base, ok := irregular[w]; ok && lang == codelist.English {
		return base
	}
	for letters := utf8.RuneCountInString(w); letters > minStem; {
		i := slices.IndexFunc(endings[lang], func(e string) bool {
			return strings.HasSuffix(w, e) && letters-utf8.RuneCountInString(e) >= minStem
		})
		if i < 0 {
			break
		}
		w = w[:len(w)-len(endings[lang][i])]
		letters = utf8.RuneCountInString(w)
	}
	return w
}

// spelt are the numbers that are written as words. "En", "ett" and "one" are
// left out: see isOne.
var spelt = map[string]int{
	"noll": 0, "två": 2, "tre": 3, "fyra": 4, "fem": 5, "sex": 6, "sju": 7, "åtta": 8, "nio": 9, "tio": 10, "elva": 11, "tolv": 12,
	"zero": 0, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}

var (
	ones = set("en", "ett", "one")
	// partitive words stand between a number and the number that it is a part of.
	partitive = set("av", "utav", "of")
	// between may stand after them.
	between = set("de", "the", "totalt", "sammanlagt", "alla", "all", "total", "a")

	months = set("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december",
		"january", "february", "march", "may", "june", "july", "august", "october", "jan", "feb", "apr", "aug", "sep", "sept", "okt", "oct", "nov", "dec")
	ageUnits  = set("år", "åring", "åringar", "åringarna", "åringen", "years", "year", "yrs")
	rangeTo   = set("till", "to", "och", "and", "eller", "or", "–", "-", "—")
	dating    = set("i", "in", "år", "året", "åren", "under", "during", "för", "for", "sedan", "since", "från", "from", "till", "to", "per", "year", "years", "through", "och", "and", "hösten", "våren", "sommaren", "vintern")
	perCent   = set("%", "procent", "percent", "procents", "pct")
	lessThan  = set("mindre än", "less than")
	moreThan  = set("mer än", "more than")
	sexBefore = set("av", "är", "har", "hade", "var", "blev", "personer", "kvinnor", "flickor", "barn", "direkt")
)
