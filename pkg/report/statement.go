package report

import (
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/plan"
)

// Statement is what a release says in one place: a number, what it stands
// beside, and the sentence.
type Statement struct {
	Number
	Of       *Number // out of how many; nil if it is no share
	Sum      *Number // a number added up over the Number persons; nil if there is none
	Sentence codelist.Text
	// How far a share carries, from FigureIn and OfPanel alone; nil if that is not to be said.
	Bounds   *Bounds
	Interval *Interval
}

// Figure words a figure of a year. A figure that set does not know, or knows as
// one of another kind, because the release is older or younger than set, is
// worded by its label.
func Figure(set *figure.Set, y plan.Publication, f plan.PublishedFigure) Statement {
	s := Statement{Number: NumberOf(y, f.N), Of: optional(y, f.Of), Sum: optional(y, f.Sum)}
	if own, ok := wordedBy(set, f, s); ok && s.whole() {
		s.Sentence = ownSentence(own, s)
		return s
	}
	s.Sentence = s.labelled(quoted(f.Label))
	return s
}

// Sum words a sum of a year.
func Sum(y plan.Publication, sum plan.PublishedSum) Statement {
	s := Statement{Number: NumberOf(y, sum.Cell)}
	s.Sentence = s.labelled(quoted(sum.Title))
	return s
}

// Prose words a sentence of the plan. Where a number of it is withheld, the
// sentence is quoted with a gap.
func Prose(y plan.Publication, p plan.PublishedProse) Statement {
	s := Statement{Number: NumberOf(y, p.N), Of: optional(y, p.Of)}
	if s.whole() {
		s.Sentence = fillProse(p.Sentence, s)
		return s
	}
	label := quoted(fillProse(p.Sentence, s))
	if s.Status == Exact {
		s.Sentence = fill(proseOfWithheld, slots{label: label})
		return s
	}
	s.Sentence = s.labelled(label)
	return s
}

// whole says whether every number of the statement may be stated.
func (s Statement) whole() bool {
	return s.Status == Exact && !s.Of.missing() && !s.Sum.missing()
}

// wordedBy finds the figure's own wording, if it states the numbers that the
// statement has.
func wordedBy(set *figure.Set, f plan.PublishedFigure, s Statement) (figure.Figure, bool) {
	if set == nil {
		return figure.Figure{}, false
	}
	own, ok := set.Figure(figure.Name(f.Name))
	share := own.Kind == figure.Share || own.Kind == figure.AskRate
	return own, ok && string(own.Kind) == f.Kind && share == (s.Of != nil) && (own.Kind == figure.Total) == (s.Sum != nil)
}

func ownSentence(own figure.Figure, s Statement) codelist.Text {
	n := figure.Numbers{N: s.Value}
	if s.Of != nil {
		n.Of = s.Of.Value
	}
	if s.Sum != nil {
		n.Sum = s.Sum.Value
	}
	return codelist.Text{SV: own.Sentence(codelist.Swedish, n), EN: own.Sentence(codelist.English, n)}
}

// labelled words a statement by a label, leaving out what is withheld.
func (s Statement) labelled(label codelist.Text) codelist.Text {
	in := slots{label: label, n: &s.Number, of: s.Of, sum: s.Sum}
	switch r := s.Range; {
	case s.Status == Exact && s.Of.missing():
		return fill(ofWithheld, in)
	case s.Status == Exact && s.Sum.missing():
		return fill(sumWithheld, in)
	case s.Status == Exact && s.Of != nil:
		return fill(shareAlone, in)
	case s.Status == Exact && s.Sum != nil:
		return fill(sumAlone, in)
	case s.Status == Exact:
		return fill(alone, in)
	case r == nil || r.Open && r.From <= 0:
		return fill(withheld, in)
	case r.Open:
		return fill(withheldFrom, in)
	default:
		return fill(withheldBetween, in)
	}
}
