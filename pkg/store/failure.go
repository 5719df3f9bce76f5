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
	"syscall"

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
	storage bool   // the disk is full or fails
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

// storageFailure is an error of the operating system about a disk, without the
// path that its own text may hold.
type storageFailure struct{ cause syscall.Errno }

func (e *storageFailure) Error() string { return "the storage fails: " + e.cause.Error() }
func (e *storageFailure) Unwrap() error { return e.cause }

// Is keeps errors.Is(err, context.DeadlineExceeded) and the like working.
func (e *connectionFailure) Is(target error) bool { return errors.Is(e.cause, target) }

// SQLSTATE classes and codes that pass, and SQLite's result codes that do.
var (
	passingClasses = []string{"08", "53", "57", "58"}                      // connection, resources, operator, system
	passingStates  = []string{"40001", "40P01", "55P03", "25006", "25P03"} // conflict, deadlock, lock, read-only, idle
	passingResults = []int{5, 6, 7, 8, 9, 10, 13, 14, 15}                  // busy ... full, cantopen, protocol
)

// Those of them by which the storage is full, fails or takes no writes.
var (
	storageStates  = []string{"53100", "58030"} // disk full, I/O error
	storageResults = []int{8, 10, 13}           // read-only, I/O error, full
)

// Errors of the operating system that pass: about a disk, and about reaching
// another process. Any other, such as a missing permission, is a defect.
var (
	storageErrnos = []syscall.Errno{
		syscall.ENOSPC, syscall.EDQUOT, syscall.EIO, syscall.EROFS, syscall.ESTALE, syscall.ENXIO, syscall.ENODEV,
	}
	networkErrnos = []syscall.Errno{
		syscall.ECONNREFUSED, syscall.ECONNRESET, syscall.ECONNABORTED, syscall.EPIPE, syscall.ENOTCONN, syscall.ESHUTDOWN,
		syscall.ETIMEDOUT, syscall.EHOSTUNREACH, syscall.EHOSTDOWN, syscall.ENETUNREACH, syscall.ENETDOWN, syscall.ENETRESET,
		syscall.EADDRNOTAVAIL, syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.EAGAIN,
	}
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
	if err := refusedLogin(err); err != nil {
		return err
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return passing(&driverFailure{Postgres, e.Code, e.ConstraintName, slices.Contains(storageStates, e.Code)},
			slices.Contains(passingClasses, e.Code[:min(2, len(e.Code))]) || slices.Contains(passingStates, e.Code))
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		result := e.Code() & 0xff
		return passing(&driverFailure{SQLite, fmt.Sprint(e.Code()), e.Error(), slices.Contains(storageResults, result)},
			slices.Contains(passingResults, result))
	}
	if isConnection(err) {
		return fault.Because(&connectionFailure{err}, fault.Unavailable, CodeUnavailable)
	}
	if e, ok := errors.AsType[syscall.Errno](err); ok && slices.Contains(storageErrnos, e) {
		return fault.Because(&storageFailure{e}, fault.Unavailable, CodeUnavailable)
	}
	return err
}

// ofStorage says whether what classify made is about a disk that is full or fails.
func ofStorage(err error) bool {
	if e, ok := errors.AsType[*driverFailure](err); ok {
		return e.storage
	}
	_, ok := errors.AsType[*storageFailure](err)
	return ok
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
	return isNetwork(err) || pgconn.SafeToRetry(err)
}

// isNetwork looks twice at an error of the operating system: every one of them
// is a net.Error to the compiler, those of a disk among them.
func isNetwork(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	if errno, bare := e.(syscall.Errno); bare { //nolint:errorlint // e is what was found in the chain
		return slices.Contains(networkErrnos, errno)
	}
	return ok
}
