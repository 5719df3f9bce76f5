package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"

	"manniskohandel.se/casestat/pkg/fault"
)

// Codes of what this package refuses.
const (
	// CodeUnavailable: the database cannot answer now. Nothing was acknowledged;
	// repeat the request after a while.
	CodeUnavailable fault.Code = "store_unavailable"
	// CodeLocked: another process writes to this data folder.
	CodeLocked fault.Code = "store_locked"
	// CodeSchemaOld: run "casestat migrate" first.
	CodeSchemaOld fault.Code = "store_schema_old"
	// CodeSchemaNew: the database was migrated by a newer program; start that one.
	CodeSchemaNew fault.Code = "store_schema_new"
)

// driverFailure is a database's error without what may repeat a value.
// State is an SQLSTATE or a SQLite result code.
type driverFailure struct {
	Backend Backend
	State   string
	Where   string // the constraint, if one was broken; of SQLite its text, which names columns and never values
}

func (e *driverFailure) Error() string {
	if e.Where != "" {
		return fmt.Sprintf("%s %s: %s", e.Backend, e.State, e.Where)
	}
	return fmt.Sprintf("%s %s", e.Backend, e.State)
}

// connectionFailure is a failure to reach the database, without the address
// that the driver's own text holds.
type connectionFailure struct{ cause error }

func (e *connectionFailure) Error() string { return "no connection to the database" }

// Is keeps errors.Is(err, context.DeadlineExceeded) and the like working.
func (e *connectionFailure) Is(target error) bool { return errors.Is(e.cause, target) }

// SQLSTATE classes and codes that pass, and SQLite's result codes that do.
var (
	passingClasses = []string{"08", "53", "57", "58"}                      // connection, resources, operator, system
	passingStates  = []string{"40001", "40P01", "55P03", "25006", "25P03"} // conflict, deadlock, lock, read-only, idle
	passingResults = []int{5, 6, 7, 8, 9, 10, 13, 14, 15}                  // busy ... full, cantopen, protocol
)

// classify makes an error fit to leave this package: what passes by itself is
// fault.Unavailable, the driver's own text stays behind, anything else is as
// it was.
func classify(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return passing(&driverFailure{Postgres, e.Code, e.ConstraintName},
			slices.Contains(passingClasses, e.Code[:min(2, len(e.Code))]) || slices.Contains(passingStates, e.Code))
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return passing(&driverFailure{SQLite, fmt.Sprint(e.Code()), e.Error()}, slices.Contains(passingResults, e.Code()&0xff))
	}
	if isConnection(err) {
		return fault.Because(&connectionFailure{err}, fault.Unavailable, CodeUnavailable)
	}
	return err
}

func passing(err error, passes bool) error {
	if passes {
		return fault.Because(err, fault.Unavailable, CodeUnavailable)
	}
	return err
}

// isConnection says whether err is about reaching the database at all, or
// about the time allowed for it.
func isConnection(err error) bool {
	for _, known := range []error{
		context.Canceled, context.DeadlineExceeded, driver.ErrBadConn, sql.ErrConnDone, sql.ErrTxDone,
		io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, errSyncWaitCancelled, errClosed,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok || pgconn.SafeToRetry(err)
}
