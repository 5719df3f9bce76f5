// Package shelf holds the published releases, each verified before anybody is
// shown it, and answers from them alone.
package shelf

import "context"

// Source is where published releases are kept: the releases store, or a folder
// of exported ones. What it gives is not believed but verified.
type Source interface {
	// Version changes whenever something was published or withdrawn; asking is cheap.
	Version(ctx context.Context) (int64, error)
	// Stored gives every release, in the order of their numbers.
	Stored(ctx context.Context) ([]Stored, error)
	// File gives a rendered file of a release, fault.NotFound if there is none.
	File(ctx context.Context, number int, name string) ([]byte, error)
	// Checkpoint gives the newest signed checkpoint of the releases' ledger, nil
	// before the first release.
	Checkpoint(ctx context.Context) ([]byte, error)
}

// Keyed is a Source that also has the line of keys which the releases are
// signed with, as signed.Trust writes it. It is believed as far as it continues
// what the reader pinned.
type Keyed interface {
	Source
	// Keys gives the line, nil if there is none. Version changes with it.
	Keys(ctx context.Context) ([]byte, error)
}

// KeysOf gives the line of keys that a source tells of, nil if it tells of none.
func KeysOf(ctx context.Context, source Source) ([]byte, error) {
	if keyed, ok := source.(Keyed); ok {
		return keyed.Keys(ctx)
	}
	return nil, nil
}

// Stored is a release as it is kept.
type Stored struct {
	Number     int
	Manifest   []byte // signed as one of signed.KindManifest
	Withdrawal []byte // signed as one of signed.KindWithdrawal; nil: it stands
}
