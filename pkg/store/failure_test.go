package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"manniskohandel.se/casestat/pkg/fault"
)

func TestClassify(t *testing.T) {
	state := func(code string) error {
		return fmt.Errorf("wrapped: %w", &pgconn.PgError{Code: code, Message: "canary", Detail: "canary", ConstraintName: "record_pkey"})
	}
	tests := []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"the deadline", context.DeadlineExceeded, fault.Unavailable},
		{"cancelled", fmt.Errorf("x: %w", context.Canceled), fault.Unavailable},
		{"a broken connection", driver.ErrBadConn, fault.Unavailable},
		{"the end of a stream", io.ErrUnexpectedEOF, fault.Unavailable},
		{"the network", &net.OpError{Op: "dial", Err: errors.New("canary")}, fault.Unavailable},
		{"a full disk of ours", &fs.PathError{Op: "write", Path: "/canary", Err: syscall.ENOSPC}, fault.Unavailable},
		{"a quota", fmt.Errorf("x: %w", syscall.EDQUOT), fault.Unavailable},
		{"a disk that fails", syscall.EIO, fault.Unavailable},
		{"a disk that only reads", syscall.EROFS, fault.Unavailable},
		{"a refused connection", &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, fault.Unavailable},
		{"a reset connection, bare", syscall.ECONNRESET, fault.Unavailable},
		{"a broken pipe, bare", os.NewSyscallError("write", syscall.EPIPE), fault.Unavailable},
		{"too many files", syscall.EMFILE, fault.Unavailable},
		{"no permission", &fs.PathError{Op: "open", Path: "file", Err: syscall.EACCES}, fault.Internal},
		{"no file", &fs.PathError{Op: "open", Path: "file", Err: syscall.ENOENT}, fault.Internal},
		{"a wrong argument", syscall.EINVAL, fault.Internal},
		{"the standby", errSyncWaitCancelled, fault.Unavailable},
		{"too many connections", state("53300"), fault.Unavailable},
		{"a full disk", state("53100"), fault.Unavailable},
		{"a shutdown", state("57P01"), fault.Unavailable},
		{"a cancelled query", state("57014"), fault.Unavailable},
		{"a deadlock", state("40P01"), fault.Unavailable},
		{"a lock", state("55P03"), fault.Unavailable},
		{"a server that only reads", state("25006"), fault.Unavailable},
		{"a constraint", state("23505"), fault.Internal},
		{"a defect", state("42601"), fault.Internal},
		{"no code at all", state(""), fault.Internal},
		{"anything else", errors.New("mine"), fault.Internal},
		{"a refusal of the caller's", fault.New(fault.Conflict, "period_closed"), fault.Conflict},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := classify(tt.err)
			if fault.KindOf(got) != tt.want {
				t.Errorf("kind %v, want %v", fault.KindOf(got), tt.want)
			}
			if tt.want == fault.Unavailable && fault.CodeOf(got) != CodeUnavailable {
				t.Errorf("code %q", fault.CodeOf(got))
			}
			if strings.Contains(got.Error(), "canary") {
				t.Errorf("the driver's text came through: %v", got)
			}
		})
	}
	if err := classify(&fs.PathError{Op: "write", Path: "/canary", Err: syscall.ENOSPC}); !errors.Is(err, syscall.ENOSPC) {
		t.Error("a full disk is not to be recognised any more")
	}
	if classify(nil) != nil {
		t.Error("nothing became an error")
	}
	if !errors.Is(classify(context.DeadlineExceeded), context.DeadlineExceeded) {
		t.Error("the deadline is not to be recognised any more")
	}
}

func TestWhatIsOfTheStorage(t *testing.T) {
	state := func(code string) error { return &pgconn.PgError{Code: code} }
	for name, tt := range map[string]struct {
		err  error
		want bool
	}{
		"a full disk": {syscall.ENOSPC, true}, "a quota": {syscall.EDQUOT, true}, "a disk that fails": {syscall.EIO, true},
		"PostgreSQL's full disk": {state("53100"), true}, "PostgreSQL's disk that fails": {state("58030"), true},
		"too many connections": {state("53300"), false}, "a shutdown": {state("57P01"), false},
		"a refused connection": {syscall.ECONNREFUSED, false}, "no permission": {syscall.EACCES, false},
		"the deadline": {context.DeadlineExceeded, false}, "anything else": {errors.New("mine"), false}, "nothing": {nil, false},
	} {
		if got := ofStorage(classify(tt.err)); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
