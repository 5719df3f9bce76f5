package access

import (
	"encoding/base64"
	"io"
)

// SecretPrefix starts every client secret, so that secret scanners can find
// one that strayed into a repository or a log.
const SecretPrefix = "casestat_secret_"

// secretBytes is the entropy of a secret: 256 bits.
const secretBytes = 32

// NewSecret makes a client secret. It is shown once and kept only as a hash.
func NewSecret(random io.Reader) (string, error) {
	b := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", err
	}
	return SecretPrefix + base64.RawURLEncoding.EncodeToString(b), nil
}
