// Package ledger keeps an append-only Merkle log of who did what and proves
// that nothing in it was changed.
package ledger

import (
	"golang.org/x/mod/sumdb/tlog"
)

// Deed names what was done, e.g. "record.accepted". Each consumer declares its own.
type Deed string

// Entry is one deed. It never holds a value of a record, a secret or a network
// address; a record appears as a keyed hash only.
type Entry struct {
	Day      string   `json:"day"`                // UTC date; times are truncated on purpose
	Actor    string   `json:"actor"`              // client id, or "command-line"
	Deed     Deed     `json:"deed"`               //
	Subjects []string `json:"subjects,omitempty"` // keyed hashes, or public ids of organisations, clients, years
	Reason   string   `json:"reason,omitempty"`   // a code from a fixed list (a purpose, a refusal)
}

// Row is an entry as stored: its index, its canonical JSON (which repeats the
// index), and the link SHA-256(previous link || record hash).
type Row struct {
	Index int64
	Body  []byte
	Link  tlog.Hash
}

// Head is all that appending needs: the tree's size and root, the last link, and
// the hashes of the complete subtrees on its right edge, largest first. The
// zero Head is the empty log.
type Head struct {
	Size int64
	Root tlog.Hash
	Link tlog.Hash
	Edge []tlog.Hash
}
