package fault_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
)

func TestAnUnknownErrorTellsNothing(t *testing.T) {
	for _, err := range []error{nil, io.EOF, fmt.Errorf("context: %w", io.EOF)} {
		if k, c := fault.KindOf(err), fault.CodeOf(err); k != fault.Internal || c != "" {
			t.Errorf("%v: kind %d, code %q; want Internal and none", err, k, c)
		}
	}
}

func TestKindAndCodeAreFoundThroughContext(t *testing.T) {
	err := fmt.Errorf("put: %w", fault.New(fault.Gone, "record_withdrawn"))
	if k, c := fault.KindOf(err), fault.CodeOf(err); k != fault.Gone || c != "record_withdrawn" {
		t.Errorf("kind %d, code %q", k, c)
	}
	if !errors.Is(err, fault.New(fault.Gone, "record_withdrawn")) {
		t.Error("errors.Is does not compare by kind and code")
	}
	if errors.Is(err, fault.New(fault.NotFound, "record_withdrawn")) {
		t.Error("errors.Is takes another kind for the same")
	}
}

func TestTheCauseStaysReachable(t *testing.T) {
	err := fault.Because(io.ErrUnexpectedEOF, fault.Unavailable, "store_unavailable")
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
	if !strings.Contains(err.Error(), io.ErrUnexpectedEOF.Error()) {
		t.Error("the operator cannot read the cause")
	}
}

func TestWrapAddsContextToFailuresOnly(t *testing.T) {
	f := func(fail error) (err error) {
		defer fault.Wrap(&err, "step %d", 2)
		return fail
	}
	if err := f(nil); err != nil {
		t.Errorf("success became %v", err)
	}
	if err := f(io.EOF); !errors.Is(err, io.EOF) || err.Error() != "step 2: EOF" {
		t.Errorf("got %v", err)
	}
}
