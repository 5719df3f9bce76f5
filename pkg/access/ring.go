package access

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// errNoKey says that no key of that id is accepted now.
var errNoKey = errors.New("no such token key")

// Ring holds the token keys of a running process and follows the key file:
// a rotation beside it counts from the next Reload on, or as soon as a token
// names a key it has not seen.
type Ring struct {
	file KeyFile
	keys atomic.Pointer[[]tokenKey]

	mu      sync.Mutex  // held while looking at the file; guards what follows
	stamp   os.FileInfo // of the file as last read, good or not; nil while it is gone
	gone    bool
	failure error // of the last reading, until Reload has told of it
}

// OpenRing reads the key file for the first time.
func OpenRing(file KeyFile) (*Ring, error) {
	r := &Ring{file: file}
	if err := r.Reload(); err != nil {
		return nil, err
	}
	return r, nil
}

// Reload reads the file again if it changed. When the new content is no good,
// the keys stay as they were and the error says why, once for each change.
func (r *Ring) Reload() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.look()
	failure := r.failure
	r.failure = nil
	return failure
}

// look reads the file if it changed since the last look. The caller holds mu.
func (r *Ring) look() {
	stamp, err := os.Stat(r.file.Path)
	if err != nil {
		if !r.gone {
			r.stamp, r.gone, r.failure = nil, true, err
		}
		return
	}
	if unchanged(r.stamp, stamp) {
		return
	}
	r.stamp, r.gone = stamp, false
	keys, read, err := r.file.read()
	if read != nil {
		r.stamp = read
	}
	if r.failure = err; err == nil {
		r.keys.Store(&keys)
	}
}

func unchanged(before, now os.FileInfo) bool {
	return before != nil && os.SameFile(before, now) && before.ModTime().Equal(now.ModTime()) &&
		before.Size() == now.Size() && before.Mode() == now.Mode()
}

// Watch reloads at every tick until ctx ends and hands failures to report.
// With a tick each second a rotation counts within about a second.
func (r *Ring) Watch(ctx context.Context, tick <-chan time.Time, report func(error)) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick:
			if err := r.Reload(); err != nil {
				report(err)
			}
		}
	}
}

// JWKS is the JSON Web Key Set of the keys accepted now.
func (r *Ring) JWKS() ([]byte, error) {
	now := r.file.Clock()
	return encodeJWKS(slices.DeleteFunc(slices.Clone(*r.keys.Load()), func(k tokenKey) bool { return !k.goodAt(now) }))
}

// signing gives the key that signs; decodeKeys saw to it that there is one.
func (r *Ring) signing() (tokenKey, error) {
	for _, k := range *r.keys.Load() {
		if k.signs() {
			return k, nil
		}
	}
	return tokenKey{}, errNoKey
}

// verifying gives the key of that id, compared byte for byte. A key not seen
// yet may be one that another process has just made, so the file is asked
// once; while it does not change this costs no more than a look at its date.
func (r *Ring) verifying(id string) (tokenKey, error) {
	if k, err := r.find(id); err == nil {
		return k, nil
	}
	r.mu.Lock()
	r.look() // what is wrong with the file stays to be told by Reload
	r.mu.Unlock()
	return r.find(id)
}

func (r *Ring) find(id string) (tokenKey, error) {
	now := r.file.Clock()
	for _, k := range *r.keys.Load() {
		if k.id == id && k.goodAt(now) {
			return k, nil
		}
	}
	return tokenKey{}, errNoKey
}
