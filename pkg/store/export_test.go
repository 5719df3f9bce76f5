package store

import (
	"context"

	"github.com/google/uuid"

	"manniskohandel.se/casestat/pkg/intake"
)

// ExecOnWriter runs a statement on the connection that writes, for tests that
// take a safety mechanism away.
func ExecOnWriter(ctx context.Context, r *Records, statement string) error {
	l, err := r.db.leaseFrom(ctx, r.db.writer)
	if err != nil {
		return err
	}
	defer l.release()
	return r.db.session(ctx, l).Exec(statement).Error
}

// CacheSize gives what SQLite says of the pages that the writer keeps: KiB, negative.
func CacheSize(ctx context.Context, r *Records) (n int, err error) {
	l, err := r.db.leaseFrom(ctx, r.db.writer)
	if err != nil {
		return 0, err
	}
	defer l.release()
	err = r.db.session(ctx, l).Raw(`PRAGMA cache_size`).Row().Scan(&n)
	return n, err
}

// CloseReaders leaves the connection that writes alone with the file.
func CloseReaders(r *Records) error { return r.db.reader.close() }

// Visible sends in one pipeline a query for every organisation, which names
// none, and gives whose records each could see. A nil UUID enters none, so
// that its query stands where the one before it stood.
func Visible(ctx context.Context, r *Records, organisations ...uuid.UUID) (seen [][]uuid.UUID, err error) {
	seen = make([][]uuid.UUID, len(organisations))
	scan := func(r row) (id uuid.UUID, err error) {
		err = r.Scan(&id)
		return id, err
	}
	err = r.db.reading(ctx, r.db.reader, func(tx *transaction) error {
		for i, o := range organisations {
			if o != uuid.Nil {
				tx.dialect.enter(tx, o)
			}
			tx.pipeline.batch.Queue(`SELECT organisation FROM record`).Query(into(&seen[i], scan))
		}
		return tx.pipeline.send()
	})
	return seen, err
}

// CountWithin counts the records that tx can see; past its pipeline if so told.
func CountWithin(tx intake.Tx, past bool) (n int, err error) {
	const query = `SELECT count(*) FROM record`
	t := tx.(intakeTx)
	if past {
		err = t.pipeline.conn.QueryRowContext(t.pipeline.ctx, query).Scan(&n)
	} else {
		err = t.gorm.Raw(query).Row().Scan(&n)
	}
	return n, err
}

// DoNotAwait lets tx commit before this side has seen any result.
func DoNotAwait(tx intake.Tx) { tx.(intakeTx).pipeline.awaited = false }

// MoveHead makes tx believe that the ledger was longer than it is.
func MoveHead(tx intake.Tx) { tx.(intakeTx).before++ }

// Plans says how often statements that start alike ran on the connection that
// writes by a plan made once, and by one made anew.
func Plans(ctx context.Context, r *Records, start string) (generic, custom int, err error) {
	err = r.db.reading(ctx, r.db.writer, func(tx *transaction) error {
		return tx.gorm.Raw(`SELECT sum(generic_plans), sum(custom_plans) FROM pg_prepared_statements
			WHERE statement LIKE ?`, start).Row().Scan(&generic, &custom)
	})
	return generic, custom, err
}

// FailStorage has the store take note of a write that failed for the disk.
func FailStorage(r *Records, err error) { r.db.noteFailure(classify(err)) }

// MoveFolder has the storage tried elsewhere; SQLite alone.
func MoveFolder(r *Records, to string) { r.db.config.Folder = to }

// TryStorage tries it now.
func TryStorage(ctx context.Context, r *Records) error { return r.db.dialect.tryStorage(ctx, r.db) }
