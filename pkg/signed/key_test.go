package signed

import (
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

func TestKey_text_is_that_of_note(t *testing.T) {
	key := signer(t, 1).Key()
	want := need[string](t)(note.NewEd25519VerifierKey(testName, ed25519.PublicKey(key.public[:])))
	if key.String() != want || !strings.HasPrefix(want, key.ID()+"+") || key.Name() != testName {
		t.Errorf("key %s, id %s, note has %s", key, key.ID(), want)
	}
	v := need[note.Verifier](t)(note.NewVerifier(key.String()))
	if own := (noteKey{key}); v.KeyHash() != own.KeyHash() || v.Name() != own.Name() {
		t.Errorf("note knows it as %s+%08x", v.Name(), v.KeyHash())
	}
	if got := need[Key](t)(ParseKey(want)); got != key {
		t.Errorf("read back as %s", got)
	}
	var inJSON struct{ Key Key }
	if err := json.Unmarshal(need[[]byte](t)(json.Marshal(struct{ Key Key }{key})), &inJSON); err != nil || inJSON.Key != key {
		t.Errorf("through JSON: %s, %v", inJSON.Key, err)
	}
}

func TestParseKey_is_strict(t *testing.T) {
	key := signer(t, 1).Key()
	good := key.String()
	for name, text := range map[string]string{
		"nothing":             "",
		"a name alone":        testName,
		"no data":             key.ID() + "+",
		"another hash":        strings.Replace(good, key.ID(), testName+"+00000000", 1),
		"another name":        "x" + good,
		"a hash in capitals":  strings.Replace(good, key.ID(), strings.ToUpper(key.ID()), 1),
		"a newline in base64": good[:len(good)-8] + "\n" + good[len(good)-8:],
		"a newline":           good + "\n",
		"a short key":         keyText(testName, key.data()[:32]),
		"a long key":          keyText(testName, append(key.data(), 0)),
		"another algorithm":   keyText(testName, append([]byte{2}, key.data()[1:]...)),
		"a sealing key":       unsealer(t, 1).Recipient().String(),
		"no name":             keyText("", key.data()),
		"a space in the name": keyText("a b", key.data()),
		"a quote in the name": keyText(`a"b`, key.data()),
		"a control character": keyText("a\x01b", key.data()),
		"letters beyond":      keyText("å", key.data()),
		"a long name":         keyText(strings.Repeat("a", MaxName+1), key.data()),
	} {
		k, err := ParseKey(text)
		wantCode(t, err, CodeKeyMalformed)
		if !k.IsZero() {
			t.Errorf("%s: gave %s", name, k)
		}
	}
	if (Key{}).String() != "" || (Key{}).ID() != "" || (Recipient{}).String() != "" || (Recipient{}).ID() != "" {
		t.Error("a zero key has a text form")
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add(signer(f, 1).Key().String())
	f.Add(unsealer(f, 1).Recipient().String())
	f.Add("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
	f.Fuzz(func(t *testing.T, text string) {
		if k, err := ParseKey(text); err == nil && k.String() != text {
			t.Fatalf("%q is written %q", text, k)
		}
		if r, err := ParseRecipient(text); err == nil && r.String() != text {
			t.Fatalf("%q is written %q", text, r)
		}
	})
}
