package codelist

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEveryEmbeddedEditionLoads(t *testing.T) {
	if _, err := editions(); err != nil {
		t.Fatal(err)
	}
	if Current().Version != current {
		t.Errorf("the current codebook says %d, want %d", Current().Version, current)
	}
	if book, ok := Of(1); !ok || book != Current() {
		t.Error("version 1 is not the current codebook")
	}
	for _, v := range []Version{-1, 0, current + 1} {
		if book, ok := Of(v); ok || book != nil {
			t.Errorf("version %d exists", v)
		}
	}
}

func TestEditionsAreRefused(t *testing.T) {
	at := func(folder string, files fs.FS) fs.FS {
		out := fstest.MapFS{}
		for _, name := range []string{"book.yaml", "fields.yaml"} {
			data, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			out[folder+"/"+name] = &fstest.MapFile{Data: data}
		}
		return out
	}
	for _, c := range []struct {
		name string
		fsys fs.FS
		want string
	}{
		{"a version without a folder", fstest.MapFS{}, "holds no codebook file"},
		{"a broken codebook", at("codebook/v1", small(t, "rules:", "rulings:")), "codebook/v1"},
		{"a codebook of another version", at("codebook/v1", small(t, "version: 1", "version: 2")), "says it is version 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := loadEditions(c.fsys); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q in it", err, c.want)
			}
		})
	}
	if books, err := loadEditions(at("codebook/v1", small(t))); err != nil || books[1] == nil {
		t.Errorf("a sound edition: %v", err)
	}
}
