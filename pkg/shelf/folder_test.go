package shelf_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/signed"
)

// exported writes three releases into a folder.
func exported(t testing.TB) (*shelftest.Books, string) {
	t.Helper()
	b, dir := three(t), t.TempDir()
	if err := shelf.Export(t.Context(), b.Source(), dir); err != nil {
		t.Fatal(err)
	}
	return b, dir
}

// tree lists the files of a folder with their contents.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir+string(filepath.Separator))] = string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAnExportedShelfSaysTheSame(t *testing.T) {
	b, dir := exported(t)
	want := answers(t.Context(), b.Shelf())
	got := answers(t.Context(), shelf.New(shelf.Folder(dir), b.Trust()))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again := t.TempDir()
	if err := shelf.Export(t.Context(), shelf.Folder(dir), again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(tree(t, dir), tree(t, again)); diff != "" {
		t.Errorf("a folder exported again (-want +got):\n%s", diff)
	}
}

func TestAnExportIsLaidOutAsDocumented(t *testing.T) {
	_, dir := exported(t)
	for _, name := range []string{
		"release-0001/manifest.json", "release-0001/files/figures.json", "release-0001/files/table.2023.age.json",
		"release-0002/withdrawal.json", "release-0003/manifest.json", "checkpoint.txt",
	} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	for name := range tree(t, dir) {
		if strings.Contains(name, "partial") {
			t.Errorf("%s was left", name)
		}
	}
}

func TestAnExportAddsWhatIsNew(t *testing.T) {
	b, dir := exported(t)
	folder := shelf.Folder(dir)
	s := shelf.New(folder, b.Trust())
	must[[]*shelf.Release](t)(s.Releases(t.Context()))
	before := must[int64](t)(folder.Version(t.Context()))
	if err := shelf.Export(t.Context(), b.Source(), dir); err != nil {
		t.Fatal(err)
	}
	if now := must[int64](t)(folder.Version(t.Context())); now != before {
		t.Error("the same releases are another version")
	}
	b.Publish(shelftest.Slide(2022))
	b.Withdraw(1)
	if err := shelf.Export(t.Context(), b.Source(), dir); err != nil {
		t.Fatal(err)
	}
	releases := must[[]*shelf.Release](t)(s.Releases(t.Context()))
	if len(releases) != 4 || releases[0].Withdrawal == nil {
		t.Error("the folder's shelf does not show what is new")
	}
}

// Without the manifests before it, no release could be verified.
func TestAnExportOfOneReleaseHoldsTheManifestsOfAll(t *testing.T) {
	b, dir := three(t), t.TempDir()
	if err := shelf.Export(t.Context(), b.Source(), dir, 2); err != nil {
		t.Fatal(err)
	}
	s := shelf.New(shelf.Folder(dir), b.Trust())
	if releases := must[[]*shelf.Release](t)(s.Releases(t.Context())); len(releases) != 3 {
		t.Errorf("%d releases", len(releases))
	}
	if _, _, err := s.File(t.Context(), 2, "figures.json"); err != nil {
		t.Error(err)
	}
	_, _, err := s.File(t.Context(), 1, "figures.json")
	wantFault(t, err, fault.Unavailable, shelf.CodeFileMissing)
	err = shelf.Export(t.Context(), b.Source(), t.TempDir(), 2, 7)
	wantFault(t, err, fault.NotFound, shelf.CodeNotPublished)
}

func TestAnotherReleaseIsNotOverwritten(t *testing.T) {
	_, dir := exported(t)
	before := tree(t, dir)
	other := shelftest.WithKey(t, 2)
	other.Publish(shelftest.Slide(2023))
	wantFault(t, shelf.Export(t.Context(), other.Source(), dir), fault.Conflict, shelf.CodeExportConflict)

	standing := three(t)
	standing.Source().Change(func(c *shelftest.Contents) { c.Stored[1].Withdrawal = nil })
	wantFault(t, shelf.Export(t.Context(), standing.Source(), dir), fault.Conflict, shelf.CodeExportConflict)
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("a refused export changed the folder (-before +after):\n%s", diff)
	}
}

func TestAnExportMendsADamagedFile(t *testing.T) {
	b, dir := exported(t)
	before := tree(t, dir)
	if err := os.WriteFile(filepath.Join(dir, "release-0001", "files", "figures.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, _, err := shelf.New(shelf.Folder(dir), b.Trust()).File(t.Context(), 1, "figures.json")
	wantFault(t, err, fault.Internal, shelf.CodeUntrusted)
	if err := shelf.Export(t.Context(), b.Source(), dir); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, tree(t, dir)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is exported has been compared with its manifest, and lands in the folder.
func TestAnImproperSourceIsNotExported(t *testing.T) {
	for name, spoil := range map[string]func(*shelftest.Books){
		"a swapped file": func(b *shelftest.Books) {
			b.Publish(shelftest.Slide(2023))
			b.Source().Change(func(c *shelftest.Contents) { c.Files[1]["figures.json"] = c.Files[1]["tables.json"] })
		},
		"a way out": func(b *shelftest.Books) {
			b.PublishAs(shelftest.Slide(2023), func(m *plan.Manifest) { m.Files[0].Name = "../../../escaped.json" })
		},
		"no manifest": func(b *shelftest.Books) {
			b.Publish(shelftest.Slide(2023))
			b.Source().Change(func(c *shelftest.Contents) { c.Stored[0].Manifest = []byte("manifest") })
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, dir := shelftest.New(t), t.TempDir()
			spoil(b)
			wantFault(t, shelf.Export(t.Context(), b.Source(), dir), fault.Internal, shelf.CodeUntrusted)
			if _, err := os.Stat(filepath.Join(dir, "release-0001", "manifest.json")); !errors.Is(err, fs.ErrNotExist) {
				t.Error("the release is in the folder")
			}
		})
	}
	b := three(t)
	b.Source().Change(func(c *shelftest.Contents) { delete(c.Files[2], "tables.json") })
	wantFault(t, shelf.Export(t.Context(), b.Source(), t.TempDir()), fault.Unavailable, shelf.CodeFileMissing)
	b.Source().Break(errors.New("gone"))
	wantFault(t, shelf.Export(t.Context(), b.Source(), t.TempDir()), fault.Unavailable, shelf.CodeUnreadable)
}

func TestAFolderIsReadInsideAlone(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside.json")
	for name, at := range map[string]string{
		"manifest": "release-0001/manifest.json", "withdrawal": "release-0002/withdrawal.json", "checkpoint": "checkpoint.txt",
	} {
		t.Run(name, func(t *testing.T) {
			b, dir := exported(t)
			path := filepath.Join(dir, at)
			content := must[[]byte](t)(os.ReadFile(path))
			for _, err := range []error{os.WriteFile(outside, content, 0o644), os.Remove(path), os.Symlink(outside, path)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			_, err := shelf.New(shelf.Folder(dir), b.Trust()).Releases(t.Context())
			wantFault(t, err, fault.Unavailable, shelf.CodeUnreadable)
			// The contrast: with the same bytes inside, nothing is wrong.
			for _, err := range []error{os.Remove(path), os.WriteFile(path, content, 0o644)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			must[[]*shelf.Release](t)(shelf.New(shelf.Folder(dir), b.Trust()).Releases(t.Context()))
		})
	}
}

func TestAFileOutsideTheFolderIsNotRead(t *testing.T) {
	b, dir := exported(t)
	path := filepath.Join(dir, "release-0001", "files")
	outside := filepath.Join(t.TempDir(), "files")
	if err := errors.Join(os.Rename(path, outside), os.Symlink(outside, path)); err != nil {
		t.Fatal(err)
	}
	_, _, err := shelf.New(shelf.Folder(dir), b.Trust()).File(t.Context(), 1, "figures.json")
	wantFault(t, err, fault.Unavailable, shelf.CodeUnreadable)
	for _, name := range []string{"../manifest.json", "/etc/hosts", "a/b", ""} {
		_, err := shelf.Folder(dir).File(t.Context(), 2, name)
		wantFault(t, err, fault.NotFound, shelf.CodeFileNotPublished)
	}
	_, err = shelf.Folder(dir).File(t.Context(), 0, "figures.json")
	wantFault(t, err, fault.NotFound, shelf.CodeFileNotPublished)
}

func TestAHugeFileIsNotRead(t *testing.T) {
	b, dir := exported(t)
	for _, name := range []string{"release-0001/files/figures.json", "release-0001/manifest.json"} {
		if err := os.Truncate(filepath.Join(dir, name), signed.MaxSize+1); err != nil {
			t.Fatal(err)
		}
	}
	_, err := shelf.New(shelf.Folder(dir), b.Trust()).Releases(t.Context())
	wantFault(t, err, fault.Unavailable, shelf.CodeUnreadable)
	if _, err := shelf.Folder(dir).File(t.Context(), 1, "figures.json"); err == nil || fault.KindOf(err) == fault.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestOtherNamesInAFolderAreLeftAlone(t *testing.T) {
	b, dir := exported(t)
	for _, name := range []string{"release-4", "release-0000", "release-00005", "release-", "notes", "release-+001"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// A release that is being written out has no manifest yet.
	if err := os.MkdirAll(filepath.Join(dir, "release-0004", "files"), 0o755); err != nil {
		t.Fatal(err)
	}
	if releases := must[[]*shelf.Release](t)(shelf.New(shelf.Folder(dir), b.Trust()).Releases(t.Context())); len(releases) != 3 {
		t.Errorf("%d releases", len(releases))
	}
}

func TestAFolderThatIsNotThereIsUnavailable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	_, err := shelf.New(shelf.Folder(dir), signed.Trust{}).Releases(t.Context())
	wantFault(t, err, fault.Unavailable, shelf.CodeUnreadable)
	if err := os.WriteFile(dir, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := shelf.Export(t.Context(), three(t).Source(), dir); err == nil {
		t.Error("exported into a file")
	}
}

func TestAFolderWhereADirectoryStandsForAFile(t *testing.T) {
	b, dir := exported(t)
	path := filepath.Join(dir, "checkpoint.txt")
	if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o755)); err != nil {
		t.Fatal(err)
	}
	_, err := shelf.New(shelf.Folder(dir), b.Trust()).Releases(t.Context())
	wantFault(t, err, fault.Unavailable, shelf.CodeUnreadable)
	if err := shelf.Export(t.Context(), b.Source(), dir); err == nil {
		t.Error("a directory was overwritten")
	}
	for name := range tree(t, dir) {
		if strings.Contains(name, "partial") {
			t.Errorf("%s was left", name)
		}
	}
}
