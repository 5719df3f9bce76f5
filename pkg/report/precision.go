package report

import (
	"math"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/inference"
	"manniskohandel.se/casestat/pkg/plan"
)

// Bounds are between what a share's number lies if those whose answer is
// missing are counted: From is the number without them, To with all of them.
type Bounds struct {
	From, To int
	Unknown  int           // To - From, at least 1
	Wording  codelist.Text // "26 of 35 (between 26 and 30 if the 4 unknown are counted)"
}

// Interval is an uncertainty interval around a share, 95 per cent.
type Interval struct {
	Method plan.Interval
	// Low and High are thousandths, rounded to the nearest; an end that is not 0
	// or the whole is never rounded to it.
	Low, High int
	Wording   codelist.Text // in whole per cent, rounded likewise
}

// FigureIn is Figure, with how far it carries where it is a share of a year of
// content: bounds where the release states exactly how many answers are missing, and
// an interval if content states intervals and both numbers are exact, of
// MinPercentBase or more. With bounds the interval reaches from the lower end of
// the lower to the upper end of the upper one.
func FigureIn(set *figure.Set, content plan.Content, y plan.Publication, f plan.PublishedFigure) Statement {
	s := Figure(set, y, f)
	if s.Of == nil || !s.whole() {
		return s
	}
	if own, ok := wordedBy(set, f, s); ok {
		s.Bounds = boundsOf(set, own, y, s)
	}
	s.Interval = s.interval(content.Intervals)
	return s
}

// interval is nil if none may be stated.
func (s Statement) interval(method plan.Interval) *Interval {
	of, most := s.Of.Value, s.Value
	if s.Bounds != nil {
		most = s.Bounds.To
	}
	if method != plan.Wilson || of < MinPercentBase || mostlyUnknown(most-s.Value, of) {
		return nil
	}
	below, ok := inference.Wilson(s.Value, of)
	above, also := inference.Wilson(most, of)
	if !ok || !also {
		return nil
	}
	i := &Interval{Method: method}
	i.Low, i.High = ends(below.Low, above.High, 1000)
	from, to := ends(below.Low, above.High, 100)
	i.Wording = fill(intervalWording, slots{n: &Number{Status: Exact, Value: from}, of: &Number{Status: Exact, Value: to}})
	return i
}

// mostlyUnknown says whether more answers are missing than are known: then no
// share of the persons is worth stating.
func mostlyUnknown(unknown, of int) bool { return unknown > of-unknown }

// ends rounds an interval of shares to parts of the whole.
func ends(low, high float64, whole int) (from, to int) {
	from, to = int(math.Round(low*float64(whole))), int(math.Round(high*float64(whole)))
	if low < 1 {
		from = min(from, whole-1)
	}
	if high > 0 {
		to = max(to, 1)
	}
	return from, to
}

var intervalWording = codelist.Text{
	SV: "osäkerhetsintervall {n}–{of} procent",
	EN: "uncertainty interval {n}–{of} per cent",
}

// missing are the codes with which an answer could be any other.
var missing = []codelist.Code{codelist.Unknown, codelist.NotAsked, codelist.Declined, codelist.NotRecorded}

// boundsOf is nil where the release does not say exactly how many answers are
// missing, or none is. What it says is read off a table of the figure's
// universe by the one field that the figure is about.
func boundsOf(set *figure.Set, own figure.Figure, y plan.Publication, s Statement) *Bounds {
	if own.Kind != figure.Share || len(own.Where) != 1 || own.Where[0].Field != own.Concerns || own.Where[0].Not ||
		slices.ContainsFunc(own.Where[0].Codes, isMissing) {
		return nil
	}
	for _, t := range y.Tables {
		unknown, exact := missingIn(y, t, own)
		if !exact || unknown == 0 || unknown > s.Of.Value-s.Value {
			continue
		}
		b := &Bounds{From: s.Value, To: s.Value + unknown, Unknown: unknown}
		n := figure.Numbers{N: s.Value, Of: s.Of.Value, Undetermined: unknown}
		out := fill(codelist.Text{SV: "{n} av {of}", EN: "{n} of {of}"}, slots{n: &s.Number, of: s.Of})
		b.Wording = codelist.Text{
			SV: out.SV + " (" + set.Range(codelist.Swedish, n) + ")",
			EN: out.EN + " (" + set.Range(codelist.English, n) + ")",
		}
		return b
	}
	return nil
}

func isMissing(c codelist.Code) bool { return slices.Contains(missing, c) }

// missingIn adds up the persons of a table of one dimension, the figure's field,
// whose answer is missing. Exact: each of those numbers is, and no category
// holds missing answers and others.
func missingIn(y plan.Publication, t plan.PublishedTable, own figure.Figure) (unknown int, exact bool) {
	if t.Dropped || len(t.Filters) > 0 || len(t.Dimensions) != 1 || string(t.Universe) != string(own.Universe.Name) || t.Dimensions[0].Field != own.Concerns {
		return 0, false
	}
	for i, c := range t.Dimensions[0].Categories {
		if !slices.ContainsFunc(c.Includes, isMissing) {
			continue
		}
		n := NumberOf(y, t.Cells[i])
		if n.Status == Impossible {
			continue
		}
		if n.Status != Exact || slices.ContainsFunc(c.Includes, func(c codelist.Code) bool { return !isMissing(c) }) {
			return 0, false
		}
		unknown += n.Value
	}
	return unknown, true
}
