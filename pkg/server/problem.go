package server

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/api"
	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/intake"
)

// statuses is the one place that turns kinds of failure into HTTP.
var statuses = map[fault.Kind]int{
	fault.Internal:             http.StatusInternalServerError,
	fault.Malformed:            http.StatusBadRequest,
	fault.Invalid:              http.StatusUnprocessableEntity,
	fault.Unauthenticated:      http.StatusUnauthorized,
	fault.Forbidden:            http.StatusForbidden,
	fault.NotFound:             http.StatusNotFound,
	fault.Conflict:             http.StatusConflict,
	fault.Gone:                 http.StatusGone,
	fault.Stale:                http.StatusPreconditionFailed,
	fault.PreconditionRequired: http.StatusPreconditionRequired,
	fault.TooLarge:             http.StatusRequestEntityTooLarge,
	fault.Unsupported:          http.StatusUnsupportedMediaType,
	fault.Withheld:             http.StatusForbidden,
	fault.TooMany:              http.StatusTooManyRequests,
	fault.Unavailable:          http.StatusServiceUnavailable,
}

// retryAfter is what a caller is told to wait who was not throttled, in seconds.
const retryAfter = "2"

// comeAgain is how many seconds a caller is told to wait.
func comeAgain(err error) string {
	if refused, ok := errors.AsType[*throttled](err); ok {
		return strconv.Itoa(refused.seconds)
	}
	return retryAfter
}

// refusedBatch is a batch that was refused as a whole, with its report.
type refusedBatch struct {
	report intake.Report
	cause  error
}

func (e *refusedBatch) Error() string { return e.cause.Error() }
func (e *refusedBatch) Unwrap() error { return e.cause }

// wrongMethod is a method that the path does not have.
type wrongMethod struct{ allow string }

func (e *wrongMethod) Error() string { return "method not allowed" }

// refuse answers with a problem. It is the only way an error leaves the server.
func (s *Server) refuse(err error, c echo.Context) {
	if c.Response().Committed {
		s.logFailure(err, c, "")
		return
	}
	refused, status := s.tellable(err, c)
	header := c.Response().Header()
	switch status {
	case http.StatusUnauthorized:
		header.Set(echo.HeaderWWWAuthenticate, challenge(err))
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		header.Set(echo.HeaderRetryAfter, comeAgain(err))
	}
	header.Set(echo.HeaderCacheControl, noStore)
	if s.lost(c, status) {
		s.deps.Site.NotFound(c.Response(), c.Request())
		return
	}
	if code, ok := oauthCode(err, c, status); ok {
		s.write(c, oauthStatus(code), mediaJSON, api.OAuthError{Error: api.OAuthErrorError(code)})
		return
	}
	lang := languageOf(c.Request())
	header.Set("Content-Language", string(lang))
	s.write(c, status, "application/problem+json", s.problem(refused, err, status, lang))
}

// tellable gives what the caller may learn of err, and the status.
func (s *Server) tellable(err error, c echo.Context) (*fault.Error, int) {
	if method, ok := errors.AsType[*wrongMethod](err); ok {
		c.Response().Header().Set(echo.HeaderAllow, method.allow)
		return fault.New(fault.Malformed, CodeMethodNotAllowed), http.StatusMethodNotAllowed
	}
	refused, ok := errors.AsType[*fault.Error](err)
	if !ok {
		refused = ofOthers(err)
	}
	if refused.Kind == fault.Internal {
		refused = fault.Because(err, fault.Internal, CodeInternal)
	}
	if refused.Code == CodeOverloaded {
		return refused, statuses[refused.Kind] // a line for each would be a flood of its own
	}
	if refused.Kind == fault.Internal || refused.Kind == fault.Unavailable {
		id := s.requestID()
		c.Response().Header().Set("Request-Id", id)
		s.logFailure(err, c, id)
	}
	return refused, statuses[refused.Kind]
}

// ofOthers sorts errors that are not ours. What the framework says may repeat
// what was sent, so only its status is taken.
func ofOthers(err error) *fault.Error {
	if framework, ok := errors.AsType[*echo.HTTPError](err); ok {
		switch framework.Code {
		case http.StatusBadRequest:
			return fault.New(fault.Malformed, CodeInvalidParameter)
		case http.StatusNotFound:
			return fault.New(fault.NotFound, CodeNotFound)
		}
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return fault.Because(err, fault.Unavailable, CodeUnavailable)
	}
	return fault.Because(err, fault.Internal, CodeInternal)
}

// challenge says how to authenticate: with a token, or to get one with a secret.
func challenge(err error) string {
	if _, ok := errors.AsType[*access.GrantError](err); ok {
		return `Basic realm="casestat"`
	}
	if fault.CodeOf(err) == access.CodeAuthenticationWeak {
		return `Bearer realm="casestat", error="insufficient_user_authentication"` // RFC 9470 section 3
	}
	return `Bearer realm="casestat"`
}

// oauthCode is what the token endpoint says of its own refusals and of requests
// that are malformed in some way OAuth has no word for.
func oauthCode(err error, c echo.Context, status int) (fault.Code, bool) {
	if grant, ok := errors.AsType[*access.GrantError](err); ok {
		return grant.Code, true
	}
	op, _ := operationOf(c)
	return access.CodeInvalidRequest, op.id == "createToken" && status == http.StatusBadRequest
}

// oauthStatus follows RFC 6749 section 5.2: 401 for the client, 400 for the rest.
func oauthStatus(code fault.Code) int {
	if code == access.CodeInvalidClient {
		return http.StatusUnauthorized
	}
	return http.StatusBadRequest
}

func (s *Server) problem(refused *fault.Error, err error, status int, lang codelist.Lang) api.Problem {
	p := api.Problem{
		Type: "urn:casestat:problem:" + string(refused.Code), Title: s.messages.in(lang, refused.Code),
		Status: status, Code: string(refused.Code),
	}
	if len(refused.Details) > 0 {
		errors := s.refusals(refused.Details, lang)
		p.Errors = &errors
	}
	if batch, ok := errors.AsType[*refusedBatch](err); ok {
		report := s.report(batch.report, lang)
		p.Report = &report
	}
	return p
}

func (s *Server) refusals(details []fault.Detail, lang codelist.Lang) []api.Refusal {
	told := make([]api.Refusal, len(details))
	for i, d := range details {
		told[i] = api.Refusal{Pointer: d.Pointer, Code: string(d.Code), Message: s.messages.in(lang, d.Code)}
		if d.Row > 0 {
			told[i].Row = &d.Row
		}
	}
	return told
}

// write sends v as JSON. A failure to send is the caller's to notice: there is
// nobody left to tell.
func (s *Server) write(c echo.Context, status int, media string, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		s.logFailure(err, c, "")
		status, body = http.StatusInternalServerError, nil
	}
	_ = c.Blob(status, media, body)
}

// requestID is random and says nothing; it ties an answer to a line of the
// operator's log.
func (s *Server) requestID() string {
	var b [8]byte
	if _, err := io.ReadFull(s.deps.Random, b[:]); err != nil {
		return ""
	}
	return hex.EncodeToString(b[:])
}

// logFailure tells the operator. What fails after the caller has gone away was
// often given up for that reason alone, whatever its text blames.
func (s *Server) logFailure(err error, c echo.Context, id string) {
	ctx, level := c.Request().Context(), slog.LevelError
	gone := ctx.Err() != nil
	if gone {
		level = slog.LevelWarn
	}
	s.deps.Log.LogAttrs(ctx, level, "request failed",
		slog.String("request_id", id), slog.String("route", routeOf(c)), slog.Bool("caller_gone", gone),
		slog.String("code", string(fault.CodeOf(err))), slog.String("error", withoutAddresses(err)))
}

// withoutAddresses words an error for the operator. The text of a connection's
// error names both of its ends, so only what happened to it is kept.
func withoutAddresses(err error) string {
	if broken, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Sprintf("%s: %v", broken.Op, broken.Err)
	}
	return err.Error()
}
