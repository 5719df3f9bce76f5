package jwks

import (
	"bytes"
	"crypto/elliptic"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/MicahParks/jwkset"
)

func TestEveryAlgorithmHasItsKeys(t *testing.T) {
	all := map[string]member{
		"RS256": rsaMember(t), "PS256": rsaMember(t), "ES256": ecMember(t, "P-256", elliptic.P256()),
		"ES384": ecMember(t, "P-384", elliptic.P384()), "EdDSA": ed("d", 1),
	}
	for algorithm, m := range all {
		for name, more := range map[string]member{
			"bare": {}, "named": {"alg": algorithm}, "signing": {"use": "sig"}, "verifying": {"key_ops": []string{"sign", "verify"}},
			"certified": {"x5c": []string{"MIIB"}, "x5t": "AAAA", "x5u": "https://127.0.0.1/", "unknown": member{"a": 1}},
		} {
			found, err := parse(setOf(t, m.with(more)), algorithm)
			if err != nil || len(found) != 1 {
				t.Errorf("%s, %s: %v", algorithm, name, err)
			}
		}
		for other := range all {
			if other == algorithm || strings.HasSuffix(other, "S256") && strings.HasSuffix(algorithm, "S256") && other[0] != 'E' && algorithm[0] != 'E' {
				continue // the two of RSA share their keys
			}
			if _, err := parse(setOf(t, m), other); err == nil {
				t.Errorf("a key of %s is taken for %s", algorithm, other)
			}
		}
	}
	if _, err := parse(setOf(t, ed("d", 1)), "HS256"); err == nil {
		t.Error("an algorithm that is none of ours has keys")
	}
}

// The same text, read by a library.
func TestKeysAreThoseThatALibraryReads(t *testing.T) {
	for algorithm, m := range map[string]member{"RS256": rsaMember(t), "ES384": ecMember(t, "P-384", elliptic.P384()), "EdDSA": ed("d", 1)} {
		ours := need[keys](t)(parse(setOf(t, m), algorithm))[m["kid"].(string)]
		theirs := need[jwkset.JWK](t)(jwkset.NewJWKFromRawJSON(need[[]byte](t)(json.Marshal(m)), jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{}))
		if want, ok := theirs.Key().(interface{ Equal(any) bool }); ok && !want.Equal(ours) {
			t.Errorf("%s: another key", algorithm)
		}
		if fmt.Sprint(theirs.Key()) != fmt.Sprint(ours) {
			t.Errorf("%s: another key", algorithm)
		}
	}
}

func TestT12_weak_and_private_keys_are_passed_over(t *testing.T) {
	r, e, d := rsaMember(t), ecMember(t, "P-256", elliptic.P256()), ed("d", 1)
	short := member{"n": b64(bytes.Repeat([]byte{0xff}, 128))}
	for name, c := range map[string]struct {
		algorithm string
		good      member
		bad       member
	}{
		"RSA of 1,024 bits":    {"RS256", r, short},
		"RSA of 2,047 bits":    {"RS256", r, member{"n": b64(append([]byte{0x7f}, bytes.Repeat([]byte{0xff}, 255)...))}},
		"RSA of 16,384 bits":   {"RS256", r, member{"n": b64(bytes.Repeat([]byte{0xff}, 2048))}},
		"an even modulus":      {"RS256", r, member{"n": b64(append(bytes.Repeat([]byte{0xff}, 255), 0xfe))}},
		"exponent 1":           {"RS256", r, member{"e": b64([]byte{1})}},
		"exponent 2":           {"RS256", r, member{"e": b64([]byte{2})}},
		"exponent 65,536":      {"RS256", r, member{"e": b64([]byte{1, 0, 0})}},
		"exponent of 64 bits":  {"RS256", r, member{"e": b64(bytes.Repeat([]byte{0xff}, 8))}},
		"no exponent":          {"RS256", r, member{"e": nil}},
		"no modulus":           {"RS256", r, member{"n": nil}},
		"padded base64":        {"RS256", r, member{"e": "AQAB=="}},
		"plain base64":         {"ES256", e, member{"x": strings.Repeat("+", 43)}},
		"a private RSA key":    {"RS256", r, member{"d": "AQAB"}},
		"factors":              {"RS256", r, member{"p": "AQAB"}},
		"the other factor":     {"RS256", r, member{"q": "AQAB"}},
		"a private EC key":     {"ES256", e, member{"d": b64(make([]byte, 32))}},
		"a private key, null":  {"EdDSA", d, member{"d": json.RawMessage("null")}},
		"a secret":             {"EdDSA", d, member{"kty": "oct", "k": "AAAA"}},
		"off the curve":        {"ES256", e, member{"y": e["x"]}},
		"the point at nought":  {"ES256", e, member{"x": b64(make([]byte, 32)), "y": b64(make([]byte, 32))}},
		"a short coordinate":   {"ES256", e, member{"x": b64(make([]byte, 31))}},
		"a long coordinate":    {"ES256", e, member{"x": b64(make([]byte, 33))}},
		"another curve's name": {"ES256", e, member{"crv": "P-384"}},
		"another type":         {"ES256", e, member{"kty": "RSA"}},
		"X25519":               {"EdDSA", d, member{"crv": "X25519"}},
		"Ed448":                {"EdDSA", d, member{"crv": "Ed448"}},
		"a short key":          {"EdDSA", d, member{"x": b64(make([]byte, 31))}},
		"for encryption":       {"EdDSA", d, member{"use": "enc"}},
		"for signing alone":    {"EdDSA", d, member{"key_ops": []string{"sign"}}},
		"another algorithm":    {"RS256", r, member{"alg": "RS512"}},
		"no id":                {"EdDSA", d, member{"kid": nil}},
		"an empty id":          {"EdDSA", d, member{"kid": ""}},
		"an id of 65 bytes":    {"EdDSA", d, member{"kid": strings.Repeat("k", 65)}},
	} {
		t.Run(name, func(t *testing.T) {
			spoilt := c.good.with(c.bad)
			if _, err := parse(setOf(t, spoilt), c.algorithm); err == nil {
				t.Error("it is taken")
			}
			// It spoils no other key.
			good := c.good.with(member{"kid": "good"})
			if found, err := parse(setOf(t, spoilt, good), c.algorithm); err != nil || len(found) != 1 || found["good"] == nil {
				t.Errorf("the key beside it: %v", err)
			}
		})
	}
}

func TestT12_what_is_no_key_set_is_refused(t *testing.T) {
	good := string(setOf(t, ed("d", 1)))
	many := make([]member, maxKeys+1)
	for i := range many {
		many[i] = ed(fmt.Sprint(i), 1)
	}
	for name, text := range map[string]string{
		"nothing": "", "null": "null", "a list": "[]", "no keys": "{}", "keys null": `{"keys":null}`, "HTML": "<html></html>",
		"keys twice": strings.Replace(good, `{"keys"`, `{"keys":[],"keys"`, 1), "a member twice": strings.Replace(good, `"kid"`, `"kid":"d","kid"`, 1),
		"trailing": good + "{}", "another case": strings.Replace(good, "keys", "Keys", 1), "too many": string(setOf(t, many...)),
		"a megabyte": strings.Repeat(" ", 1<<20) + good, "deep": `{"keys":` + strings.Repeat("[", 50_000) + strings.Repeat("]", 50_000) + "}",
		"a number": `{"keys":[{"kty":1}]}`, "twice": string(setOf(t, ed("d", 1), ed("d", 2))), "gzip": "\x1f\x8b\x08",
	} {
		if _, err := parse([]byte(text), "EdDSA"); err == nil {
			t.Errorf("%s is taken", name)
		} else if strings.Contains(err.Error(), "html") {
			t.Errorf("%s: the error repeats what was sent: %v", name, err)
		}
	}
	need[keys](t)(parse([]byte(good), "EdDSA"))
}

func FuzzParse(f *testing.F) {
	f.Add(setOf(f, rsaMember(f), ecMember(f, "P-256", elliptic.P256()), ed("d", 1)), uint8(0))
	f.Add([]byte(`{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"","y":"AA"}]}`), uint8(2))
	algorithms := []string{"RS256", "PS256", "ES256", "ES384", "EdDSA"}
	f.Fuzz(func(t *testing.T, text []byte, n uint8) {
		found, err := parse(text, algorithms[int(n)%len(algorithms)])
		if (err == nil) != (len(found) > 0) {
			t.Fatalf("%d keys and %v", len(found), err)
		}
		for id, key := range found {
			if id == "" || key == nil {
				t.Fatal("a key that is none")
			}
		}
	})
}
