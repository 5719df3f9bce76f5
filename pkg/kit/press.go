package kit

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"io"
	"slices"
	"sync"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

// Shelf holds the published releases, verified.
type Shelf interface {
	Release(ctx context.Context, number int) (*shelf.Release, error)
	Trust(ctx context.Context) (signed.Trust, error)
	File(ctx context.Context, number int, name string) ([]byte, plan.File, error)
}

// DefaultHeld is how many bytes of packed kits a Press keeps if nothing else is said.
const DefaultHeld = 64 << 20

// Deps is what a Press needs.
type Deps struct {
	Shelf Shelf
	Key   signed.Key // of the publisher; a rotation keeps its name
	Held  int        // bytes of packed kits that are kept at most; 0: DefaultHeld
}

// Press packs kits. However many ask, it packs one kit at a time, once each as
// long as it can be held; one too large to be held is packed while it is sent,
// a file at a time. It may be used by several goroutines.
type Press struct {
	deps    Deps
	packing lock // held by whoever packs a kit to find out what it is
	file    lock // held by whoever compresses a file

	mu   sync.Mutex // guards what follows
	kits []*Kit     // used last at the end
}

// New makes a Press. Nothing is packed yet.
func New(d Deps) *Press {
	d.Held = cmp.Or(d.Held, DefaultHeld)
	return &Press{deps: d, packing: newLock(), file: newLock()}
}

// Kit is a packed release.
type Kit struct {
	Name   string // of the file
	Size   int64  // bytes
	SHA256 signed.Hash

	of    edition
	bytes []byte // nil: too large to be held
	from  *shelf.Release
	press *Press
}

// edition tells kits apart: a release that is taken back has another one.
type edition struct{ manifest, notice signed.Hash }

func editionOf(r *shelf.Release) edition {
	e := edition{manifest: r.Hash}
	if r.Notice != nil {
		e.notice = signed.HashOf(r.Notice)
	}
	return e
}

// Kit packs a release, fault.NotFound with shelf.CodeNotPublished if there is
// none of that number. Waiting for others to be packed ends with ctx.
func (p *Press) Kit(ctx context.Context, number int) (_ *Kit, err error) {
	r, err := p.deps.Shelf.Release(ctx, number)
	if err != nil {
		return nil, err
	}
	defer fault.Wrap(&err, "pack release %d", number)
	if k := p.known(r); k != nil {
		return k, nil
	}
	if err := p.packing.take(ctx); err != nil {
		return nil, err
	}
	defer p.packing.leave()
	if k := p.known(r); k != nil { // packed in the meantime
		return k, nil
	}
	k := &Kit{Name: folderOf(r) + ".zip", of: editionOf(r), from: r, press: p}
	held, digest := &capped{most: p.deps.Held}, sha256.New()
	if k.Size, err = p.pack(ctx, r, io.MultiWriter(digest, held)); err != nil {
		return nil, err
	}
	k.SHA256, k.bytes = signed.Hash(digest.Sum(nil)), held.bytes()
	p.keep(k)
	return k, nil
}

// Send writes the kit. If w fails, or ctx ends, it breaks off.
func (k *Kit) Send(ctx context.Context, w io.Writer) (err error) {
	if k.bytes != nil {
		_, err := w.Write(k.bytes)
		return err
	}
	defer fault.Wrap(&err, "send a kit")
	_, err = k.press.pack(ctx, k.from, w)
	return err
}

// known finds a kit, and notes that it was used.
func (p *Press) known(r *shelf.Release) *Kit {
	p.mu.Lock()
	defer p.mu.Unlock()
	of := editionOf(r)
	i := slices.IndexFunc(p.kits, func(k *Kit) bool { return k.of == of })
	if i < 0 {
		return nil
	}
	k := p.kits[i]
	p.kits = append(slices.Delete(p.kits, i, i+1), k)
	return k
}

// keep takes a kit up beside as many of those used last as can be held with it.
func (p *Press) keep(k *Kit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept, held := []*Kit{k}, len(k.bytes)
	for _, one := range slices.Backward(p.kits) {
		if held+len(one.bytes) <= p.deps.Held {
			kept, held = append(kept, one), held+len(one.bytes)
		}
	}
	slices.Reverse(kept)
	p.kits = kept
}

// lock is a mutex that can be waited for until a context ends.
type lock chan struct{}

func newLock() lock { return make(lock, 1) }

func (l lock) take(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l lock) leave() { <-l }

// capped holds what is written to it, and nothing at all once that is more than
// most bytes.
type capped struct {
	most, size int
	kept       bytes.Buffer
}

func (c *capped) Write(b []byte) (int, error) {
	if c.size += len(b); c.size > c.most {
		c.kept = bytes.Buffer{}
		return len(b), nil
	}
	return c.kept.Write(b)
}

// bytes gives what was written, nil if it was too much.
func (c *capped) bytes() []byte {
	if c.size > c.most {
		return nil
	}
	return bytes.Clone(c.kept.Bytes())
}
