package faults

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

// unplayed are the flags that do not say how often a fault is played.
var unplayed = []string{"rows", "seed", "record"}

// TestMakeFaultsSaysHowOftenEachFaultIsPlayed: a fault that the Makefile forgot
// would be played as often as a test needs, and its goal missed in silence.
func TestMakeFaultsSaysHowOftenEachFaultIsPlayed(t *testing.T) {
	text, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\nFAULTS ?= ")
	line, _, _ := strings.Cut(rest, "\n")
	said := strings.Fields(line)
	known := 0
	flag.VisitAll(func(f *flag.Flag) {
		if strings.Contains(f.Name, ".") || slices.Contains(unplayed, f.Name) {
			return // of a library; or no number of times
		}
		known++
		if !slices.Contains(said, "-"+f.Name) {
			t.Errorf("FAULTS does not say -%s", f.Name)
		}
	})
	if known != len(said)/2 || known < 20 {
		t.Errorf("FAULTS says %d numbers for %d flags", len(said)/2, known)
	}
}
