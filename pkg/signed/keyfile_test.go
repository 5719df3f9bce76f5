package signed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
)

func seeded(b byte) io.Reader { return bytes.NewReader(bytes.Repeat([]byte{b}, 32)) }

func TestKeyFile_round_trip(t *testing.T) {
	folder := t.TempDir()
	signing, sealing := filepath.Join(folder, "signing.json"), filepath.Join(folder, "sealing.json")
	s := need[Signer](t)(CreateSigner(signing, testName, seeded(1)))
	u := need[Unsealer](t)(CreateUnsealer(sealing, testName, seeded(2)))
	for _, path := range []string{signing, sealing} {
		if info := need[os.FileInfo](t)(os.Stat(path)); info.Mode().Perm() != 0o600 {
			t.Errorf("mode %o", info.Mode().Perm())
		}
	}
	if again := need[Signer](t)(ReadSigner(signing)); again.Key() != s.Key() || !again.private.Equal(s.private) || s.Key() != signer(t, 1).Key() {
		t.Error("another signing key came back")
	}
	sealed := need[[]byte](t)(u.Recipient().Seal("c", []byte("x")))
	again := need[Unsealer](t)(ReadUnsealer(sealing))
	if got := need[[]byte](t)(again.Unseal("c", sealed)); string(got) != "x" {
		t.Errorf("unsealed %q", got)
	}
	_, err := ReadSigner(sealing)
	wantCode(t, err, CodeKeyFileMalformed)
	_, err = ReadUnsealer(signing)
	wantCode(t, err, CodeKeyFileMalformed)
}

func TestKeyFile_is_never_written_over(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(path, []byte("something"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := CreateSigner(path, testName, seeded(1))
	wantCode(t, err, CodeKeyFileExists)
	_, err = CreateUnsealer(path, testName, seeded(1))
	wantCode(t, err, CodeKeyFileExists)
	if b := need[[]byte](t)(os.ReadFile(path)); string(b) != "something" {
		t.Errorf("the file holds %q", b)
	}
	link := filepath.Join(t.TempDir(), "link.json")
	if err := os.Symlink(filepath.Join(t.TempDir(), "elsewhere"), link); err != nil {
		t.Fatal(err)
	}
	_, err = CreateSigner(link, testName, seeded(1))
	wantCode(t, err, CodeKeyFileExists)
}

func TestKeyFile_is_the_owners_alone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.json")
	need[Signer](t)(CreateSigner(path, testName, seeded(1)))
	for _, mode := range []os.FileMode{0o640, 0o604, 0o644, 0o620, 0o601, 0o660, 0o666} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadSigner(path); fault.CodeOf(err) != CodeKeyFileExposed {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	need[Signer](t)(ReadSigner(path)) // the contrast
	_, err := ReadSigner(filepath.Dir(path))
	wantCode(t, err, CodeKeyFileExposed)
}

func TestKeyFile_refuses(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "key.json")
	need[Signer](t)(CreateSigner(path, testName, seeded(1)))
	var f keyFile
	if err := json.Unmarshal(need[[]byte](t)(os.ReadFile(path)), &f); err != nil {
		t.Fatal(err)
	}
	with := func(change func(*keyFile)) []byte {
		changed := f
		change(&changed)
		return need[[]byte](t)(json.Marshal(changed))
	}
	for name, b := range map[string][]byte{
		"nothing":              nil,
		"no JSON":              []byte("-----BEGIN PRIVATE KEY-----"),
		"another use":          with(func(f *keyFile) { f.Use = "" }),
		"another public half":  with(func(f *keyFile) { f.Public = signer(t, 2).Key().String() }),
		"no public half":       with(func(f *keyFile) { f.Public = "" }),
		"another private half": with(func(f *keyFile) { f.Private = make([]byte, 32) }),
		"a short private half": with(func(f *keyFile) { f.Private = f.Private[1:] }),
		"no private half":      with(func(f *keyFile) { f.Private = nil }),
		"too large":            append(with(func(*keyFile) {}), bytes.Repeat([]byte(" "), maxKeyFile)...),
	} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := ReadSigner(path)
		if fault.CodeOf(err) != CodeKeyFileMalformed || !s.Key().IsZero() {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := ReadSigner(filepath.Join(folder, "absent"))
	if !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestKeyFile_half_made_leaves_nothing(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "key.json")
	for name, err := range map[string]error{
		"too little randomness": second(CreateSigner(path, testName, strings.NewReader("short"))),
		"no folder":             second(CreateSigner(filepath.Join(folder, "absent", "key"), testName, seeded(1))),
		"no name":               second(CreateSigner(path, "", seeded(1))),
		"a name with a plus":    second(CreateUnsealer(path, "a+b", seeded(1))),
	} {
		if err == nil {
			t.Errorf("%s: made", name)
		}
	}
	if left := need[[]os.DirEntry](t)(os.ReadDir(folder)); len(left) > 0 {
		t.Errorf("left behind: %s", left)
	}
}

func second[T any](_ T, err error) error { return err }

func TestPrivateKeys_print_as_their_id(t *testing.T) {
	s, u := signer(t, 1), unsealer(t, 2)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		if got := fmt.Sprintf(verb, s); got != s.Key().ID() {
			t.Errorf("%s prints the signer as %s", verb, got)
		}
		if got := fmt.Sprintf(verb, u); got != u.Recipient().ID() {
			t.Errorf("%s prints the unsealer as %s", verb, got)
		}
	}
	for _, v := range []any{s, u} {
		if b := need[[]byte](t)(json.Marshal(v)); string(b) != "{}" {
			t.Errorf("in JSON: %s", b)
		}
	}
}
