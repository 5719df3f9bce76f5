package signed

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// chainOf signs n manifests, each naming the one before; the second half of
// them with the next key.
func chainOf(t testing.TB, n int) (chain []Verified) {
	t.Helper()
	old, next := signer(t, 1), signer(t, 2)
	trust := need[Trust](t)(Pin(old.Key()).Follow(need[[]byte](t)(old.Introduce(next, Handover{First: 1}))))
	var link Link
	for i := range n {
		s := old
		if i >= n/2 {
			s = next
		}
		raw := need[[]byte](t)(s.Sign(KindManifest, manifest{Link: link, Release: i + 1}))
		v := need[Verified](t)(Open(trust, KindManifest, raw))
		chain, link.Previous = append(chain, v), v.Hash()
	}
	return chain
}

func TestVerifyChain(t *testing.T) {
	chain := chainOf(t, 6)
	if err := VerifyChain(Hash{}, chain...); err != nil {
		t.Fatal(err)
	}
	if err := VerifyChain(chain[2].Hash(), chain[3:]...); err != nil {
		t.Errorf("continued: %v", err)
	}
	if err := VerifyChain(chain[5].Hash()); err != nil {
		t.Errorf("nothing new: %v", err)
	}
	wantCode(t, VerifyChain(chain[0].Hash(), chain...), CodeChainBroken)
	wantCode(t, VerifyChain(Hash{}, chain[1:]...), CodeChainBroken)
}

// Whatever else is done to a chain than cutting off its end breaks it.
func TestVerifyChain_breaks(t *testing.T) {
	chain := chainOf(t, 6)
	rapid.Check(t, func(t *rapid.T) {
		places := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 8).Draw(t, "places")
		var shuffled []Verified
		for _, p := range places {
			shuffled = append(shuffled, chain[p])
		}
		want := slices.Equal(places, []int{0, 1, 2, 3, 4, 5}[:min(len(places), 6)])
		if err := VerifyChain(Hash{}, shuffled...); (err == nil) != want {
			t.Fatalf("%v: %v", places, err)
		}
	})
}

func TestVerifyChain_refuses_links(t *testing.T) {
	old, next := signer(t, 1), signer(t, 2)
	trust := need[Trust](t)(Pin(old.Key()).Follow(need[[]byte](t)(old.Introduce(next, Handover{First: 1}))))
	open := func(s Signer, kind Kind, document any) Verified {
		return need[Verified](t)(Open(trust, kind, need[[]byte](t)(s.Sign(kind, document))))
	}
	first := open(next, KindManifest, manifest{Release: 1})
	after := Link{Previous: first.Hash()}
	for name, second := range map[string]Verified{
		"a retired key goes on":        open(old, KindManifest, manifest{Link: after}),
		"another kind":                 open(next, KindPlan, after),
		"no link":                      open(next, KindManifest, map[string]int{}),
		"a null link":                  open(next, KindManifest, map[string]any{"previous": nil}),
		"a link that is no text":       open(next, KindManifest, map[string]int{"previous": 1}),
		"a link in capitals":           open(next, KindManifest, map[string]string{"PREVIOUS": first.Hash().String()}),
		"a hash in capitals":           open(next, KindManifest, map[string]string{"previous": strings.ToUpper(first.Hash().String())}),
		"no object":                    open(next, KindManifest, []Hash{first.Hash()}),
		"a hash of the document alone": open(next, KindManifest, Link{HashOf(first.Document())}),
	} {
		if err := VerifyChain(Hash{}, first, second); err == nil {
			t.Errorf("%s: passed", name)
		}
	}
	if err := VerifyChain(Hash{}, first, open(next, KindManifest, manifest{Link: after})); err != nil {
		t.Errorf("the contrast, as it should be: %v", err)
	}
}

func TestHash_text(t *testing.T) {
	want := "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-4, "abc"
	h := HashOf([]byte("abc"))
	if h.String() != want {
		t.Errorf("hash %s", h)
	}
	for _, text := range []string{want, ""} {
		var back Hash
		if err := back.UnmarshalText([]byte(text)); err != nil || back.String() != text {
			t.Errorf("%q read back as %q, %v", text, back, err)
		}
	}
	for _, text := range []string{want[1:], want + "00", strings.ToUpper(want), strings.Repeat("0", 64), strings.Repeat("x", 64)} {
		back := h
		wantCode(t, back.UnmarshalText([]byte(text)), CodeContentUnexpected)
		if back != h {
			t.Errorf("%q changed the hash", text)
		}
	}
}
