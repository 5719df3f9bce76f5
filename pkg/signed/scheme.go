package signed

import "crypto/ed25519"

// scheme is how a document becomes a signature and back. There is one. Tests
// switch its parts off to see what each of them holds up.
type scheme struct {
	message func(kind Kind, document []byte) []byte
	verify  func(public ed25519.PublicKey, message, signature []byte) bool
}

var standard = scheme{message: separated, verify: ed25519.Verify}

// separated puts the purpose before the document. Neither the title nor a kind
// holds a zero byte, so no two purposes share a message.
func separated(kind Kind, document []byte) []byte {
	message := make([]byte, 0, len(document)+64)
	message = append(message, "casestat signed document v1\x00"...)
	message = append(message, kind...)
	message = append(message, 0)
	return append(message, document...)
}

func (c scheme) sign(s Signer, kind Kind, document any) ([]byte, error) {
	if s.private == nil {
		return nil, errKeyMissing
	}
	b, err := Canonical(document)
	if err != nil {
		return nil, err
	}
	signature := s.raw(c.message(kind, b))
	raw := envelope{Document: b, Key: s.key.ID(), Kind: kind, Signature: signature}.encode()
	if len(raw) > MaxSize {
		return nil, errDocumentTooLarge
	}
	return raw, nil
}

func (c scheme) open(t Trust, kind Kind, raw []byte) (Verified, error) {
	e, err := decodeEnvelope(raw)
	if err != nil {
		return Verified{}, err
	}
	if e.Kind != kind {
		return Verified{}, errKindWrong
	}
	known := false
	message := c.message(kind, e.Document)
	for i, key := range t.line {
		if key.ID() != e.Key {
			continue
		}
		known = true
		if c.verify(key.public[:], message, e.Signature) {
			first, until := t.term(i)
			return Verified{
				kind: kind, key: key, generation: i, retired: i < len(t.line)-1, first: first, until: until,
				document: string(e.Document), hash: HashOf(raw),
			}, nil
		}
	}
	if !known {
		return Verified{}, errKeyUnknown
	}
	return Verified{}, errSignatureInvalid
}
