package desk

import (
	"math"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/inference"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/table"
)

// Method is how an uncertainty interval of 95 per cent is worked out. It
// presumes that those counted stand for more than themselves.
type Method string

// The methods.
const (
	NoInterval     Method = "none"
	Wilson         Method = "wilson"          // to be displayed: its level holds on average
	ClopperPearson Method = "clopper_pearson" // where a guarantee is claimed: it covers at least so often
)

// Basis is what the ends of an interval rest on, or why there are none.
type Basis string

// The bases.
const (
	// Answers: every answer is known; the ends are those of sampling.
	Answers Basis = "answers"
	// AnswersAndUnknown: from the lower end without the unknown to the upper end
	// with all of them.
	AnswersAndUnknown Basis = "answers_and_unknown"
	// UnknownAlone: fewer than 80 per cent are known, so that the unknown outweigh
	// sampling: the ends are the shares without and with all of them.
	UnknownAlone Basis = "unknown_alone"
	// MostlyUnknown: fewer than half are known; there are no ends.
	MostlyUnknown Basis = "mostly_unknown"
	// TooFew: of fewer than report.MinPercentBase no share is stated; there are no ends.
	TooFew Basis = "too_few"
)

// Precision says how far a share carries.
type Precision struct {
	Method Method
	Basis  Basis
	// Low and High are thousandths of the whole, rounded to the nearest; an end
	// that is not 0 or the whole is never rounded to it. Both are 0 without ends.
	Low, High int
	Wording   codelist.Text
}

// Ends says whether there are any.
func (p Precision) Ends() bool { return p.Basis != MostlyUnknown && p.Basis != TooFew }

// Precise says how far a figure carries; it is for shares of somebody alone.
func Precise(r table.Reading, m Method) (Precision, bool) {
	n := r.Numbers
	share := r.Figure.Kind == figure.Share || r.Figure.Kind == figure.AskRate
	if !share || n.Of < 1 || m != Wilson && m != ClopperPearson {
		return Precision{}, false
	}
	p := Precision{Method: m, Basis: basisOf(n)}
	if p.Ends() {
		between := p.between(n)
		p.Low, p.High = ends(between, 1000)
		from, to := ends(between, 100)
		p.Wording = spread(p.Basis, from, to)
	} else {
		p.Wording = noShare(p.Basis, n)
	}
	return p, true
}

// basisOf asks first whether a share may be stated at all. Known are those
// whose missing answers could not make them count.
func basisOf(n figure.Numbers) Basis {
	known := n.Of - n.Undetermined
	switch {
	case n.Of < report.MinPercentBase:
		return TooFew
	case 2*known < n.Of:
		return MostlyUnknown
	case 5*known < 4*n.Of:
		return UnknownAlone
	case n.Undetermined > 0:
		return AnswersAndUnknown
	}
	return Answers
}

func (p Precision) between(n figure.Numbers) inference.Interval {
	most := n.N + n.Undetermined
	if p.Basis == UnknownAlone {
		return inference.Interval{Low: float64(n.N) / float64(n.Of), High: float64(most) / float64(n.Of)}
	}
	interval := inference.Wilson
	if p.Method == ClopperPearson {
		interval = inference.ClopperPearson
	}
	// Both are defined: at least one is counted, and no more than all count.
	below, _ := interval(n.N, n.Of)
	above, _ := interval(most, n.Of)
	return inference.Interval{Low: below.Low, High: above.High}
}

// ends rounds an interval of shares to parts of the whole.
func ends(i inference.Interval, whole int) (from, to int) {
	from, to = int(math.Round(i.Low*float64(whole))), int(math.Round(i.High*float64(whole)))
	if i.Low > 0 {
		from = max(from, 1)
	}
	if i.Low < 1 {
		from = min(from, whole-1)
	}
	if i.High > 0 {
		to = max(to, 1)
	}
	if i.High < 1 {
		to = min(to, whole-1)
	}
	return from, to
}
