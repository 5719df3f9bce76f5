package server

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// Tools answers the programs of statisticians and data portals from published
// releases alone, in protocols that are not of this contract.
type Tools interface {
	// Each gives every operation: its path with placeholders of one segment in
	// braces, and whether it takes a body. It reads its query string itself, and
	// what it returns is a *fault.Error that the caller may learn, or a failure.
	Each(add func(method, path string, body bool, handle echo.HandlerFunc))
}

// tool is an operation of Tools.
type tool struct {
	operation
	handle echo.HandlerFunc
}

// tooled are the operations of tools; none if there are no tools.
func tooled(t Tools) (all []tool) {
	if t == nil {
		return nil
	}
	t.Each(func(method, path string, body bool, handle echo.HandlerFunc) {
		op := operation{id: "tool", method: method, path: path, foreign: true, published: method == http.MethodGet, alone: true}
		if body {
			op.limit = smallBody
		}
		all = append(all, tool{op, handle})
	})
	return all
}

func toolOperations(t Tools) (all []operation) {
	for _, x := range tooled(t) {
		all = append(all, x.operation)
	}
	return all
}

// registerTools puts each of them behind its gate.
func (s *Server) registerTools(e *echo.Echo) {
	placeholders := strings.NewReplacer("{", ":", "}", "")
	for _, x := range tooled(s.deps.Tools) {
		e.Add(x.method, placeholders.Replace(x.path), x.handle, s.gate(x.operation))
	}
}
