package main

import (
	"regexp"
	"strconv"
	"strings"
)

// verdict is how a run of a target ended.
type verdict string

const (
	passed  verdict = "passed"
	found   verdict = "a failing input was found"
	broken  verdict = "it could not be run to its end"        // it does not build, or was killed
	overdue verdict = "ended by Go's own deadline"            // which says nothing of any input
	idle    verdict = "no new input was reached"              // the time went to those kept from before
	stalled verdict = "no input was finished towards the end" // Go calls that passed
)

// result is what a run of a target came to. It is a line of the record.
type result struct {
	Target   string  `json:"target"`
	Commit   string  `json:"commit"`
	Inputs   int     `json:"inputs"`
	Failures int     `json:"failures"`
	Reruns   int     `json:"reruns,omitempty"` // without a verdict, therefore run once more
	Seconds  float64 `json:"seconds"`
	Verdict  verdict `json:"verdict"`
	Input    string  `json:"input,omitempty"` // the file that a failing input was written to
}

func (r result) unclear() bool {
	return r.Verdict == overdue || r.Verdict == stalled || r.Verdict == idle
}

var (
	progress = regexp.MustCompile(`(?m)^fuzz: elapsed: ([0-9hms]+), execs: (\d+) `)
	written  = regexp.MustCompile(`Failing input written to (\S+)`)
	deadline = regexp.MustCompile(`(?m)^\s+context deadline exceeded$`)
	panicked = regexp.MustCompile(`(?m)^\s*(?:\S+\.go:\d+: )?panic: `)
	fatal    = regexp.MustCompile(`(?m)^\s*fatal error: `)
)

// read makes a result of what go test -fuzz said, and of whether it ended well.
func read(said string, well bool) result {
	reports := progress.FindAllStringSubmatch(said, -1)
	r := result{Verdict: passed}
	if n := len(reports); n > 0 {
		r.Inputs, _ = strconv.Atoi(reports[n-1][2])
	}
	switch at := written.FindStringSubmatch(said); {
	case at != nil:
		r.Verdict, r.Input = found, at[1]
	case strings.Contains(said, "failure while testing seed corpus entry"), panicked.MatchString(said), fatal.MatchString(said), strings.Contains(said, "DATA RACE"):
		r.Verdict = found
	case well && r.Inputs == 0:
		r.Verdict = idle
	case well && stands(reports):
		r.Verdict = stalled
	case well:
	case deadline.MatchString(said):
		r.Verdict = overdue
	default:
		r.Verdict = broken
	}
	if r.Verdict == found || r.Verdict == broken {
		r.Failures = 1
	}
	return r
}

// stands says whether the last two reports, two seconds or more apart, count the
// same inputs: then every worker sits over one that does not end.
func stands(reports [][]string) bool {
	n := len(reports)
	return n > 1 && reports[n-1][2] == reports[n-2][2] && seconds(reports[n-1][1])-seconds(reports[n-2][1]) >= 2
}
