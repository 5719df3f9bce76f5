package store

import (
	"context"
	"database/sql"

	"gorm.io/gorm"
)

// sqliteConn is the one connection that writes. It keeps every statement it
// has seen prepared: preparing a row of twenty-five takes longer than running
// it, and database/sql would do it anew in each transaction.
type sqliteConn struct {
	conn  *sql.Conn
	known map[string]*sql.Stmt // the texts are constants of this package, so few
}

func (c *sqliteConn) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := c.known[query]; s != nil {
		return s, nil
	}
	s, err := c.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	c.known[query] = s
	return s, nil
}

func (c *sqliteConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (c *sqliteConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

func (c *sqliteConn) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	s, err := c.PrepareContext(ctx, query)
	if err != nil {
		return c.conn.QueryRowContext(ctx, query, args...) // a sql.Row cannot be made with an error; this one fails alike
	}
	return s.QueryRowContext(ctx, args...)
}

// BeginTx takes the write lock at once, so that a transaction cannot fail at
// its first write because another began after it. The driver also fails a
// beginning that took effect just as ctx ended; such a transaction is ended, or
// none could ever begin again.
func (c *sqliteConn) BeginTx(ctx context.Context, _ *sql.TxOptions) (gorm.ConnPool, error) {
	tx := &sqliteTx{c, ctx}
	if _, err := c.ExecContext(ctx, `BEGIN IMMEDIATE`); err != nil {
		_ = tx.Rollback() // there is usually nothing to end
		return nil, err
	}
	return tx, nil
}

func (c *sqliteConn) close() error {
	for _, s := range c.known {
		_ = s.Close() // the connection goes next and takes what is left with it
	}
	return c.conn.Close()
}

// sqliteTx is a transaction on the one connection.
type sqliteTx struct {
	*sqliteConn
	ctx context.Context
}

// Commit does not begin once the context has ended, and is not interrupted
// once it has begun: its outcome is always known.
func (t *sqliteTx) Commit() error {
	err := t.ctx.Err()
	if err == nil {
		_, err = t.ExecContext(context.WithoutCancel(t.ctx), `COMMIT`)
	}
	if err != nil {
		_ = t.Rollback() // the failed commit is what counts
	}
	return err
}

// Rollback works after the context has ended too. After an error that made
// SQLite roll back by itself there is nothing left to do, which it reports.
func (t *sqliteTx) Rollback() error {
	_, err := t.ExecContext(context.WithoutCancel(t.ctx), `ROLLBACK`)
	return err
}

// soleLeaser hands out one connection to one user at a time.
type soleLeaser struct {
	free chan *sqliteConn // holds the connection while nobody uses it
	db   *sql.DB
	lock *fileLock
}

func (s *soleLeaser) lease(ctx context.Context) (*lease, error) {
	select {
	case c, open := <-s.free:
		if !open {
			return nil, errClosed
		}
		return &lease{pool: c, confirm: func() error { return nil }, release: func() { s.free <- c }}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// close waits for the transaction that is running, writes the log back into
// the file and gives the folder free.
func (s *soleLeaser) close() error {
	c, open := <-s.free
	if !open {
		return nil
	}
	close(s.free)
	_, _ = c.conn.ExecContext(context.Background(), `PRAGMA wal_checkpoint(TRUNCATE)`) // the next opening would do it
	_ = c.close()
	err := s.db.Close()
	s.lock.release()
	return err
}
