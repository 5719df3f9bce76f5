package report

import (
	"regexp"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
)

// The wordings that are no figure's own. They say persons and no cell's value
// but what everybody can work out.
var (
	alone = codelist.Text{SV: "{label}: {n}", EN: "{label}: {n}"}

	shareAlone = codelist.Text{SV: "{label}: {n} av {of}", EN: "{label}: {n} of {of}"}

	sumAlone = codelist.Text{SV: "{label}: {n}; summan är {sum}", EN: "{label}: {n}; the sum is {sum}"}

	ofWithheld = codelist.Text{
		SV: "{label}: {n}; av hur många publiceras inte, eftersom det skulle kunna röja personer",
		EN: "{label}: {n}; out of how many is not published because it could reveal persons",
	}
	proseOfWithheld = codelist.Text{
		SV: "{label}: av hur många publiceras inte, eftersom det skulle kunna röja personer",
		EN: "{label}: out of how many is not published because it could reveal persons",
	}
	sumWithheld = codelist.Text{
		SV: "{label}: {n}; summan publiceras inte, eftersom den skulle kunna röja personer",
		EN: "{label}: {n}; the sum is not published because it could reveal persons",
	}
	withheld = codelist.Text{
		SV: "{label}: talet publiceras inte, eftersom det skulle kunna röja personer",
		EN: "{label}: the number is not published because it could reveal persons",
	}
	withheldBetween = codelist.Text{
		SV: withheld.SV + "; det ligger mellan {from} och {to}",
		EN: withheld.EN + "; it lies between {from} and {to}",
	}
	withheldFrom = codelist.Text{
		SV: withheld.SV + "; det är minst {from}",
		EN: withheld.EN + "; it is at least {from}",
	}
)

// gap stands for a number of a sentence that is withheld.
const gap = "…"

// slots are what a wording may name.
type slots struct {
	label      codelist.Text
	n, of, sum *Number
}

func fill(t codelist.Text, s slots) codelist.Text {
	return codelist.Text{SV: s.fill(codelist.Swedish, t.SV), EN: s.fill(codelist.English, t.EN)}
}

func (s slots) fill(lang codelist.Lang, template string) string {
	r := plan.Range{}
	if s.n != nil && s.n.Range != nil {
		r = *s.n.Range
	}
	return strings.NewReplacer(
		"{label}", s.label.In(lang),
		"{n}", stated(lang, s.n), "{of}", stated(lang, s.of), "{sum}", stated(lang, s.sum),
		"{from}", lang.Number(r.From), "{to}", lang.Number(r.To),
	).Replace(template)
}

// stated writes an exact number, and a gap for any other.
func stated(lang codelist.Lang, n *Number) string {
	if n == nil || n.Status != Exact {
		return gap
	}
	return lang.Number(n.Value)
}

func quoted(t codelist.Text) codelist.Text {
	return codelist.Text{SV: "”" + t.SV + "”", EN: "“" + t.EN + "”"}
}

// placeholder is what a sentence of a plan may hold in braces: see plan.Prose.
var placeholder = regexp.MustCompile(`\{(n|of)(?::([^{}|]*)\|([^{}|]*))?\}`)

// fillProse writes a statement's numbers into a sentence of the plan.
func fillProse(t codelist.Text, s Statement) codelist.Text {
	in := func(lang codelist.Lang) string {
		return placeholder.ReplaceAllStringFunc(t.In(lang), func(found string) string {
			part := placeholder.FindStringSubmatch(found)
			n := &s.Number
			if part[1] == "of" {
				n = s.Of
			}
			switch {
			case !strings.Contains(found, ":"):
				return stated(lang, n)
			case n != nil && n.Status == Exact && n.Value == 1:
				return part[2]
			default:
				return part[3]
			}
		})
	}
	return codelist.Text{SV: in(codelist.Swedish), EN: in(codelist.English)}
}
