package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

const (
	selectPage = `SELECT organisation, record_id, version, tag, day, withdrawn, year, codebook, answers
FROM record WHERE organisation = ? AND record_id > ? AND NOT withdrawn AND (? = 0 OR year = ?)
ORDER BY record_id LIMIT ?`

	selectCurrent = `SELECT organisation, record_id, version, tag, day, withdrawn, year, codebook, answers
FROM record WHERE organisation = ? AND record_id = ?`

	selectHistory = `SELECT organisation, record_id, version, tag, day, 1 = 0, year, codebook, answers
FROM record_history WHERE organisation = ? AND record_id = ? ORDER BY version DESC`

	selectPeriods = `SELECT year, state FROM period ORDER BY year`
)

// intakeStore is the intake.Store.
type intakeStore struct{ db *database }

func (s intakeStore) Atomically(ctx context.Context, f func(intake.Tx) error) error {
	return s.db.atomically(ctx, func(tx *transaction) error { return f(intakeTx{tx}) })
}

func (s intakeStore) List(ctx context.Context, page intake.Page) (out []intake.Version, err error) {
	defer fault.Wrap(&err, "list records")
	organisation, err := parseID(string(page.Organisation))
	if err != nil {
		return nil, err
	}
	var after uuid.UUID // the nil UUID stands before every other
	if page.After != "" {
		if after, err = parseID(string(page.After)); err != nil {
			return nil, err
		}
	}
	err = s.db.reading(ctx, s.db.reader, func(tx *transaction) error {
		tx.dialect.enter(tx, organisation)
		rows, err := collect(scanRecord)(tx.gorm.Raw(selectPage, tx.dialect.bind(organisation), tx.dialect.bind(after),
			page.Year, page.Year, page.Limit).Rows())
		out = fromRows(rows)
		return err
	})
	return out, err
}

func (s intakeStore) History(ctx context.Context, key intake.Key) (out []intake.Version, err error) {
	defer fault.Wrap(&err, "read a record's history")
	k, err := toKey(key)
	if err != nil {
		return nil, err
	}
	err = s.db.reading(ctx, s.db.reader, func(tx *transaction) error {
		tx.dialect.enter(tx, k.organisation)
		organisation, id := tx.dialect.bind(k.organisation), tx.dialect.bind(k.id)
		current, err := collect(scanRecord)(tx.gorm.Raw(selectCurrent, organisation, id).Rows())
		if err != nil {
			return err
		}
		former, err := collect(scanRecord)(tx.gorm.Raw(selectHistory, organisation, id).Rows())
		out = fromRows(append(current, former...))
		return err
	})
	return out, err
}

// intakeTx is the intake.Tx.
type intakeTx struct{ *transaction }

func (tx intakeTx) Heads(_ context.Context, keys []intake.Key) (map[intake.Key]intake.Version, error) {
	stored := make([]rowKey, len(keys))
	for i, k := range keys {
		var err error
		if stored[i], err = toKey(k); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(stored, compareKeys)
	rows, err := tx.dialect.heads(tx.transaction, slices.Compact(stored))
	if err != nil {
		return nil, fmt.Errorf("look up records: %w", err)
	}
	out := make(map[intake.Key]intake.Version, len(rows))
	for _, r := range rows {
		v := fromRow(r)
		out[v.Key] = v
	}
	return out, nil
}

func (tx intakeTx) Save(_ context.Context, versions []intake.Version) error {
	rows, err := toRows(versions)
	if err != nil {
		return err
	}
	later := len(rows) // from there on
	for i := 0; i < later; {
		switch {
		case rows[i].withdrawn:
			return errors.New("store: a tombstone is no version to save")
		case rows[i].version == 1:
			i++
		default: // apart in place: a batch has many rows
			later--
			rows[i], rows[later] = rows[later], rows[i]
		}
	}
	sortRows(rows[:later])
	sortRows(rows[later:])
	if err := tx.dialect.insert(tx.transaction, rows[:later]); err != nil {
		return fmt.Errorf("save records: %w", err)
	}
	if err := tx.dialect.supersede(tx.transaction, rows[later:]); err != nil {
		return fmt.Errorf("correct records: %w", err)
	}
	return nil
}

func (tx intakeTx) Withdraw(_ context.Context, tombstones []intake.Version) error {
	rows, err := toRows(tombstones)
	if err != nil {
		return err
	}
	sortRows(rows)
	years, err := tx.dialect.withdraw(tx.transaction, rows)
	if err != nil {
		return fmt.Errorf("withdraw records: %w", err)
	}
	tx.erased = tx.erased || len(rows) > 0
	return tx.forgetYears(years)
}

func (tx intakeTx) Periods(context.Context) ([]record.Period, error) { return tx.periods() }

func (tx intakeTx) Append(_ context.Context, entries []ledger.Entry) error { return tx.append(entries) }

func (tx *transaction) periods() ([]record.Period, error) {
	if tx.known != nil {
		return tx.known, nil
	}
	periods, err := collect(scanPeriod)(tx.gorm.Raw(selectPeriods).Rows())
	if err != nil {
		return nil, fmt.Errorf("read periods: %w", err)
	}
	return periods, nil
}

func scanPeriod(r row) (p record.Period, err error) {
	err = r.Scan(&p.Year, &p.State)
	return p, err
}

func toRows(versions []intake.Version) ([]recordRow, error) {
	rows := make([]recordRow, len(versions))
	for i, v := range versions {
		var err error
		if rows[i], err = toRow(v); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func fromRows(rows []recordRow) []intake.Version {
	var out []intake.Version
	for _, r := range rows {
		out = append(out, fromRow(r))
	}
	return out
}

// sortRows puts one organisation's rows together, and each where its
// neighbours in the database are.
func sortRows(rows []recordRow) {
	slices.SortFunc(rows, func(a, b recordRow) int { return compareKeys(a.rowKey, b.rowKey) })
}

func compareKeys(a, b rowKey) int {
	return cmp.Or(bytes.Compare(a.organisation[:], b.organisation[:]), bytes.Compare(a.id[:], b.id[:]))
}
