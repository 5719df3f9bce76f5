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
type without struct{ chain, numbers, names, files, withdrawals, growth, closing bool }

// verify opens everything that a source holds.
func (s *Shelf) verify(stored []Stored, checkpoint []byte) (*stock, error) {
	next := &stock{releases: make([]*Release, len(stored)), opened: make([]signed.Verified, len(stored))}
	for i, kept := range stored {
		opened, r, err := s.open(i+1, kept)
		if err != nil {
			return nil, fmt.Errorf("release %d: %w", i+1, err)
		}
		next.opened[i], next.releases[i] = opened, r
	}
	if err := signed.VerifyChain(signed.Hash{}, next.opened...); err != nil && !s.without.chain {
		return nil, err
	}
	if checkpoint != nil {
		if _, err := signed.OpenCheckpoint(s.trust, nil, checkpoint); err != nil {
			return nil, fmt.Errorf("checkpoint: %w", err)
		}
		next.checkpoint = bytes.Clone(checkpoint)
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

// open opens one release. What is on the shelf already, byte for byte, need not
// be verified again.
func (s *Shelf) open(number int, kept Stored) (signed.Verified, *Release, error) {
	if s.held != nil && number <= len(s.held.releases) && kept.Number == number {
		if same := *s.held.releases[number-1]; bytes.Equal(same.Raw, kept.Manifest) {
			same.Withdrawal, same.Notice = nil, nil
			return s.held.opened[number-1], &same, s.takeBack(&same, s.held.opened[number-1], kept.Withdrawal)
		}
	}
	opened, err := signed.Open(s.trust, signed.KindManifest, kept.Manifest)
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
	return opened, r, s.takeBack(r, opened, kept.Withdrawal)
}

// takeBack opens the withdrawal of a release, if there is one. A key that had
// handed over before the release was signed cannot take it back.
func (s *Shelf) takeBack(r *Release, manifest signed.Verified, raw []byte) error {
	if raw == nil {
		return nil
	}
	opened, err := signed.Open(s.trust, signed.KindWithdrawal, raw)
	if err != nil {
		return fmt.Errorf("withdrawal: %w", err)
	}
	var w plan.Withdrawal
	if err := opened.Decode(&w); err != nil {
		return fmt.Errorf("withdrawal: %w", err)
	}
	foreign := w.Number != r.Manifest.Number || w.Manifest != r.Hash || opened.Retired() && !manifest.Retired()
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
