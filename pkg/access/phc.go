package access

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// cost is what one argon2id hash takes. Memory is in KiB.
type cost struct {
	memory, time uint32
	lanes        uint8
}

// ownCost is what new secrets are hashed with: 19 MiB, two passes, one lane.
var ownCost = cost{memory: 19 * 1024, time: 2, lanes: 1}

const (
	saltBytes = 16
	hashBytes = 32
)

// errHash says that a stored hash is not in the form this package writes, or
// asks for more work than it would ever do: a tampered store must not exhaust
// the memory.
var errHash = errors.New("stored secret is not a usable argon2id hash")

// phc is an argon2id hash as the PHC string format writes it.
type phc struct {
	cost cost
	salt []byte
	hash []byte
}

// digest hashes secret with c and salt.
func digest(secret string, c cost, salt []byte) phc {
	hash := argon2.IDKey([]byte(secret), salt, c.time, c.memory, c.lanes, hashBytes)
	return phc{cost: c, salt: salt, hash: hash}
}

// matches compares in constant time.
func (p phc) matches(secret string) bool {
	other := digest(secret, p.cost, p.salt)
	return subtle.ConstantTimeCompare(p.hash, other.hash) == 1
}

func (p phc) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		p.cost.memory, p.cost.time, p.cost.lanes, b64.EncodeToString(p.salt), b64.EncodeToString(p.hash))
}

// parsePHC reads what String writes and nothing else.
func parsePHC(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return phc{}, errHash
	}
	var p phc
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.cost.memory, &p.cost.time, &p.cost.lanes); err != nil {
		return phc{}, errHash
	}
	b64 := base64.RawStdEncoding.Strict()
	var saltErr, hashErr error
	p.salt, saltErr = b64.DecodeString(parts[4])
	p.hash, hashErr = b64.DecodeString(parts[5])
	if errors.Join(saltErr, hashErr) != nil || !p.sane() || p.String() != s {
		return phc{}, errHash
	}
	return p, nil
}

// sane bounds what a stored hash may ask for.
func (p phc) sane() bool {
	c := p.cost
	return len(p.salt) == saltBytes && len(p.hash) == hashBytes &&
		c.time >= 1 && c.time <= 8 && c.lanes >= 1 && c.lanes <= 4 &&
		c.memory >= 8*uint32(c.lanes) && c.memory <= 64*1024
}
