package desk

import (
	"context"
	"strconv"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/inference"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/table"
)

// Comparison is one figure in two closed years, the organisations that
// reported in both held apart from those that came or went. An organisation
// reported in a year if it has a current record of it. Which they are, it does
// not say.
type Comparison struct {
	Figure   figure.Figure
	From, To ComparedYear
	Both     int   // organisations that reported in both years: the panel
	Entrants Group // that reported in To alone, in that year
	Leavers  Group // that reported in From alone, in that year
	// Ratio is To over From within each organisation of the panel
	// (Mantel-Haenszel), each with twelve months in both years. Nil: the panel
	// counts nobody in one of them.
	Ratio *inference.Ratio
	// P is how likely the panel's two numbers lie so far apart by chance alone,
	// exact given their sum. Nil: the panel counts nobody at all.
	P *float64
}

// Group is what some organisations reported in a year.
type Group struct {
	Organisations int
	Contacts      int // all records, count-only ones included
	N, Of         int // of the figure
}

// ComparedYear is one year of a comparison.
type ComparedYear struct {
	Year      int
	Reporting int // organisations
	Contacts  int // all records, count-only ones included
	N, Of     int // of the figure
	Panel     Group
}

// Change is how the number changed: the panel's change, and Entrants, less Leavers.
func (c Comparison) Change() int { return c.To.N - c.From.N }

// PanelChange is how the number of those who reported in both years changed.
func (c Comparison) PanelChange() int { return c.To.Panel.N - c.From.Panel.N }

// Pair names a figure and two years, the earlier first, and why they are compared.
type Pair struct {
	Figure   figure.Name
	From, To int
	Purpose  Purpose
}

// Compare compares a figure of two closed years of all members.
func (s *Service) Compare(ctx context.Context, p access.Principal, q Pair) (_ *Internal, err error) {
	defer fault.Wrap(&err, "compare years")
	if err := p.Require(access.DeskRead); err != nil {
		return nil, err
	}
	f, known := s.deps.Figures.Figure(q.Figure)
	switch {
	case !known:
		return nil, fault.New(fault.NotFound, CodeFigureUnknown)
	case q.From >= q.To:
		return nil, refused(CodeYearsNotInOrder, "/to")
	}
	return s.inTurn(ctx, func() (*Internal, error) {
		of := Query{Year: q.To, Purpose: q.Purpose}
		if err := s.admit(ctx, p, reading{Query: of, deed: DeedDeskComparison}, q.From, q.To); err != nil {
			return nil, err
		}
		counted, err := s.counted(ctx, f, q)
		if err != nil {
			return nil, err
		}
		i := &Internal{year: q.To, purpose: q.Purpose, codebook: s.deps.Figures.Book.Version}
		i.comparison = compare(f, q, counted)
		i.contacts = i.comparison.From.Contacts + i.comparison.To.Contacts
		return i, nil
	})
}

// member is what one organisation reported in the two years.
type member struct{ from, to Group }

// counted reads the figure off the records of each organisation.
func (s *Service) counted(ctx context.Context, f figure.Figure, q Pair) ([]member, error) {
	builders := make(map[place]*table.Builder)
	fields := table.FieldsOf(s.deps.Figures, f)
	members := 0
	err := s.deps.Store.ScanPair(ctx, q.From, q.To, func(at Origin, v codelist.Version, a record.Answers) error {
		members = max(members, at.Member+1)
		b := builders[place(at)]
		if b == nil {
			var err error
			if b, err = s.builder(fields...); err != nil {
				return err
			}
			builders[place(at)] = b
		}
		return b.Add(v, a)
	})
	if err != nil {
		return nil, err
	}
	all := make([]member, members)
	for at, b := range builders {
		g, err := groupOf(b.Columns(), f)
		if err != nil {
			return nil, err
		}
		if at.Year == q.From {
			all[at.Member].from = g
		} else {
			all[at.Member].to = g
		}
	}
	return all, nil
}

type place Origin

func groupOf(columns *table.Columns, f figure.Figure) (Group, error) {
	r, err := columns.Read(f)
	return Group{Organisations: 1, Contacts: columns.Contacts(), N: r.Numbers.N, Of: r.Numbers.Of}, err
}

func (g *Group) add(o Group) {
	g.Organisations += o.Organisations
	g.Contacts += o.Contacts
	g.N += o.N
	g.Of += o.Of
}

// months is what a year exposes an organisation to: records know years alone,
// so that each that reported counts with a whole one.
const months = 12

func compare(f figure.Figure, q Pair, members []member) *Comparison {
	c := &Comparison{Figure: f, From: ComparedYear{Year: q.From}, To: ComparedYear{Year: q.To}}
	var strata []inference.Stratum
	for _, m := range members {
		switch {
		case m.to.Organisations == 0:
			c.Leavers.add(m.from)
		case m.from.Organisations == 0:
			c.Entrants.add(m.to)
		default:
			c.From.Panel.add(m.from)
			c.To.Panel.add(m.to)
			strata = append(strata, inference.Stratum{
				A: inference.Rate{Count: m.to.N, Time: months}, B: inference.Rate{Count: m.from.N, Time: months},
			})
		}
	}
	c.Both = len(strata)
	c.From.sum(c.Leavers)
	c.To.sum(c.Entrants)
	if ratio, ok := inference.MantelHaenszel(strata); ok {
		c.Ratio = &ratio
	}
	time := float64(months * max(1, c.Both))
	if exact, ok := inference.ConditionalRatio(
		inference.Rate{Count: c.To.Panel.N, Time: time}, inference.Rate{Count: c.From.Panel.N, Time: time},
	); ok {
		c.P = &exact.P
	}
	return c
}

// sum adds those who reported in this year alone to the panel.
func (y *ComparedYear) sum(alone Group) {
	all := y.Panel
	all.add(alone)
	y.Reporting, y.Contacts, y.N, y.Of = all.Organisations, all.Contacts, all.N, all.Of
}

func subjectsOf(years []int) []string {
	subjects := make([]string, len(years))
	for i, y := range years {
		subjects[i] = strconv.Itoa(y)
	}
	return subjects
}
