package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/store"
)

// passwordStore counts how often it was told to look for a new password.
type passwordStore struct {
	io.Closer
	asked int
	end   context.CancelFunc
}

func (p *passwordStore) RenewPasswords(context.Context) error {
	if p.asked++; p.asked == 3 {
		p.end()
		return nil
	}
	return errors.New("refused")
}

var _ renewer = (*store.Releases)(nil) // what a public process opens

// A public process looks for the replaced password of its store as the other
// does, and says what is wrong once.
func TestF18_APublicProcessRenewsItsPassword(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	var log bytes.Buffer
	s := &passwordStore{end: end}
	besidePublic(slog.New(slog.NewTextHandler(&log, nil)), s)(ctx)
	if n := strings.Count(log.String(), "cannot be used"); s.asked != 3 || n != 1 {
		t.Errorf("looked %d times, told %d times", s.asked, n)
	}
	besidePublic(slog.New(slog.NewTextHandler(&log, nil)), io.NopCloser(nil))(t.Context()) // a folder has none, and is not waited for
}
