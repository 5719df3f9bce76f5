package signed

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/ledger"
)

func checkpointText(t testing.TB) []byte {
	t.Helper()
	_, head, err := ledger.Head{}.Append([]ledger.Entry{{Day: "2026-11-23", Actor: "a", Deed: "d"}})
	if err != nil {
		t.Fatal(err)
	}
	return need[[]byte](t)(head.Checkpoint("casestat.example/releases").MarshalText())
}

func witness(t testing.TB, name string, b byte) Signer {
	t.Helper()
	return need[Signer](t)(newSigner(name, bytes.Repeat([]byte{b}, 32)))
}

// The signed note in the documentation of golang.org/x/mod/sumdb/note.
func TestSignCheckpoint_writes_notes(t *testing.T) {
	const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
	const want = text + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
	secret := need[[]byte](t)(base64.StdEncoding.DecodeString("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"))
	s := need[Signer](t)(newSigner("PeterNeumann", secret[1:]))
	if diff := cmp.Diff(want, string(need[[]byte](t)(s.SignCheckpoint([]byte(text))))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCheckpoint_round_trip_with_witnesses(t *testing.T) {
	log, text := signer(t, 1), checkpointText(t)
	known, unknown := witness(t, "known.example", 2), witness(t, "unknown.example", 3)
	trust := Pin(log.Key())
	msg := need[[]byte](t)(log.SignCheckpoint(text))
	msg = need[[]byte](t)(unknown.Cosign(trust, msg))
	msg = need[[]byte](t)(known.Cosign(trust, msg))

	witnesses := []Key{known.Key(), log.Key(), known.Key(), {}}
	c := need[Checkpoint](t)(OpenCheckpoint(trust, witnesses, msg))
	if string(c.Text()) != string(text) || c.Key() != log.Key() || !slices.Equal(c.Cosigners(), []Key{known.Key()}) {
		t.Errorf("text %q, key %s, cosigners %s", c.Text(), c.Key(), c.Cosigners())
	}
	var read ledger.Checkpoint
	if err := read.UnmarshalText(c.Text()); err != nil {
		t.Error(err)
	}
	// The cosignature of a witness nobody knew at the time was kept.
	c = need[Checkpoint](t)(OpenCheckpoint(trust, []Key{unknown.Key()}, msg))
	if !slices.Equal(c.Cosigners(), []Key{unknown.Key()}) {
		t.Errorf("cosigners %s", c.Cosigners())
	}
	// So says note itself.
	n := need[*note.Note](t)(note.Open(msg, note.VerifierList(need[note.Verifier](t)(note.NewVerifier(log.Key().String())))))
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 2 {
		t.Errorf("note sees %d and %d signatures", len(n.Sigs), len(n.UnverifiedSigs))
	}
}

func TestCheckpoint_outlasts_a_rotation(t *testing.T) {
	old, next := signer(t, 1), signer(t, 2)
	trust := need[Trust](t)(Pin(old.Key()).Follow(need[[]byte](t)(old.Introduce(next, Handover{First: 1}))))
	msg := need[[]byte](t)(old.SignCheckpoint(checkpointText(t)))
	if c := need[Checkpoint](t)(OpenCheckpoint(trust, nil, msg)); c.Key() != old.Key() {
		t.Errorf("signed by %s", c.Key())
	}
	both := need[[]byte](t)(next.Cosign(trust, msg))
	if c := need[Checkpoint](t)(OpenCheckpoint(trust, []Key{old.Key()}, both)); c.Key() != next.Key() || c.Cosigners() != nil {
		t.Errorf("signed by %s, cosigned by %s: a log must not witness itself", c.Key(), c.Cosigners())
	}
}

func TestOpenCheckpoint_refuses(t *testing.T) {
	log, w := signer(t, 1), witness(t, "witness.example", 2)
	trust := Pin(log.Key())
	good := string(need[[]byte](t)(log.SignCheckpoint(checkpointText(t))))
	cosigned := string(need[[]byte](t)(w.Cosign(trust, []byte(good))))
	_, elsewhere, _ := strings.Cut(string(need[[]byte](t)(w.SignCheckpoint([]byte("another\n")))), "\n\n")
	alone := string(need[[]byte](t)(w.SignCheckpoint(checkpointText(t))))
	for _, tt := range []struct {
		name  string
		trust Trust
		msg   string
		code  fault.Code
	}{
		{"another size", trust, strings.Replace(good, "\n1\n", "\n2\n", 1), CodeSignatureInvalid},
		{"another size, cosigned", trust, strings.Replace(cosigned, "\n1\n", "\n2\n", 1), CodeSignatureInvalid},
		{"another key", Pin(w.Key()), good, CodeKeyUnknown},
		{"no trust", Trust{}, good, CodeKeyUnknown},
		{"no trust, with a witness", Trust{}, cosigned, CodeKeyUnknown},
		{"a witness alone", trust, alone, CodeKeyUnknown},
		{"a false cosignature", trust, good + elsewhere, CodeSignatureInvalid},
		{"no signature", trust, string(checkpointText(t)), CodeCheckpointMalformed},
		{"nothing", trust, "", CodeCheckpointMalformed},
		{"control characters", trust, "\x00" + good, CodeCheckpointMalformed},
		{"too large", trust, strings.Repeat("a", MaxCheckpoint) + good, CodeCheckpointMalformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := OpenCheckpoint(tt.trust, []Key{w.Key()}, []byte(tt.msg))
			wantCode(t, err, tt.code)
			if c.Text() != nil || !c.Key().IsZero() || c.Cosigners() != nil {
				t.Error("gave a checkpoint as well")
			}
		})
	}
}

func TestSignCheckpoint_refuses(t *testing.T) {
	s := signer(t, 1)
	for name, text := range map[string]string{
		"no last newline": "a", "nothing": "", "a control character": "a\tb\n", "not UTF-8": "\xff\n", "too large": strings.Repeat("a", MaxCheckpoint) + "\n",
	} {
		if msg, err := s.SignCheckpoint([]byte(text)); fault.CodeOf(err) != CodeCheckpointMalformed || msg != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := need[[]byte](t)(s.SignCheckpoint([]byte("a\n")))
	_, err := Signer{}.SignCheckpoint([]byte("a\n"))
	wantCode(t, err, CodeKeyMissing)
	_, err = Signer{}.Cosign(Pin(s.Key()), good)
	wantCode(t, err, CodeKeyMissing)
	_, err = s.Cosign(Trust{}, good)
	wantCode(t, err, CodeKeyUnknown)
	full := need[[]byte](t)(s.SignCheckpoint([]byte(strings.Repeat("a", MaxCheckpoint-200) + "\n")))
	_, err = witness(t, strings.Repeat("w", MaxName), 2).Cosign(Pin(s.Key()), full)
	wantCode(t, err, CodeCheckpointMalformed)
}

// A signature of the one is never one of the other, even by the same key.
func TestCheckpoint_is_no_document(t *testing.T) {
	s := signer(t, 1)
	for _, kind := range []Kind{KindManifest, KindPlan, KindRotation} {
		if msg, err := s.SignCheckpoint(append(separated(kind, []byte("{}")), '\n')); err == nil {
			t.Errorf("%s: the message of a document was signed as %q", kind, msg)
		}
	}
}

// What opens has the text that was signed.
func FuzzOpenCheckpoint(f *testing.F) {
	log, w := signer(f, 1), witness(f, "witness.example", 2)
	text, trust := checkpointText(f), Pin(log.Key())
	good := need[[]byte](f)(log.SignCheckpoint(text))
	f.Add(good)
	f.Add(need[[]byte](f)(w.Cosign(trust, good)))
	f.Add(need[[]byte](f)(w.SignCheckpoint(text)))
	f.Fuzz(func(t *testing.T, msg []byte) {
		c, err := OpenCheckpoint(trust, []Key{w.Key()}, msg)
		if (err == nil) != (c.Text() != nil) || err == nil && !bytes.Equal(c.Text(), text) {
			t.Fatalf("%q: %q, %v", msg, c.Text(), err)
		}
	})
}
