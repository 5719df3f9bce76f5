// Package planted has fuzz targets with faults to be found, and one without.
package planted

import "testing"

func FuzzFails(f *testing.F) {
	f.Add("abc")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 3 {
			t.Fatal("four bytes and more are too many")
		}
	})
}

func FuzzPanics(f *testing.F) {
	f.Add("abc")
	f.Fuzz(func(_ *testing.T, s string) {
		if len(s) > 3 {
			panic("four bytes and more are too many")
		}
	})
}

func FuzzSeedFails(f *testing.F) {
	f.Add("abc")
	f.Fuzz(func(t *testing.T, s string) {
		if s == "abc" {
			t.Fatal("the seed itself")
		}
	})
}

func FuzzSound(f *testing.F) {
	f.Add("abc")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) < 0 {
			t.Fatal("this cannot be")
		}
	})
}
