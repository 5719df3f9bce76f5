package picture

import (
	"strconv"
	"strings"
)

// Lang is the language of a picture.
type Lang string

// The languages. Any other is drawn as English.
const (
	Swedish Lang = "sv"
	English Lang = "en"
)

// phrase is a wording in both languages.
type phrase struct{ sv, en string }

func (p phrase) in(lang Lang) string {
	if lang == Swedish {
		return p.sv
	}
	return p.en
}

// The words a picture needs besides those it is given. {0} and {1} are numbers.
var (
	missing    = phrase{sv: "uppgift saknas", en: "no data"}
	withheld   = phrase{sv: "publiceras inte", en: "withheld"}
	impossible = phrase{sv: "kan inte förekomma", en: "cannot occur"}
	atLeast    = phrase{sv: "minst {0}", en: "at least {0}"}
	between    = phrase{sv: "mellan {0} och {1}", en: "between {0} and {1}"}
	outOf      = phrase{sv: "{0} av {1}", en: "{0} of {1}"}
	of         = phrase{sv: "av {0}", en: "of {0}"}
	ofUnknown  = phrase{sv: "av hur många: {0}", en: "out of how many: {0}"}

	hatchedRange = phrase{
		sv: "Streckat: publiceras inte, eftersom det skulle kunna röja personer. Talet ligger någonstans i det streckade.",
		en: "Hatched: withheld because it could reveal persons. The number lies somewhere within the hatching.",
	}
	hatchedUnknown = phrase{
		sv: "Streckat: publiceras inte, eftersom det skulle kunna röja personer. Det streckade visar inte hur stort talet är.",
		en: "Hatched: withheld because it could reveal persons. The hatching does not show how large the number is.",
	}
	openEnd = phrase{
		sv: "Pil: det finns ingen känd övre gräns.",
		en: "Arrow: no upper limit is known.",
	}
	gapInLine = phrase{
		sv: "Linjen bryts där talet saknas eller inte publiceras.",
		en: "The line breaks where the number is missing or withheld.",
	}
	leftOut = phrase{
		sv: "Utelämnat, eftersom ingen kan höra dit: {0}.",
		en: "Left out, because nobody can belong there: {0}.",
	}
	noRows = phrase{sv: "Det finns inget att visa.", en: "There is nothing to show."}
	each   = phrase{sv: "1 markering = 1 {0}", en: "1 mark = 1 {0}"}
	source = phrase{sv: "Källa: {0}", en: "Source: {0}"}
)

// say puts numbers into a wording.
func say(lang Lang, t phrase, numbers ...int) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = number(lang, n)
	}
	return fill(lang, t, words...)
}

// fill puts words into a wording, in one pass: a brace within them means nothing.
func fill(lang Lang, t phrase, words ...string) string {
	pairs := make([]string, 0, 2*len(words))
	for i, w := range words {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", w)
	}
	return strings.NewReplacer(pairs...).Replace(t.in(lang))
}

// capital starts a sentence.
func capital(s string) string {
	for i, r := range s {
		if i == 0 {
			return strings.ToUpper(string(r)) + s[len(string(r)):]
		}
	}
	return s
}
