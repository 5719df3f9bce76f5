package signed

import (
	"bytes"
	"slices"
)

// kindAcceptance is what the new key signs of a rotation. No document is ever
// of this kind.
const kindAcceptance Kind = "key-rotation-acceptance"

// MaxRelease is the largest number that a handover may name.
const MaxRelease = 1 << 30

// Handover says what one key leaves to the next: where it ends, and what it had
// signed by then. Whoever finds the old key later can add nothing to that.
type Handover struct {
	First   int    `json:"first"`   // the first release that the new key signs
	Last    Hash   `json:"last"`    // the signed manifest of the release before it; zero if First is 1
	Notices []Hash `json:"notices"` // every signed withdrawal so far
}

// proper says whether a handover can be; each notice stands in it once.
func (h Handover) proper() bool {
	sorted := slices.SortedFunc(slices.Values(h.Notices), compareHashes)
	return h.Notices != nil && h.First >= 1 && h.First <= MaxRelease && h.Last.IsZero() == (h.First == 1) &&
		!slices.Contains(h.Notices, Hash{}) && slices.Equal(sorted, h.Notices) && len(slices.Compact(sorted)) == len(h.Notices)
}

func compareHashes(a, b Hash) int { return bytes.Compare(a[:], b[:]) }

// terms is what both keys sign.
type terms struct {
	Handover
	New Key `json:"new"`
	Old Key `json:"old"`
}

// rotation is the statement by which one key introduces the next.
type rotation struct {
	terms
	// Acceptance is the new key's signature, without which somebody else's key
	// could be introduced as one's own.
	Acceptance []byte `json:"acceptance"`
}

// Introduce makes the statement by which s hands over to next: whoever trusts
// s can follow it (Trust.Follow). Both keys sign it. From then on s should sign
// nothing.
func (s Signer) Introduce(next Signer, h Handover) ([]byte, error) {
	h.Notices = slices.SortedFunc(slices.Values(h.Notices), compareHashes)
	if h.Notices == nil {
		h.Notices = []Hash{}
	}
	if next.private == nil || next.key.name != s.key.name || next.key == s.key || !h.proper() {
		return nil, errRotationInvalid
	}
	return standard.introduce(s, next, terms{h, next.key, s.key})
}

func (c scheme) introduce(s, next Signer, t terms) ([]byte, error) {
	message, err := c.acceptance(t)
	if err != nil {
		return nil, err
	}
	return c.sign(s, KindRotation, rotation{t, next.raw(message)})
}

// acceptance is the message that the new key signs.
func (c scheme) acceptance(t terms) ([]byte, error) {
	b, err := Canonical(t)
	if err != nil {
		return nil, err
	}
	return c.message(kindAcceptance, b), nil
}

// readRotation opens a statement by the one key of t and takes what Introduce
// makes and nothing else.
func (c scheme) readRotation(t Trust, raw []byte) (r rotation, err error) {
	v, err := c.open(t, KindRotation, raw)
	if err != nil {
		return r, err
	}
	if err := v.Decode(&r); err != nil {
		return rotation{}, err
	}
	again, err := Canonical(r)
	if err != nil || !bytes.Equal(again, v.Document()) {
		return rotation{}, errContentUnexpected
	}
	message, err := c.acceptance(r.terms)
	if err != nil || !r.proper() || !c.verify(r.New.public[:], message, r.Acceptance) {
		return rotation{}, errRotationInvalid
	}
	return r, nil
}
