package desk

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/table"
)

// MaxDetail is how many dimensions and filters a desk table has together.
const MaxDetail = 3

// Deps is what a Service needs.
type Deps struct {
	Store   Store
	Figures *figure.Set
	Earlier []*codelist.Book // older codebooks that records may have been made with
	Now     func() time.Time
	// AtOnce is how many questions are answered at once; others wait, in the order
	// they came. Zero is a processor less than there are, and one at least: counting
	// keeps a processor busy throughout, and one is left to what comes in meanwhile.
	AtOnce int
}

// Service answers with exact counts, to the desk over closed years and to a
// member over its own records. It is safe for concurrent use.
type Service struct {
	deps  Deps
	turns chan struct{} // a token for each question that is being answered
}

// New makes a Service. It refuses figures and older codebooks that do not fit
// together, so that no request can find out.
func New(deps Deps) (*Service, error) {
	if deps.AtOnce <= 0 {
		deps.AtOnce = max(1, runtime.GOMAXPROCS(0)-1)
	}
	s := &Service{deps: deps, turns: make(chan struct{}, deps.AtOnce)}
	if _, err := s.builder(); err != nil {
		return nil, fmt.Errorf("desk: %w", err)
	}
	return s, nil
}

// inTurn answers a question when it is its turn, and waits for that as long as
// ctx lasts.
func (s *Service) inTurn(ctx context.Context, answer func() (*Internal, error)) (*Internal, error) {
	select {
	case s.turns <- struct{}{}:
		defer func() { <-s.turns }()
		return answer()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Query is a year and, for the desk, why it is asked about.
type Query struct {
	Year    int
	Purpose Purpose
}

// Figures reads every figure over a closed year of all members.
func (s *Service) Figures(ctx context.Context, p access.Principal, q Query) (_ *Internal, err error) {
	defer fault.Wrap(&err, "desk figures")
	return s.inTurn(ctx, func() (*Internal, error) {
		columns, err := s.desk(ctx, p, reading{Query: q, deed: DeedDeskFigures, fields: table.Fields(s.deps.Figures)})
		if err != nil {
			return nil, err
		}
		return s.figures(columns, q)
	})
}

// Table counts a table over a closed year of all members.
func (s *Service) Table(ctx context.Context, p access.Principal, q Query, spec table.Spec) (_ *Internal, err error) {
	defer fault.Wrap(&err, "desk table")
	if err := p.Require(access.DeskRead); err != nil {
		return nil, err
	}
	if len(spec.Dimensions)+len(spec.Filters) > MaxDetail {
		return nil, refused(CodeTableTooDetailed, "/dimensions")
	}
	question, err := table.Ask(s.deps.Figures, spec)
	if err != nil {
		return nil, err
	}
	return s.inTurn(ctx, func() (*Internal, error) {
		columns, err := s.desk(ctx, p, reading{Query: q, deed: DeedDeskTable, fields: question.Fields()})
		if err != nil {
			return nil, err
		}
		return s.table(columns, q, question)
	})
}

// OwnFigures reads every figure over the principal's organisation's records of a year.
func (s *Service) OwnFigures(ctx context.Context, p access.Principal, year int) (_ *Internal, err error) {
	defer fault.Wrap(&err, "own figures")
	return s.inTurn(ctx, func() (*Internal, error) {
		q := Query{Year: year}
		columns, err := s.own(ctx, p, reading{Query: q, deed: DeedOwnFigures, fields: table.Fields(s.deps.Figures)})
		if err != nil {
			return nil, err
		}
		return s.figures(columns, q)
	})
}

// OwnTable counts a table over the principal's organisation's records of a year.
func (s *Service) OwnTable(ctx context.Context, p access.Principal, year int, spec table.Spec) (_ *Internal, err error) {
	defer fault.Wrap(&err, "own table")
	if err := p.Require(access.RecordsRead); err != nil {
		return nil, err
	}
	question, err := table.Ask(s.deps.Figures, spec)
	if err != nil {
		return nil, err
	}
	return s.inTurn(ctx, func() (*Internal, error) {
		q := Query{Year: year}
		columns, err := s.own(ctx, p, reading{Query: q, deed: DeedOwnTable, fields: question.Fields()})
		if err != nil {
			return nil, err
		}
		return s.table(columns, q, question)
	})
}

// OwnQuality says for each field how often it was asked and answered in the
// principal's organisation's records of a year.
func (s *Service) OwnQuality(ctx context.Context, p access.Principal, year int) (_ *Internal, err error) {
	defer fault.Wrap(&err, "own quality")
	return s.inTurn(ctx, func() (*Internal, error) {
		q := Query{Year: year}
		columns, err := s.own(ctx, p, reading{Query: q, deed: DeedOwnQuality})
		if err != nil {
			return nil, err
		}
		i := s.internal(columns, q)
		for _, column := range record.NewSchema(s.deps.Figures.Book).Columns {
			coverage, err := columns.Coverage(column.Field.Name, nil)
			if err != nil {
				return nil, err
			}
			i.quality = append(i.quality, coverage)
		}
		return i, nil
	})
}

// reading is one deed of reading: what for, and which columns (none: all).
type reading struct {
	Query
	deed   ledger.Deed
	fields []codelist.FieldName
}

// desk loads a closed year of all members.
func (s *Service) desk(ctx context.Context, p access.Principal, r reading) (*table.Columns, error) {
	if err := s.admit(ctx, p, r, r.Year); err != nil {
		return nil, err
	}
	return s.load(ctx, Scope{Year: r.Year}, r.fields)
}

// admit lets the desk read years that are closed, once it is written down why.
func (s *Service) admit(ctx context.Context, p access.Principal, r reading, years ...int) error {
	if err := p.Require(access.DeskRead); err != nil {
		return err
	}
	if !slices.Contains(Purposes(), r.Purpose) {
		return refused(CodeUnknownPurpose, "/purpose")
	}
	if err := s.enter(ctx, p, r, years...); err != nil {
		return err
	}
	states, err := s.states(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(years, func(year int) bool { return states[year] == record.PeriodErased }) {
		return fault.New(fault.Conflict, CodePeriodErased)
	}
	if slices.ContainsFunc(years, func(year int) bool { return states[year] != record.PeriodClosed }) {
		return fault.New(fault.Conflict, CodePeriodNotClosed)
	}
	return nil
}

// own loads a year of the principal's own organisation, which comes from the
// checked credential alone.
func (s *Service) own(ctx context.Context, p access.Principal, r reading) (*table.Columns, error) {
	if err := p.Require(access.RecordsRead); err != nil {
		return nil, err
	}
	if p.Organisation == "" { // such a scope would mean everybody's records
		return nil, fault.New(fault.Forbidden, access.CodePermissionMissing)
	}
	if err := s.enter(ctx, p, r, r.Year); err != nil {
		return nil, err
	}
	states, err := s.states(ctx)
	switch {
	case err != nil:
		return nil, err
	case states[r.Year] == "":
		return nil, fault.New(fault.NotFound, CodePeriodUnknown)
	case states[r.Year] == record.PeriodErased:
		return nil, fault.New(fault.Conflict, CodePeriodErased)
	}
	return s.load(ctx, Scope{Year: r.Year, Organisation: p.Organisation}, r.fields)
}

// enter writes the deed down before anything is read: what the ledger cannot
// take does not happen.
func (s *Service) enter(ctx context.Context, p access.Principal, r reading, years ...int) error {
	err := s.deps.Store.Append(ctx, []ledger.Entry{{
		Day:      s.deps.Now().UTC().Format(time.DateOnly),
		Actor:    string(p.Client),
		Deed:     r.deed,
		Subjects: subjectsOf(years),
		Reason:   string(r.Purpose),
	}})
	if err != nil {
		return fault.Because(err, fault.Unavailable, CodeLedgerUnavailable)
	}
	return nil
}

// states are those of the years that somebody ever opened.
func (s *Service) states(ctx context.Context) (map[int]record.PeriodState, error) {
	periods, err := s.deps.Store.Periods(ctx)
	states := make(map[int]record.PeriodState, len(periods))
	for _, p := range periods {
		states[p.Year] = p.State
	}
	return states, err
}

func (s *Service) builder(fields ...codelist.FieldName) (*table.Builder, error) {
	b, err := table.NewBuilder(s.deps.Figures, fields...)
	if err != nil {
		return nil, err
	}
	for _, book := range s.deps.Earlier {
		if err := b.Accept(book); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (s *Service) load(ctx context.Context, scope Scope, fields []codelist.FieldName) (*table.Columns, error) {
	b, err := s.builder(fields...)
	if err != nil {
		return nil, err
	}
	if err := s.deps.Store.Scan(ctx, scope, b.Add); err != nil {
		return nil, err
	}
	return b.Columns(), nil
}

func (s *Service) internal(columns *table.Columns, q Query) *Internal {
	return &Internal{
		year: q.Year, purpose: q.Purpose, codebook: s.deps.Figures.Book.Version,
		contacts: columns.Contacts(), countOnly: columns.CountOnly(),
	}
}

func (s *Service) figures(columns *table.Columns, q Query) (*Internal, error) {
	i := s.internal(columns, q)
	for _, f := range s.deps.Figures.All() {
		r, err := columns.Read(f)
		if err != nil {
			return nil, err
		}
		i.readings = append(i.readings, r)
	}
	var err error
	i.persons, err = columns.Persons()
	return i, err
}

func (s *Service) table(columns *table.Columns, q Query, question *table.Question) (*Internal, error) {
	i := s.internal(columns, q)
	var err error
	i.table, err = columns.Count(question)
	return i, err
}

func refused(code fault.Code, pointer string) error {
	return fault.New(fault.Invalid, code, fault.Detail{Code: code, Pointer: pointer})
}
