package access

import (
	"crypto/sha256"
	"sync"
	"time"
)

// maxKnown bounds how many tokens are remembered; beyond it all are forgotten
// at once and proven again, which costs a signature check each.
const maxKnown = 4096

// knownTokens remembers tokens whose signature and claims were found good, by their
// hash, so that a client's next request costs no signature check. What may
// change is asked anew at each recall: the time, and whether the key still
// counts. The zero value remembers nothing yet.
type knownTokens struct {
	mu     sync.RWMutex
	tokens map[[sha256.Size]byte]knownToken
}

type knownToken struct {
	key       string // the kid, which is the key's own thumbprint
	notBefore time.Time
	claims    Claims
}

func (k *knownTokens) remember(token string, t knownToken) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.tokens == nil || len(k.tokens) >= maxKnown {
		k.tokens = make(map[[sha256.Size]byte]knownToken)
	}
	k.tokens[sha256.Sum256([]byte(token))] = t
}

// recall gives the claims of a remembered token that is good now without any
// leeway. Whoever is not recalled goes the whole way, which knows the reasons.
func (k *knownTokens) recall(token string, ring *Ring, now time.Time) (Claims, bool) {
	if len(token) > maxToken {
		return Claims{}, false
	}
	k.mu.RLock()
	t, ok := k.tokens[sha256.Sum256([]byte(token))]
	k.mu.RUnlock()
	if !ok || now.Before(t.notBefore) || !now.Before(t.claims.Expires) {
		return Claims{}, false
	}
	if _, err := ring.find(t.key); err != nil {
		return Claims{}, false
	}
	return t.claims, true
}
