package shelf_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// A folder with any bytes in it is refused, or shows what was signed.
func FuzzFolder(f *testing.F) {
	b := shelftest.New(f)
	b.Publish(plan.Content{Years: []plan.Publication{{Year: 2024}}}) // small, so that the fuzzer is fast
	b.Withdraw(1)
	var kept shelftest.Contents
	b.Source().Change(func(c *shelftest.Contents) { kept = *c })
	manifest, withdrawal := kept.Stored[0].Manifest, kept.Stored[0].Withdrawal
	f.Add(manifest, withdrawal, kept.Checkpoint)
	f.Add(withdrawal, manifest, []byte(nil))
	f.Add([]byte("{}"), []byte{}, []byte("casestat.example/releases\n"))
	f.Fuzz(func(t *testing.T, m, w, checkpoint []byte) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, "release-0001"), 0o755); err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string][]byte{"release-0001/manifest.json": m, "release-0001/withdrawal.json": w, "checkpoint.txt": checkpoint} {
			if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		releases, err := shelf.New(shelf.Folder(dir), b.Trust()).Releases(t.Context())
		if err != nil {
			return
		}
		if len(releases) != 1 || !bytes.Equal(releases[0].Raw, manifest) || !bytes.Equal(releases[0].Notice, withdrawal) {
			t.Error("something is shown that was not signed")
		}
	})
}

// A manifest of any shape, signed by the right key, is refused or can be read
// in every way without a panic.
func FuzzSignedContent(f *testing.F) {
	b := shelftest.New(f)
	f.Add(3, 1, 4, false)
	f.Add(-1, 40, 0, true)
	f.Add(99, -7, 2, true)
	f.Fuzz(func(t *testing.T, axis, category, cell int, shown bool) {
		content := shelftest.Slide(2024)
		y := &content.Years[0]
		c := &y.Cells[uint(cell)%uint(len(y.Cells))]
		c.Shown = shown && c.Range == nil
		if !c.Shown {
			c.Value = 0
		}
		c.Where = append(c.Where, plan.Subset{Axis: axis, Categories: []int{category}})
		release := &shelf.Release{Protected: b.In(t).Protected(content)}
		for _, t := range y.Tables {
			q := shelf.Query{Year: 2024, Table: t.Name, By: by(t.Dimensions[0].Field)}
			_, _ = release.Derive(q)
			q.Where = []shelf.Condition{in(t.Dimensions[0].Field, t.Dimensions[0].Categories[0].Code)}
			_, _ = release.Derive(q)
		}
	})
}
