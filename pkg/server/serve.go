package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// maxHeader bounds the header of a request, in bytes.
const maxHeader = 16 << 10

// Serve answers on the listener until ctx ends. Then it says that it is not
// ready any more, goes on for Limits.Notice, takes no new connection, and lets
// accepted requests finish for at most Limits.Drain. It returns nil after an
// orderly end.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := s.httpServer()
	room := newRoom(refusing{gathering{listener}, s}, s.limits.Connections)
	server.ConnState = room.watch
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(room) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	s.draining.Store(true)
	select {
	case err := <-ended:
		return err
	case <-time.After(s.limits.Notice):
	}
	// ctx is over; what is left to do has its own time.
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.Drain)
	defer cancel()
	err := server.Shutdown(grace)
	if err != nil {
		err = errors.Join(err, server.Close())
	}
	if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

func (s *Server) httpServer() *http.Server {
	return &http.Server{
		Handler:           s,
		ReadHeaderTimeout: s.limits.Header,
		ReadTimeout:       s.limits.Body,
		WriteTimeout:      s.limits.Body + s.limits.Answer,
		IdleTimeout:       s.limits.Idle,
		MaxHeaderBytes:    maxHeader,
		// "OPTIONS *" is refused like whatever else the table does not have.
		DisableGeneralOptionsHandler: true,
		// What the HTTP library has to say is about connections and repeats addresses.
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
}
