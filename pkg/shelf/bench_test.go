package shelf_test

import (
	"testing"

	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// Verifying a source of three releases, as at start.
func BenchmarkVerify(b *testing.B) {
	books := three(b)
	size := 0
	books.Source().Change(func(c *shelftest.Contents) {
		for _, s := range c.Stored {
			size += len(s.Manifest)
		}
	})
	b.SetBytes(int64(size))
	for b.Loop() {
		if _, err := books.Shelf().Releases(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// Verifying it again, as after every publication.
func BenchmarkVerifyAgain(b *testing.B) {
	books := three(b)
	s := books.Shelf()
	for b.Loop() {
		books.Source().Change(func(*shelftest.Contents) {})
		if _, err := s.Releases(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
