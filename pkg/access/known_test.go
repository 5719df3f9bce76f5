package access

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
)

func TestAProvenTokenSaysTheSameAgain(t *testing.T) {
	b := newBench(t)
	token := b.token(t)
	first := need[Claims](t)(b.verifier.Verify(token))
	recalled, ok := b.verifier.known.recall(token, b.ring, b.clock())
	if !ok {
		t.Fatal("a token found good is not remembered")
	}
	if diff := cmp.Diff(first, recalled); diff != "" {
		t.Error(diff)
	}
}

func TestARefusedTokenIsNotRemembered(t *testing.T) {
	b := newBench(t)
	forged := b.token(t)[:100]
	b.refuses(t, forged)
	if len(b.verifier.known.tokens) != 0 {
		t.Error("a refused token is remembered")
	}
}

func TestAProvenTokenEndsWithItsTime(t *testing.T) {
	b := newBench(t)
	token := b.token(t)
	need[Claims](t)(b.verifier.Verify(token))
	b.pass(10*time.Minute + b.profile.Leeway)
	wantRefusal(t, verifyErr(b.verifier.Verify(token)), fault.Unauthenticated, CodeTokenExpired)
	b.pass(-20 * time.Minute) // the clock jumped: before its time it is no good either
	b.refuses(t, token)
}

func TestAProvenTokenEndsWithItsKey(t *testing.T) {
	b := newBench(t)
	token := b.token(t)
	need[Claims](t)(b.verifier.Verify(token))
	keys := []tokenKey{}
	b.ring.keys.Store(&keys)
	if _, ok := b.verifier.known.recall(token, b.ring, b.clock()); ok {
		t.Error("a token outlives its key")
	}
	// The contrast: with the key back, the same token is recalled.
	kept := need[*Ring](t)(OpenRing(b.file))
	if _, ok := b.verifier.known.recall(token, kept, b.clock()); !ok {
		t.Error("the test would pass for any token")
	}
}

func TestProvenTokensAreBounded(t *testing.T) {
	var p knownTokens
	for n := range 3 * maxKnown {
		p.remember(fmt.Sprint(n), knownToken{})
		if len(p.tokens) > maxKnown {
			t.Fatalf("%d tokens are remembered", len(p.tokens))
		}
	}
}
