package server

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
)

// Keys of what the gate leaves for those behind it.
const (
	keyOperation = "casestat.operation"
	keyPrincipal = "casestat.principal"
)

// gate lets through who may, with a request of the allowed shape. Who asks
// comes first, so that a stranger learns nothing about shapes; what is asked
// about comes last, so that the answer to a stranger never depends on it.
func (s *Server) gate(op operation) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if op.published {
				c.Response().Header().Set(echo.HeaderAccessControlAllowOrigin, "*")
				c.Response().Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
			}
			if err := s.admit(op, c); err != nil {
				return err
			}
			leave, err := s.turns.pass(op.traffic(), principal(c).Client)
			if err != nil {
				return err
			}
			defer leave()
			if err := checkQueryNames(op, r.URL.RawQuery); err != nil {
				return err
			}
			if err := checkConditions(op, r); err != nil {
				return err
			}
			if err := checkMedia(op, r); err != nil {
				return err
			}
			if err := s.boundBody(op, c.Response().Writer, r); err != nil {
				return err
			}
			if err := checkParameters(op, c); err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(r.Context(), s.patience(op))
			defer cancel()
			c.SetRequest(r.WithContext(ctx))
			defer c.SetRequest(r) // whose context ends only when the caller goes away
			return next(c)
		}
	}
}

// admit finds out who asks and whether the operation is for them.
func (s *Server) admit(op operation, c echo.Context) error {
	if len(op.permission) == 0 {
		return nil
	}
	token, err := bearer(c.Request())
	if err != nil {
		return err
	}
	who, err := s.deps.Authenticator.Authenticate(c.Request().Context(), token)
	if err != nil {
		return err
	}
	c.Set(keyPrincipal, who)
	if slices.ContainsFunc(op.permission, who.Can) {
		return nil
	}
	return who.Require(op.permission[0])
}

// bearer takes the token from exactly one Authorization header (RFC 6750
// section 2.1). It is never taken from the query or the body.
func bearer(r *http.Request) (string, error) {
	given := r.Header.Values(echo.HeaderAuthorization)
	if len(given) == 1 {
		scheme, token, found := strings.Cut(given[0], " ")
		if found && strings.EqualFold(scheme, "Bearer") && token != "" {
			return token, nil
		}
	}
	return "", fault.New(fault.Unauthenticated, access.CodeTokenInvalid)
}

// principal is who asks, in a handler of an operation with a permission.
func principal(c echo.Context) access.Principal {
	who, _ := c.Get(keyPrincipal).(access.Principal) // the zero Principal may nothing
	return who
}

// operationOf is the operation that the path and method chose; ok is false
// where they chose none.
func operationOf(c echo.Context) (op operation, ok bool) {
	op, ok = c.Get(keyOperation).(operation)
	return op, ok
}

// routeOf names the route without anything the caller chose.
func routeOf(c echo.Context) string {
	if op, ok := operationOf(c); ok {
		return op.path
	}
	return "none"
}

// contractPath turns the router's placeholders into the contract's.
func contractPath(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if name, ok := strings.CutPrefix(s, ":"); ok {
			segments[i] = "{" + name + "}"
		}
	}
	return strings.Join(segments, "/")
}
