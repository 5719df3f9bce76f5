// Package shelftest makes signed releases for tests.
package shelftest

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/disclosure"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/ledger"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/signed"
)

// KeyName names the keys of this package.
const KeyName = "casestat.example"

// Published is the day on which everything is published.
const Published = "2026-03-01"

// Books publishes releases and keeps them.
type Books struct {
	t      testing.TB
	signer signed.Signer
	seed   []byte
	source *Source
}

// New makes a publisher with a key of its own. It is the same in every run.
func New(t testing.TB) *Books { return WithKey(t, 1) }

// WithKey is New with another key for every b.
func WithKey(t testing.TB, b byte) *Books {
	t.Helper()
	seed := bytes.Repeat([]byte{b}, ed25519.SeedSize)
	signer, err := signed.CreateSigner(filepath.Join(t.TempDir(), "key"), KeyName, bytes.NewReader(seed))
	if err != nil {
		t.Fatal(err)
	}
	return &Books{t: t, signer: signer, seed: seed, source: &Source{contents: Contents{Files: make(map[int]map[string][]byte)}}}
}

// In is the same publisher for a test inside another, such as a fuzz target.
func (b *Books) In(t testing.TB) *Books {
	inner := *b
	inner.t = t
	return &inner
}

// Trust pins the publisher's key.
func (b *Books) Trust() signed.Trust { return signed.Pin(b.signer.Key()) }

// Signer is the publisher's.
func (b *Books) Signer() signed.Signer { return b.signer }

// Source holds what was published, and what will be.
func (b *Books) Source() *Source { return b.source }

// Shelf shows what was published.
func (b *Books) Shelf() *shelf.Shelf { return shelf.New(b.source, b.Trust()) }

// Publish renders, signs and keeps the next release.
func (b *Books) Publish(content plan.Content) plan.Manifest {
	b.t.Helper()
	return b.PublishAs(content, func(*plan.Manifest) {})
}

// PublishAs is Publish with a manifest that edit has changed before it is
// signed.
func (b *Books) PublishAs(content plan.Content, edit func(*plan.Manifest)) plan.Manifest {
	b.t.Helper()
	m := plan.Manifest{
		Format: plan.ManifestFormat, Number: len(b.source.contents.Stored) + 1, Kind: plan.First,
		Published: Published, Software: "test", Certificate: signed.HashOf([]byte("sealed")), Content: content, Files: []plan.File{},
	}
	if m.Number > 1 {
		m.Previous = signed.HashOf(b.source.contents.Stored[m.Number-2].Manifest)
	}
	files := make(map[string][]byte)
	for _, f := range b.rendered(content) {
		m.Files = append(m.Files, plan.File{Name: f.Name, Media: f.Media, Size: len(f.Content), SHA256: signed.HashOf(f.Content)})
		files[f.Name] = bytes.Clone(f.Content)
	}
	edit(&m)
	number := len(b.source.contents.Stored) + 1
	raw := b.Sign(signed.KindManifest, m)
	b.source.Change(func(c *Contents) {
		c.Stored = append(c.Stored, shelf.Stored{Number: number, Manifest: raw})
		c.Files[number] = files
		c.Checkpoint = b.checkpoint(len(c.Stored))
	})
	return m
}

// Withdraw takes a release back.
func (b *Books) Withdraw(number int) plan.Withdrawal {
	b.t.Helper()
	w := plan.Withdrawal{
		Number: number, Manifest: signed.HashOf(b.source.contents.Stored[number-1].Manifest), Withdrawn: "2026-04-01",
		Reason: codelist.Text{SV: "Ett fel i underlaget", EN: "An error in the data"},
	}
	raw := b.Sign(signed.KindWithdrawal, w)
	b.source.Change(func(c *Contents) { c.Stored[number-1].Withdrawal = raw })
	return w
}

// Protected is content as if it had been published.
func (b *Books) Protected(content plan.Content) *disclosure.Protected {
	b.t.Helper()
	m := plan.Manifest{Format: plan.ManifestFormat, Number: 1, Kind: plan.First, Content: content, Files: []plan.File{}}
	opened, err := signed.Open(b.Trust(), signed.KindManifest, b.Sign(signed.KindManifest, m))
	if err != nil {
		b.t.Fatal(err)
	}
	p, _, err := disclosure.Decode(opened)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

// Render writes the files of the next release.
func (b *Books) Render(content plan.Content) []export.File {
	b.t.Helper()
	return b.RenderAs(len(b.source.contents.Stored)+1, content)
}

// RenderAs writes the files of a release of that number.
func (b *Books) RenderAs(number int, content plan.Content) []export.File {
	b.t.Helper()
	edition := export.Edition{Number: number, Published: Published, Publisher: KeyName}
	files, err := export.Render(b.Protected(content), Figures(), edition)
	if err != nil {
		b.t.Fatal(err)
	}
	return files
}

// rendering tells one release's files from another's.
type rendering struct {
	number  int
	content signed.Hash
}

// renderings holds what this process has rendered: the same release is published
// by many tests, and its pictures take longer than everything that is tested.
var renderings sync.Map // of rendering to []export.File

// rendered is Render, done once for a content and a number. The files are
// shared: whoever changes them takes a copy.
func (b *Books) rendered(content plan.Content) []export.File {
	b.t.Helper()
	canonical, err := signed.Canonical(content)
	if err != nil {
		b.t.Fatal(err)
	}
	key := rendering{number: len(b.source.contents.Stored) + 1, content: signed.HashOf(canonical)}
	if files, known := renderings.Load(key); known {
		return files.([]export.File)
	}
	files := b.Render(content)
	renderings.Store(key, files)
	return files
}

// Sign signs any document as any kind, by hand and after the description of
// package signed: a test has to sign what the product would not.
func (b *Books) Sign(kind signed.Kind, document any) []byte {
	b.t.Helper()
	canonical, err := signed.Canonical(document)
	if err != nil {
		b.t.Fatal(err)
	}
	message := fmt.Appendf(nil, "casestat signed document v1\x00%s\x00%s", kind, canonical)
	signature := ed25519.Sign(ed25519.NewKeyFromSeed(b.seed), message)
	raw, err := signed.Canonical(map[string]any{
		"document": json.RawMessage(canonical), "key": b.signer.Key().ID(), "kind": kind,
		"signature": base64.StdEncoding.EncodeToString(signature),
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return raw
}

// checkpoint signs a ledger of so many entries; its root is made up.
func (b *Books) checkpoint(size int) []byte {
	text, err := ledger.Checkpoint{Origin: KeyName + "/releases", Size: int64(size), Root: tlog.Hash(signed.HashOf([]byte{byte(size)}))}.MarshalText()
	if err != nil {
		b.t.Fatal(err)
	}
	raw, err := b.signer.SignCheckpoint(text)
	if err != nil {
		b.t.Fatal(err)
	}
	return raw
}

// Figures are casestat's own over the current codebook.
var Figures = sync.OnceValue(func() *figure.Set {
	set, err := figure.Current(codelist.Current())
	if err != nil {
		panic(err)
	}
	return set
})
