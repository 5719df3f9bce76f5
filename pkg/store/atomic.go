package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/record"
)

// errClosed is what a closed or read-only store answers to a write.
var errClosed = errors.New("store: not open for writing")

// database is one opened store: one way to write, one way to read.
type database struct {
	config  Config
	dialect dialect
	gorm    *gorm.DB // for sessions; every session is given a connection of its own
	writer  leaser
	reader  leaser
	rest    chore // overwrite what an erasure left in SQLite's log
	starved chore // find out whether the storage takes writes again, since one failed
}

// leaser hands out connections.
type leaser interface {
	// lease waits for a connection, no longer than the acquire timeout. ctx
	// bounds the wait alone.
	lease(ctx context.Context) (*lease, error)
	close() error
}

// lease is the sole use of one connection.
type lease struct {
	pool    gorm.ConnPool
	confirm func() error // after a commit: whether it really is as durable as promised
	release func()
}

// dialect says what differs between the databases inside a transaction.
type dialect interface {
	recordStatements
	ledgerStatements
	// tryStorage writes something and leaves nothing of it, to find out whether
	// the storage takes writes.
	tryStorage(ctx context.Context, d *database) error
}

// recordStatements work on records of any organisations, in bulk.
type recordStatements interface {
	// bind gives an id as the database keeps it.
	bind(id uuid.UUID) any
	// enter makes one organisation's records visible, those of all others not.
	enter(tx *transaction, organisation uuid.UUID)
	heads(tx *transaction, keys []rowKey) ([]recordRow, error)
	insert(tx *transaction, rows []recordRow) error
	supersede(tx *transaction, rows []recordRow) error
	// withdraw erases, and gives the years that any version was of.
	withdraw(tx *transaction, rows []recordRow) (years []int, err error)
}

// ledgerStatements work on the ledger.
type ledgerStatements interface {
	// lockHead has the head read, by tx.locked, before anything else is and so
	// that nobody else can read it before this transaction ends.
	lockHead(tx *transaction) error
	// saveLedger writes the transaction's entries and, once, its head.
	saveLedger(tx *transaction) error
}

// transaction is one write transaction. It must not be used after it ended.
type transaction struct {
	gorm     *gorm.DB
	dialect  dialect
	pipeline *pipeline // PostgreSQL alone
	head     ledger.Head
	before   int64           // the ledger's size at the start
	holds    bool            // the head was read under its lock
	unlocked error           // why it could not be
	rows     []ledger.Row    // to be written at the commit
	known    []record.Period // those that came along with heads; nil: none did
	erased   bool            // something was withdrawn
}

// transaction wraps one that gorm began.
func (d *database) transaction(g *gorm.DB) *transaction {
	p, _ := g.Statement.ConnPool.(*pipeline)
	return &transaction{gorm: g, dialect: d.dialect, pipeline: p}
}

// append puts entries on the ledger; they are written with the commit.
func (tx *transaction) append(entries []ledger.Entry) error {
	if !tx.holds {
		if tx.unlocked = tx.pipeline.send(); tx.unlocked != nil {
			return tx.unlocked
		}
	}
	rows, head, err := tx.head.Append(entries)
	if err != nil {
		return fmt.Errorf("append to the ledger: %w", err)
	}
	tx.rows, tx.head = append(tx.rows, rows...), head
	return nil
}

// atomically runs f in one durable transaction after every other one: the
// ledger's head is locked before f and written once after it.
func (d *database) atomically(ctx context.Context, f func(*transaction) error) (err error) {
	defer func() {
		err = classify(err)
		d.noteFailure(err)
	}()
	if d.writer == nil {
		return errClosed
	}
	ctx, cancel := context.WithTimeout(ctx, d.config.Write)
	defer cancel()
	l, err := d.leaseFrom(ctx, d.writer)
	if err != nil {
		return err
	}
	defer l.release()
	var tx *transaction
	err = d.session(ctx, l).Transaction(func(g *gorm.DB) error {
		tx = d.transaction(g)
		return tx.run(f)
	})
	if tx != nil && tx.erased {
		defer d.forget(l) // also after an error: a commit whose answer got lost has happened
	}
	if err != nil {
		return err
	}
	if err := l.confirm(); err != nil {
		return err
	}
	if len(tx.rows) > 0 {
		d.starved.settle()
	}
	return nil
}

// locked takes over the head as it was read under its lock.
func (tx *transaction) locked(head row) (err error) {
	if tx.head, err = scanHead(head); err != nil {
		return fmt.Errorf("lock the ledger's head: %w", classify(err))
	}
	tx.before, tx.holds = tx.head.Size, true
	return nil
}

// run is the body of a transaction.
func (tx *transaction) run(f func(*transaction) error) error {
	if err := tx.dialect.lockHead(tx); err != nil {
		return err
	}
	err := f(tx)
	if tx.unlocked != nil { // whatever f made of it: nothing was wrong with its entries
		return tx.unlocked
	}
	if err != nil || len(tx.rows) == 0 {
		return err
	}
	return tx.dialect.saveLedger(tx)
}

// reading runs f in one read-only transaction, which sees one state of the
// store throughout.
func (d *database) reading(ctx context.Context, from leaser, f func(*transaction) error) (err error) {
	defer func() { err = classify(err) }()
	l, err := d.leaseFrom(ctx, from)
	if err != nil {
		return err
	}
	defer l.release()
	return d.session(ctx, l).Transaction(func(g *gorm.DB) error {
		return f(d.transaction(g))
	}, &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
}

func (d *database) leaseFrom(ctx context.Context, from leaser) (*lease, error) {
	ctx, cancel := context.WithTimeout(ctx, d.config.Acquire)
	defer cancel()
	l, err := from.lease(ctx)
	if err != nil { // whatever it was, there is no connection
		return nil, fault.Because(&connectionFailure{err}, fault.Unavailable, CodeUnavailable)
	}
	return l, nil
}

// session gives a gorm handle on one connection.
func (d *database) session(ctx context.Context, l *lease) *gorm.DB {
	g := d.gorm.Session(&gorm.Session{NewDB: true, Context: ctx})
	g.Statement.ConnPool = l.pool
	return g
}

// poolLeaser leases from a database/sql pool.
type poolLeaser struct{ db *sql.DB }

func (p poolLeaser) lease(ctx context.Context) (*lease, error) {
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &lease{
		pool:    conn,
		confirm: func() error { return nil },
		release: func() { _ = conn.Close() }, // gives it back; a broken one is discarded by the pool
	}, nil
}

func (p poolLeaser) close() error { return p.db.Close() }
