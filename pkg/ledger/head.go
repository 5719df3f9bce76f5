package ledger

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// ErrHead marks a head whose parts do not belong together.
var ErrHead = errors.New("ledger: the head contradicts itself")

// Append gives the rows that entries become on top of h, and the head after
// them. h itself is not changed; with no entries the head stays as it is.
func (h Head) Append(entries []Entry) ([]Row, Head, error) {
	if err := h.check(); err != nil {
		return nil, Head{}, err
	}
	next := Head{Size: h.Size, Root: h.Root, Link: h.Link, Edge: slices.Clone(h.Edge)}
	if len(entries) == 0 {
		return nil, next, nil
	}
	rows := make([]Row, len(entries))
	for i, e := range entries {
		if err := e.Validate(); err != nil {
			return nil, Head{}, fmt.Errorf("entry %d: %w", i, err)
		}
		rows[i] = next.push(appendBody(nil, next.Size, e))
	}
	next.Root = rootOf(next.Edge)
	return rows, next, nil
}

// push adds one body. The root is left to the caller, who needs it once.
func (h *Head) push(body []byte) Row {
	hash := tlog.RecordHash(body)
	row := Row{Index: h.Size, Body: body, Link: linkAfter(h.Link, hash)}
	for range bits.TrailingZeros64(^uint64(h.Size)) { // one merge for each full subtree on the right
		last := len(h.Edge) - 1
		hash = tlog.NodeHash(h.Edge[last], hash)
		h.Edge = h.Edge[:last]
	}
	h.Edge = append(h.Edge, hash)
	h.Link = row.Link
	h.Size++
	return row
}

// linkAfter chains a record's hash to the link before it.
func linkAfter(previous, record tlog.Hash) tlog.Hash {
	var both [2 * tlog.HashSize]byte
	copy(both[:], previous[:])
	copy(both[tlog.HashSize:], record[:])
	return sha256.Sum256(both[:])
}

// rootOf folds the complete subtrees into the root as RFC 6962 does. The zero
// Head has the zero root.
func rootOf(edge []tlog.Hash) tlog.Hash {
	if len(edge) == 0 {
		return tlog.Hash{}
	}
	root := edge[len(edge)-1]
	for _, left := range slices.Backward(edge[:len(edge)-1]) {
		root = tlog.NodeHash(left, root)
	}
	return root
}

// check refuses a head that no sequence of appends can have left.
func (h Head) check() error {
	switch {
	case h.Size < 0 || len(h.Edge) != bits.OnesCount64(uint64(h.Size)):
		return fmt.Errorf("%w: size and edge", ErrHead)
	case h.Root != rootOf(h.Edge):
		return fmt.Errorf("%w: root and edge", ErrHead)
	case h.Size == 0 && h.Link != tlog.Hash{}:
		return fmt.Errorf("%w: a link before the first entry", ErrHead)
	}
	return nil
}

// EdgeBytes is the edge as a store keeps it: the hashes one after another.
func (h Head) EdgeBytes() []byte {
	b := make([]byte, 0, len(h.Edge)*tlog.HashSize)
	for _, e := range h.Edge {
		b = append(b, e[:]...)
	}
	return b
}

// ParseHead puts a stored head together again and refuses one that
// contradicts itself.
func ParseHead(size int64, root, link, edge []byte) (Head, error) {
	if len(root) != tlog.HashSize || len(link) != tlog.HashSize || len(edge)%tlog.HashSize != 0 {
		return Head{}, fmt.Errorf("%w: length of a hash", ErrHead)
	}
	h := Head{Size: size, Root: tlog.Hash(root), Link: tlog.Hash(link)}
	for e := range slices.Chunk(edge, tlog.HashSize) {
		h.Edge = append(h.Edge, tlog.Hash(e))
	}
	return h, h.check()
}
