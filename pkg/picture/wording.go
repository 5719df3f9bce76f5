package picture

import (
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
)

// The words a picture needs besides those it is given. {0} and {1} are numbers.
var (
	missing    = codelist.Text{SV: "uppgift saknas", EN: "no data"}
	withheld   = codelist.Text{SV: "publiceras inte", EN: "withheld"}
	impossible = codelist.Text{SV: "kan inte förekomma", EN: "cannot occur"}
	atLeast    = codelist.Text{SV: "minst {0}", EN: "at least {0}"}
	between    = codelist.Text{SV: "mellan {0} och {1}", EN: "between {0} and {1}"}
	outOf      = codelist.Text{SV: "{0} av {1}", EN: "{0} of {1}"}
	of         = codelist.Text{SV: "av {0}", EN: "of {0}"}
	ofUnknown  = codelist.Text{SV: "av hur många: {0}", EN: "out of how many: {0}"}

	hatchedRange = codelist.Text{
		SV: "Streckat: publiceras inte, eftersom det skulle kunna röja personer. Talet ligger någonstans i det streckade.",
		EN: "Hatched: withheld because it could reveal persons. The number lies somewhere within the hatching.",
	}
	hatchedUnknown = codelist.Text{
		SV: "Streckat: publiceras inte, eftersom det skulle kunna röja personer. Det streckade visar inte hur stort talet är.",
		EN: "Hatched: withheld because it could reveal persons. The hatching does not show how large the number is.",
	}
	openEnd = codelist.Text{
		SV: "Pil: det finns ingen känd övre gräns.",
		EN: "Arrow: no upper limit is known.",
	}
	gapInLine = codelist.Text{
		SV: "Linjen bryts där talet saknas eller inte publiceras.",
		EN: "The line breaks where the number is missing or withheld.",
	}
	leftOut = codelist.Text{
		SV: "Utelämnat, eftersom ingen kan höra dit: {0}.",
		EN: "Left out, because nobody can belong there: {0}.",
	}
	noRows = codelist.Text{SV: "Det finns inget att visa.", EN: "There is nothing to show."}
	each   = codelist.Text{SV: "1 markering = 1 {0}", EN: "1 mark = 1 {0}"}
	source = codelist.Text{SV: "Källa: {0}", EN: "Source: {0}"}
)

// say puts numbers into a wording.
func say(lang codelist.Lang, t codelist.Text, numbers ...int) string {
	words := make([]string, len(numbers))
	for i, n := range numbers {
		words[i] = number(lang, n)
	}
	return fill(lang, t, words...)
}

// fill puts words into a wording, in one pass: a brace within them means nothing.
func fill(lang codelist.Lang, t codelist.Text, words ...string) string {
	pairs := make([]string, 0, 2*len(words))
	for i, w := range words {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", w)
	}
	return strings.NewReplacer(pairs...).Replace(t.In(lang))
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
