package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"
)

// renewer is a store whose passwords may be replaced while it is open.
type renewer interface {
	RenewPasswords(ctx context.Context) error
}

// watchPasswords takes up the passwords of connection strings that were
// replaced in their files, until ctx ends. What is wrong is told once, not each
// second.
func watchPasswords(ctx context.Context, log *slog.Logger, tick <-chan time.Time, stores ...renewer) {
	told := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		}
		var failed []error
		for _, s := range stores {
			failed = append(failed, s.RenewPasswords(ctx))
		}
		wrong := ""
		if err := errors.Join(failed...); err != nil && ctx.Err() == nil {
			wrong = err.Error()
		}
		if wrong != told && wrong != "" {
			log.Error("a replaced connection string cannot be used", slog.String("error", wrong))
		}
		told = wrong
	}
}

// besidePublic gives what runs beside a public server: the watch over the
// password of its store, where it has one.
func besidePublic(log *slog.Logger, opened io.Closer) func(context.Context) {
	return func(ctx context.Context) {
		store, ok := opened.(renewer)
		if !ok {
			return // a folder of releases
		}
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		watchPasswords(ctx, log, ticker.C, store)
	}
}
