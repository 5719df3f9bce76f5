package access

import (
	"encoding/hex"
	"io"
)

// Valid says whether the id is a UUIDv4 in its canonical form.
func (id OrganisationID) Valid() bool { return canonicalUUIDv4(string(id)) }

// Valid says whether the id is a UUIDv4 in its canonical form.
func (id ClientID) Valid() bool { return canonicalUUIDv4(string(id)) }

// Valid says whether the id is a UUIDv4 in its canonical form.
func (id HolderID) Valid() bool { return canonicalUUIDv4(string(id)) }

// NewID makes a UUIDv4 from 16 random bytes.
func NewID(random io.Reader) (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", err
	}
	b[6] = b[6]&0x0f | 0x40 // version 4
	b[8] = b[8]&0x3f | 0x80 // the variant of RFC 9562
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:], nil
}

// canonicalUUIDv4 takes one spelling only (lower case, hyphens), so that an id
// is equal to another exactly when its bytes are.
func canonicalUUIDv4(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if !allowedInUUIDv4(i, s[i]) {
			return false
		}
	}
	return true
}

func allowedInUUIDv4(at int, c byte) bool {
	switch at {
	case 8, 13, 18, 23:
		return c == '-'
	case 14:
		return c == '4'
	case 19:
		return c == '8' || c == '9' || c == 'a' || c == 'b'
	}
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
}
