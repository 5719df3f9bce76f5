package access

import (
	"crypto/ed25519"
	"encoding/base64"
	"flag"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"manniskohandel.se/casestat/pkg/fault"
)

var mutations = flag.Int("mutations", 20_000, "tokens that TestT8_g7 makes of honest ones")

// G7: none of many tokens made from honest ones is taken, be it as our own or
// as one of an external issuer.
func TestT8_g7_no_mutated_token_is_taken(t *testing.T) {
	f := newForger(t)
	byWay, taken := map[string]int{}, 0
	for n := range *mutations {
		name, token := f.forge(rand.New(rand.NewPCG(7, uint64(n))))
		byWay[name]++
		_, own := f.b.verifier.Verify(token)
		_, external := f.b.outside.verify(t.Context(), token)
		for who, err := range map[string]error{"our own": own, "an external one": external} {
			if fault.KindOf(err) != fault.Unauthenticated || fault.CodeOf(err) != CodeTokenInvalid {
				taken++
				t.Errorf("seed %d, %s, as %s: %v", n, name, who, err)
			}
		}
	}
	t.Logf("%d of %d forged tokens taken: %v", taken, *mutations, byWay)
}

// The contrast: who leaves out the signature takes many of them.
func TestT8_g7_contrast_without_a_signature_many_are_taken(t *testing.T) {
	f := newForger(t)
	taken := 0
	for n := range 2000 {
		_, token := f.forge(rand.New(rand.NewPCG(7, uint64(n))))
		claims := jwt.MapClaims{}
		if _, _, err := jwt.NewParser().ParseUnverified(token, claims); err == nil && claims["client_id"] != nil {
			taken++
		}
	}
	if taken < 500 {
		t.Errorf("only %d of 2000 would get past a verifier without signatures", taken)
	}
}

// forger makes tokens of honest ones. It holds every key but the right one.
type forger struct {
	b        *bench
	honest   []string
	known    map[string]bool
	stranger tokenKey
}

func newForger(t *testing.T) *forger {
	f := &forger{b: newBench(t), known: map[string]bool{}, stranger: need[tokenKey](t)(newTokenKey(newStream(9), newBench(t).clock()))}
	for range 4 {
		f.honest = append(f.honest, f.b.token(t))
		f.known[f.honest[len(f.honest)-1]] = true
		need[Claims](t)(f.b.verifier.Verify(f.honest[len(f.honest)-1])) // it is remembered, which must help nobody
	}
	return f
}

// forge makes a token that was never given.
func (f *forger) forge(r *rand.Rand) (way, token string) {
	for {
		chosen := ways[r.IntN(len(ways))]
		token = chosen.make(f, r, f.honest[r.IntN(len(f.honest))])
		if !f.known[token] {
			return chosen.name, token
		}
	}
}

var ways = []struct {
	name string
	make func(f *forger, r *rand.Rand, token string) string
}{
	{"a bit of the text", func(_ *forger, r *rand.Rand, token string) string { return flipped(r, token) }},
	{"a bit below the encoding", func(_ *forger, r *rand.Rand, token string) string {
		return edited(r, token, r.IntN(3), func(part string) string { return flipped(r, part) })
	}},
	{"another character", func(_ *forger, r *rand.Rand, token string) string {
		at := r.IntN(len(token))
		return token[:at] + string(alphabet[r.IntN(len(alphabet))]) + token[at+1:]
	}},
	{"one more character", func(_ *forger, r *rand.Rand, token string) string {
		at := r.IntN(len(token) + 1)
		return token[:at] + string(alphabet[r.IntN(len(alphabet))]) + token[at:]
	}},
	{"cut", func(_ *forger, r *rand.Rand, token string) string { return token[:r.IntN(len(token))] }},
	{"cut in front", func(_ *forger, r *rand.Rand, token string) string { return token[1+r.IntN(len(token)-1):] }},
	{"joined", func(f *forger, r *rand.Rand, token string) string {
		return token + []string{"", ".", ",", " ", "&"}[r.IntN(5)] + f.honest[r.IntN(len(f.honest))]
	}},
	{"parts of two", func(f *forger, r *rand.Rand, token string) string {
		one, other := strings.Split(token, "."), strings.Split(f.honest[r.IntN(len(f.honest))], ".")
		at := r.IntN(3)
		one[at] = other[r.IntN(3)]
		return strings.Join(one, ".")
	}},
	{"other claims, the same signature", func(f *forger, r *rand.Rand, token string) string {
		return edited(r, token, 1, func(string) string { return f.claims(r) })
	}},
	{"another header, the same signature", func(f *forger, r *rand.Rand, token string) string {
		return edited(r, token, 0, func(string) string { return f.header(r) })
	}},
	{"signed with another key", func(f *forger, r *rand.Rand, token string) string {
		text := encoded(f.header(r)) + "." + encoded(f.claims(r))
		if r.IntN(2) == 0 {
			text = token[:strings.LastIndexByte(token, '.')]
		}
		return text + "." + b64url(ed25519.Sign(f.stranger.private, []byte(text)))
	}},
	{"a signature of chance", func(_ *forger, r *rand.Rand, token string) string {
		return edited(r, token, 2, func(part string) string {
			signature := []byte(part)
			for i := range signature {
				signature[i] = byte(r.Uint32())
			}
			return string(signature)
		})
	}},
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\t\x00%é"

func flipped(r *rand.Rand, s string) string {
	b := []byte(s)
	b[r.IntN(len(b))] ^= 1 << r.IntN(8)
	return string(b)
}

// edited changes what one part says. A part that says the same as before gets
// another character, which strict decoding refuses.
func edited(r *rand.Rand, token string, at int, change func(string) string) string {
	parts := strings.Split(token, ".")
	said, err := base64.RawURLEncoding.DecodeString(parts[at])
	if err != nil {
		return flipped(r, token)
	}
	parts[at] = encoded(change(string(said)))
	return strings.Join(parts, ".")
}

// header is one that somebody would like to send.
func (f *forger) header(r *rand.Rand) string {
	id, err := f.b.ring.signing()
	if err != nil {
		panic(err)
	}
	kids := []string{quoted(id.id), quoted(f.stranger.id), `""`, `"../x"`, `["` + id.id + `"]`, ""}
	algorithms := []string{`"EdDSA"`, `"none"`, `"HS256"`, `"ES256"`, `"eddsa"`, ""}
	more := []string{"", `{"kty":"OKP"}`, `"https://evil.example/keys"`, `["exp"]`}
	return object{
		"alg": algorithms[r.IntN(len(algorithms))], "typ": []string{`"at+jwt"`, `"JWT"`, `"at+JWT"`, ""}[r.IntN(4)], "kid": kids[r.IntN(len(kids))],
		[]string{"jwk", "jku", "crit", "x5c"}[r.IntN(4)]: more[r.IntN(len(more))],
	}.String()
}

// claims are those that somebody would like to have.
func (f *forger) claims(r *rand.Rand) string {
	other := `"0b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3c"`
	changes := []object{
		{"sub": other, "client_id": other},
		{"scope": `"records:read members:manage"`},
		{"exp": unix(f.b.clock().AddDate(10, 0, 0))},
		{"exp": "1e308"},
		{"aud": `["casestat","x"]`},
		{"iss": `"https://stat.example/"`},
		{"jti": `"j-2"`},
		{"nbf": "0"},
	}
	return f.b.claims().with(changes[r.IntN(len(changes))]).String()
}
