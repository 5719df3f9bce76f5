package desk

import (
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
)

var (
	samplingWording = codelist.Text{SV: "osäkerhetsintervall {from}–{to} procent", EN: "uncertainty interval {from}–{to} per cent"}
	unknownWording  = codelist.Text{
		SV: "mellan {from} och {to} procent beroende på de okända svaren",
		EN: "between {from} and {to} per cent depending on the unknown answers",
	}
	fewWording = codelist.Text{
		SV: "{n} av {of}: ingen procentsats av så få",
		EN: "{n} of {of}: no percentage of so few",
	}
	mostlyWording = codelist.Text{
		SV: "ingen andel anges, eftersom fler svar saknas än finns",
		EN: "no share is stated because more answers are missing than known",
	}

	panelWording = codelist.Text{
		SV: "{reporting_from} rapporterade {from} och {reporting_to} {to}; jämförelsen gäller de {both} som rapporterade båda åren.",
		EN: "{reporting_from} reported in {from} and {reporting_to} in {to}; the comparison covers the {both} that reported in both years.",
	}
	onePanelWording = codelist.Text{
		SV: "{reporting_from} rapporterade {from} och {reporting_to} {to}; jämförelsen gäller den enda som rapporterade båda åren.",
		EN: "{reporting_from} reported in {from} and {reporting_to} in {to}; the comparison covers the only one that reported in both years.",
	}
	noPanelWording = codelist.Text{
		SV: "Ingen organisation rapporterade både {from} och {to}: åren kan inte jämföras.",
		EN: "No organisation reported in both {from} and {to}: the years cannot be compared.",
	}
	changeWording = codelist.Text{
		SV: "Antalet var {n_from} år {from} och {n_to} år {to}: {panel} hos dem som rapporterade båda åren, {entrants} från dem som bara rapporterade {to}, {leavers} från dem som bara rapporterade {from}.",
		EN: "The number was {n_from} in {from} and {n_to} in {to}: {panel} among those that reported in both years, {entrants} from those that reported in {to} alone, {leavers} from those that reported in {from} alone.",
	}
	ratioWording = codelist.Text{
		SV: "Jämfört inom varje organisation var antalet {ratio} gånger så stort {to} som {from} (osäkerhetsintervall {low}–{high}).",
		EN: "Compared within each organisation the number was {ratio} times as large in {to} as in {from} (uncertainty interval {low}–{high}).",
	}
	withinChance = codelist.Text{
		SV: "Antalet varierar; materialet visar ingen säker förändring.",
		EN: "Numbers vary; the data show no reliable change.",
	}
	beyondChance = codelist.Text{
		SV: "Skillnaden är större än slumpen brukar ge, men två år visar ingen trend: vad som annars skiljer år från år syns först efter minst fem.",
		EN: "The difference is larger than chance usually gives, but two years show no trend: what else varies from year to year shows only after five or more.",
	}
)

// spread words an interval of whole per cent.
func spread(b Basis, from, to int) codelist.Text {
	wording := samplingWording
	if b == UnknownAlone {
		wording = unknownWording
	}
	return fill(wording, slots{"from": number(from), "to": number(to)})
}

// noShare words why there is none.
func noShare(b Basis, n figure.Numbers) codelist.Text {
	if b == TooFew {
		return fill(fewWording, slots{"n": number(n.N), "of": number(n.Of)})
	}
	return mostlyWording
}

// Sentences word a comparison, what it covers first. None of them claims a
// trend: two years are not enough for one.
func (c Comparison) Sentences() []codelist.Text {
	in := slots{
		"from": number(c.From.Year), "to": number(c.To.Year), "both": number(c.Both),
		"reporting_from": organisations(c.From.Reporting), "reporting_to": organisations(c.To.Reporting),
		"n_from": number(c.From.N), "n_to": number(c.To.N),
		"panel": change(c.PanelChange()), "entrants": change(c.Entrants.N), "leavers": change(-c.Leavers.N),
	}
	if c.Both == 0 {
		return []codelist.Text{fill(noPanelWording, in)}
	}
	covered := panelWording
	if c.Both == 1 {
		covered = onePanelWording
	}
	said := []codelist.Text{fill(covered, in), fill(changeWording, in)}
	if r := c.Ratio; r != nil {
		in["ratio"], in["low"], in["high"] = decimal(r.Value), decimal(r.Low), decimal(r.High)
		said = append(said, fill(ratioWording, in))
	}
	if c.beyondChance() {
		return append(said, beyondChance)
	}
	return append(said, withinChance)
}

// beyondChance says whether the panel's numbers lie farther apart than chance
// puts them in 19 cases of 20.
func (c Comparison) beyondChance() bool {
	if c.Ratio != nil {
		return c.Ratio.Low > 1 || c.Ratio.High < 1
	}
	return c.P != nil && *c.P < 0.05
}

// slots are what a wording may name in braces.
type slots map[string]codelist.Text

func fill(t codelist.Text, in slots) codelist.Text {
	for name, value := range in {
		t.SV = strings.ReplaceAll(t.SV, "{"+name+"}", value.SV)
		t.EN = strings.ReplaceAll(t.EN, "{"+name+"}", value.EN)
	}
	return t
}

// same is a text that both languages write alike.
func same(s string) codelist.Text { return codelist.Text{SV: s, EN: s} }

func number(n int) codelist.Text { return same(strconv.Itoa(n)) }

// change writes a difference: "+3", "−3", "±0".
func change(n int) codelist.Text {
	switch {
	case n > 0:
		return same("+" + strconv.Itoa(n))
	case n < 0:
		return same("−" + strconv.Itoa(-n))
	}
	return same("±0")
}

// decimal writes two decimals.
func decimal(x float64) codelist.Text {
	en := strconv.FormatFloat(x, 'f', 2, 64)
	return codelist.Text{SV: strings.Replace(en, ".", ",", 1), EN: en}
}

func organisations(n int) codelist.Text {
	if n == 1 {
		return codelist.Text{SV: "1 organisation", EN: "1 organisation"}
	}
	return codelist.Text{SV: strconv.Itoa(n) + " organisationer", EN: strconv.Itoa(n) + " organisations"}
}
