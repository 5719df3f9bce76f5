package signed

import (
	"bytes"
	"crypto/hpke"
	"encoding/binary"
	"fmt"
	"io"
)

const (
	// MaxContext bounds the context of a seal, in bytes.
	MaxContext = 256

	// sealTitle begins every sealed file, and fixes the algorithms: nothing
	// else in the bytes chooses any.
	sealTitle = "casestat sealed v1\n"

	// sealBlock is what a plaintext is filled up to a multiple of, so that the
	// size of a sealed certificate tells little of what was found.
	sealBlock = 64 << 10

	recipientSize = 1216 // bytes of a public key: ML-KEM-768 1184, X25519 32
	seedSize      = 32   // bytes of a private key, from which both are derived
	wrapSize      = 1120 // bytes of the encapsulated key: ML-KEM-768 1088, X25519 32
	tagSize       = 16   // bytes of the AEAD's tag

	maxSealed = len(sealTitle) + wrapSize + MaxSize + sealBlock + tagSize
)

// The suite: HPKE (RFC 9180) in base mode, with a key exchange that holds as
// long as one of ML-KEM-768 and X25519 does (draft-ietf-hpke-pq), because what
// is sealed today must stay sealed for as long as its release is kept.
var (
	sealKEM  = hpke.MLKEM768X25519()
	sealKDF  = hpke.HKDFSHA256()
	sealAEAD = hpke.AES256GCM()
)

// Recipient is the public half of a sealing key: it seals and cannot unseal.
// The zero Recipient seals nothing.
//
// Its text form is that of Key with other data: the number of the key exchange
// (RFC 9180, section 7.1) and the public key, some 1,600 characters.
type Recipient struct {
	name   string
	public hpke.PublicKey
}

// ParseRecipient reads the text form and takes nothing that String does not
// write.
func ParseRecipient(text string) (Recipient, error) {
	name, data, err := parseKeyText(text)
	if err != nil || len(data) != 2+recipientSize || binary.BigEndian.Uint16(data) != sealKEM.ID() {
		return Recipient{}, errKeyMalformed
	}
	public, err := sealKEM.NewPublicKey(data[2:])
	if err != nil {
		return Recipient{}, errKeyMalformed
	}
	return Recipient{name, public}, nil
}

// String gives the text form, "" for the zero Recipient.
func (r Recipient) String() string {
	if r.public == nil {
		return ""
	}
	return keyText(r.name, r.data())
}

// ID names the key: "<name>+<hash>", "" for the zero Recipient.
func (r Recipient) ID() string {
	if r.public == nil {
		return ""
	}
	return keyID(r.name, r.data())
}

func (r Recipient) data() []byte {
	return append(binary.BigEndian.AppendUint16(nil, sealKEM.ID()), r.public.Bytes()...)
}

// Seal encrypts plaintext so that only the recipient's Unsealer reads it, and
// only under the same context: what it is and of which release, such as
// "certificate of release 7". Anybody can seal. That a sealed file is the right
// one is shown by the manifest that names its hash.
func (r Recipient) Seal(context string, plaintext []byte) ([]byte, error) {
	switch {
	case r.public == nil:
		return nil, errKeyMissing
	case context == "" || len(context) > MaxContext:
		return nil, errContextInvalid
	case len(plaintext) > MaxSize:
		return nil, errDocumentTooLarge
	}
	wrapped, sender, err := hpke.NewSender(r.public, sealKDF, sealAEAD, []byte(sealTitle))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	ciphertext, err := sender.Seal([]byte(context), fill(plaintext))
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return bytes.Join([][]byte{[]byte(sealTitle), wrapped, ciphertext}, nil), nil
}

// Unsealer holds a private sealing key. It is read from, or made with, a key
// file, away from every process that serves the public. The zero Unsealer
// opens nothing.
type Unsealer struct {
	recipient Recipient
	private   hpke.PrivateKey
}

// Recipient gives the public half.
func (u Unsealer) Recipient() Recipient { return u.recipient }

// Format writes the key's id whatever the verb, so that no log holds the key.
func (u Unsealer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, u.recipient.ID()) }

// Unseal gives what was sealed to this key under this context.
func (u Unsealer) Unseal(context string, sealed []byte) ([]byte, error) {
	switch {
	case u.private == nil:
		return nil, errKeyMissing
	case context == "" || len(context) > MaxContext:
		return nil, errContextInvalid
	case len(sealed) > maxSealed:
		return nil, errDocumentTooLarge
	}
	rest, ok := bytes.CutPrefix(sealed, []byte(sealTitle))
	if !ok || len(rest) < wrapSize {
		return nil, errUnsealingFailed
	}
	receiver, err := hpke.NewRecipient(rest[:wrapSize], u.private, sealKDF, sealAEAD, []byte(sealTitle))
	if err != nil {
		return nil, errUnsealingFailed
	}
	filled, err := receiver.Open([]byte(context), rest[wrapSize:])
	if err != nil {
		return nil, errUnsealingFailed
	}
	return unfill(filled)
}

func newUnsealer(name string, seed []byte) (Unsealer, error) {
	if !validName(name) || len(seed) != seedSize {
		return Unsealer{}, errKeyMalformed
	}
	private, err := sealKEM.NewPrivateKey(seed)
	if err != nil {
		return Unsealer{}, errKeyMalformed
	}
	return Unsealer{Recipient{name, private.PublicKey()}, private}, nil
}

// fill appends one byte 80 and zeros up to a whole number of blocks (ISO/IEC
// 7816-4), which unfill takes away again whatever plaintext ended in.
func fill(plaintext []byte) []byte {
	blocks := len(plaintext)/sealBlock + 1
	filled := make([]byte, blocks*sealBlock)
	filled[copy(filled, plaintext)] = 0x80
	return filled
}

func unfill(filled []byte) ([]byte, error) {
	plaintext, ok := bytes.CutSuffix(bytes.TrimRight(filled, "\x00"), []byte{0x80})
	if !ok {
		return nil, errUnsealingFailed
	}
	return plaintext, nil
}
