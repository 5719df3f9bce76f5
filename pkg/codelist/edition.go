package codelist

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"
)

// current is the codebook that new records are made with.
const current Version = 1

//go:embed codebook
var written embed.FS

// editions reads every published codebook once.
var editions = sync.OnceValues(func() (map[Version]*Book, error) {
	return loadEditions(written)
})

// loadEditions reads codebook/v1 ... up to the current version.
func loadEditions(fsys fs.FS) (map[Version]*Book, error) {
	books := make(map[Version]*Book)
	for v := Version(1); v <= current; v++ {
		folder := fmt.Sprintf("codebook/v%d", v)
		sub, err := fs.Sub(fsys, folder)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", folder, err)
		}
		book, err := load(sub)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", folder, err)
		}
		if book.Version != v {
			return nil, fmt.Errorf("%s: says it is version %d", folder, book.Version)
		}
		books[v] = book
	}
	return books, nil
}

// Current gives the codebook that new records are made with. It panics only if
// the program was built with a broken codebook, which a test rules out.
func Current() *Book {
	book, ok := Of(current)
	if !ok {
		panic("codelist: the current codebook is not among the editions")
	}
	return book
}

// Of gives the codebook of a version; ok is false for one that never existed.
// Like Current it panics only if the embedded codebook is broken.
func Of(v Version) (book *Book, ok bool) {
	books, err := editions()
	if err != nil {
		panic("codelist: " + err.Error())
	}
	book, ok = books[v]
	return book, ok
}
