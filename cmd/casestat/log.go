package main

import (
	"io"
	"log/slog"
	"time"
)

// newLog makes the service's log, a JSON object a line. Its times are whole
// minutes: exact ones would say when somebody submitted.
func newLog(out io.Writer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{ReplaceAttr: coarseTime}))
}

func coarseTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Time(slog.TimeKey, a.Value.Time().UTC().Truncate(time.Minute))
	}
	return a
}
