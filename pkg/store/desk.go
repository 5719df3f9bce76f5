package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// each is called once for every record; answers hold during the call alone.
type each = func(codelist.Version, record.Answers) error

// eachOwned is each with the record's origin.
type eachOwned = func(desk.Origin, codelist.Version, record.Answers) error

// scanner reads many records for counting.
type scanner interface {
	// closedYear reads one closed year of all organisations.
	closedYear(ctx context.Context, year int, f each) error
	// ownYear reads one year of one organisation.
	ownYear(ctx context.Context, organisation uuid.UUID, year int, f each) error
	// closedPair reads two closed years of all organisations.
	closedPair(ctx context.Context, from, to int, f eachOwned) error
	// snapshot reads one closed year of all organisations, equal records as one.
	snapshot(ctx context.Context, year int, f eachCounted) error
	close() error
}

// deskStore is the desk.Store.
type deskStore struct {
	db      *database
	scanner scanner
}

func (s deskStore) Append(ctx context.Context, entries []ledger.Entry) error {
	return s.db.atomically(ctx, func(tx *transaction) error { return tx.append(entries) })
}

func (s deskStore) Periods(ctx context.Context) (periods []record.Period, err error) {
	err = s.db.reading(ctx, s.db.reader, func(tx *transaction) error {
		periods, err = tx.periods()
		return err
	})
	return periods, err
}

func (s deskStore) Scan(ctx context.Context, scope desk.Scope, f func(codelist.Version, record.Answers) error) error {
	f = checked(scope.Year, f)
	if scope.Organisation == access.OrganisationID("") {
		return s.scanner.closedYear(ctx, scope.Year, f)
	}
	organisation, err := parseID(string(scope.Organisation))
	if err != nil {
		return err
	}
	return s.scanner.ownYear(ctx, organisation, scope.Year, f)
}

func (s deskStore) ScanPair(ctx context.Context, from, to int, f func(desk.Origin, codelist.Version, record.Answers) error) error {
	return s.scanner.closedPair(ctx, from, to, checkedOwned(f))
}

const (
	sqliteClosedYear = `SELECT codebook, answers FROM record WHERE year = ? AND withdrawn = 0
AND EXISTS (SELECT 1 FROM period WHERE period.year = record.year AND state = 'closed')`

	sqliteClosedPair = `SELECT year, organisation, codebook, answers FROM record WHERE year IN (?, ?) AND withdrawn = 0
AND EXISTS (SELECT 1 FROM period WHERE period.year = record.year AND state = 'closed')`

	sqliteOwnYear = `SELECT codebook, answers FROM record WHERE organisation = ? AND year = ? AND withdrawn = 0`
)

// sqliteScanner counts over the readers' connections.
type sqliteScanner struct{ db *database }

func (s sqliteScanner) closedYear(ctx context.Context, year int, f each) error {
	return s.db.reading(ctx, s.db.reader, func(tx *transaction) error {
		return eachRow(f)(tx.gorm.Raw(sqliteClosedYear, year).Rows())
	})
}

func (s sqliteScanner) ownYear(ctx context.Context, organisation uuid.UUID, year int, f each) error {
	return s.db.reading(ctx, s.db.reader, func(tx *transaction) error {
		return eachRow(f)(tx.gorm.Raw(sqliteOwnYear, organisation[:], year).Rows())
	})
}

func (s sqliteScanner) closedPair(ctx context.Context, from, to int, f eachOwned) error {
	return s.db.reading(ctx, s.db.reader, func(tx *transaction) error {
		rows, err := tx.gorm.Raw(sqliteClosedPair, from, to).Rows()
		if err != nil {
			return fmt.Errorf("scan records: %w", classify(err))
		}
		defer rows.Close()
		return walkOwned[sql.RawBytes](rows, f)
	})
}

func (sqliteScanner) close() error { return nil } // the connections are the store's

// eachRow calls f for every row without copying its answers.
func eachRow(f each) func(*sql.Rows, error) error {
	return func(rows *sql.Rows, err error) error {
		if err != nil {
			return fmt.Errorf("scan records: %w", classify(err))
		}
		defer rows.Close()
		return walk[sql.RawBytes](rows, f)
	}
}

// rowCursor is what the rows of both drivers have in common.
type rowCursor interface {
	Next() bool
	Scan(into ...any) error
	Err() error
}

// walk calls f for every row. Borrowed is the driver's type for bytes that are
// its own and good until the next row.
func walk[Borrowed ~[]byte](rows rowCursor, f each) error {
	var codebook int
	var answers Borrowed
	for rows.Next() {
		if err := rows.Scan(&codebook, &answers); err != nil {
			return fmt.Errorf("scan records: %w", classify(err))
		}
		if err := f(codelist.Version(codebook), record.Answers(answers)); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("scan records: %w", classify(err))
	}
	return nil
}

// walkOwned is walk with the records' origins. Organisations are numbered as
// they come.
func walkOwned[Borrowed ~[]byte](rows rowCursor, f eachOwned) error {
	members := make(map[uuid.UUID]int)
	var organisation uuid.UUID
	var year, codebook int
	var answers Borrowed
	for rows.Next() {
		if err := rows.Scan(&year, &organisation, &codebook, &answers); err != nil {
			return fmt.Errorf("scan records: %w", classify(err))
		}
		member, met := members[organisation]
		if !met {
			member = len(members)
			members[organisation] = member
		}
		if err := f(desk.Origin{Year: year, Member: member}, codelist.Version(codebook), record.Answers(answers)); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("scan records: %w", classify(err))
	}
	return nil
}
