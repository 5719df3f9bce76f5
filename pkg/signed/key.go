package signed

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// MaxName bounds the name of a key, in bytes.
const MaxName = 128

// ed25519Type marks an Ed25519 key in the text form of x/mod/sumdb/note.
const ed25519Type = 1

// Key is the public half of a signing key: what a verifier pins. The zero Key
// trusts nothing.
//
// Its text form is the verifier key of golang.org/x/mod/sumdb/note,
// "<name>+<hash>+<base64>", which a person can copy and any tool for signed
// notes reads.
type Key struct {
	name   string
	public [ed25519.PublicKeySize]byte
}

// ParseKey reads the text form and takes nothing that String does not write.
func ParseKey(text string) (Key, error) {
	name, data, err := parseKeyText(text)
	if err != nil || len(data) != 1+ed25519.PublicKeySize || data[0] != ed25519Type {
		return Key{}, errKeyMalformed
	}
	return Key{name: name, public: [ed25519.PublicKeySize]byte(data[1:])}, nil
}

// IsZero says whether k is no key.
func (k Key) IsZero() bool { return k == Key{} }

// Name says whose key it is, such as "casestat.example". A rotation keeps it.
func (k Key) Name() string { return k.name }

// String gives the text form, "" for the zero Key.
func (k Key) String() string {
	if k.IsZero() {
		return ""
	}
	return keyText(k.name, k.data())
}

// ID names the key in signatures: "<name>+<hash>". Its 32 bits find a key among
// a few; they prove nothing.
func (k Key) ID() string {
	if k.IsZero() {
		return ""
	}
	return keyID(k.name, k.data())
}

func (k Key) data() []byte { return append([]byte{ed25519Type}, k.public[:]...) }

// MarshalText gives the text form.
func (k Key) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText is ParseKey.
func (k *Key) UnmarshalText(text []byte) (err error) {
	*k, err = ParseKey(string(text))
	return err
}

// keyText writes a named key as note does; data begins with the key's type.
func keyText(name string, data []byte) string {
	return keyID(name, data) + "+" + base64.StdEncoding.EncodeToString(data)
}

func keyID(name string, data []byte) string {
	return name + "+" + hex.EncodeToString(keyHash(name, data))
}

func keyHash(name string, data []byte) []byte {
	hash := sha256.Sum256(append([]byte(name+"\n"), data...))
	return hash[:4]
}

func parseKeyText(text string) (name string, data []byte, err error) {
	name, rest, _ := strings.Cut(text, "+")
	_, encoded, _ := strings.Cut(rest, "+")
	data, err = base64.StdEncoding.DecodeString(encoded)
	if err != nil || !validName(name) || keyText(name, data) != text {
		return "", nil, errKeyMalformed
	}
	return name, data, nil
}

// validName is stricter than note: a name must stand in JSON, in HTML and on a
// command line as it is.
func validName(name string) bool {
	if name == "" || len(name) > MaxName {
		return false
	}
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c > '~' || strings.IndexByte(`+"\<>&`, c) >= 0 {
			return false
		}
	}
	return true
}
