package store

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"manniskohandel.se/casestat/pkg/ledger"
)

// errNotCurrent says that a version was to follow one that is not there, is
// newer, or was withdrawn. The services check that; this is the last line.
var errNotCurrent = errors.New("store: a version does not follow the current one")

// sqliteDialect works in statements of at most 25 rows: the pure-Go driver
// slows down with longer ones.
type sqliteDialect struct{}

// The sizes of statement: three prepared statements serve every number of rows.
const (
	large  = 25
	medium = 5
)

// blob is bytes that gorm can only take for one value.
type blob []byte

// Value gives the bytes to the driver.
func (b blob) Value() (driver.Value, error) { return []byte(b), nil }

func (sqliteDialect) bind(id uuid.UUID) any { return blob(id[:]) }

// enter has nothing to do: SQLite has no row security, and each statement
// names the organisation.
func (sqliteDialect) enter(*transaction, uuid.UUID) {}

func (sqliteDialect) heads(tx *transaction, keys []rowKey) ([]recordRow, error) {
	var out []recordRow
	err := inStatements(keys, [3]statement{headsOf1, headsOf5, headsOf25}, func(query statement, some []rowKey) error {
		args := make([]any, 0, 2*len(some))
		for i := range some {
			args = append(args, some[i].organisation[:], some[i].id[:])
		}
		rows, err := collect(scanRecord)(tx.gorm.Raw(string(query), args...).Rows())
		out = append(out, rows...)
		return err
	})
	return out, err
}

func (sqliteDialect) insert(tx *transaction, rows []recordRow) error {
	return inStatements(rows, [3]statement{insert1, insert5, insert25}, func(query statement, some []recordRow) error {
		args := make([]any, 0, 8*len(some))
		for i := range some {
			r := &some[i]
			args = append(args, r.organisation[:], r.id[:], r.version, r.tag, r.day, r.year, r.codebook, r.answers)
		}
		return classify(tx.gorm.Exec(string(query), args...).Error)
	})
}

func (sqliteDialect) supersede(tx *transaction, rows []recordRow) error {
	for i := range rows {
		r := &rows[i]
		if err := tx.gorm.Exec(keepVersion, r.organisation[:], r.id[:]).Error; err != nil {
			return classify(err)
		}
		err := one(tx.gorm.Exec(replaceVersion, r.version, r.tag, r.day, r.year, r.codebook, r.answers,
			r.organisation[:], r.id[:], r.version))
		if err != nil {
			return err
		}
	}
	return nil
}

func (sqliteDialect) withdraw(tx *transaction, rows []recordRow) (years []int, err error) {
	for i := range rows {
		r := &rows[i]
		were, err := collect(scanYear)(tx.gorm.Raw(yearsOf, r.organisation[:], r.id[:], r.organisation[:], r.id[:]).Rows())
		if err != nil {
			return nil, err
		}
		years = append(years, were...)
		err = one(tx.gorm.Exec(eraseCurrent, r.version, r.tag, r.day, r.organisation[:], r.id[:], r.version))
		if err != nil {
			return nil, err
		}
		if err := tx.gorm.Exec(eraseHistory, r.organisation[:], r.id[:]).Error; err != nil {
			return nil, classify(err)
		}
	}
	return years, nil
}

func (sqliteDialect) lockHead(tx *transaction) error {
	return tx.locked(tx.gorm.Raw(selectHead).Row()) // the transaction was the only one from its beginning
}

func (sqliteDialect) saveLedger(tx *transaction) error {
	err := inStatements(tx.rows, [3]statement{entries1, entries5, entries25}, func(query statement, some []ledger.Row) error {
		args := make([]any, 0, 3*len(some))
		for i := range some {
			args = append(args, some[i].Index, some[i].Body, some[i].Link[:])
		}
		return tx.gorm.Exec(string(query), args...).Error
	})
	if err != nil {
		return fmt.Errorf("write the ledger: %w", classify(err))
	}
	return tx.saveHead()
}

// forget overwrites the log, where the pages from before an erasure still
// stand. It gives up when a reader holds the log for longer than a moment.
func (sqliteDialect) forget(g *gorm.DB) error {
	if err := g.Exec(`PRAGMA busy_timeout = 100`).Error; err != nil {
		return err
	}
	defer g.Exec(`PRAGMA busy_timeout = 5000`)
	var busy, pages, done int
	if err := g.Raw(`PRAGMA wal_checkpoint(TRUNCATE)`).Row().Scan(&busy, &pages, &done); err != nil {
		return err
	}
	if busy != 0 {
		return errLogHeld
	}
	return nil
}

// one turns an update that did not hit exactly one row into an error.
func one(done *gorm.DB) error {
	if done.Error != nil {
		return classify(done.Error)
	}
	if done.RowsAffected != 1 {
		return errNotCurrent
	}
	return nil
}

// inStatements cuts all into the sizes there are statements for. queries go
// from the smallest to the largest.
func inStatements[T any](all []T, queries [3]statement, run func(query statement, some []T) error) error {
	whole := len(all) / large * large
	fives := whole + (len(all)-whole)/medium*medium
	for _, part := range []struct {
		rows  []T
		size  int
		query statement
	}{{all[:whole], large, queries[2]}, {all[whole:fives], medium, queries[1]}, {all[fives:], 1, queries[0]}} {
		for some := range slices.Chunk(part.rows, part.size) {
			if err := run(part.query, some); err != nil {
				return err
			}
		}
	}
	return nil
}

var _ dialect = sqliteDialect{}
