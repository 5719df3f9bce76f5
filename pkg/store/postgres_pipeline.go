package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

// postgresConn is a connection whose transactions are pipelines.
type postgresConn struct{ *sql.Conn }

// BeginTx waits for nothing: the BEGIN goes out with the first statement.
func (c postgresConn) BeginTx(ctx context.Context, o *sql.TxOptions) (gorm.ConnPool, error) {
	p := &pipeline{conn: c.Conn, ctx: ctx, batch: &pgx.Batch{}}
	var begin pgx.TxOptions
	if o != nil && o.ReadOnly {
		begin = pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	}
	p.batch.BeginTx(begin)
	return p, nil
}

// pipeline is a transaction that keeps statements until a result is needed and
// then sends all of them at once: waiting for each answer takes longer than
// the work. They run in the order in which they were queued; what comes
// through gorm sends them first.
type pipeline struct {
	conn    *sql.Conn
	ctx     context.Context
	tx      pgx.Tx     // nil until BEGIN was sent
	batch   *pgx.Batch // not sent yet
	entered uuid.UUID  // the organisation visible to the next statement
	awaited bool       // among what is queued is something that this side can refuse, and the server does not
	err     error      // the first failure; nothing is sent after it
}

// step is what an error says a statement was for, and how many rows it must
// change, otherwise being the error if it changed more or fewer. A nil
// otherwise allows any number.
type step struct {
	doing     string
	rows      int
	otherwise error
}

// exec queues a statement that gives no rows.
func (p *pipeline) exec(s step, query statement, args ...any) {
	p.awaited = p.awaited || s.otherwise != nil
	p.batch.Queue(string(query), args...).Fn = func(results pgx.BatchResults) error {
		tag, err := results.Exec()
		if err == nil && tag.RowsAffected() != int64(s.rows) {
			err = s.otherwise
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.doing, classify(err))
		}
		return nil
	}
}

// into gives every row of a query to out.
func into[T any](out *[]T, scan func(row) (T, error)) func(pgx.Rows) error {
	return func(rows pgx.Rows) error {
		for rows.Next() {
			one, err := scan(rows)
			if err != nil {
				return err
			}
			*out = append(*out, one)
		}
		return rows.Err()
	}
}

// send runs what is queued, in one round trip, and hands out its results.
func (p *pipeline) send() error {
	if p.err != nil || p.batch.Len() == 0 {
		return p.err
	}
	p.err = p.conn.Raw(func(driver any) error {
		c, ok := driver.(*stdlib.Conn)
		if !ok {
			return errClosed
		}
		results := c.Conn().SendBatch(p.ctx, p.batch)
		if p.tx == nil {
			p.tx = results.Tx()
		}
		p.batch, p.awaited = &pgx.Batch{}, false
		return results.Close()
	})
	return p.err
}

// Commit goes out with what is left; the server skips it when a statement
// before it fails. A wrong number of rows is no failure to the server, so
// where one is possible the results are waited for first.
func (p *pipeline) Commit() error {
	if p.awaited {
		if err := p.send(); err != nil {
			return err
		}
	}
	p.batch.Queue(`COMMIT`).Fn = func(results pgx.BatchResults) error {
		tag, err := results.Exec()
		if err == nil && tag.String() != `COMMIT` {
			err = pgx.ErrTxCommitRollback
		}
		return err
	}
	return p.send()
}

// Rollback drops what is queued. After the context has ended it costs the
// connection.
func (p *pipeline) Rollback() error {
	if p.tx == nil {
		return nil
	}
	return p.conn.Raw(func(any) error { return p.tx.Rollback(p.ctx) })
}

func (p *pipeline) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := p.send(); err != nil {
		return nil, err
	}
	return p.conn.PrepareContext(ctx, query)
}

func (p *pipeline) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := p.send(); err != nil {
		return nil, err
	}
	return p.conn.ExecContext(ctx, query, args...)
}

func (p *pipeline) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := p.send(); err != nil {
		return nil, err
	}
	return p.conn.QueryContext(ctx, query, args...)
}

func (p *pipeline) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if p.send() != nil { // a sql.Row cannot be made with an error; one whose context has ended fails without being sent
		ended, cancel := context.WithCancel(ctx)
		cancel()
		ctx = ended
	}
	return p.conn.QueryRowContext(ctx, query, args...)
}

var (
	_ gorm.ConnPoolBeginner = postgresConn{}
	_ gorm.TxCommitter      = (*pipeline)(nil)
	_ gorm.ConnPool         = (*pipeline)(nil)
)
