package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// errNoCounter says which login is missing.
var errNoCounter = errors.New("store: counting over all organisations needs the counter's connection string")

const (
	// The counter's policy shows closed periods alone; the statement says so
	// too, as SQLite's must.
	postgresClosedYear = `SELECT codebook, answers FROM record WHERE year = $1 AND NOT withdrawn
AND EXISTS (SELECT 1 FROM period p WHERE p.year = $1 AND p.state = 'closed')`

	postgresClosedPair = `SELECT year, organisation, codebook, answers FROM record WHERE year IN ($1, $2) AND NOT withdrawn
AND EXISTS (SELECT 1 FROM period p WHERE p.year = record.year AND p.state = 'closed')`

	postgresOwnYear = `SELECT codebook, answers FROM record
WHERE organisation = $1::uuid AND year = $2 AND NOT withdrawn`
)

// postgresScanner reads rows as pgx has them: gorm would take four times as
// long. The counter's login sees closed periods alone, and of a record not
// its id.
type postgresScanner struct {
	own     *database // with the intake's login
	counter *database // nil in a process that does not count
}

func (s *postgresScanner) closedYear(ctx context.Context, year int, f each) error {
	if s.counter == nil {
		return errNoCounter
	}
	return s.counter.insidePool(ctx, func(tx pgx.Tx) error {
		return eachPostgresRow(ctx, tx, f, postgresClosedYear, year)
	})
}

func (s *postgresScanner) closedPair(ctx context.Context, from, to int, f eachOwned) error {
	if s.counter == nil {
		return errNoCounter
	}
	return s.counter.insidePool(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, postgresClosedPair, from, to)
		if err != nil {
			return fmt.Errorf("scan records: %w", classify(err))
		}
		defer rows.Close()
		return walkOwned[pgtype.DriverBytes](rows, f)
	})
}

func (s *postgresScanner) ownYear(ctx context.Context, organisation uuid.UUID, year int, f each) error {
	return s.own.insidePool(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, enterOrganisation, organisation.String()); err != nil {
			return classify(err)
		}
		return eachPostgresRow(ctx, tx, f, postgresOwnYear, organisation.String(), year)
	})
}

// insidePool is reading, with pgx itself.
func (d *database) insidePool(ctx context.Context, f func(pgx.Tx) error) error {
	l, ok := d.reader.(postgresLeaser)
	if !ok {
		return errClosed
	}
	acquire, cancel := context.WithTimeout(ctx, d.config.Acquire)
	defer cancel()
	conn, err := l.pool.Acquire(acquire)
	if err != nil {
		return classify(err)
	}
	defer conn.Release()
	return classify(pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{AccessMode: pgx.ReadOnly}, f))
}

func (s *postgresScanner) close() error {
	if s.counter != nil {
		return s.counter.close()
	}
	return nil
}

// eachPostgresRow calls f for every row without copying its answers.
func eachPostgresRow(ctx context.Context, tx pgx.Tx, f each, query statement, args ...any) error {
	rows, err := tx.Query(ctx, string(query), args...)
	if err != nil {
		return fmt.Errorf("scan records: %w", classify(err))
	}
	defer rows.Close()
	return walk[pgtype.DriverBytes](rows, f)
}
