package shelf_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/signed"
)

// tamperings are what somebody who can write to the source might do. Without
// the named checks it gets through.
var tamperings = []struct {
	name    string
	tamper  func(b *shelftest.Books, c *shelftest.Contents)
	without []shelf.Check
}{
	{"a release is taken out of the middle", func(_ *shelftest.Books, c *shelftest.Contents) {
		c.Stored = slices.Delete(c.Stored, 1, 2)
	}, []shelf.Check{shelf.Chain, shelf.Numbers}},
	{"a release is taken out and the rest is numbered anew", func(_ *shelftest.Books, c *shelftest.Contents) {
		c.Stored = slices.Delete(c.Stored, 1, 2)
		c.Stored[1].Number = 2
	}, []shelf.Check{shelf.Chain, shelf.Numbers}},
	{"the first release is taken out", func(_ *shelftest.Books, c *shelftest.Contents) {
		c.Stored = c.Stored[1:]
	}, []shelf.Check{shelf.Chain, shelf.Numbers}},
	{"a release stands twice", func(_ *shelftest.Books, c *shelftest.Contents) {
		c.Stored = append(c.Stored, c.Stored[2])
	}, []shelf.Check{shelf.Chain, shelf.Numbers}},
	{"two releases change places", func(_ *shelftest.Books, c *shelftest.Contents) {
		c.Stored[0], c.Stored[2] = c.Stored[2], c.Stored[0]
	}, []shelf.Check{shelf.Chain, shelf.Numbers}},
	{"a release is kept under another number", func(_ *shelftest.Books, c *shelftest.Contents) {
		c.Stored[2].Number = 4
	}, []shelf.Check{shelf.Numbers}},
	{"an old release is signed anew with other numbers", func(b *shelftest.Books, c *shelftest.Contents) {
		c.Stored[0].Manifest = resigned(b, c, func(m *plan.Manifest) { m.Content.Years[0].Cells[0].Value++ })
	}, []shelf.Check{shelf.Chain}},
	{"the withdrawal of another release", func(_ *shelftest.Books, c *shelftest.Contents) {
		c.Stored[0].Withdrawal = c.Stored[1].Withdrawal
	}, []shelf.Check{shelf.Withdrawals}},
	{"a withdrawal of another manifest of that number", func(b *shelftest.Books, c *shelftest.Contents) {
		w := plan.Withdrawal{Number: 1, Manifest: signed.HashOf(nil), Withdrawn: "2026-04-01"}
		c.Stored[0].Withdrawal = b.Sign(signed.KindWithdrawal, w)
	}, []shelf.Check{shelf.Withdrawals}},
}

// resigned is the first manifest with a change, signed by the right key.
func resigned(b *shelftest.Books, c *shelftest.Contents, edit func(*plan.Manifest)) []byte {
	opened, err := signed.Open(b.Trust(), signed.KindManifest, c.Stored[0].Manifest)
	if err != nil {
		panic(err)
	}
	var m plan.Manifest
	if err := opened.Decode(&m); err != nil {
		panic(err)
	}
	edit(&m)
	return b.Sign(signed.KindManifest, m)
}

func TestATamperedSourceIsRefusedAsAWhole(t *testing.T) {
	for _, test := range tamperings {
		t.Run(test.name, func(t *testing.T) {
			b := three(t)
			b.Source().Change(func(c *shelftest.Contents) { test.tamper(b, c) })
			releases, err := b.Shelf().Releases(t.Context())
			wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
			if releases != nil {
				t.Error("a partial list")
			}
			_, err = b.Shelf().Checkpoint(t.Context())
			wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
		})
	}
}

// The contrast: each tampering gets through where its check is switched off.
func TestTamperingContrast(t *testing.T) {
	for _, test := range tamperings {
		t.Run(test.name, func(t *testing.T) {
			b := three(t)
			b.Source().Change(func(c *shelftest.Contents) { test.tamper(b, c) })
			weak := shelf.NewWithout(b.Source(), b.Trust(), test.without...)
			if _, err := weak.Releases(t.Context()); err != nil {
				t.Errorf("refused even without %v: %v", test.without, err)
			}
			for i := range test.without {
				left := slices.Delete(slices.Clone(test.without), i, i+1)
				if _, err := shelf.NewWithout(b.Source(), b.Trust(), left...).Releases(t.Context()); err == nil {
					t.Errorf("%s adds nothing", test.without[i])
				}
			}
		})
	}
}

// What was cut off from the end, a shelf notices that has seen it. One that
// starts afterwards cannot: that takes a checkpoint kept elsewhere.
func TestWhatWasSeenCannotBeTakenAway(t *testing.T) {
	for name, cut := range map[string]func(*shelftest.Contents){
		"the newest release":    func(c *shelftest.Contents) { c.Stored = c.Stored[:2] },
		"a withdrawal":          func(c *shelftest.Contents) { c.Stored[1].Withdrawal = nil },
		"every release":         func(c *shelftest.Contents) { c.Stored = nil },
		"the rest of the chain": func(c *shelftest.Contents) { c.Stored = c.Stored[:1] },
	} {
		t.Run(name, func(t *testing.T) {
			b := three(t)
			s, weak := b.Shelf(), shelf.NewWithout(b.Source(), b.Trust(), shelf.Growth)
			before := must[[]*shelf.Release](t)(s.Releases(t.Context()))
			must[[]*shelf.Release](t)(weak.Releases(t.Context()))
			b.Source().Change(cut)
			after := must[[]*shelf.Release](t)(s.Releases(t.Context()))
			if len(after) != len(before) || after[1].Withdrawal == nil {
				t.Error("it is gone from the shelf")
			}
			wantFault(t, s.Stale(), fault.Internal, shelf.CodeUntrusted)
			if _, err := weak.Releases(t.Context()); err != nil || weak.Stale() != nil {
				t.Error("refused even without the check")
			}
		})
	}
}

func TestForeignSignaturesAreRefused(t *testing.T) {
	forger := shelftest.WithKey(t, 2)
	forger.Publish(shelftest.Slide(2023))
	forger.Publish(shelftest.Slide(2024))
	_, err := shelf.New(forger.Source(), shelftest.New(t).Trust()).Releases(t.Context())
	wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
	_, err = shelf.New(forger.Source(), signed.Trust{}).Releases(t.Context())
	wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
	// The contrast: whoever pins the forger's key is shown what the forger signed.
	if _, err := forger.Shelf().Releases(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestForeignPartsAreRefused(t *testing.T) {
	forger := shelftest.WithKey(t, 2)
	for name, put := range map[string]func(*shelftest.Books, *shelftest.Contents){
		"a withdrawal by another key": func(_ *shelftest.Books, c *shelftest.Contents) {
			w := plan.Withdrawal{Number: 1, Manifest: signed.HashOf(c.Stored[0].Manifest), Withdrawn: "2026-04-01"}
			c.Stored[0].Withdrawal = forger.Sign(signed.KindWithdrawal, w)
		},
		"an empty withdrawal":      func(_ *shelftest.Books, c *shelftest.Contents) { c.Stored[0].Withdrawal = []byte{} },
		"a manifest as withdrawal": func(_ *shelftest.Books, c *shelftest.Contents) { c.Stored[0].Withdrawal = c.Stored[0].Manifest },
		"a withdrawal as manifest": func(_ *shelftest.Books, c *shelftest.Contents) { c.Stored[1].Manifest = c.Stored[1].Withdrawal },
		"a withdrawal without a day": func(b *shelftest.Books, c *shelftest.Contents) {
			w := plan.Withdrawal{Number: 1, Manifest: signed.HashOf(c.Stored[0].Manifest), Withdrawn: "soon"}
			c.Stored[0].Withdrawal = b.Sign(signed.KindWithdrawal, w)
		},
		"a withdrawal that says more": func(b *shelftest.Books, c *shelftest.Contents) {
			c.Stored[0].Withdrawal = b.Sign(signed.KindWithdrawal, map[string]any{"number": 1, "secret": 1})
		},
		"a manifest that says more": func(b *shelftest.Books, c *shelftest.Contents) {
			c.Stored[0].Manifest = b.Sign(signed.KindManifest, map[string]any{"number": 1, "secret": 1})
		},
		"a checkpoint by another key": func(_ *shelftest.Books, c *shelftest.Contents) {
			raw, err := forger.Signer().SignCheckpoint([]byte("casestat.example/releases\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"))
			if err != nil {
				panic(err)
			}
			c.Checkpoint = raw
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := three(t)
			b.Source().Change(func(c *shelftest.Contents) { put(b, c) })
			_, err := b.Shelf().Releases(t.Context())
			wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
		})
	}
}

// A key that was handed over cannot take back what its successor signed.
func TestARetiredKeyCannotTakeBackWhatItsSuccessorSigned(t *testing.T) {
	retired, next := shelftest.New(t), shelftest.WithKey(t, 2)
	trust := must[signed.Trust](t)(retired.Trust().Follow(must[[]byte](t)(retired.Signer().Introduce(next.Signer(), signed.Handover{First: 1}))))
	m := next.Publish(shelftest.Slide(2024))
	withdrawnBy := func(b *shelftest.Books) {
		next.Source().Change(func(c *shelftest.Contents) {
			w := plan.Withdrawal{Number: m.Number, Manifest: signed.HashOf(c.Stored[0].Manifest), Withdrawn: "2026-04-01"}
			c.Stored[0].Withdrawal = b.Sign(signed.KindWithdrawal, w)
		})
	}
	withdrawnBy(retired)
	_, err := shelf.New(next.Source(), trust).Releases(t.Context())
	wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
	withdrawnBy(next)
	if _, err := shelf.New(next.Source(), trust).Releases(t.Context()); err != nil {
		t.Error(err)
	}
}

// A manifest of the right key is refused all the same if no program of ours
// would have signed it.
func TestImproperManifestsAreRefused(t *testing.T) {
	file := plan.File{Name: "a.json", Media: "application/json"}
	named := func(names ...string) func(*plan.Manifest) {
		return func(m *plan.Manifest) {
			for _, n := range names {
				m.Files = append(m.Files, plan.File{Name: n, Media: "application/json"})
			}
		}
	}
	for name, edit := range map[string]func(*plan.Manifest){
		"another format":        func(m *plan.Manifest) { m.Format++ },
		"another number":        func(m *plan.Manifest) { m.Number = 2 },
		"another kind":          func(m *plan.Manifest) { m.Kind = "draft" },
		"no day":                func(m *plan.Manifest) { m.Published = "2026-02-30" },
		"replaces itself":       func(m *plan.Manifest) { m.Replaces = []int{1} },
		"replaces nothing":      func(m *plan.Manifest) { m.Replaces = []int{0} },
		"no years":              func(m *plan.Manifest) { m.Content.Years = nil },
		"a number below zero":   func(m *plan.Manifest) { m.Content.Years[0].Cells[0].Value = -1 },
		"a range below zero":    func(m *plan.Manifest) { hide(m, plan.Range{From: -1, To: 3}) },
		"a range without value": func(m *plan.Manifest) { hide(m, plan.Range{From: 4, To: 3}) },
		"a withheld value":      func(m *plan.Manifest) { m.Content.Years[0].Cells[0].Shown = false },
		"a slash":               named("a/b.json"),
		"a way out":             named("../b.json"),
		"dots":                  named(".."),
		"two dots":              named("a..json"),
		"a hidden file":         named(".a"),
		"a backslash":           named(`a\b`),
		"a null byte":           named("a\x00.json"),
		"no name":               named(""),
		"a drive":               named("c:a"),
		"a name twice":          named("a.json", "a.json"),
		"a name twice but case": named("a.json", "A.json"),
		"a long name":           named(string(make([]byte, 400))),
		"a negative size":       func(m *plan.Manifest) { f := file; f.Size = -1; m.Files = append(m.Files, f) },
		"a huge size":           func(m *plan.Manifest) { f := file; f.Size = signed.MaxSize + 1; m.Files = append(m.Files, f) },
		"no media type":         func(m *plan.Manifest) { f := file; f.Media = ""; m.Files = append(m.Files, f) },
		"a header in the type":  func(m *plan.Manifest) { f := file; f.Media = "text/plain\r\nX: y"; m.Files = append(m.Files, f) },
		"too many files":        func(m *plan.Manifest) { m.Files = make([]plan.File, shelf.MaxFiles+1) },
	} {
		t.Run(name, func(t *testing.T) {
			b := shelftest.New(t)
			b.PublishAs(shelftest.Slide(2024), edit)
			_, err := b.Shelf().Releases(t.Context())
			wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
		})
	}
}

func hide(m *plan.Manifest, r plan.Range) {
	c := &m.Content.Years[0].Cells[0]
	c.Shown, c.Value, c.Range = false, 0, &r
}

// The contrast for the names: a manifest that names a way out gets through.
func TestNamesContrast(t *testing.T) {
	b := shelftest.New(t)
	b.PublishAs(shelftest.Slide(2024), func(m *plan.Manifest) { m.Files[0].Name = "../key" })
	if _, err := shelf.NewWithout(b.Source(), b.Trust(), shelf.Names).Releases(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSwappedFilesAreRefused(t *testing.T) {
	b := three(t)
	b.Source().Change(func(c *shelftest.Contents) {
		c.Files[1]["figures.json"], c.Files[3]["figures.json"] = c.Files[3]["figures.json"], c.Files[1]["figures.json"]
	})
	for _, number := range []int{1, 3} {
		content, _, err := b.Shelf().File(t.Context(), number, "figures.json")
		wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
		if content != nil {
			t.Error("bytes beside the refusal")
		}
	}
	weak := shelf.NewWithout(b.Source(), b.Trust(), shelf.Files)
	if _, _, err := weak.File(t.Context(), 1, "figures.json"); err != nil {
		t.Error("refused even without the check")
	}
}

// answers is everything that a reader can get out of a shelf. What is refused
// is missing.
func answers(ctx context.Context, s *shelf.Shelf) map[string]string {
	out := make(map[string]string)
	if raw, err := s.Checkpoint(ctx); err == nil {
		out["checkpoint"] = string(raw)
	}
	releases, _ := s.Releases(ctx)
	for _, r := range releases {
		out[fmt.Sprintf("%d manifest", r.Manifest.Number)] = string(r.Raw)
		out[fmt.Sprintf("%d withdrawal", r.Manifest.Number)] = string(r.Notice)
		for _, f := range r.Manifest.Files {
			if content, _, err := s.File(ctx, r.Manifest.Number, f.Name); err == nil {
				out[fmt.Sprintf("%d %s", r.Manifest.Number, f.Name)] = string(content)
			}
		}
	}
	return out
}

// item is some stored bytes and a way to put others in their place.
type item struct {
	name    string
	content []byte
	put     func([]byte)
}

func items(c *shelftest.Contents) []item {
	all := []item{{"checkpoint", c.Checkpoint, func(b []byte) { c.Checkpoint = b }}}
	for i, s := range c.Stored {
		all = append(all, item{fmt.Sprint(i+1, " manifest"), s.Manifest, func(b []byte) { c.Stored[i].Manifest = b }})
		if s.Withdrawal != nil {
			all = append(all, item{fmt.Sprint(i+1, " withdrawal"), s.Withdrawal, func(b []byte) { c.Stored[i].Withdrawal = b }})
		}
		for _, name := range slices.Sorted(maps.Keys(c.Files[i+1])) {
			all = append(all, item{fmt.Sprint(i+1, " ", name), c.Files[i+1][name], func(b []byte) { c.Files[i+1][name] = b }})
		}
	}
	return all
}

func TestAnyFlippedByteIsRefusedOrChangesNothing(t *testing.T) {
	b := three(t)
	whole := answers(t.Context(), b.Shelf())
	refused := 0
	rapid.Check(t, func(r *rapid.T) {
		damaged := b.Source().Copy()
		damaged.Change(func(c *shelftest.Contents) {
			all := items(c)
			it := all[rapid.IntRange(0, len(all)-1).Draw(r, "item")]
			content := slices.Clone(it.content)
			content[rapid.IntRange(0, len(content)-1).Draw(r, "byte")] ^= byte(1 << rapid.IntRange(0, 7).Draw(r, "bit"))
			it.put(content)
			r.Log(it.name)
		})
		got := answers(t.Context(), shelf.New(damaged, b.Trust()))
		if len(got) < len(whole) {
			refused++
		}
		for name, answer := range got {
			if diff := cmp.Diff(whole[name], answer); diff != "" {
				r.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
	if refused == 0 {
		t.Error("no flipped byte was refused")
	}
}
