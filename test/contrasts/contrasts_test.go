package contrasts

import (
	"flag"
	"os"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the page")

const page = "../../docs/contrasts.md"

// The goal of G12: at least so many mutants, each in the tree and each killed,
// which it is when its test passes.
const goal = 40

func TestG12_TheContrastsAreListed(t *testing.T) {
	all, err := In(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	whole := 0
	for _, c := range all {
		if c.Whole {
			whole++
		}
	}
	if whole < goal {
		t.Errorf("%d tests are contrasts, want at least %d", whole, goal)
	}
	if *update {
		if err := os.WriteFile(page, []byte(Page(all)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	listed, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Page(all), string(listed)); diff != "" {
		t.Errorf("docs/contrasts.md is not what the tests say; go test ./test/contrasts -update writes it anew (-want +got):\n%s", diff)
	}
}

// The contrast to the list: what only looks like one is not on it.
func TestG12_Contrast_WhatOnlySoundsLikeOneIsNotListed(t *testing.T) {
	tree := fstest.MapFS{
		"pkg/a/a_test.go": {Data: []byte(`package a

func TestT1_Contrast_Open(t *testing.T) {}

func TestWithOne(t *testing.T) {
	// The contrast: without it, all is lost.
}

// The contrast in colours is checked elsewhere.
func TestWithout(t *testing.T) {
	contrast := 1 // in contrast to what one would think
}

func contrastOf() {
	// The contrast: no test.
}

func TestContrastHoldsInGrey(t *testing.T) {}
`)},
		"pkg/a/testdata/b_test.go": {Data: []byte("package b\n\nfunc TestContrast(t *testing.T) {}\n")},
		"node_modules/x/c_test.go": {Data: []byte("package c\n\nfunc TestContrast(t *testing.T) {}\n")},
		"pkg/a/contrast.go":        {Data: []byte("package a\n\nfunc TestContrast() {}\n")},
	}
	got, err := In(tree)
	if err != nil {
		t.Fatal(err)
	}
	want := []Contrast{{"pkg/a", "TestT1_Contrast_Open", true}, {"pkg/a", "TestWithOne", false}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := In(fstest.MapFS{"a_test.go": {Data: []byte("no Go")}}); err == nil {
		t.Error("what is no Go is read")
	}
}
