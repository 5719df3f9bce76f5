// Command tally runs go test and counts: it shows what go test would show, and
// closes with one plain line, "N passed, N failed", that counts every test and
// subtest by itself.
//
//	go run ./test/tally [-strict] GO-TEST-ARGUMENTS [-- GO-TEST-ARGUMENTS ...]
//
// Arguments after a double dash make a further run of go test, counted together
// with the others. With -strict a skipped test has failed: a suite that leaves
// something out has not shown it. No test at all is a failure in any case.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
)

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	strict := len(args) > 0 && args[0] == "-strict"
	if strict {
		args = args[1:]
	}
	t := newTally(stdout)
	var broken error
	for _, group := range split(args) {
		broken = errors.Join(broken, t.goTest(group, stderr))
	}
	return errors.Join(broken, t.close(strict))
}

// split cuts the arguments at each double dash.
func split(args []string) [][]string {
	i := slices.Index(args, "--")
	if i < 0 {
		return [][]string{args}
	}
	return append([][]string{args[:i]}, split(args[i+1:])...)
}

// goTest runs go test once. A non-zero exit that its events do not explain (go
// itself failed) is an error; failed tests are left to the count.
func (t *tally) goTest(args []string, stderr io.Writer) error {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	before := t.failures()
	readErr := t.read(out)
	waitErr := cmd.Wait()
	if waitErr != nil && t.failures() > before {
		waitErr = nil
	}
	return errors.Join(readErr, waitErr)
}
