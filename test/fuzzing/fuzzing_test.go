package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const listed = `{"Action":"start","Package":"example.org/pkg/jwks"}
{"Action":"start","Package":"example.org/pkg/fault"}
{"Action":"output","Package":"example.org/pkg/fault","Output":"ok  \texample.org/pkg/fault\t0.004s\n"}
{"Action":"pass","Package":"example.org/pkg/fault","Elapsed":0.004}
{"Action":"output","Package":"example.org/pkg/jwks","Output":"FuzzParse\n"}
{"Action":"output","Package":"example.org/pkg/jwks","Output":"FuzzOther\n"}
{"Action":"output","Package":"example.org/pkg/jwks","Output":"ok  \texample.org/pkg/jwks\t0.009s\n"}
{"Action":"pass","Package":"example.org/pkg/jwks","Elapsed":0.011}
`

func TestTargetsAreReadWithTheirPackages(t *testing.T) {
	for only, want := range map[string]string{"": "pkg/jwks FuzzParse|pkg/jwks FuzzOther", "^FuzzO": "pkg/jwks FuzzOther", "None": ""} {
		targets, err := targetsIn(strings.NewReader(listed), regexp.MustCompile(only))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, target := range targets {
			names = append(names, target.String())
		}
		if got := strings.Join(names, "|"); got != want {
			t.Errorf("%q: %q, want %q", only, got, want)
		}
	}
	if _, err := targetsIn(strings.NewReader("FuzzParse\n"), regexp.MustCompile("")); err == nil {
		t.Error("what is no event is taken for one")
	}
}

// plant copies the module with the faults: what is found is written into it.
func plant(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("testdata/planted")); err != nil {
		t.Fatal(err)
	}
	return folder
}

// fuzz runs the targets of the module that match, with 2,000 inputs each.
func fuzz(t *testing.T, only string, o options) (string, error) {
	t.Helper()
	o.inputs, o.workers, o.patterns, o.only = 2000, 1, []string{"./..."}, regexp.MustCompile(only)
	var out strings.Builder
	err := o.run(t.Context(), &out)
	return out.String(), err
}

// The contrast to a round that finds nothing: each planted fault is found, and
// what stands behind it has its turn all the same.
func TestFuzzingContrast_PlantedFaultsAreFound(t *testing.T) {
	folder := plant(t)
	record := filepath.Join(t.TempDir(), "fuzz.jsonl")
	said, err := fuzz(t, "", options{folder: folder, record: record})
	if err == nil || err.Error() != "3 failures" {
		t.Errorf("%v\n%s", err, said)
	}
	got := map[string]int{}
	for line := range strings.Lines(readFile(t, record)) {
		s, err := total(strings.NewReader(line))
		if err != nil {
			t.Fatal(err)
		}
		for name := range s.targets {
			got[name] = s.Failures
		}
		if strings.Contains(line, "FuzzSound") && s.Inputs < 2000 {
			t.Errorf("%d inputs were counted", s.Inputs)
		}
	}
	if diff := cmp.Diff(map[string]int{"planted FuzzFails": 1, "planted FuzzPanics": 1, "planted FuzzSeedFails": 1, "planted FuzzSound": 0}, got); diff != "" {
		t.Errorf("failures (-want +got):\n%s", diff)
	}
	kept, err := filepath.Glob(filepath.Join(folder, "testdata/fuzz/*/*"))
	if err != nil || len(kept) != 2 {
		t.Errorf("kept failing inputs: %v, %v", kept, err)
	}
}

func TestRoundsAddUpUntilTheGoal(t *testing.T) {
	folder, record := plant(t), filepath.Join(t.TempDir(), "fuzz.jsonl")
	for range 2 { // the second finds the goal reached, and still plays its round
		said, err := fuzz(t, "Sound", options{folder: folder, record: record, goal: 5000})
		if err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
	}
	s, err := total(strings.NewReader(readFile(t, record)))
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(readFile(t, record), "\n"); lines != 4 || s.Inputs < 8000 || s.Failures != 0 || len(s.targets) != 1 {
		t.Errorf("%d lines with %d inputs of %d targets, %d failures", lines, s.Inputs, len(s.targets), s.Failures)
	}
	if diff := cmp.Diff([]string{"unknown"}, s.commits()); diff != "" {
		t.Errorf("commits (-want +got):\n%s", diff)
	}
}

func TestASpoiltRecordIsNoRecord(t *testing.T) {
	for _, text := range []string{"{", `{"target":"a","inputs":-1}`, `{"inputs":1}`, `{"target":"a","input_count":1}`, "a b 1\n"} {
		if _, err := total(strings.NewReader(text)); err == nil {
			t.Errorf("%q is taken for a record", text)
		}
	}
	folder := t.TempDir()
	if err := keep(folder, result{}); err == nil {
		t.Error("a folder is written to")
	}
	if _, err := (options{record: filepath.Join(folder, "none")}).held(); err == nil {
		t.Error("a record that is not there is read")
	}
}

func TestArgumentsThatMakeNoSense(t *testing.T) {
	for _, args := range []string{"", "-goal 5 ./...", "-run ( ./...", "-time x ./...", "-run Nothing ./testdata/planted/..."} {
		if err := run(t.Context(), strings.Fields(args), new(strings.Builder)); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
	if err := run(t.Context(), []string{"-h"}, new(strings.Builder)); err != nil {
		t.Error(err)
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
