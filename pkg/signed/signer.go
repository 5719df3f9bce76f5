package signed

import (
	"crypto/ed25519"
	"fmt"
	"io"
)

// Kind says what a document is. Its signature holds for no other kind.
type Kind string

// The kinds that are signed.
const (
	KindManifest   Kind = "release-manifest"   // what a release contains, published
	KindPlan       Kind = "plan"               // what a release is to contain, as submitted
	KindWithdrawal Kind = "release-withdrawal" // that a release is taken back, published
	KindRotation   Kind = "key-rotation"       // the old key introduces the new one; made by Signer.Introduce alone
)

// Signer holds a private signing key. It is read from, or made with, a key
// file. The zero Signer signs nothing.
type Signer struct {
	key     Key
	private ed25519.PrivateKey
}

// Key gives the public half.
func (s Signer) Key() Key { return s.key }

// Format writes the key's id whatever the verb, so that no log holds the key.
func (s Signer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.key.ID()) }

// Sign writes document canonically and signs it as one of kind.
func (s Signer) Sign(kind Kind, document any) ([]byte, error) {
	if kind != KindManifest && kind != KindPlan && kind != KindWithdrawal {
		return nil, errKindWrong
	}
	return standard.sign(s, kind, document)
}

// raw signs a message as it is.
func (s Signer) raw(message []byte) []byte { return ed25519.Sign(s.private, message) }

func newSigner(name string, seed []byte) (Signer, error) {
	if !validName(name) || len(seed) != ed25519.SeedSize {
		return Signer{}, errKeyMalformed
	}
	private := ed25519.NewKeyFromSeed(seed)
	public, _ := private.Public().(ed25519.PublicKey)
	return Signer{Key{name, [ed25519.PublicKeySize]byte(public)}, private}, nil
}
