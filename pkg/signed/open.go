package signed

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
)

// Verified is a document whose signature held when it was opened. Only Open
// makes one; the zero Verified holds nothing and decodes into nothing.
type Verified struct {
	kind       Kind
	key        Key
	generation int  // place of key in the line that was trusted
	retired    bool // the line has a later key
	first      int  // the release from which on the key was in force
	until      int  // the release from which on it was not; 0: it still is
	document   string
	hash       Hash
}

// Open gives the document in raw when it is of this kind and a key of t signed
// these very bytes. An error says which check failed and nothing of what was
// read.
func Open(t Trust, kind Kind, raw []byte) (Verified, error) { return standard.open(t, kind, raw) }

// Kind says what the document is, "" for the zero Verified.
func (v Verified) Kind() Kind { return v.kind }

// Key says who signed it.
func (v Verified) Key() Key { return v.key }

// Governs refuses a document whose key was not in force for the release of a
// number, with CodeKeyNotInForce: a retired key signs no later release, and a
// new one none before its time.
func (v Verified) Governs(number int) error {
	if v.kind == "" || number < v.first || v.until != 0 && number >= v.until {
		return errKeyNotInForce
	}
	return nil
}

// Retired says that the key which signed has since handed over to another. The
// document may be older than that, which Governs and Trust.VerifyNotice tell,
// or the work of somebody who found the old key.
func (v Verified) Retired() bool { return v.retired }

// Hash is the SHA-256 of the signed bytes as a whole, which sha256sum gives for
// the file and the next document of the chain names.
func (v Verified) Hash() Hash { return v.hash }

// Document gives a copy of the document's canonical bytes, nil for the zero
// Verified.
func (v Verified) Document() []byte {
	if v.document == "" {
		return nil
	}
	return []byte(v.document)
}

// Decode reads the document into a value, refusing members it does not know. A
// zero Verified leaves the value as it was and fails.
func (v Verified) Decode(into any) error {
	d := json.NewDecoder(bytes.NewReader(v.Document()))
	d.DisallowUnknownFields()
	if d.Decode(into) != nil {
		return errContentUnexpected
	}
	return nil
}

// envelope is a signed document on paper.
type envelope struct {
	Document  json.RawMessage `json:"document"`
	Key       string          `json:"key"`
	Kind      Kind            `json:"kind"`
	Signature []byte          `json:"signature"`
}

// encode writes the members in canonical order; Document is canonical already,
// and a canonical value is so wherever it stands.
func (e envelope) encode() []byte {
	b := append([]byte(`{"document":`), e.Document...)
	b = appendText(append(b, `,"key":`...), e.Key)
	b = appendText(append(b, `,"kind":`...), string(e.Kind))
	b = appendText(append(b, `,"signature":`...), base64.StdEncoding.EncodeToString(e.Signature))
	return append(b, '}')
}

// decodeEnvelope takes what encode writes and nothing else: one document has
// one file and one hash.
func decodeEnvelope(raw []byte) (e envelope, err error) {
	if len(raw) > MaxSize {
		return e, errDocumentTooLarge
	}
	if CheckCanonical(raw) != nil || json.Unmarshal(raw, &e) != nil || !bytes.Equal(e.encode(), raw) {
		return envelope{}, errSignedMalformed
	}
	return e, nil
}
