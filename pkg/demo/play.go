package demo

import (
	"context"
	"errors"
	"fmt"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
)

// errUnexpected marks an answer that the contract does not know.
var errUnexpected = errors.New("the service gave an answer that is not in its contract")

// Stage is where the demo is played. All of it is required.
type Stage struct {
	Book   *codelist.Book
	Script *Script
	Dial   Dial
	Keep   Keeper // holds the coordinator's credentials from the start
}

// Outcome is what came of a play.
type Outcome struct {
	Taken     Tally
	Sentences []api.Text // the slide as the service words it, in its order
	Slide     Slide      // its numbers
}

// Tally says how the records were taken.
type Tally struct {
	Batches   int // as NDJSON or CSV
	Singles   int // records sent one by one
	Accepted  int
	Unchanged int // were there already, from an earlier play
}

// Play lets the coordinator set the platform up, the members submit, the
// coordinator close the finished years, and the desk read the slide. Playing
// again on the same service changes nothing. An error wrapping ErrMismatch says
// that the slide read is not the one expected.
func (s Stage) Play(ctx context.Context) (outcome Outcome, err error) {
	coordinator, err := s.as(Coordinator)
	if err != nil {
		return Outcome{}, err
	}
	if err := s.enter(ctx, coordinator); err != nil {
		return Outcome{}, err
	}
	if err := s.openYears(ctx, coordinator); err != nil {
		return Outcome{}, err
	}
	if outcome.Taken, err = s.submit(ctx); err != nil {
		return Outcome{}, err
	}
	for _, year := range []int{s.Script.Year - 1, s.Script.Year} {
		if err := setPeriod(ctx, coordinator, year, record.PeriodClosed); err != nil {
			return Outcome{}, err
		}
	}
	return outcome, s.readSlide(ctx, &outcome)
}

// openYears opens the three years that were never opened. A year that an
// earlier play has closed stays closed.
func (s Stage) openYears(ctx context.Context, coordinator *api.ClientWithResponses) error {
	known, err := coordinator.ListPeriodsWithResponse(ctx)
	if err != nil {
		return fmt.Errorf("list periods: %w", err)
	}
	if known.JSON200 == nil {
		return errUnexpected
	}
	there := map[int]bool{}
	for _, p := range known.JSON200.Periods {
		there[p.Year] = true
	}
	for year := s.Script.Year - 1; year <= s.Script.Year+1; year++ {
		if there[year] {
			continue
		}
		if err := setPeriod(ctx, coordinator, year, record.PeriodOpen); err != nil {
			return err
		}
	}
	return nil
}

func setPeriod(ctx context.Context, coordinator *api.ClientWithResponses, year int, state record.PeriodState) (err error) {
	defer fault.Wrap(&err, "make the year %d %s", year, state)
	_, err = coordinator.PutPeriodWithResponse(ctx, year, api.PeriodChange{State: api.PeriodChangeState(state)})
	return err
}

// ErrMismatch says that the figures read are not those that the records hold.
var ErrMismatch = errors.New("the slide that was read is not the one expected")

// readSlide reads the figures as the desk and holds them against the slide.
func (s Stage) readSlide(ctx context.Context, outcome *Outcome) (err error) {
	defer fault.Wrap(&err, "read the slide of %d", s.Script.Year)
	desk, err := s.as(Desk)
	if err != nil {
		return err
	}
	answer, err := desk.GetDeskFiguresWithResponse(ctx, s.Script.Year, &api.GetDeskFiguresParams{Purpose: api.PurposeTrendReport})
	if err != nil {
		return err
	}
	if answer.JSON200 == nil {
		return errUnexpected
	}
	var stated []Stated
	for _, f := range answer.JSON200.Figures {
		stated = append(stated, Stated{Name: f.Name, N: f.N, Of: valueOf(f.Of), Sum: valueOf(f.Sum), AtLeast: valueOf(f.SumAtLeast)})
		outcome.Sentences = append(outcome.Sentences, f.Sentence)
	}
	if outcome.Slide, err = read(stated); err != nil {
		return errors.Join(ErrMismatch, err)
	}
	if outcome.Slide != Expected {
		return fmt.Errorf("%w: %+v instead of %+v", ErrMismatch, outcome.Slide, Expected)
	}
	return nil
}

func valueOf[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
