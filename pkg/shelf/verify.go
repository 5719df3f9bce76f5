package shelf

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/signed"
)

// Limits of what a manifest may name.
const (
	MaxFiles    = 1 << 15
	MaxFileName = 160 // bytes
)

// without switches checks off. Tests alone set it, to see what each of them
// holds up.
type without struct{ chain, numbers, names, files, withdrawals, growth, closing, notices bool }

// contents is everything that a source holds.
type contents struct {
	stored     []Stored
	checkpoint []byte // nil: there is none
	keys       []byte // nil: the source tells of none
}

// follow catches up with the line of keys that a source tells of: from what was
// pinned, and never back behind what was trusted before.
func (s *Shelf) follow(keys []byte) (signed.Trust, error) {
	trust := s.trust
	if s.held != nil {
		trust = s.held.trust
	}
	if keys == nil {
		return trust, nil
	}
	return trust.ExtendText(string(keys))
}

// verify opens everything that a source holds.
func (s *Shelf) verify(c contents) (*stock, error) {
	trust, err := s.follow(c.keys)
	if err != nil {
		return nil, fmt.Errorf("the keys: %w", err)
	}
	next := &stock{trust: trust, releases: make([]*Release, len(c.stored)), opened: make([]signed.Verified, len(c.stored))}
	for i, kept := range c.stored {
		opened, r, err := s.open(trust, i+1, kept)
		if err != nil {
			return nil, fmt.Errorf("release %d: %w", i+1, err)
		}
		next.opened[i], next.releases[i] = opened, r
	}
	if err := signed.VerifyChain(signed.Hash{}, next.opened...); err != nil && !s.without.chain {
		return nil, err
	}
	if err := trust.VerifyHistory(next.opened...); err != nil && !s.without.chain {
		return nil, err
	}
	if c.checkpoint != nil {
		if _, err := signed.OpenCheckpoint(trust, nil, c.checkpoint); err != nil {
			return nil, fmt.Errorf("checkpoint: %w", err)
		}
		next.checkpoint = bytes.Clone(c.checkpoint)
	}
	if s.held != nil && !s.without.growth && !next.continues(s.held) {
		return nil, errors.New("something that was published is gone")
	}
	return next, nil
}

// continues says whether nothing was taken away since before.
func (s *stock) continues(before *stock) bool {
	if len(s.releases) < len(before.releases) {
		return false
	}
	for i, r := range before.releases {
		same := s.releases[i]
		if same.Hash != r.Hash || r.Notice != nil && !bytes.Equal(same.Notice, r.Notice) {
			return false
		}
	}
	return true
}

// knows says whether a release is on the shelf already, byte for byte and
// verified with these keys. What a longer line says of it is not known yet.
func (s *Shelf) knows(trust signed.Trust, number int, kept Stored) bool {
	return s.held != nil && number <= len(s.held.releases) && kept.Number == number &&
		len(trust.Keys()) == len(s.held.trust.Keys()) && bytes.Equal(s.held.releases[number-1].Raw, kept.Manifest)
}

// open opens one release. What is on the shelf already need not be verified
// again.
func (s *Shelf) open(trust signed.Trust, number int, kept Stored) (signed.Verified, *Release, error) {
	if s.knows(trust, number, kept) {
		same := *s.held.releases[number-1]
		same.Withdrawal, same.Notice = nil, nil
		return s.held.opened[number-1], &same, s.takeBack(trust, &same, s.held.opened[number-1], kept.Withdrawal)
	}
	opened, err := signed.Open(trust, signed.KindManifest, kept.Manifest)
	if err != nil {
		return opened, nil, err
	}
	protected, manifest, err := disclosure.Decode(opened)
	if err != nil {
		return opened, nil, err
	}
	if (kept.Number != number || manifest.Number != number) && !s.without.numbers {
		return opened, nil, errors.New("the releases are not numbered from 1 without a gap")
	}
	if err := s.check(manifest); err != nil {
		return opened, nil, err
	}
	r := &Release{Manifest: manifest, Hash: opened.Hash(), Raw: bytes.Clone(kept.Manifest), Protected: protected}
	r.series = sync.OnceValue(func() []report.Series { return report.Compare(manifest.Content) })
	return opened, r, s.takeBack(trust, r, opened, kept.Withdrawal)
}

// takeBack opens the withdrawal of a release, if there is one. A key that has
// handed over takes nothing back after that.
func (s *Shelf) takeBack(trust signed.Trust, r *Release, manifest signed.Verified, raw []byte) error {
	if raw == nil {
		return nil
	}
	opened, err := signed.Open(trust, signed.KindWithdrawal, raw)
	if err != nil {
		return fmt.Errorf("withdrawal: %w", err)
	}
	var w plan.Withdrawal
	if err := opened.Decode(&w); err != nil {
		return fmt.Errorf("withdrawal: %w", err)
	}
	if err := trust.VerifyNotice(manifest, opened); err != nil && !s.without.notices {
		return fmt.Errorf("withdrawal: %w", err)
	}
	foreign := w.Number != r.Manifest.Number || w.Manifest != r.Hash
	if (foreign || !isDay(w.Withdrawn)) && !s.without.withdrawals {
		return errors.New("the withdrawal is not this release's")
	}
	r.Withdrawal, r.Notice = &w, bytes.Clone(raw)
	return nil
}

// check refuses what no program of ours would have signed.
func (s *Shelf) check(m plan.Manifest) error {
	switch {
	case m.Kind != plan.First && m.Kind != plan.Addendum && m.Kind != plan.Revision:
		return errors.New("unknown kind of release")
	case !isDay(m.Published):
		return errors.New("the day of publication is no day")
	case slices.ContainsFunc(m.Replaces, func(n int) bool { return n < 1 || n >= m.Number }):
		return errors.New("replaces a release that did not exist")
	case len(m.Content.Years) == 0:
		return errors.New("says nothing")
	case slices.ContainsFunc(m.Content.Years, isImpossible):
		return errors.New("a number below zero or a range without a value")
	case !s.without.names && !wellNamed(m.Files):
		return errors.New("a file without a proper name, type or size")
	}
	return nil
}

func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// isImpossible says whether a year says of a cell what no cell can be.
func isImpossible(y plan.Publication) bool {
	return slices.ContainsFunc(y.Cells, func(c plan.PublishedCell) bool {
		return c.Value < 0 || c.Range != nil && (c.Range.From < 0 || !c.Range.Open && c.Range.From > c.Range.To)
	})
}

// wellNamed says whether the files can be kept in a folder and sent with their
// types, and none shadows another, not even where letter case is ignored.
func wellNamed(files []plan.File) bool {
	seen := make(map[string]bool, len(files))
	for _, f := range files {
		folded := strings.ToLower(f.Name)
		if !isFileName(f.Name) || seen[folded] || f.Size < 0 || f.Size > signed.MaxSize || !isMediaType(f.Media) {
			return false
		}
		seen[folded] = true
	}
	return len(files) <= MaxFiles
}

var fileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$`)

// isFileName takes names that mean the same on every file system and in a URL:
// no slash, no dot at either end, no two dots in a row.
func isFileName(name string) bool { return len(name) <= MaxFileName && fileName.MatchString(name) }

func isMediaType(media string) bool {
	_, _, err := mime.ParseMediaType(media)
	return err == nil && !strings.ContainsFunc(media, func(r rune) bool { return r < ' ' || r > '~' })
}
