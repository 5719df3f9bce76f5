// Package fault says what kind of failure an error is, so that one place
// decides what a caller may learn.
//
// A package that refuses something returns an *Error with a Kind and a stable
// Code. Whatever is not an *Error is Internal: the caller learns that
// something went wrong on our side, the operator's log learns the rest.
package fault

import (
	"errors"
	"fmt"
)

// Kind sorts failures by what the caller can do about them. The zero value is
// Internal, so that a failure nobody thought of tells the caller nothing.
type Kind uint8

const (
	Internal             Kind = iota // our fault; the caller may retry
	Malformed                        // not readable as what it claims to be; mend the bytes
	Invalid                          // readable, but breaks a rule; mend the content
	Unauthenticated                  // no credential, or one that does not hold
	Forbidden                        // a good credential without this permission
	NotFound                         // absent, or somebody else's: deliberately the same
	Conflict                         // the state of the thing does not allow it now
	Gone                             // was there, was withdrawn, will not come back
	Stale                            // the precondition (If-Match) no longer holds; read again
	PreconditionRequired             // a change of something existing must say what it changes
	TooLarge                         // beyond a limit; send less
	Unsupported                      // a media type or encoding that is not taken
	Withheld                         // exists, but is not shown to protect people
	TooMany                          // too often; wait
	Unavailable                      // not now; retry after a while, nothing was lost
)

// Code is a stable, documented name of one reason for a refusal. Codes are
// never renamed: callers program against them.
type Code string

// Detail says where one Code applies. It never carries the offending value.
type Detail struct {
	Row     int    // 1-based row of a batch; 0 outside batches
	Pointer string // JSON pointer (RFC 6901) into the submitted document; "" is the whole of it
	Code    Code
}

// Error is a refusal that a caller may be told about. Cause is for the
// operator's log alone and never reaches the caller.
type Error struct {
	Kind    Kind
	Code    Code
	Details []Detail
	Cause   error
}

// New refuses with kind and code; details say where.
func New(kind Kind, code Code, details ...Detail) *Error {
	return &Error{Kind: kind, Code: code, Details: details}
}

// Because is New with the cause kept for the operator's log.
func Because(cause error, kind Kind, code Code) *Error {
	return &Error{Kind: kind, Code: code, Cause: cause}
}

// Error names the code and the cause, for logs and tests.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.Cause)
	}
	return string(e.Code)
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is makes errors.Is(err, fault.New(kind, code)) compare kind and code, so
// that sentinels can be declared with New.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Kind == e.Kind && t.Code == e.Code
}

// KindOf is the kind of the outermost *Error in err's chain, Internal if there
// is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// CodeOf is the code of the outermost *Error in err's chain, "" if there is
// none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// Wrap adds context to *err when it is not nil. Use it as the first line of a
// function: defer fault.Wrap(&err, "open records store %s", name). The
// context must not hold a value of a record or a secret.
func Wrap(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *err)
	}
}
