package report

import (
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
)

// OfPanel words a figure of a panel, whose sentence begins with whom it is
// about: otherwise it would be read as one about everybody.
func OfPanel(set *figure.Set, content plan.Content, y plan.Publication, p plan.PublishedPanel, f plan.PublishedFigure) Statement {
	s := Figure(set, y, f)
	about := panelName(p)
	s.Sentence = codelist.Text{SV: about.SV + ": " + s.Sentence.SV, EN: about.EN + ": " + s.Sentence.EN}
	if s.Of != nil && s.whole() {
		s.Interval = s.interval(content.Intervals)
	}
	return s
}

// PanelLabel names a figure of a panel where it stands among others.
func PanelLabel(p plan.PublishedPanel, f plan.PublishedFigure) codelist.Text {
	about := panelName(p)
	return codelist.Text{SV: f.Label.SV + " (" + lowered(about.SV) + ")", EN: f.Label.EN + " (" + lowered(about.EN) + ")"}
}

func lowered(s string) string { return strings.ToLower(s[:1]) + s[1:] }

var (
	panelOfOne = codelist.Text{
		SV: "Den enda organisation som rapporterade {years}",
		EN: "The only organisation that reported in {years}",
	}
	panelOfMany = codelist.Text{
		SV: "De {n} organisationer som rapporterade {years}",
		EN: "The {n} organisations that reported in {years}",
	}
)

func panelName(p plan.PublishedPanel) codelist.Text {
	template := panelOfMany
	if p.Organisations == 1 {
		template = panelOfOne
	}
	return fillPanel(template, p.Organisations, len(p.Years))
}

func fillPanel(t codelist.Text, organisations, years int) codelist.Text {
	t = fill(t, slots{n: &Number{Status: Exact, Value: organisations}})
	return codelist.Text{
		SV: strings.ReplaceAll(t.SV, "{years}", allYears(codelist.Swedish, years)),
		EN: strings.ReplaceAll(t.EN, "{years}", allYears(codelist.English, years)),
	}
}

// numerals are the numbers from three on that are written as words.
var numerals = map[codelist.Lang][]string{
	codelist.Swedish: {"tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv"},
	codelist.English: {"three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"},
}

// allYears names the years of a panel, of which there are two or more.
func allYears(lang codelist.Lang, n int) string {
	if n <= 2 {
		return map[codelist.Lang]string{codelist.Swedish: "båda åren", codelist.English: "both years"}[lang]
	}
	in := strconv.Itoa(n)
	if words := numerals[lang]; n-3 < len(words) {
		in = words[n-3]
	}
	return map[codelist.Lang]string{codelist.Swedish: "alla " + in + " åren", codelist.English: "all " + in + " years"}[lang]
}

// The sentences about what a comparison covers. {list} is how many reported,
// by year.
var (
	coverOne = codelist.Text{
		SV: "Organisationer som rapporterade: {list}; jämförelsen gäller den enda som rapporterade {years}.",
		EN: "Organisations that reported: {list}; the comparison covers the only one that reported in {years}.",
	}
	coverMany = codelist.Text{
		SV: "Organisationer som rapporterade: {list}; jämförelsen gäller de {n} som rapporterade {years}.",
		EN: "Organisations that reported: {list}; the comparison covers the {n} that reported in {years}.",
	}
	coverSame = codelist.Text{
		SV: "Samma {n} organisationer rapporterade {years}; jämförelsen gäller alla.",
		EN: "The same {n} organisations reported in {years}; the comparison covers all of them.",
	}
	coverSameOne = codelist.Text{
		SV: "En och samma organisation rapporterade {years}; jämförelsen gäller den.",
		EN: "One and the same organisation reported in {years}; the comparison covers it.",
	}
)

// coverage words who reported in the years of a panel and whom of them the
// comparison covers.
func coverage(organisations int, points []SeriesPoint) codelist.Text {
	same, list := true, make([]string, len(points))
	for i, p := range points {
		same = same && p.Reporting == organisations
		list[i] = strconv.Itoa(p.Reporting) + " (" + strconv.Itoa(p.Year) + ")"
	}
	t := coverMany
	switch one := organisations == 1; {
	case same && one:
		t = coverSameOne
	case same:
		t = coverSame
	case one:
		t = coverOne
	}
	t = fillPanel(t, organisations, len(points))
	written := strings.Join(list, ", ")
	return codelist.Text{SV: strings.ReplaceAll(t.SV, "{list}", written), EN: strings.ReplaceAll(t.EN, "{list}", written)}
}
