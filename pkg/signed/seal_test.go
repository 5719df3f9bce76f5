package signed

import (
	"bytes"
	"crypto/hpke"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/fault"
)

const sealContext = "certificate of release 7"

func TestSeal_round_trip(t *testing.T) {
	u := unsealer(t, 1)
	r := need[Recipient](t)(ParseRecipient(u.Recipient().String()))
	if r.ID() != u.Recipient().ID() || !strings.HasPrefix(r.String(), r.ID()+"+") {
		t.Errorf("id %s, of %s", r.ID(), u.Recipient().ID())
	}
	rapid.Check(t, func(t *rapid.T) {
		end := rapid.SampledFrom([][]byte{nil, {0}, {0x80}, {0x80, 0}, {0, 0, 0}}).Draw(t, "end")
		size := rapid.SampledFrom([]int{0, 1, sealBlock - 2, sealBlock - 1, sealBlock, 2 * sealBlock}).Draw(t, "size")
		want := append(bytes.Repeat([]byte{1}, size), end...)
		sealed, err := r.Seal(sealContext, want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := u.Unseal(sealContext, sealed)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes came back as %d, %v", len(want), len(got), err)
		}
	})
}

func TestSeal_hides_the_size_within_a_block(t *testing.T) {
	r := unsealer(t, 1).Recipient()
	size := func(n int) int { return len(need[[]byte](t)(r.Seal(sealContext, make([]byte, n)))) }
	if size(0) != size(sealBlock-1) || size(sealBlock)-size(0) != sealBlock {
		t.Errorf("sizes %d, %d, %d", size(0), size(sealBlock-1), size(sealBlock))
	}
	if a, b := need[[]byte](t)(r.Seal("c", nil)), need[[]byte](t)(r.Seal("c", nil)); bytes.Equal(a, b) {
		t.Error("sealing twice gives the same bytes")
	}
}

// sealedFile was written once and is never written again.
const sealedFile = "testdata/certificate.sealed"

func TestUnseal_what_was_sealed_once_opens_for_ever(t *testing.T) {
	sealed := need[[]byte](t)(os.ReadFile(sealedFile))
	if got := need[[]byte](t)(unsealer(t, 1).Unseal(sealContext, sealed)); string(got) != "content" {
		t.Errorf("unsealed %q", got)
	}
}

// The format, written down a second time.
func TestUnseal_format(t *testing.T) {
	const title = "casestat sealed v1\n"
	u := unsealer(t, 1)
	public := need[hpke.PublicKey](t)(hpke.MLKEM768X25519().NewPublicKey(u.Recipient().data()[2:]))
	seal := func(filled string) []byte {
		wrapped, sender, err := hpke.NewSender(public, hpke.HKDFSHA256(), hpke.AES256GCM(), []byte(title))
		if err != nil {
			t.Fatal(err)
		}
		return slices.Concat([]byte(title), wrapped, need[[]byte](t)(sender.Seal([]byte(sealContext), []byte(filled))))
	}
	if got := need[[]byte](t)(u.Unseal(sealContext, seal("content\x80\x00\x00"))); string(got) != "content" {
		t.Errorf("unsealed %q", got)
	}
	for _, filled := range []string{"", "\x00\x00", "content"} {
		_, err := u.Unseal(sealContext, seal(filled))
		wantCode(t, err, CodeUnsealingFailed)
	}
}

func TestUnseal_refuses(t *testing.T) {
	u := unsealer(t, 1)
	sealed := need[[]byte](t)(u.Recipient().Seal(sealContext, []byte("content")))
	flipped := func(i int) []byte {
		b := bytes.Clone(sealed)
		b[i] ^= 1
		return b
	}
	for _, tt := range []struct {
		name     string
		unsealer Unsealer
		context  string
		sealed   []byte
		code     fault.Code
	}{
		{"the certificate of another release", u, "certificate of release 8", sealed, CodeUnsealingFailed},
		{"another key", unsealer(t, 2), sealContext, sealed, CodeUnsealingFailed},
		{"no key", Unsealer{}, sealContext, sealed, CodeKeyMissing},
		{"no context", u, "", sealed, CodeContextInvalid},
		{"a long context", u, strings.Repeat("a", MaxContext+1), sealed, CodeContextInvalid},
		{"another title", u, sealContext, flipped(0), CodeUnsealingFailed},
		{"another lattice part", u, sealContext, flipped(len(sealTitle)), CodeUnsealingFailed},
		{"another curve part", u, sealContext, flipped(len(sealTitle) + wrapSize - 2), CodeUnsealingFailed},
		{"another content", u, sealContext, flipped(len(sealTitle) + wrapSize), CodeUnsealingFailed},
		{"another tag", u, sealContext, flipped(len(sealed) - 1), CodeUnsealingFailed},
		{"cut off", u, sealContext, sealed[:len(sealed)-1], CodeUnsealingFailed},
		{"cut short", u, sealContext, sealed[:len(sealTitle)+wrapSize], CodeUnsealingFailed},
		{"the title alone", u, sealContext, []byte(sealTitle), CodeUnsealingFailed},
		{"longer", u, sealContext, append(bytes.Clone(sealed), 0), CodeUnsealingFailed},
		{"nothing", u, sealContext, nil, CodeUnsealingFailed},
		{"too large", u, sealContext, make([]byte, maxSealed+1), CodeDocumentTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.unsealer.Unseal(tt.context, tt.sealed)
			wantCode(t, err, tt.code)
			if got != nil {
				t.Errorf("gave %q as well", got)
			}
		})
	}
}

// The contrast: without the context, the certificate of one release passes for
// that of another.
func TestUnseal_contrast_no_context(t *testing.T) {
	u := unsealer(t, 1)
	_, err := u.Unseal("certificate of release 8", need[[]byte](t)(u.Recipient().Seal(sealContext, []byte("7"))))
	wantCode(t, err, CodeUnsealingFailed)
	unbound := need[[]byte](t)(hpke.Seal(u.Recipient().public, sealKDF, sealAEAD, []byte(sealTitle), []byte("7")))
	if got, err := hpke.Open(u.private, sealKDF, sealAEAD, []byte(sealTitle), unbound); err != nil || string(got) != "7" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestSeal_refuses(t *testing.T) {
	r := unsealer(t, 1).Recipient()
	for _, tt := range []struct {
		name      string
		recipient Recipient
		context   string
		plaintext []byte
		code      fault.Code
	}{
		{"no key", Recipient{}, "c", nil, CodeKeyMissing},
		{"no context", r, "", nil, CodeContextInvalid},
		{"a long context", r, strings.Repeat("a", MaxContext+1), nil, CodeContextInvalid},
		{"too large", r, "c", make([]byte, MaxSize+1), CodeDocumentTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sealed, err := tt.recipient.Seal(tt.context, tt.plaintext)
			wantCode(t, err, tt.code)
			if sealed != nil {
				t.Error("gave bytes as well")
			}
		})
	}
}

func TestParseRecipient_is_strict(t *testing.T) {
	data := unsealer(t, 1).Recipient().data()
	outOfRange := append(bytes.Clone(data[:2]), bytes.Repeat([]byte{0xff}, recipientSize)...)
	for name, text := range map[string]string{
		"nothing":                  "",
		"a signing key":            signer(t, 1).Key().String(),
		"another key exchange":     keyText(testName, append([]byte{0, 0x20}, data[2:]...)),
		"a short key":              keyText(testName, data[:len(data)-1]),
		"a long key":               keyText(testName, append(data, 0)),
		"a key that is no lattice": keyText(testName, outOfRange),
	} {
		if r, err := ParseRecipient(text); fault.CodeOf(err) != CodeKeyMalformed || r.ID() != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Only what was sealed unseals.
func FuzzUnseal(f *testing.F) {
	u := unsealer(f, 1)
	sealed := need[[]byte](f)(os.ReadFile(sealedFile)) // sealing anew would give each fuzzing process its own
	f.Add(sealed)
	f.Add([]byte(sealTitle))
	f.Add(sealed[:len(sealTitle)+wrapSize])
	f.Add(append(bytes.Clone(sealed), sealed...))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := u.Unseal(sealContext, b)
		if (err == nil) != bytes.Equal(b, sealed) || err == nil && string(got) != "content" {
			t.Fatalf("%d bytes gave %q, %v", len(b), got, err)
		}
	})
}
