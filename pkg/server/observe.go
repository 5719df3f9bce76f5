package server

import (
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
)

// sighting is all that is kept of a request: nothing in it tells who asked from
// where, for what, or exactly when.
type sighting struct {
	route  string // template
	method string
	class  string // of the status, "2xx"
	role   string // "none" without a principal
	took   time.Duration
}

// observe answers errors, so that it sees the status, and then writes the line
// of the access log and the metrics.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.deps.Now()
		if err := s.calmly(next, c); err != nil {
			s.answer(err, c)
		}
		seen := sighting{
			route: routeOf(c), method: methodOf(c), class: strconv.Itoa(c.Response().Status/100) + "xx",
			role: roleOf(c), took: s.deps.Now().Sub(start),
		}
		s.metrics.count(seen)
		s.deps.Log.LogAttrs(c.Request().Context(), slog.LevelInfo, "request",
			slog.String("route", seen.route), slog.String("method", seen.method), slog.String("status", seen.class),
			slog.String("took", bucket(seen.took)), slog.String("role", seen.role))
		return nil
	}
}

// calmly turns a panic into an error. What was panicked with may hold a value
// of a record, so only its type is kept.
func (s *Server) calmly(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.deps.Log.Error("panic", slog.String("route", routeOf(c)), slog.String("stack", string(debug.Stack())))
			err = fmt.Errorf("panic with a %T", p)
		}
	}()
	return next(c)
}

// methodOf names the method only when it is one of ours: others are the
// caller's own words.
func methodOf(c echo.Context) string {
	if op, ok := operationOf(c); ok {
		return op.method
	}
	return "other"
}

func roleOf(c echo.Context) string {
	if role := principal(c).Role; role != "" {
		return string(role)
	}
	return "none"
}

// bucket coarsens a duration: exact ones could tell one record from another.
func bucket(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return "<10ms"
	case d < 100*time.Millisecond:
		return "<100ms"
	case d < time.Second:
		return "<1s"
	case d < 10*time.Second:
		return "<10s"
	}
	return ">=10s"
}
