package codelist

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Whatever stands in a codebook file, the loader answers with an error or with
// a book that passes its own checks and can be read again to the same.
func FuzzLoad(f *testing.F) {
	shared, err := os.ReadFile(filepath.Join("testdata", "small", "book.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	fields, err := os.ReadFile(filepath.Join("testdata", "small", "fields.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(fields)
	f.Add([]byte("fields: &a [*a]"))
	f.Add([]byte("fields: [{number: 1, kind: number, min: -9223372036854775808, max: 9223372036854775807}]"))
	f.Add([]byte("rules: [{clauses: [{when: [{}], exactly: true, apply: [x]}]}]"))
	f.Add([]byte("lists: [{name: x, rungs: [{groups: [{}]}]}]\nfields: [{kind: coded, list: x}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fsys := fstest.MapFS{"book.yaml": {Data: shared}, "fields.yaml": {Data: data}}
		book, err := load(fsys)
		if err != nil {
			return
		}
		if err := book.check(); err != nil {
			t.Fatalf("loaded, but %v", err)
		}
		again, err := load(fsys)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(book, again, cmpopts.IgnoreUnexported(Book{}, List{})); diff != "" {
			t.Fatalf("read twice (-first +second):\n%s", diff)
		}
		for _, field := range book.Fields {
			book.Enum(field.Name)
		}
	})
}
