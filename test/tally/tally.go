package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// event is one line of go test -json; see go doc test2json.
type event struct {
	Action      string
	Package     string
	ImportPath  string // of a build event, instead of Package
	Test        string // "" for the package as a whole
	Output      string
	FailedBuild string
}

// tally counts the results of tests and shows the output of those that failed.
type tally struct {
	out     io.Writer
	passed  int
	failed  int
	skipped int
	// lost are packages that failed though none of their tests did: they did not
	// build, panicked outside a test, or ran out of time.
	lost   int
	output map[name]*strings.Builder // of tests that still run
	hurt   map[string]bool           // packages with a failed test
}

type name struct{ pkg, test string }

func newTally(out io.Writer) *tally {
	return &tally{out: out, output: make(map[name]*strings.Builder), hurt: make(map[string]bool)}
}

func (t *tally) failures() int { return t.failed + t.lost }

// read takes the events of one run. A line that is no event (a program that
// writes past go test) is shown as it is.
func (t *tally) read(r io.Reader) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				fmt.Fprintf(t.out, "%s", line)
			} else {
				t.take(e)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (t *tally) take(e event) {
	n := name{e.Package, e.Test}
	switch {
	case e.Action == "build-output":
		fmt.Fprint(t.out, e.Output)
	case e.Action == "output":
		t.keep(n, e.Output)
	case e.Test == "":
		t.takePackage(e)
	case e.Action == "pass":
		t.passed++
		delete(t.output, n)
	case e.Action == "skip":
		t.skipped++
		t.show(n)
	case e.Action == "fail":
		t.failed++
		t.hurt[e.Package] = true
		t.show(n)
	}
}

// takePackage takes the result of a package as a whole. Its own output is kept
// until then, so that a verbose or benchmarking run stays in one piece.
func (t *tally) takePackage(e event) {
	switch e.Action {
	case "fail":
		if !t.hurt[e.Package] {
			t.lost++
		}
		t.showRunning(e.Package)
		t.show(name{pkg: e.Package})
	case "pass", "skip":
		t.show(name{pkg: e.Package})
	}
}

func (t *tally) keep(n name, text string) {
	b := t.output[n]
	if b == nil {
		b = new(strings.Builder)
		t.output[n] = b
	}
	b.WriteString(text)
}

// show writes what was kept of n, without the lines that only say that a test
// began or passed.
func (t *tally) show(n name) {
	if b := t.output[n]; b != nil {
		for line := range strings.Lines(b.String()) {
			if !idle(line) {
				fmt.Fprint(t.out, line)
			}
		}
	}
	delete(t.output, n)
}

// showRunning writes the output of tests that never ended: a panic or a
// deadline stands there.
func (t *tally) showRunning(pkg string) {
	for n := range t.output {
		if n.pkg == pkg && n.test != "" {
			t.show(n)
		}
	}
}

func idle(line string) bool {
	for _, start := range []string{"=== RUN", "=== PAUSE", "=== CONT", "=== NAME"} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return line == "PASS\n"
}

// close writes the last line and gives the verdict.
func (t *tally) close(strict bool) error {
	if strict {
		t.failed += t.skipped
		t.skipped = 0
	}
	t.failed += t.lost
	fmt.Fprintf(t.out, "%d passed, %d failed", t.passed, t.failed)
	if t.skipped > 0 {
		fmt.Fprintf(t.out, ", %d skipped", t.skipped)
	}
	fmt.Fprintln(t.out)
	switch {
	case t.failed > 0:
		return errors.New("tests failed")
	case t.passed == 0:
		return errors.New("no test ran")
	}
	return nil
}
