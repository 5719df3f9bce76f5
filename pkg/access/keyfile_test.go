package access

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"manniskohandel.se/casestat/pkg/fault"
)

func TestKeyFile_is_the_owners_alone(t *testing.T) {
	b := newBench(t)
	if _, err := b.file.Init(); !errors.Is(err, ErrKeysExist) {
		t.Errorf("a second init: %v", err)
	}
	info := need[os.FileInfo](t)(os.Stat(b.file.Path))
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o644, 0o620, 0o601, 0o660} {
		chmod(t, b.file.Path, mode)
		_, showErr := b.file.Show()
		_, rotateErr := b.file.Rotate()
		_, openErr := OpenRing(b.file)
		for _, err := range []error{showErr, rotateErr, openErr} {
			if !errors.Is(err, ErrKeysExposed) {
				t.Errorf("mode %o: %v", mode, err)
			}
		}
	}
	chmod(t, b.file.Path, 0o400)
	need[*Ring](t)(OpenRing(b.file))
}

func TestKeyFile_stolen_keys_end_at_once(t *testing.T) {
	b := newBench(t)
	token := b.token(t)
	need[Claims](t)(b.verifier.Verify(token))
	need[KeyInfo](t)(b.file.Rotate())
	if err := b.ring.Reload(); err != nil {
		t.Fatal(err)
	}
	need[Claims](t)(b.verifier.Verify(token)) // the contrast: a rotation keeps the key before it
	replaced := need[KeyInfo](t)(b.file.Replace())
	if err := b.ring.Reload(); err != nil {
		t.Fatal(err)
	}
	b.refuses(t, token)
	infos := need[[]KeyInfo](t)(b.file.Show())
	if len(infos) != 1 || infos[0].ID != replaced.ID {
		t.Errorf("after replacing: %+v", infos)
	}
	need[Claims](t)(b.verifier.Verify(b.token(t)))
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestKeyFile_rotation_keeps_the_old_key_until_its_last_token_is_over(t *testing.T) {
	b := newBench(t)
	first := b.key(t).id
	second := need[KeyInfo](t)(b.file.Rotate())
	infos := need[[]KeyInfo](t)(b.file.Show())
	if len(infos) != 2 || infos[0].ID != first || infos[1].ID != second.ID || !infos[1].NotAfter.IsZero() {
		t.Fatalf("after rotation: %+v", infos)
	}
	if got := infos[0].NotAfter.Sub(b.clock()); got < LongestLifetime+LongestLeeway {
		t.Errorf("the old key goes after %v already", got)
	}
	b.pass(retiredKeyStays + time.Second)
	need[KeyInfo](t)(b.file.Rotate())
	infos = need[[]KeyInfo](t)(b.file.Show())
	if len(infos) != 2 || infos[0].ID != second.ID {
		t.Errorf("the key that was over is not dropped: %+v", infos)
	}
	if left := need[[]string](t)(filepath.Glob(filepath.Join(filepath.Dir(b.file.Path), ".keys-*"))); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestKeyFile_shows_no_private_part(t *testing.T) {
	b := newBench(t)
	seed := b64url(b.key(t).private.Seed())
	raw := string(need[[]byte](t)(os.ReadFile(b.file.Path)))
	if !strings.Contains(raw, seed) {
		t.Fatal("the test looks for the wrong thing")
	}
	if jwks := string(need[[]byte](t)(b.ring.JWKS())); strings.Contains(jwks, seed) || strings.Contains(jwks, `"d"`) {
		t.Error("the private part is in the JWKS")
	}
	// A file that does not parse must not be quoted in the error.
	write(t, b.file.Path, raw+"x")
	if _, err := b.file.Show(); err == nil || strings.Contains(err.Error(), seed) {
		t.Errorf("got %v", err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestKeyFile_refuses_what_does_not_hang_together(t *testing.T) {
	b := newBench(t)
	raw := string(need[[]byte](t)(os.ReadFile(b.file.Path)))
	one := strings.TrimSuffix(strings.TrimPrefix(raw, `{"keys":[`), `]}`)
	k := b.key(t)
	for name, content := range map[string]string{
		"empty": "", "null": "null", "no keys": `{"keys":[]}`, "cut": raw[:len(raw)-9], "unknown member": strings.Replace(raw, `{"keys"`, `{"x":1,"keys"`, 1),
		"two that sign": `{"keys":[` + one + "," + anotherKey(t, b) + `]}`, "the same twice": `{"keys":[` + one + "," + one + `]}`,
		"another public part": strings.Replace(raw, b64url(k.public()), b64url(make([]byte, 32)), 1),
		"another id":          strings.Replace(raw, k.id, strings.Repeat("A", 43), 1), "another curve": strings.Replace(raw, "Ed25519", "X25519", 1),
		"another type": strings.Replace(raw, "OKP", "EC", 1), "short seed": strings.Replace(raw, b64url(k.private.Seed()), "AAAA", 1),
		"none that signs": strings.Replace(raw, `"created"`, `"not_after":"2030-01-01T00:00:00Z","created"`, 1),
		"too large":       raw + strings.Repeat(" ", maxKeyFile),
	} {
		t.Run(name, func(t *testing.T) {
			write(t, b.file.Path, content)
			if _, err := b.file.Show(); err == nil {
				t.Error("taken")
			}
			if _, err := b.file.Rotate(); err == nil {
				t.Error("rotated")
			}
		})
	}
	write(t, b.file.Path, raw)
	need[[]KeyInfo](t)(b.file.Show())
}

func anotherKey(t *testing.T, b *bench) string {
	t.Helper()
	k := need[tokenKey](t)(newTokenKey(newStream(9), b.clock()))
	doc := need[[]byte](t)(encodeKeys([]tokenKey{k}))
	return strings.TrimSuffix(strings.TrimPrefix(string(doc), `{"keys":[`), `]}`)
}

func TestKeyFile_errors_leave_the_old_keys(t *testing.T) {
	b := newBench(t)
	dry := b.file
	dry.Random = strings.NewReader("")
	if _, err := dry.Rotate(); !errors.Is(err, io.EOF) {
		t.Errorf("rotate from a dry source: %v", err)
	}
	dry.Path = filepath.Join(t.TempDir(), "k")
	if _, err := dry.Init(); !errors.Is(err, io.EOF) {
		t.Errorf("init from a dry source: %v", err)
	}
	if _, err := dry.Rotate(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("rotate nothing: %v", err)
	}
	dry.Path = filepath.Join(t.TempDir(), "absent", "k")
	if _, err := dry.Init(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("init in no folder: %v", err)
	}
	if _, err := dry.Rotate(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("rotate in no folder: %v", err)
	}
	unlock := need[func()](t)(lockFolder(filepath.Dir(b.file.Path)))
	_, rotateErr := b.file.Rotate()
	_, initErr := b.file.Init()
	if !errors.Is(rotateErr, ErrKeysLocked) || !errors.Is(initErr, ErrKeysLocked) {
		t.Errorf("while another changes them: %v, %v", rotateErr, initErr)
	}
	unlock()
	if got := need[[]KeyInfo](t)(b.file.Show()); len(got) != 1 || got[0].ID != b.key(t).id {
		t.Errorf("after all that: %+v", got)
	}
	folder := b.file
	folder.Path = filepath.Join(t.TempDir(), "d")
	if err := os.MkdirAll(filepath.Join(folder.Path, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := folder.write(nil); err == nil {
		t.Error("a folder was replaced by a file")
	}
}

func TestRing_follows_a_rotation_beside_it(t *testing.T) {
	b := newBench(t)
	old := b.token(t)
	second := need[KeyInfo](t)(b.file.Rotate())
	if b.key(t).id == second.ID {
		t.Fatal("nothing to follow")
	}
	// Another process signs with the new key before this one has looked.
	other := need[*Ring](t)(OpenRing(b.file))
	issuer := need[*Issuer](t)(NewIssuer(TokenDeps{Profile: b.profile, Ring: other, Clock: b.clock, Random: newStream(8)}))
	early := need[Token](t)(issuer.Issue(b.client(), nil)).Access
	for name, token := range map[string]string{"old": old, "early": early} {
		if _, err := b.verifier.Verify(token); err != nil {
			t.Errorf("%s token: %v", name, err)
		}
	}
	if b.key(t).id != second.ID {
		t.Error("the ring still signs with the old key")
	}
	// Past its time the old key is neither shown nor accepted.
	b.pass(retiredKeyStays + time.Second)
	if jwks := string(need[[]byte](t)(b.ring.JWKS())); strings.Count(jwks, `"kid"`) != 1 || !strings.Contains(jwks, second.ID) {
		t.Errorf("JWKS %s", jwks)
	}
	b.refuses(t, old)
}

func TestRing_contrast_without_overlap_good_tokens_die(t *testing.T) {
	b := newBench(t)
	token := b.token(t)
	k := need[tokenKey](t)(newTokenKey(newStream(9), b.clock()))
	if err := b.file.write([]tokenKey{k}); err != nil {
		t.Fatal(err)
	}
	if err := b.ring.Reload(); err != nil {
		t.Fatal(err)
	}
	b.refuses(t, token)
}

func TestRing_keeps_its_keys_when_the_new_file_is_no_good(t *testing.T) {
	b := newBench(t)
	token := b.token(t)
	chmod(t, b.file.Path, 0o644)
	if err := b.ring.Reload(); !errors.Is(err, ErrKeysExposed) {
		t.Errorf("exposed: %v", err)
	}
	write(t, b.file.Path, "{}")
	chmod(t, b.file.Path, 0o600)
	if err := b.ring.Reload(); err == nil {
		t.Error("empty: no error")
	}
	if err := b.ring.Reload(); err != nil {
		t.Errorf("the same failure is reported twice: %v", err)
	}
	if err := os.Remove(b.file.Path); err != nil {
		t.Fatal(err)
	}
	if err := b.ring.Reload(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("gone: %v", err)
	}
	if err := b.ring.Reload(); err != nil {
		t.Errorf("that it is gone is reported twice: %v", err)
	}
	if _, err := b.verifier.Verify(token); err != nil {
		t.Errorf("the keys were lost: %v", err)
	}
	b.refuses(t, b.signed(t, b.header(t).with(object{"kid": `"x"`}).String(), b.claims().String()))
}

// A stranger's token makes the ring look at the file; that must not keep the
// operator from hearing what is wrong with it.
func TestRing_unknown_key_does_not_swallow_the_report(t *testing.T) {
	b := newBench(t)
	stranger := b.signed(t, b.header(t).with(object{"kid": `"x"`}).String(), b.claims().String())
	write(t, b.file.Path, "{}")
	b.refuses(t, stranger)
	if err := b.ring.Reload(); err == nil {
		t.Error("a broken file is not reported")
	}
	if err := os.Remove(b.file.Path); err != nil {
		t.Fatal(err)
	}
	b.refuses(t, stranger)
	if err := b.ring.Reload(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("gone: %v", err)
	}
}

func TestRing_watch_reloads_at_each_tick_and_ends(t *testing.T) {
	defer goleak.VerifyNone(t)
	b := newBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	tick, reports, ended := make(chan time.Time), make(chan error, 1), make(chan struct{})
	go func() { b.ring.Watch(ctx, tick, func(err error) { reports <- err }); close(ended) }()
	second := need[KeyInfo](t)(b.file.Rotate())
	tick <- b.clock()
	tick <- b.clock() // taken only when the first is done with
	if b.key(t).id != second.ID {
		t.Error("a tick, and the old key still signs")
	}
	write(t, b.file.Path, "{}")
	tick <- b.clock()
	if err := <-reports; err == nil {
		t.Error("a broken file is not reported")
	}
	cancel()
	<-ended
}

func TestJWKS_is_read_by_another_library(t *testing.T) {
	b := newBench(t)
	token := b.token(t)
	need[KeyInfo](t)(b.file.Rotate())
	if err := b.ring.Reload(); err != nil {
		t.Fatal(err)
	}
	var set jwkset.JWKSMarshal
	if err := decodeWithStandardLibrary(need[[]byte](t)(b.ring.JWKS()), &set); err != nil {
		t.Fatal(err)
	}
	keys := map[string]any{}
	for _, k := range need[[]jwkset.JWK](t)(set.JWKSlice()) {
		keys[k.Marshal().KID] = k.Key()
		if k.Marshal().ALG != jwkset.AlgEdDSA || k.Marshal().USE != jwkset.UseSig {
			t.Errorf("key %+v", k.Marshal())
		}
	}
	if len(keys) != 2 {
		t.Fatalf("%d keys", len(keys))
	}
	_, err := jwt.Parse(token, func(token *jwt.Token) (any, error) {
		return keys[token.Header["kid"].(string)], nil
	}, jwt.WithTimeFunc(b.clock), jwt.WithAudience(b.profile.Audience), jwt.WithIssuer(b.profile.Issuer))
	if err != nil {
		t.Errorf("an outsider cannot check our token: %v", err)
	}
}

// The key and the thumbprint are those of RFC 8037, appendix A.
func TestThumbprint_is_that_of_the_RFC(t *testing.T) {
	seed := need[[]byte](t)(base64.RawURLEncoding.DecodeString("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
	public := ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey)
	if diff := cmp.Diff("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", thumbprint(public)); diff != "" {
		t.Error(diff)
	}
}

func TestIssuer_reports_what_it_cannot_do(t *testing.T) {
	b := newBench(t)
	_, err := b.issuer.Issue(b.client(), []Permission{DeskRead})
	wantRefusal(t, err, fault.Invalid, CodeInvalidScope)
	dry := need[*Issuer](t)(NewIssuer(TokenDeps{Profile: b.profile, Ring: b.ring, Clock: b.clock, Random: strings.NewReader("")}))
	if token, err := dry.Issue(b.client(), nil); !errors.Is(err, io.EOF) || token.Access != "" {
		t.Errorf("from a dry source: %v", err)
	}
	if _, err := NewClientCredentials(nil, nil, dry, strings.NewReader("")); !errors.Is(err, io.EOF) {
		t.Errorf("grant from a dry source: %v", err)
	}
	b.ring.keys.Store(&[]tokenKey{})
	if token, err := b.issuer.Issue(b.client(), nil); !errors.Is(err, errNoKey) || token.Access != "" {
		t.Errorf("without a key: %v", err)
	}
}
