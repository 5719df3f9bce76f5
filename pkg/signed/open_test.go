package signed

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
)

// The key of RFC 8032, section 7.1, test 1.
const (
	rfcSeed   = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
	rfcPublic = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
)

// goldenManifest is one that might have been published: its bytes are for ever.
const goldenManifest = `{"document":{"previous":"","release":1,"title":"26 av 35"},` +
	`"key":"casestat.example+13ee2419","kind":"release-manifest","signature":"HDL8eNjSxapdpLBn5DEzDr1MgEgdjZGyPi4dQcvFAHg0GIaezw49/QSexSrba+KN/fpjQZPlSip8LYKRchB+Cg=="}`

func TestSign_bytes_never_change(t *testing.T) {
	s := need[Signer](t)(newSigner(testName, need[[]byte](t)(hex.DecodeString(rfcSeed))))
	if got := hex.EncodeToString(s.key.public[:]); got != rfcPublic {
		t.Fatalf("public half %s", got)
	}
	raw := need[[]byte](t)(s.Sign(KindManifest, manifest{Release: 1, Title: "26 av 35"}))
	if diff := cmp.Diff(goldenManifest, string(raw)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Whoever has an Ed25519 library and this package's first page can check a
// document without this package.
func TestSign_can_be_checked_from_outside(t *testing.T) {
	s := signer(t, 1)
	raw := string(need[[]byte](t)(s.Sign(KindPlan, map[string]int{"b": 2, "a": 1})))
	_, encoded, _ := strings.Cut(raw, `"signature":"`)
	signature := need[[]byte](t)(base64.StdEncoding.DecodeString(strings.TrimSuffix(encoded, `"}`)))
	message := "casestat signed document v1\x00plan\x00" + `{"a":1,"b":2}`
	if !ed25519.Verify(s.key.public[:], []byte(message), signature) {
		t.Error("the signature is of something else")
	}
}

func TestOpen_gives_what_was_signed(t *testing.T) {
	s := signer(t, 1)
	want := manifest{Release: 7, Title: "<å>"}
	raw := need[[]byte](t)(s.Sign(KindManifest, want))
	v := need[Verified](t)(Open(Pin(s.Key()), KindManifest, raw))
	var got manifest
	if err := v.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if v.Kind() != KindManifest || v.Key() != s.Key() || v.Retired() || v.Hash() != HashOf(raw) {
		t.Errorf("kind %s, key %s, retired %t", v.Kind(), v.Key(), v.Retired())
	}
	v.Document()[0] = 'x' // a copy
	raw[len(`{"document":`)+1] = 'x'
	if got := string(v.Document()); got != `{"previous":"","release":7,"title":"<å>"}` {
		t.Errorf("document %s", got)
	}
	wantCode(t, v.Decode(&struct{ Release int }{}), CodeContentUnexpected)
}

func TestOpen_refuses(t *testing.T) {
	s, other := signer(t, 1), signer(t, 2)
	raw := string(need[[]byte](t)(s.Sign(KindManifest, manifest{Release: 1, Title: "a"})))
	replace := func(old, new string) string {
		if !strings.Contains(raw, old) {
			t.Fatalf("no %s", old)
		}
		return strings.Replace(raw, old, new, 1)
	}
	signature := raw[strings.Index(raw, `"signature":"`)+13 : len(raw)-2]
	for _, tt := range []struct {
		name  string
		trust Trust
		kind  Kind
		raw   string
		code  fault.Code
	}{
		{"a changed document", Pin(s.Key()), KindManifest, replace(`"release":1`, `"release":2`), CodeSignatureInvalid},
		{"no signature", Pin(s.Key()), KindManifest, replace(signature, ""), CodeSignatureInvalid},
		{"half a signature", Pin(s.Key()), KindManifest, replace(signature, signature[:44]), CodeSignatureInvalid},
		{"another signature", Pin(s.Key()), KindManifest, replace(signature, base64.StdEncoding.EncodeToString(make([]byte, 64))), CodeSignatureInvalid},
		{"a key that is not trusted", Pin(other.Key()), KindManifest, raw, CodeKeyUnknown},
		{"no trust", Trust{}, KindManifest, raw, CodeKeyUnknown},
		{"trust in the zero key", Pin(Key{}), KindManifest, raw, CodeKeyUnknown},
		{"the id of another key", Pin(other.Key()), KindManifest, replace(s.Key().ID(), other.Key().ID()), CodeSignatureInvalid},
		{"another kind asked for", Pin(s.Key()), KindPlan, raw, CodeKindWrong},
		{"another kind written", Pin(s.Key()), KindPlan, replace(string(KindManifest), string(KindPlan)), CodeSignatureInvalid},
		{"no kind", Pin(s.Key()), "", replace(string(KindManifest), ""), CodeSignatureInvalid},
		{"a space", Pin(s.Key()), KindManifest, raw + " ", CodeSignedMalformed},
		{"an algorithm", Pin(s.Key()), KindManifest, `{"alg":"none",` + raw[1:], CodeSignedMalformed},
		{"a member twice", Pin(s.Key()), KindManifest, replace(`"kind"`, `"key":"x","kind"`), CodeSignedMalformed},
		{"a member in capitals", Pin(s.Key()), KindManifest, replace(`"kind"`, `"kinD"`), CodeSignedMalformed},
		{"a member too few", Pin(s.Key()), KindManifest, replace(`"kind":"release-manifest",`, ``), CodeSignedMalformed},
		{"a member of another sort", Pin(s.Key()), KindManifest, replace(`"`+string(KindManifest)+`"`, `1`), CodeSignedMalformed},
		{"a signature that is no base64", Pin(s.Key()), KindManifest, replace(signature, "*"), CodeSignedMalformed},
		{"a signature with bits to spare", Pin(s.Key()), KindManifest, replace(signature, signature[:85]+"B=="), CodeSignedMalformed},
		{"a null signature", Pin(s.Key()), KindManifest, replace(`"`+signature+`"`, "null"), CodeSignedMalformed},
		{"a fraction", Pin(s.Key()), KindManifest, replace(`"release":1`, `"release":1.0`), CodeSignedMalformed},
		{"nothing", Pin(s.Key()), KindManifest, "", CodeSignedMalformed},
		{"null", Pin(s.Key()), KindManifest, "null", CodeSignedMalformed},
		{"too large", Pin(s.Key()), KindManifest, strings.Repeat(" ", MaxSize+1), CodeDocumentTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v, err := Open(tt.trust, tt.kind, []byte(tt.raw))
			wantCode(t, err, tt.code)
			if !reflect.ValueOf(v).IsZero() {
				t.Error("gave a document as well")
			}
		})
	}
}

func TestOpen_refuses_every_flipped_bit(t *testing.T) {
	s := signer(t, 1)
	raw := need[[]byte](t)(s.Sign(KindManifest, manifest{Release: 1}))
	for i := range raw {
		for bit := range 8 {
			flipped := bytes.Clone(raw)
			flipped[i] ^= 1 << bit
			if _, err := Open(Pin(s.Key()), KindManifest, flipped); err == nil {
				t.Fatalf("byte %d, bit %d: opened %s", i, bit, flipped)
			}
		}
	}
}

// The contrast: with the signature check switched off, tampering passes.
func TestOpen_contrast_no_signature_check(t *testing.T) {
	s := signer(t, 1)
	raw := need[[]byte](t)(s.Sign(KindManifest, manifest{Release: 1}))
	tampered := bytes.Replace(raw, []byte(`"release":1`), []byte(`"release":2`), 1)
	_, err := Open(Pin(s.Key()), KindManifest, tampered)
	wantCode(t, err, CodeSignatureInvalid)
	blind := scheme{message: separated, verify: func(ed25519.PublicKey, []byte, []byte) bool { return true }}
	var m manifest
	v, err := blind.open(Pin(s.Key()), KindManifest, tampered)
	if err != nil || v.Decode(&m) != nil || m.Release != 2 {
		t.Errorf("the tampered manifest did not pass: %v", err)
	}
}

// The contrast: were kinds not part of what is signed, whoever can have a
// manifest signed could hand himself the key.
func TestOpen_contrast_no_domain_separation(t *testing.T) {
	s, thief := signer(t, 1), signer(t, 2)
	mixed := scheme{message: func(_ Kind, document []byte) []byte { return document }, verify: ed25519.Verify}
	for _, tt := range []struct {
		name   string
		scheme scheme
		code   fault.Code
	}{{"separated", standard, CodeSignatureInvalid}, {"mixed", mixed, ""}} {
		stolen := terms{Handover{First: 1, Notices: []Hash{}}, thief.Key(), s.Key()}
		accepted := thief.raw(need[[]byte](t)(tt.scheme.acceptance(stolen)))
		raw := need[[]byte](t)(tt.scheme.sign(s, KindManifest, rotation{stolen, accepted}))
		recast := bytes.Replace(raw, []byte(KindManifest), []byte(KindRotation), 1)
		trust, err := Pin(s.Key()).follow(tt.scheme, [][]byte{recast})
		wantCode(t, err, tt.code)
		if believed := trust.Newest() == thief.Key(); believed != (tt.code == "") {
			t.Errorf("%s: the thief's key is believed: %t", tt.name, believed)
		}
	}
}

func TestSign_refuses(t *testing.T) {
	s := signer(t, 1)
	for _, tt := range []struct {
		name     string
		signer   Signer
		kind     Kind
		document any
		code     fault.Code
	}{
		{"without a key", Signer{}, KindPlan, 1, CodeKeyMissing},
		{"a rotation made by hand", s, KindRotation, 1, CodeKindWrong},
		{"an unknown kind", s, "plan\x00", 1, CodeKindWrong},
		{"no kind", s, "", 1, CodeKindWrong},
		{"a fraction", s, KindPlan, 0.5, CodeNumberNotExact},
		{"what leaves no room for the signature", s, KindPlan, strings.Repeat("a", MaxSize-2), CodeDocumentTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw, err := tt.signer.Sign(tt.kind, tt.document)
			wantCode(t, err, tt.code)
			if raw != nil {
				t.Error("gave bytes as well")
			}
		})
	}
}

func TestVerified_is_made_here_alone(t *testing.T) {
	for _, made := range []any{Verified{}, Checkpoint{}, Trust{}, Key{}, Signer{}, Unsealer{}, Recipient{}} {
		for f := range reflect.TypeOf(made).Fields() {
			if f.IsExported() {
				t.Errorf("anybody can set %T.%s", made, f.Name)
			}
		}
	}
	var v Verified
	into := manifest{Title: "as it was"}
	wantCode(t, v.Decode(&into), CodeContentUnexpected)
	if v.Document() != nil || v.Kind() != "" || !v.Key().IsZero() || !v.Hash().IsZero() || into.Title != "as it was" {
		t.Errorf("the zero Verified holds %+v", v)
	}
	wantCode(t, VerifyChain(Hash{}, v), CodeChainBroken)
}

func TestErrors_say_nothing_of_the_content(t *testing.T) {
	const canary = "canary-7461"
	s, other := signer(t, 1), signer(t, 2)
	u := unsealer(t, 3)
	raw := need[[]byte](t)(s.Sign(KindManifest, map[string]string{canary: canary}))
	v := need[Verified](t)(Open(Pin(s.Key()), KindManifest, raw))
	_, canonicalErr := Canonical(map[string]any{canary: func() {}})
	_, openErr := Open(Pin(other.Key()), KindManifest, raw)
	_, tamperedErr := Open(Pin(s.Key()), KindManifest, bytes.Replace(raw, []byte("canary"), []byte("CANARY"), 1))
	_, checkpointErr := OpenCheckpoint(Pin(s.Key()), nil, []byte(canary))
	_, keyErr := ParseKey(canary)
	_, recipientErr := ParseRecipient(canary)
	_, unsealErr := u.Unseal(canary, []byte(canary))
	_, noteErr := s.SignCheckpoint([]byte(canary))
	for i, err := range []error{
		canonicalErr, openErr, tamperedErr, checkpointErr, keyErr, recipientErr, unsealErr, noteErr,
		CheckCanonical([]byte(canary)), v.Decode(&struct{}{}), v.Decode(new(int)), new(Hash).UnmarshalText([]byte(canary)),
	} {
		if err == nil || fault.CodeOf(err) == "" || strings.Contains(strings.ToLower(err.Error()), "canary") {
			t.Errorf("%d: %v", i, err)
		}
	}
}

// Only what was signed opens.
func FuzzOpen(f *testing.F) {
	s := signer(f, 1)
	raw := need[[]byte](f)(s.Sign(KindManifest, manifest{Release: 1, Title: "é"}))
	f.Add(raw)
	f.Add(need[[]byte](f)(s.Sign(KindPlan, manifest{Release: 1, Title: "é"})))
	f.Add(need[[]byte](f)(signer(f, 2).Sign(KindManifest, manifest{})))
	f.Add([]byte(`{"document":null,"key":"","kind":"release-manifest","signature":""}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := Open(Pin(s.Key()), KindManifest, b)
		if err == nil != bytes.Equal(b, raw) {
			t.Fatalf("%q: %v", b, err)
		}
		if (err == nil) != (v.Document() != nil) {
			t.Fatal("a document without its signature")
		}
	})
}
