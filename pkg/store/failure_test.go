package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
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
	if classify(nil) != nil {
		t.Error("nothing became an error")
	}
	if !errors.Is(classify(context.DeadlineExceeded), context.DeadlineExceeded) {
		t.Error("the deadline is not to be recognised any more")
	}
}
