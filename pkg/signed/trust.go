package signed

import (
	"bytes"
	"slices"
	"strings"
)

// MaxTrust bounds the text form of a Trust, in bytes.
const MaxTrust = 1 << 20

// Trust is one pinned key and the keys that have followed it, each introduced
// by the one before. The zero Trust opens nothing.
type Trust struct {
	line       []Key
	statements [][]byte   // by which line[i] handed over to line[i+1]
	handovers  []Handover // what they say
}

// Pin trusts one key, which has come by a way the verifier believes in.
func Pin(key Key) Trust {
	if key.IsZero() {
		return Trust{}
	}
	return Trust{line: []Key{key}}
}

// ParseTrust reads the text form and takes nothing that String does not write:
// the pinned key on the first line, then the statements in their order, each
// on a line. What it gives is worth as much as the first key is.
func ParseTrust(text string) (Trust, error) { return parseTrust(standard, text) }

func parseTrust(c scheme, text string) (Trust, error) {
	first, rest, ended := strings.Cut(text, "\n")
	if len(text) > MaxTrust || !ended {
		return Trust{}, errTrustMalformed
	}
	key, err := ParseKey(first)
	if err != nil {
		return Trust{}, err
	}
	var statements [][]byte
	for line := range strings.Lines(rest) {
		if !strings.HasSuffix(line, "\n") {
			return Trust{}, errTrustMalformed
		}
		statements = append(statements, []byte(strings.TrimSuffix(line, "\n")))
	}
	return Pin(key).follow(c, statements)
}

// String gives the text form, "" for the zero Trust.
func (t Trust) String() string {
	if len(t.line) == 0 {
		return ""
	}
	text := t.line[0].String() + "\n"
	for _, s := range t.statements {
		text += string(s) + "\n"
	}
	return text
}

// Keys are those of the line, the pinned one first.
func (t Trust) Keys() []Key { return slices.Clone(t.line) }

// Newest is the key that should be signing now, zero for the zero Trust.
func (t Trust) Newest() Key {
	if len(t.line) == 0 {
		return Key{}
	}
	return t.line[len(t.line)-1]
}

// InForce is the key that signs the release of a number, zero for the zero
// Trust. A key that was followed before it signed anything is in force for none.
func (t Trust) InForce(number int) Key {
	for i := len(t.line) - 1; i >= 0; i-- {
		if first, until := t.term(i); first <= number && (until == 0 || number < until) {
			return t.line[i]
		}
	}
	return Key{}
}

// Term is which releases a key of the line is in force for: from first on, up
// to but without until, which is 0 while nobody follows; of a stranger to the
// line, none.
func (t Trust) Term(key Key) (first, until int) {
	if i := slices.Index(t.line, key); i >= 0 {
		return t.term(i)
	}
	return 1, 1
}

// term is what the key in a place of the line is in force for: from release
// first on, up to but without until, which is 0 while nobody follows.
func (t Trust) term(place int) (first, until int) {
	if 0 < place && place <= len(t.handovers) {
		first = t.handovers[place-1].First
	}
	if place < len(t.handovers) {
		until = t.handovers[place].First
	}
	return first, until
}

// Follow takes the statements of Signer.Introduce in their order and trusts the
// keys they introduce as well. Each must be signed by the newest key so far, so
// that a retired key, stolen, cannot branch the line. The earlier keys go on
// opening what they signed, for their releases alone: see Verified.Governs. t
// stays as it was.
func (t Trust) Follow(rotations ...[]byte) (Trust, error) { return t.follow(standard, rotations) }

func (t Trust) follow(c scheme, rotations [][]byte) (Trust, error) {
	next := Trust{slices.Clone(t.line), slices.Clone(t.statements), slices.Clone(t.handovers)}
	for _, raw := range rotations {
		r, err := c.readRotation(Pin(next.Newest()), raw)
		if err != nil {
			return Trust{}, err
		}
		if !next.takes(r) {
			return Trust{}, errRotationInvalid
		}
		next.line = append(next.line, r.New)
		next.statements = append(next.statements, bytes.Clone(raw))
		next.handovers = append(next.handovers, r.Handover)
	}
	return next, nil
}

// takes says whether r adds a new key of the same name, no earlier than the
// keys before it.
func (t Trust) takes(r rotation) bool {
	for _, key := range t.line {
		if r.New == key || r.New.name != key.name {
			return false
		}
	}
	if n := len(t.handovers); n > 0 && r.First < t.handovers[n-1].First {
		return false
	}
	return !r.New.IsZero() && len(t.line) > 0 && r.Old == t.Newest()
}

// Extend gives the longer of two lines when it begins with the shorter,
// statement by statement: a verifier who pinned the first key, or the line as
// it was, catches up with what is published, and one who is ahead stays there.
// Lines that part, or begin with different keys, are refused with
// CodeTrustForked.
func (t Trust) Extend(published Trust) (Trust, error) {
	short, long := t, published
	if len(short.line) > len(long.line) {
		short, long = long, short
	}
	if len(short.line) == 0 || !slices.Equal(short.line, long.line[:len(short.line)]) ||
		!slices.EqualFunc(short.statements, long.statements[:len(short.statements)], bytes.Equal) {
		return Trust{}, errTrustForked
	}
	return long, nil
}

// ExtendText is Extend by a line in its text form.
func (t Trust) ExtendText(published string) (Trust, error) {
	line, err := ParseTrust(published)
	if err != nil {
		return Trust{}, err
	}
	return t.Extend(line)
}

// VerifyHistory checks that the chain of all documents, from the first on, is
// the one that each key left to the next. A chain that ends before a handover
// shows nothing of it. Use it with VerifyChain.
func (t Trust) VerifyHistory(chain ...Verified) error {
	for _, h := range t.handovers {
		var last Hash
		if before := h.First - 1; before > len(chain) {
			continue
		} else if before > 0 {
			last = chain[before-1].hash
		}
		if last != h.Last {
			return errChainBroken
		}
	}
	return nil
}

// VerifyNotice checks that a notice about a document, such as a withdrawal, was
// signed while its key was in force: by the newest key, or before a handover
// that names it. Nor can a key speak of what its successor signed. Open both
// with t.
func (t Trust) VerifyNotice(document, notice Verified) error {
	if notice.generation < document.generation || notice.generation >= len(t.line) {
		return errKeyNotInForce
	}
	if notice.generation < len(t.handovers) && !slices.Contains(t.handovers[notice.generation].Notices, notice.hash) {
		return errKeyNotInForce
	}
	return nil
}
