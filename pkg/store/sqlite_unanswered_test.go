package store_test

import (
	"context"
	"database/sql/driver"
	"testing"

	"manniskohandel.se/casestat/pkg/intake"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
)

// unanswered runs a statement and says that it failed, as the driver does when
// the context ends at that moment.
type unanswered struct {
	statement string
	once      bool // it has happened, or is not to happen yet
}

func (u *unanswered) connector(c driver.Connector) driver.Connector { return spoiltConnector{c, u} }

type spoiltConnector struct {
	driver.Connector
	by *unanswered
}

func (c spoiltConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return spoiltConn{conn.(wholeConn), c.by}, nil
}

type wholeConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

type spoiltConn struct {
	wholeConn
	by *unanswered
}

func (c spoiltConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.wholeConn.PrepareContext(ctx, query)
	if err != nil || query != c.by.statement {
		return s, err
	}
	return spoiltStatement{s.(wholeStatement), c.by}, nil
}

type wholeStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type spoiltStatement struct {
	wholeStatement
	by *unanswered
}

func (s spoiltStatement) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	done, err := s.wholeStatement.ExecContext(ctx, args)
	if err == nil && !s.by.once {
		s.by.once = true
		return nil, context.DeadlineExceeded
	}
	return done, err
}

// behind opens a store whose driver stands behind u.
func behind(t *testing.T, u *unanswered) (store.Config, *store.Records) {
	t.Helper()
	c := storetest.Config(t, store.SQLite)
	c.Connector = u.connector
	return c, storetest.OpenConfig(t, c)
}

// A transaction that began, with an answer that it did not, must not be left
// open: none would ever begin after it.
func TestABeginningThatWentUnansweredKeepsNobodyOut(t *testing.T) {
	_, r := behind(t, &unanswered{statement: `BEGIN IMMEDIATE`})
	nothing := func(intake.Tx) error { return nil }
	if err := r.Intake().Atomically(t.Context(), nothing); err == nil {
		t.Fatal("the beginning was answered, so this test proves nothing")
	}
	if err := r.Intake().Atomically(t.Context(), nothing); err != nil {
		t.Errorf("the next transaction: %v", err)
	}
}

// A withdrawal whose commit was not answered has happened: its values leave the
// log like any other's, whether or not anybody asks again.
func TestT35_AWithdrawalThatWentUnansweredIsForgotten(t *testing.T) {
	u := &unanswered{statement: `COMMIT`, once: true}
	c, r := behind(t, u)
	saveAll(t, r, sample(mine, 1))
	u.once = false
	gone := intake.Version{Key: sample(mine, 1).Key, Number: 2, Tag: "gone", Day: "2026-11-23", Withdrawn: true}
	err := r.Intake().Atomically(t.Context(), func(tx intake.Tx) error { return tx.Withdraw(t.Context(), []intake.Version{gone}) })
	if err == nil {
		t.Fatal("the withdrawal was answered, so this test proves nothing")
	}
	history, err := r.Intake().History(t.Context(), gone.Key)
	if err != nil || len(history) != 1 || !history[0].Withdrawn {
		t.Fatalf("%v, %v", history, err)
	}
	if n := onDisk(t, c.Folder); n != 0 {
		t.Errorf("%d files hold the withdrawn answers", n)
	}
}
