package signed

import (
	"crypto/ed25519"
	"encoding/binary"
	"errors"
	"slices"

	"golang.org/x/mod/sumdb/note"
)

// MaxCheckpoint bounds a checkpoint with all its signatures, in bytes; note
// itself takes at most a hundred of them.
const MaxCheckpoint = 64 << 10

// Checkpoint is the text of a ledger's checkpoint whose signature held. Only
// OpenCheckpoint makes one; the zero Checkpoint holds nothing.
type Checkpoint struct {
	text      string
	key       Key
	cosigners []Key
}

// Text gives a copy of what was signed, nil for the zero Checkpoint. The caller
// compares its origin: one key may sign for more than one ledger.
func (c Checkpoint) Text() []byte {
	if c.text == "" {
		return nil
	}
	return []byte(c.text)
}

// Key says who signed it, the newest of the line if several did.
func (c Checkpoint) Key() Key { return c.key }

// Cosigners are the known witnesses whose signatures hold, in the order in
// which they were asked for.
func (c Checkpoint) Cosigners() []Key { return slices.Clone(c.cosigners) }

// SignCheckpoint signs the text of a ledger's checkpoint as a note.
func (s Signer) SignCheckpoint(text []byte) ([]byte, error) {
	if s.private == nil {
		return nil, errKeyMissing
	}
	msg, err := note.Sign(&note.Note{Text: string(text)}, noteSigner{s})
	if err != nil {
		return nil, errCheckpointMalformed
	}
	// note.Sign takes texts that note.Open refuses.
	if _, err := openNote(msg, s.key); err != nil {
		return nil, errCheckpointMalformed
	}
	return msg, nil
}

// Cosign adds a witness's signature to a checkpoint that a key of t signed. All
// signatures that stand there already stay, also those of witnesses unknown
// here. A witness first makes sure that the checkpoint continues the last one
// it saw; a signature says no more than that.
func (s Signer) Cosign(t Trust, msg []byte) ([]byte, error) {
	if s.private == nil {
		return nil, errKeyMissing
	}
	n, err := openNote(msg, t.line...)
	if err != nil {
		return nil, err
	}
	both, err := note.Sign(n, noteSigner{s})
	if err != nil || len(both) > MaxCheckpoint {
		return nil, errCheckpointMalformed
	}
	return both, nil
}

// OpenCheckpoint gives the checkpoint when a key of t signed it, and says which
// of the witnesses did too. A signature that claims to be a known key's and
// does not hold spoils the whole; those of unknown keys count for nothing. A
// key of t is no witness of itself.
func OpenCheckpoint(t Trust, witnesses []Key, msg []byte) (Checkpoint, error) {
	independent := distinct(witnesses, t.line)
	n, err := openNote(msg, append(slices.Clone(t.line), independent...)...)
	if err != nil {
		return Checkpoint{}, err
	}
	c := Checkpoint{text: n.Text}
	for _, key := range t.line {
		if signedBy(n, key) {
			c.key = key
		}
	}
	if c.key.IsZero() {
		return Checkpoint{}, errKeyUnknown
	}
	for _, key := range independent {
		if signedBy(n, key) {
			c.cosigners = append(c.cosigners, key)
		}
	}
	return c, nil
}

// distinct gives the keys that are in others nowhere, each once.
func distinct(keys, others []Key) (left []Key) {
	for _, key := range keys {
		if !key.IsZero() && !slices.Contains(others, key) && !slices.Contains(left, key) {
			left = append(left, key)
		}
	}
	return left
}

// openNote checks the signatures of all keys and insists on one of them.
func openNote(msg []byte, keys ...Key) (*note.Note, error) {
	if len(msg) > MaxCheckpoint {
		return nil, errCheckpointMalformed
	}
	verifiers := make([]note.Verifier, len(keys))
	for i, key := range keys {
		verifiers[i] = noteKey{key}
	}
	n, err := note.Open(msg, note.VerifierList(verifiers...))
	if err == nil {
		return n, nil
	}
	if _, ok := errors.AsType[*note.InvalidSignatureError](err); ok {
		return nil, errSignatureInvalid
	}
	if _, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		return nil, errKeyUnknown
	}
	return nil, errCheckpointMalformed
}

// signedBy says whether key is among those whose signatures held.
func signedBy(n *note.Note, key Key) bool {
	return slices.ContainsFunc(n.Sigs, func(s note.Signature) bool {
		return s.Name == key.name && s.Hash == noteKey{key}.KeyHash()
	})
}

// noteKey and noteSigner are the keys of this package as note knows them.
type (
	noteKey    struct{ Key }
	noteSigner struct{ Signer }
)

func (k noteKey) KeyHash() uint32 { return binary.BigEndian.Uint32(keyHash(k.name, k.data())) }

func (k noteKey) Verify(msg, sig []byte) bool        { return ed25519.Verify(k.public[:], msg, sig) }
func (s noteSigner) Name() string                    { return s.key.name }
func (s noteSigner) KeyHash() uint32                 { return noteKey{s.key}.KeyHash() }
func (s noteSigner) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.private, msg), nil }
