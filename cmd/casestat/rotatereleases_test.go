package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/release"
	"manniskohandel.se/casestat/pkg/signed"
)

// founded is a new installation and the folder of its keys.
func founded(t *testing.T) (data string, keys keyFolder) {
	t.Helper()
	data = filepath.Join(t.TempDir(), "data")
	for _, args := range [][]string{{"migrate", "--data", data}, {"keys", "init", "--data", data}} {
		if err := run(t.Context(), args, nil, io.Discard, io.Discard); err != nil {
			t.Fatal(args, err)
		}
	}
	return data, keyFolder{path: filepath.Join(data, "keys"), now: time.Now, random: rand.Reader}
}

func rotate(t *testing.T, data string) (said string, err error) {
	t.Helper()
	var out bytes.Buffer
	err = run(t.Context(), []string{"keys", "rotate-releases", "--data", data}, nil, &out, io.Discard)
	return out.String(), err
}

func want[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// breakOff does what a rotation does up to a step, and leaves it there.
func breakOff(t *testing.T, keys keyFolder, step string) {
	t.Helper()
	old := want[signed.Signer](t)(keys.signer())
	next := want[signed.Signer](t)(signed.CreateSigner(keys.file(signingNext), old.Key().Name(), keys.random))
	if step == "a key is made" {
		return
	}
	trust := want[signed.Trust](t)(readTrust(keys.file(signingPublic)))
	trust = want[signed.Trust](t)(trust.Follow(want[[]byte](t)(old.Introduce(next, signed.Handover{First: 1}))))
	if err := replacePublic(keys.file(signingPublic), []byte(trust.String())); err != nil {
		t.Fatal(err)
	}
	if step == "the old key is overwritten" {
		if err := overwrite(keys.file(signingFile)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestF18_ARotationThatWasBrokenOffGoesOn: before the line is longer nothing has
// happened; from then on nobody signs until the rotation was finished.
func TestF18_ARotationThatWasBrokenOffGoesOn(t *testing.T) {
	for _, tt := range []struct {
		step     string
		handed   bool
		finished string
	}{
		{"a key is made", false, ""},
		{"the line is longer", true, "Finished the rotation"},
		{"the old key is overwritten", true, "Finished the rotation"},
	} {
		t.Run(tt.step, func(t *testing.T) {
			data, keys := founded(t)
			before := want[signed.Signer](t)(keys.signer()).Key()
			breakOff(t, keys, tt.step)
			if _, err := keys.signer(); errors.Is(err, errRotating) != tt.handed || !tt.handed && err != nil {
				t.Errorf("broken off, the key that signs: %v", err)
			}
			said, err := rotate(t, data)
			if err != nil || !strings.HasPrefix(said, tt.finished) || strings.Contains(said, "Finished") != tt.handed {
				t.Fatalf("%q, %v", said, err)
			}
			after := want[signed.Signer](t)(keys.signer()).Key()
			trust := want[signed.Trust](t)(readTrust(keys.file(signingPublic)))
			if after == before || trust.Newest() != after || len(trust.Keys()) != 2 || exists(keys.file(signingNext)) {
				t.Errorf("%d keys, the newest in force %v, the old one still signs %v", len(trust.Keys()), trust.Newest() == after, after == before)
			}
		})
	}
}

// TestF18_NobodySignsWhileTheKeyIsRotated, and no key is rotated while somebody signs.
func TestF18_NobodySignsWhileTheKeyIsRotated(t *testing.T) {
	data, keys := founded(t)
	_, done, err := keys.turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rotate(t, data); !errors.Is(err, errLocked) {
		t.Errorf("a rotation beside a publication: %v", err)
	}
	_, second, err := keys.turn(t.Context())
	if err != nil {
		t.Errorf("two who sign keep each other out: %v", err)
	}
	second()
	done()
	unlock := want[func()](t)(keys.lockSigning(false))
	if _, _, err := keys.turn(t.Context()); fault.CodeOf(err) != release.CodeBusy || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a publication beside a rotation: %v", err)
	}
	unlock()
	if _, err := rotate(t, data); err != nil {
		t.Errorf("the contrast, with nobody beside it: %v", err)
	}
}

// TestF18_TheOldKeyIsDestroyedWhereItStands: not only its name is gone.
func TestF18_TheOldKeyIsDestroyedWhereItStands(t *testing.T) {
	data, keys := founded(t)
	old := filepath.Join(t.TempDir(), "hard-link")
	if err := os.Link(keys.file(signingFile), old); err != nil {
		t.Fatal(err)
	}
	if _, err := signed.ReadSigner(old); err != nil {
		t.Fatalf("the contrast, before the rotation: %v", err)
	}
	if _, err := rotate(t, data); err != nil {
		t.Fatal(err)
	}
	text := want[[]byte](t)(os.ReadFile(old))
	if len(text) == 0 || len(bytes.Trim(text, "\x00")) > 0 {
		t.Error("the old key can still be read")
	}
}
