package web

import (
	"bytes"
	"testing"

	"manniskohandel.se/casestat/pkg/shelf"
)

func TestAKeeperHoldsNoMoreThanItMay(t *testing.T) {
	k := keeper{most: 100}
	releases := []*shelf.Release{{}}
	page := func(size int) answer { return answer{body: bytes.Repeat([]byte("x"), size)} }
	for i := range 50 {
		k.keep(releases, visitKey{visit: visit{number: i}}, page(30))
		if k.size > 100 || len(k.printed)*30 != k.size {
			t.Fatalf("%d bytes of %d pages", k.size, len(k.printed))
		}
	}
	k.keep(releases, visitKey{}, page(101))
	if _, kept := k.find(releases, visitKey{}); kept {
		t.Error("a page beyond the bound is kept")
	}
	if _, kept := k.find(releases, visitKey{visit: visit{number: 49}}); k.size > 100 || kept && k.size == 0 {
		t.Errorf("%d bytes", k.size)
	}
}

// Two shelves with as many releases are told apart: without that, the page of
// a release that was withdrawn since would stay.
func TestAKeeperForgetsWhatOtherReleasesSaid(t *testing.T) {
	k := keeper{most: 100}
	before, after := []*shelf.Release{{}}, []*shelf.Release{{}}
	k.keep(before, visitKey{}, answer{tag: "before"})
	if _, kept := k.find(after, visitKey{}); kept {
		t.Error("what was printed before is given out after")
	}
	if a, kept := k.find(before, visitKey{}); !kept || a.tag != "before" {
		t.Error("nothing is kept at all")
	}
}
