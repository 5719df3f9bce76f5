package signed

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Hash is a SHA-256. The zero Hash stands for "nothing before this"; its text
// is "", all others are 64 hexadecimal digits in lower case.
type Hash [sha256.Size]byte

// HashOf hashes b.
func HashOf(b []byte) Hash { return sha256.Sum256(b) }

// IsZero says whether h is the zero Hash.
func (h Hash) IsZero() bool { return h == Hash{} }

// String gives the text form.
func (h Hash) String() string {
	if h.IsZero() {
		return ""
	}
	return hex.EncodeToString(h[:])
}

// MarshalText gives the text form.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText takes the text form and nothing else.
func (h *Hash) UnmarshalText(text []byte) error {
	var read Hash
	if len(text) > 0 {
		if hex.DecodedLen(len(text)) != len(read) {
			return errContentUnexpected
		}
		if _, err := hex.Decode(read[:], text); err != nil {
			return errContentUnexpected
		}
	}
	if read.String() != string(text) {
		return errContentUnexpected
	}
	*h = read
	return nil
}

// Link is the member by which documents form a chain; embed it in theirs.
type Link struct {
	Previous Hash `json:"previous"` // Verified.Hash of the one before; zero in the first
}

// VerifyChain checks that each document names the hash of the one before it,
// the first of them after, which is zero at the beginning of the chain. All are
// of one kind, and the keys that signed them never go back: a retired key
// cannot add to what its successor signed. Open them all with the same Trust.
//
// A chain shows nothing of what may come after it: that nothing was cut off
// needs a checkpoint kept elsewhere.
func VerifyChain(after Hash, chain ...Verified) error {
	var before Verified
	for i, v := range chain {
		previous, ok := v.previous()
		if !ok || previous != after {
			return errChainBroken
		}
		if i > 0 && (v.kind != before.kind || v.generation < before.generation) {
			return errChainBroken
		}
		before, after = v, v.hash
	}
	return nil
}

// previous reads the member of Link by its exact name, which encoding/json
// would also find in other letters.
func (v Verified) previous() (h Hash, ok bool) {
	var members map[string]json.RawMessage
	if json.Unmarshal(v.Document(), &members) != nil {
		return Hash{}, false
	}
	var text *Hash
	if json.Unmarshal(members["previous"], &text) != nil || text == nil {
		return Hash{}, false
	}
	return *text, true
}
