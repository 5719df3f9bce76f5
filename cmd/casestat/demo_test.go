package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTheDemoFindsAFreePort(t *testing.T) {
	first, err := demoListener("")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, err := demoListener("") // the first has the usual port, or somebody else has
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if first.Addr().String() == second.Addr().String() || !loopback(second.Addr().String()) {
		t.Errorf("%v and %v", first.Addr(), second.Addr())
	}
	if _, err := demoListener(second.Addr().String()); err == nil || !strings.Contains(err.Error(), "--listen") {
		t.Errorf("a port that was asked for and is taken: %v", err)
	}
}

// TestADemoStaysInItsYear: played again next year, it finds its own records.
func TestADemoStaysInItsYear(t *testing.T) {
	folder := demoFolder(filepath.Join(t.TempDir(), "demo"))
	for _, now := range []int{2026, 2027} {
		year, err := folder.begin(time.Date(now, 1, 1, 0, 0, 0, 0, time.UTC))
		if err != nil || year != 2025 {
			t.Errorf("in %d: year %d, error %v", now, year, err)
		}
	}
}
