package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/release"
)

const (
	// Equal records come as one row, in an order that says nothing of the order
	// in which they came in.
	sqliteSnapshot = `SELECT organisation, codebook, answers, COUNT(*) FROM record WHERE year = ? AND withdrawn = 0
AND EXISTS (SELECT 1 FROM period WHERE period.year = record.year AND state = 'closed')
GROUP BY organisation, codebook, answers ORDER BY organisation, codebook, answers`

	// The counter's policy shows closed periods alone; the statement says so
	// too, as SQLite's must.
	postgresSnapshot = `SELECT organisation, codebook, answers, COUNT(*) FROM record WHERE year = $1 AND NOT withdrawn
AND EXISTS (SELECT 1 FROM period p WHERE p.year = $1 AND p.state = 'closed')
GROUP BY organisation, codebook, answers ORDER BY organisation, codebook, answers`
)

// eachCounted is called for every kind of record of an organisation; answers
// hold during the call alone.
type eachCounted = func(release.Counted) error

// frozenYears is the release.Records.
type frozenYears struct {
	db      *database
	scanner scanner
}

func (s frozenYears) Periods(ctx context.Context) ([]record.Period, error) {
	return deskStore(s).Periods(ctx)
}

func (s frozenYears) Snapshot(ctx context.Context, year int, f func(release.Counted) error) error {
	return s.scanner.snapshot(ctx, year, checkedCounted(year, f))
}

func (s sqliteScanner) snapshot(ctx context.Context, year int, f eachCounted) error {
	return s.db.reading(ctx, s.db.reader, func(tx *transaction) error {
		rows, err := tx.gorm.Raw(sqliteSnapshot, year).Rows()
		if err != nil {
			return fmt.Errorf("take a snapshot: %w", classify(err))
		}
		defer rows.Close()
		return walkCounted[sql.RawBytes](rows, f)
	})
}

func (s *postgresScanner) snapshot(ctx context.Context, year int, f eachCounted) error {
	if s.counter == nil {
		return errNoCounter
	}
	return s.counter.insidePool(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, postgresSnapshot, year)
		if err != nil {
			return fmt.Errorf("take a snapshot: %w", classify(err))
		}
		defer rows.Close()
		return walkCounted[pgtype.DriverBytes](rows, f)
	})
}

// walkCounted is walk with the organisation and the number of equal records.
func walkCounted[Borrowed ~[]byte](rows rowCursor, f eachCounted) error {
	var organisation uuid.UUID
	var answers Borrowed
	var c release.Counted
	for rows.Next() {
		if err := rows.Scan(&organisation, &c.Codebook, &answers, &c.N); err != nil {
			return fmt.Errorf("take a snapshot: %w", classify(err))
		}
		c.Organisation, c.Answers = access.OrganisationID(organisation.String()), record.Answers(answers)
		if err := f(c); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("take a snapshot: %w", classify(err))
	}
	return nil
}
