package shelftest

import (
	"context"
	"maps"
	"slices"
	"sync"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/shelf"
)

// Source keeps releases in memory and counts how often it is read. It may be
// used by several goroutines.
type Source struct {
	mu       sync.Mutex
	contents Contents
	version  int64
	reads    int
	broken   error
}

// Contents are what a source holds: files by release and name.
type Contents struct {
	Stored     []shelf.Stored
	Files      map[int]map[string][]byte
	Checkpoint []byte
}

// Change does anything to the contents. The version changes with it.
func (s *Source) Change(do func(*Contents)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	do(&s.contents)
	s.version++
}

// Break makes every call answer err, until it is called with nil.
func (s *Source) Break(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = err
}

// Reads says how often all releases were asked for.
func (s *Source) Reads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

// Version counts the changes.
func (s *Source) Version(ctx context.Context) (int64, error) {
	return ask(ctx, s, func() (int64, error) { return s.version, nil })
}

// Stored gives every release.
func (s *Source) Stored(ctx context.Context) ([]shelf.Stored, error) {
	return ask(ctx, s, func() ([]shelf.Stored, error) {
		s.reads++
		return slices.Clone(s.contents.Stored), nil
	})
}

// File gives a rendered file.
func (s *Source) File(ctx context.Context, number int, name string) ([]byte, error) {
	return ask(ctx, s, func() ([]byte, error) {
		content, ok := s.contents.Files[number][name]
		if !ok {
			return nil, fault.New(fault.NotFound, shelf.CodeFileNotPublished)
		}
		return slices.Clone(content), nil
	})
}

// Checkpoint gives the newest.
func (s *Source) Checkpoint(ctx context.Context) ([]byte, error) {
	return ask(ctx, s, func() ([]byte, error) { return slices.Clone(s.contents.Checkpoint), nil })
}

func ask[T any](ctx context.Context, s *Source, answer func() (T, error)) (nothing T, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return nothing, s.broken
	}
	if err := ctx.Err(); err != nil {
		return nothing, err
	}
	return answer()
}

// Copy is a source of its own that holds the same now.
func (s *Source) Copy() *Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &Source{version: s.version, contents: Contents{
		Stored: slices.Clone(s.contents.Stored), Checkpoint: s.contents.Checkpoint, Files: make(map[int]map[string][]byte),
	}}
	for number, files := range s.contents.Files {
		c.contents.Files[number] = maps.Clone(files)
	}
	return c
}
