package shelf

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/report"
	"manniskohandel.se/casestat/pkg/signed"
)

// Release is a release whose signature and chain held. It is read-only.
type Release struct {
	Manifest   plan.Manifest
	Hash       signed.Hash // of the signed manifest
	Raw        []byte      // the signed manifest
	Protected  *disclosure.Protected
	Withdrawal *plan.Withdrawal // nil: it stands
	// Notice is the signed withdrawal, nil if it stands.
	Notice []byte

	series func() []report.Series // worked out once, when it is first asked for
}

// Series are the release's own over its panels. They are read-only.
func (r *Release) Series() []report.Series {
	if r.series == nil {
		return report.Compare(r.Manifest.Content)
	}
	return r.series()
}

// Years are those that the release says something about, increasing.
func (r *Release) Years() []int {
	var years []int
	for _, y := range r.Manifest.Content.Years {
		years = append(years, y.Year)
	}
	return years
}

// Handover is what the key that signed releases, which are all there are, leaves
// to the next.
func Handover(releases []*Release) signed.Handover {
	h := signed.Handover{First: len(releases) + 1}
	for _, r := range releases {
		h.Last = r.Hash
		if r.Notice != nil {
			h.Notices = append(h.Notices, signed.HashOf(r.Notice))
		}
	}
	return h
}

// Shelf shows the releases of a source once all of them are verified. If
// anything in the source is not what was signed, nothing of it is shown. It may
// be used by several goroutines.
type Shelf struct {
	source  Source
	trust   signed.Trust // as it was pinned; see stock.trust
	without without

	asking questions
	most   time.Duration // how long what was found may be shown; see Recent
	clock  func() time.Time
	last   atomic.Pointer[recent]

	mu      sync.Mutex // guards what follows
	held    *stock     // verified last; nil at first
	tried   *int64     // the version of the source that was verified or refused last
	refused error      // what was wrong with it; nil: held is of that version
	stale   error      // why held may not be the newest
}

// stock is everything that a source held at one time.
type stock struct {
	trust      signed.Trust // what they were verified with
	releases   []*Release
	opened     []signed.Verified // their manifests
	checkpoint []byte
	files      shownFiles
}

// New makes a shelf over a source whose releases are signed by the keys of
// trust, or by those that have followed them as a Keyed source tells. Nothing
// is read yet.
func New(source Source, trust signed.Trust) *Shelf {
	return &Shelf{source: source, trust: trust, asking: questions{turn: make(chan struct{}, 1)}}
}

// Trust gives the line of keys that everything on the shelf was verified with.
func (s *Shelf) Trust(ctx context.Context) (signed.Trust, error) {
	now, err := s.stock(ctx)
	if err != nil {
		return signed.Trust{}, err
	}
	return now.trust, nil
}

// Releases gives every release, in the order of their numbers.
func (s *Shelf) Releases(ctx context.Context) ([]*Release, error) {
	now, err := s.stock(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(now.releases), nil
}

// Release gives one release, fault.NotFound with CodeNotPublished if there is
// none of that number.
func (s *Shelf) Release(ctx context.Context, number int) (*Release, error) {
	now, err := s.stock(ctx)
	if err != nil {
		return nil, err
	}
	return now.release(number)
}

func (s *stock) release(number int) (*Release, error) {
	if number < 1 || number > len(s.releases) {
		return nil, fault.New(fault.NotFound, CodeNotPublished)
	}
	return s.releases[number-1], nil
}

// File gives a rendered file of a release and what its manifest says of it. The
// bytes are those whose hash was signed, or there are none. They are read-only.
func (s *Shelf) File(ctx context.Context, number int, name string) ([]byte, plan.File, error) {
	now, err := s.stock(ctx)
	if err != nil {
		return nil, plan.File{}, err
	}
	r, err := now.release(number)
	if err != nil {
		return nil, plan.File{}, err
	}
	files := r.Manifest.Files
	i := slices.IndexFunc(files, func(f plan.File) bool { return f.Name == name })
	if i < 0 {
		return nil, plan.File{}, fault.New(fault.NotFound, CodeFileNotPublished)
	}
	if content, ok := now.files.find(number, name); ok {
		return content, files[i], nil
	}
	content, err := s.source.File(ctx, number, name)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return nil, plan.File{}, fault.Because(err, fault.Unavailable, CodeFileMissing)
	case err != nil:
		return nil, plan.File{}, unreadable(err)
	case !s.without.files && (len(content) != files[i].Size || signed.HashOf(content) != files[i].SHA256):
		return nil, plan.File{}, untrusted(errors.New("a file is not the one that its manifest names"))
	}
	now.files.keep(number, name, content)
	return content, files[i], nil
}

// Checkpoint gives the signed checkpoint of the releases' ledger, fault.NotFound
// with CodeNoCheckpoint before the first release. That nothing was cut off from
// the end of the releases, only a checkpoint kept elsewhere can show.
func (s *Shelf) Checkpoint(ctx context.Context) ([]byte, error) {
	now, err := s.stock(ctx)
	if err != nil {
		return nil, err
	}
	if now.checkpoint == nil {
		return nil, fault.New(fault.NotFound, CodeNoCheckpoint)
	}
	return slices.Clone(now.checkpoint), nil
}

// Stale says why what is shown may not be the newest: the source could not be
// read or not be trusted when it was last asked. Nil: it is the newest.
func (s *Shelf) Stale() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stale
}

// look asks the source what is to be shown now. A source that has become
// unreadable or untrustworthy leaves on the shelf what was verified before.
func (s *Shelf) look(ctx context.Context) (*stock, error) {
	version, err := s.source.Version(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		err = unreadable(err)
	} else if s.tried == nil || *s.tried != version {
		err = s.refresh(ctx, version)
	} else {
		err = s.refused
	}
	if ctx.Err() != nil && fault.CodeOf(err) == CodeUnreadable {
		return nil, err // the caller left, which says nothing of the source
	}
	if s.stale = err; s.held == nil {
		return nil, err
	}
	return s.held, nil
}

// refresh reads and verifies the source. What was refused is not read again
// before it changes.
func (s *Shelf) refresh(ctx context.Context, version int64) error {
	stored, err := s.source.Stored(ctx)
	if err != nil {
		return unreadable(err)
	}
	checkpoint, err := s.source.Checkpoint(ctx)
	if err != nil {
		return unreadable(err)
	}
	keys, err := KeysOf(ctx, s.source)
	if err != nil {
		return unreadable(err)
	}
	next, err := s.verify(contents{stored, checkpoint, keys})
	s.tried, s.refused = &version, nil
	if err != nil {
		s.refused = untrusted(err)
		return s.refused
	}
	s.held = next
	return nil
}
