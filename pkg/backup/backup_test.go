package backup

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/fault"
)

// clock is the time of a test, in days after the first.
type clock struct{ day int }

func (c *clock) now() time.Time {
	return time.Date(2026, 11, 23, 23, 59, 0, 0, time.UTC).AddDate(0, 0, c.day)
}

func source() io.Reader { return rand.NewChaCha8([32]byte{1}) }

func newKeys(t testing.TB) (Keys, *clock) {
	t.Helper()
	c := &clock{}
	return Keys{Folder: filepath.Join(t.TempDir(), "keys"), Now: c.now, Random: source()}, c
}

func ofToday(t testing.TB, k Keys) Key {
	t.Helper()
	key, _, err := k.OfToday()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// sealed makes a file of two parts.
func sealed(t testing.TB, key Key, first, second []byte) []byte {
	t.Helper()
	var file bytes.Buffer
	w, err := NewWriter(&file, key, source())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Part("first", writing(first)), w.Part("second", writing(second)), w.Close()); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func writing(b []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(b); return err }
}

// unsealed reads a file whole.
func unsealed(file []byte, find func(string) (Key, error)) (parts map[string][]byte, err error) {
	parts = map[string][]byte{}
	r, err := NewReader(bytes.NewReader(file), find)
	if err != nil {
		return nil, err
	}
	for {
		name, content, err := r.Next()
		if errors.Is(err, io.EOF) {
			return parts, nil
		}
		if err != nil {
			return parts, err
		}
		if parts[name], err = io.ReadAll(content); err != nil {
			return parts, err
		}
	}
}

// Parts of any size come back as they were, those around the sizes of chunks
// and blocks among them.
func TestPartsComeBack(t *testing.T) {
	keys, _ := newKeys(t)
	outer := t
	key := ofToday(t, keys)
	sizes := rapid.OneOf(rapid.IntRange(0, 300), rapid.IntRange(chunk-64, chunk+64), rapid.IntRange(2*chunk-64, 2*chunk+64), rapid.IntRange(maxBlock-9, maxBlock+9))
	rapid.Check(t, func(t *rapid.T) {
		first, second := make([]byte, sizes.Draw(t, "first")), make([]byte, sizes.Draw(t, "second"))
		_, _ = source().Read(first)
		got, err := unsealed(sealed(outer, key, first, second), keys.Find)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, got["first"]) || !bytes.Equal(second, got["second"]) || len(got) != 2 {
			t.Error("other bytes came back")
		}
	})
}

// What a file holds cannot be told from it.
func TestNothingStandsInClear(t *testing.T) {
	keys, _ := newKeys(t)
	canary := bytes.Repeat([]byte("canary "), 100)
	file := sealed(t, ofToday(t, keys), canary, canary)
	for _, word := range []string{"canary", "first", "second"} {
		if bytes.Contains(file, []byte(word)) {
			t.Errorf("%q stands in the file", word)
		}
	}
	if other := sealed(t, ofToday(t, Keys{Folder: keys.Folder, Now: keys.Now, Random: rand.NewChaCha8([32]byte{2})}), canary, canary); len(other) != len(file) {
		t.Errorf("%d bytes and %d", len(file), len(other))
	}
}

// Whatever bit is flipped, the file is refused, and nothing that was not sealed
// is given before that.
func TestEveryFlippedBitIsFound(t *testing.T) {
	keys, _ := newKeys(t)
	content := bytes.Repeat([]byte("abcdefgh"), 3*chunk/8)
	file := sealed(t, ofToday(t, keys), content, []byte("z"))
	rapid.Check(t, func(t *rapid.T) {
		place := rapid.IntRange(0, len(file)-1).Draw(t, "byte")
		changed := bytes.Clone(file)
		changed[place] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		got, err := unsealed(changed, keys.Find)
		if err == nil {
			t.Fatalf("byte %d was changed and nobody noticed", place)
		}
		if fault.CodeOf(err) == "" {
			t.Errorf("byte %d: %v has no code", place, err)
		}
		if !bytes.HasPrefix(content, got["first"]) {
			t.Errorf("byte %d: something was given that was not sealed", place)
		}
	})
}

// Wherever a file is cut off, that is what is said.
func TestACutIsNamed(t *testing.T) {
	keys, _ := newKeys(t)
	file := sealed(t, ofToday(t, keys), make([]byte, 3*chunk), []byte("z"))
	header := bytes.IndexByte(file, '\n') + 1
	cuts := []int{header, header + 1, header + chunk + tagBytes, header + chunk + tagBytes + 3, header + 2*(chunk+tagBytes), len(file) - 1, len(file) - len(closing)}
	for _, at := range cuts {
		if _, err := unsealed(file[:at], keys.Find); fault.CodeOf(err) != CodeCutShort {
			t.Errorf("cut at %d: %v", at, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(header, len(file)-1).Draw(t, "at")
		if _, err := unsealed(file[:at], keys.Find); fault.CodeOf(err) != CodeCutShort {
			t.Errorf("cut at %d: %v", at, err)
		}
	})
}

// Chunks cannot be moved, left out or taken from another file, and the mark of
// the last one is what tells that none follows.
func TestChunksCannotBeMoved(t *testing.T) {
	keys, _ := newKeys(t)
	key := ofToday(t, keys)
	file := sealed(t, key, make([]byte, 3*chunk), []byte("z"))
	header, one := bytes.IndexByte(file, '\n')+1, chunk+tagBytes
	cut := func(from, to int) []byte { return file[header+from*one : header+to*one] }
	rest := file[header+3*one:]
	other := sealed(t, Key{ID: key.ID, secret: [keyBytes]byte{1}}, make([]byte, 3*chunk), []byte("z"))
	for name, changed := range map[string][]byte{
		"swapped":             slicesConcat(file[:header], cut(1, 2), cut(0, 1), cut(2, 3), rest),
		"left out":            slicesConcat(file[:header], cut(0, 1), cut(2, 3), rest),
		"twice":               slicesConcat(file[:header], cut(0, 1), cut(0, 3), rest),
		"ended after one":     slicesConcat(file[:header], cut(0, 1), []byte(closing)),
		"something behind":    slicesConcat(file, make([]byte, 2*one)),
		"another secret":      other,
		"two files":           slicesConcat(file, file),
		"a header of another": slicesConcat(other[:header], file[header:]),
	} {
		if name == "a header of another" && bytes.Equal(other[:header], file[:header]) {
			continue // the salts are drawn from the same seed
		}
		if _, err := unsealed(changed, keys.Find); err == nil || fault.CodeOf(err) != CodeDamaged {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func slicesConcat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// TestChunksCannotBeMovedContrast shows that the mark is what finds an end that
// was made up: a reader that takes any chunk for the last one is deceived.
func TestChunksCannotBeMovedContrast(t *testing.T) {
	keys, _ := newKeys(t)
	file := sealed(t, ofToday(t, keys), make([]byte, 3*chunk), []byte("z"))
	header := bytes.IndexByte(file, '\n') + 1
	cut := slicesConcat(file[:header+chunk+tagBytes], []byte(closing))
	o, err := open(bytes.NewReader(cut), keys.Find)
	if err != nil {
		t.Fatal(err)
	}
	sealedChunk := cut[header : header+chunk+tagBytes]
	if _, err := o.with.Open(nil, nonceOf(0, false), sealedChunk, nil); err != nil {
		t.Errorf("without the mark the cut would be seen all the same, so the mark proves nothing: %v", err)
	}
	if _, err := io.ReadAll(o); fault.CodeOf(err) != CodeDamaged {
		t.Errorf("with the mark: %v", err)
	}
}

func TestForeignFiles(t *testing.T) {
	keys, _ := newKeys(t)
	ofToday(t, keys)
	for name, text := range map[string]string{
		"nothing":         "",
		"a database":      "SQLite format 3\x00" + strings.Repeat("\x00", 5000),
		"one long line":   strings.Repeat("x", 1<<20),
		"another form":    "casestat-backup/2 2026-11-23-00000000 AAAA\n",
		"no salt":         form + " 2026-11-23-00000000 \n",
		"a path":          form + " ../../etc/passwd " + strings.Repeat("A", 43) + "\n",
		"a short salt":    form + " 2026-11-23-00000000 AAAA\n",
		"an early ending": form + " 2026-11-23-00000000",
	} {
		if _, err := unsealed([]byte(text), keys.Find); fault.CodeOf(err) != CodeForeign {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFailingDiskIsReported(t *testing.T) {
	keys, _ := newKeys(t)
	full := errors.New("no space")
	w, err := NewWriter(&limited{left: 100, then: full}, ofToday(t, keys), source())
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Part("x", writing(make([]byte, 5*chunk))), w.Close()); !errors.Is(err, full) {
		t.Error(err)
	}
	if _, err := NewWriter(&limited{then: full}, Key{}, source()); !errors.Is(err, full) {
		t.Error(err)
	}
	o, err := NewReader(io.MultiReader(bytes.NewReader(sealed(t, ofToday(t, keys), make([]byte, 9*chunk), nil)[:chunk]), brokenReader{full}), keys.Find)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := o.Next(); !errors.Is(err, full) {
		t.Error(err)
	}
}

type brokenReader struct{ with error }

func (b brokenReader) Read([]byte) (int, error) { return 0, b.with }

type limited struct {
	left int
	then error
}

func (l *limited) Write(b []byte) (int, error) {
	if len(b) > l.left {
		return 0, l.then
	}
	l.left -= len(b)
	return len(b), nil
}

// One key a day, and none is made in the place of one that is there.
func TestAKeyADay(t *testing.T) {
	keys, c := newKeys(t)
	first, made, err := keys.OfToday()
	if err != nil || !made {
		t.Fatal(made, err)
	}
	again, made, err := keys.OfToday()
	if err != nil || made || again != first {
		t.Error("another key on the same day", err)
	}
	c.day = 1
	second := ofToday(t, keys)
	if second.ID == first.ID || second.Made != "2026-11-24" || second.Expires != "2026-12-29" {
		t.Errorf("%+v", second)
	}
	all, err := keys.List()
	if diff := cmp.Diff([]string{first.ID, second.ID}, idsOf(all)); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if info, err := os.Stat(keys.file(first.ID)); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
}

func idsOf(all []Key) (ids []string) {
	for _, k := range all {
		ids = append(ids, k.ID)
	}
	return ids
}

// TestT35_AKeyIsDestroyedOnDayNAndNotBefore, and with it whatever was sealed.
func TestT35_AKeyIsDestroyedOnDayNAndNotBefore(t *testing.T) {
	keys, c := newKeys(t)
	key := ofToday(t, keys)
	file := sealed(t, key, []byte("canary"), nil)
	for c.day = range DefaultDays {
		if ended, err := keys.Expire(); len(ended) > 0 || err != nil {
			t.Fatalf("day %d: %v, %v", c.day, ended, err)
		}
		if _, err := unsealed(file, keys.Find); err != nil {
			t.Fatalf("day %d: %v", c.day, err)
		}
	}
	c.day = DefaultDays
	if _, err := unsealed(file, keys.Find); fault.CodeOf(err) != CodeKeyExpired {
		t.Errorf("before it was destroyed: %v", err)
	}
	ended, err := keys.Expire()
	if diff := cmp.Diff([]string{key.ID}, ended); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := unsealed(file, keys.Find); fault.CodeOf(err) != CodeKeyMissing {
		t.Errorf("after it was destroyed: %v", err)
	}
	if ended, err := keys.Expire(); len(ended) > 0 || err != nil {
		t.Errorf("again: %v, %v", ended, err)
	}
	c.day = 0 // a clock that goes back brings nothing back
	if _, err := unsealed(file, keys.Find); fault.CodeOf(err) != CodeKeyMissing {
		t.Errorf("earlier: %v", err)
	}
}

// TestT35_TheSecretIsOverwrittenBeforeTheFileGoes: a second name for the same
// file shows what was left of it. A destruction that was interrupted between
// the two goes on.
func TestT35_TheSecretIsOverwrittenBeforeTheFileGoes(t *testing.T) {
	keys, c := newKeys(t)
	key := ofToday(t, keys)
	shadow := filepath.Join(t.TempDir(), "shadow")
	if err := os.Link(keys.file(key.ID), shadow); err != nil {
		t.Fatal(err)
	}
	c.day = DefaultDays
	if _, err := keys.Expire(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(shadow)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), strings.Repeat("0", 2*keyBytes)) || !strings.Contains(string(text), key.Expires) {
		t.Errorf("left: %s", text)
	}
	if err := os.Link(shadow, keys.file(key.ID)); err != nil { // as if it had been interrupted there
		t.Fatal(err)
	}
	if ended, err := keys.Expire(); len(ended) != 1 || err != nil {
		t.Error(ended, err)
	}
}

func TestKeysThatAreNone(t *testing.T) {
	keys, _ := newKeys(t)
	key := ofToday(t, keys)
	name := keys.file(key.ID)
	good, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{
		"nothing": "", "a short secret": strings.Replace(string(good), `"secret": "`, `"secret": "00`, 1), "another member": strings.Replace(string(good), `"made"`, `"Made"`, 1),
		"another name": strings.Replace(string(good), key.ID, "2026-11-23-00000000", 1), "no day": strings.Replace(string(good), key.Expires, "never", 1),
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := keys.Find(key.ID); fault.CodeOf(err) != CodeKeyUnreadable {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := keys.List(); fault.CodeOf(err) != CodeKeyUnreadable {
			t.Errorf("%s: %v", what, err)
		}
		if _, _, err := keys.OfToday(); fault.CodeOf(err) != CodeKeyUnreadable {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := keys.Expire(); fault.CodeOf(err) != CodeKeyUnreadable {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := errors.Join(os.WriteFile(name, good, 0o600), os.Chmod(name, 0o640)); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.Find(key.ID); fault.CodeOf(err) != CodeKeyUnreadable {
		t.Errorf("readable by others: %v", err)
	}
	if _, err := keys.Find("../" + key.ID); fault.CodeOf(err) != CodeForeign {
		t.Errorf("a path: %v", err)
	}
	keys.Days = -1
	keys.Folder = t.TempDir()
	if _, _, err := keys.OfToday(); err == nil {
		t.Error("a key that lives no day was made")
	}
	if err := os.WriteFile(filepath.Join(keys.Folder, "notes.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if all, err := keys.List(); len(all) > 0 || err != nil {
		t.Error("what is no key stands among them", all, err)
	}
}

// FuzzReader: no file makes it panic, and none that was not sealed is read.
func FuzzReader(f *testing.F) {
	keys, _ := newKeys(f)
	key := ofToday(f, keys)
	good := sealed(f, key, []byte("first"), []byte("second"))
	f.Add(good)
	f.Add(good[:40])
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := unsealed(file, keys.Find); err == nil && !bytes.Equal(file, good) {
			t.Error("a file that nobody sealed was read")
		}
		// Behind the seal, too: whoever has the key may write what they like.
		r := &Reader{from: bufio.NewReader(bytes.NewReader(file))}
		for {
			if _, _, err := r.Next(); err != nil {
				return
			}
		}
	})
}
