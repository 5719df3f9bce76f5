package export_test

import (
	"testing"

	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// All files of a release of two years with five small tables each.
func BenchmarkRender(b *testing.B) {
	p := shelftest.New(b).Protected(content())
	for b.Loop() {
		if _, err := export.Render(p, shelftest.Figures(), export.Edition{Number: 1}); err != nil {
			b.Fatal(err)
		}
	}
}

// The JSON files of it alone.
func BenchmarkPreview(b *testing.B) {
	p := shelftest.New(b).Protected(content())
	for b.Loop() {
		if _, err := export.Preview(p, shelftest.Figures()); err != nil {
			b.Fatal(err)
		}
	}
}
