package releasetest

import (
	"bytes"
	"context"
	"slices"
	"sync"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/shelf"
)

// Archive is a release.Archive without durability. The zero value is empty.
type Archive struct {
	// Fail, when set, is asked before each addition ("publish", "withdraw") and
	// after it is there ("published", "noticed"); its error is the answer.
	Fail func(step string) error

	mu         sync.Mutex
	version    int64
	stored     []shelf.Stored
	files      [][]release.RenderedFile
	head       ledger.Head
	checkpoint []byte
	deeds      []ledger.Entry
	broken     error
}

// Break makes reading answer err, until it is called with nil.
func (a *Archive) Break(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.broken = err
}

var _ release.Archive = (*Archive)(nil)

func (a *Archive) fail(step string) error {
	if a.Fail == nil {
		return nil
	}
	return a.Fail(step)
}

// Deeds gives the ledger's entries.
func (a *Archive) Deeds() []ledger.Entry {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.deeds)
}

// Version grows with every addition.
func (a *Archive) Version(context.Context) (int64, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.version, a.broken
}

// Stored gives every release.
func (a *Archive) Stored(context.Context) ([]shelf.Stored, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.stored), a.broken
}

// File gives a rendered file.
func (a *Archive) File(_ context.Context, number int, name string) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if number >= 1 && number <= len(a.files) {
		for _, f := range a.files[number-1] {
			if f.Name == name {
				return f.Content, nil
			}
		}
	}
	return nil, fault.New(fault.NotFound, release.CodeReleaseUnknown)
}

// Checkpoint gives the newest signed checkpoint.
func (a *Archive) Checkpoint(context.Context) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.checkpoint, a.broken
}

// Publish adds a release.
func (a *Archive) Publish(_ context.Context, p release.Publication) error {
	if err := a.fail("publish"); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case p.Number >= 1 && p.Number <= len(a.stored) && bytes.Equal(a.stored[p.Number-1].Manifest, p.Manifest):
		return nil
	case p.Number != len(a.stored)+1:
		return fault.New(fault.Conflict, release.CodeNumberTaken)
	}
	if err := a.note(p.Deed); err != nil {
		return err
	}
	a.stored = append(a.stored, shelf.Stored{Number: p.Number, Manifest: p.Manifest})
	a.files = append(a.files, p.Files)
	return a.fail("published")
}

// Withdraw adds a withdrawal.
func (a *Archive) Withdraw(_ context.Context, n release.Notice) error {
	if err := a.fail("withdraw"); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if n.Number < 1 || n.Number > len(a.stored) {
		return fault.New(fault.NotFound, release.CodeReleaseUnknown)
	}
	switch at := &a.stored[n.Number-1]; {
	case bytes.Equal(at.Withdrawal, n.Withdrawal):
		return nil
	case at.Withdrawal != nil:
		return fault.New(fault.Conflict, release.CodeWithdrawn)
	}
	if err := a.note(n.Deed); err != nil {
		return err
	}
	a.stored = slices.Clone(a.stored)
	a.stored[n.Number-1].Withdrawal = n.Withdrawal
	return a.fail("noticed")
}

// note writes a deed and keeps the checkpoint that it leads to.
func (a *Archive) note(d release.Deed) error {
	_, head, err := a.head.Append(d.Entries)
	if err != nil {
		return err
	}
	if a.checkpoint, err = d.Checkpoint(head); err != nil {
		return err
	}
	a.head, a.deeds, a.version = head, append(a.deeds, d.Entries...), a.version+1
	return nil
}
