package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What go test -fuzz says, as it said it.
const (
	saidPassed = `fuzz: elapsed: 0s, gathering baseline coverage: 0/246 completed
fuzz: elapsed: 2s, gathering baseline coverage: 246/246 completed, now fuzzing with 2 workers
fuzz: elapsed: 3s, execs: 4378 (1459/sec), new interesting: 2 (total: 248)
fuzz: elapsed: 5s, execs: 27873 (11206/sec), new interesting: 10 (total: 256)
PASS
ok  	example.org/pkg/jwks	5.800s
`
	saidFound = `fuzz: elapsed: 0s, gathering baseline coverage: 1/1 completed, now fuzzing with 2 workers
fuzz: elapsed: 3s, execs: 4378 (1459/sec), new interesting: 2 (total: 3)
fuzz: minimizing 34-byte failing input file
fuzz: elapsed: 3s, minimizing
--- FAIL: FuzzPlanted (3.02s)
    --- FAIL: FuzzPlanted (0.00s)
        p_test.go:3: context deadline exceeded
    
    Failing input written to testdata/fuzz/FuzzPlanted/c529f40712ee9a2f
    To re-run:
    go test -run=FuzzPlanted/c529f40712ee9a2f
FAIL
exit status 1
FAIL	planted	0.026s
`
	saidSeed = `fuzz: elapsed: 0s, gathering baseline coverage: 0/1 completed
failure while testing seed corpus entry: FuzzSeed/seed#0
fuzz: elapsed: 0s, gathering baseline coverage: 0/1 completed
--- FAIL: FuzzSeed (0.01s)
    --- FAIL: FuzzSeed (0.00s)
        p_test.go:6: found
    
FAIL
exit status 1
FAIL	planted	0.016s
`
	saidDeadline = `fuzz: elapsed: 0s, gathering baseline coverage: 0/129 completed
fuzz: elapsed: 3s, gathering baseline coverage: 129/129 completed, now fuzzing with 2 workers
fuzz: elapsed: 9s, execs: 10312 (1718/sec), new interesting: 2 (total: 131)
fuzz: elapsed: 11s, execs: 15514 (2600/sec), new interesting: 3 (total: 132)
--- FAIL: FuzzSignedContent (11.04s)
    context deadline exceeded
FAIL
exit status 1
FAIL	example.org/pkg/shelf	11.052s
`
	saidPanic = `--- FAIL: FuzzPanics (0.02s)
    --- FAIL: FuzzPanics (0.00s)
        testing.go:1927: panic: oh
            goroutine 9 [running]:
FAIL
`
	saidIdle = `fuzz: elapsed: 0s, gathering baseline coverage: 0/427 completed
fuzz: elapsed: 27s, gathering baseline coverage: 103/427 completed
PASS
ok  	example.org/pkg/server	27.412s
`
	saidStalled = `fuzz: elapsed: 0s, gathering baseline coverage: 1/1 completed, now fuzzing with 2 workers
fuzz: elapsed: 3s, execs: 15 (5/sec), new interesting: 0 (total: 1)
fuzz: elapsed: 5s, execs: 15 (0/sec), new interesting: 0 (total: 1)
PASS
ok  	planted	5.009s
`
	saidNotBuilt = `# example.org/pkg/jwks
pkg/jwks/set_test.go:3:1: syntax error
FAIL	example.org/pkg/jwks [setup failed]
FAIL
`
	saidKilled = `fuzz: elapsed: 3s, execs: 100 (33/sec), new interesting: 0 (total: 1)
--- FAIL: FuzzMuch (3.04s)
    fuzzing process terminated by unexpected signal; no crash will be recorded: signal: killed
FAIL
`
)

func TestReadTellsHowATargetEnded(t *testing.T) {
	for name, c := range map[string]struct {
		said string
		well bool
		want result
	}{
		"the last report has the inputs":                      {saidPassed, true, result{Inputs: 27873, Verdict: passed}},
		"a file is a failing input, whatever it says":         {saidFound, false, result{Inputs: 4378, Failures: 1, Verdict: found, Input: "testdata/fuzz/FuzzPlanted/c529f40712ee9a2f"}},
		"a seed that fails writes no file":                    {saidSeed, false, result{Failures: 1, Verdict: found}},
		"a panic":                                             {saidPanic, false, result{Failures: 1, Verdict: found}},
		"a deadline alone says nothing of an input":           {saidDeadline, false, result{Inputs: 15514, Verdict: overdue}},
		"a panic beside the deadline is a panic":              {saidDeadline + "panic: oh\n", false, result{Inputs: 15514, Failures: 1, Verdict: found}},
		"the runtime's own end":                               {"fatal error: all goroutines are asleep - deadlock!\n", false, result{Failures: 1, Verdict: found}},
		"no input is finished any more, though Go is content": {saidStalled, true, result{Inputs: 15, Verdict: stalled}},
		"only inputs kept from before":                        {saidIdle, true, result{Verdict: idle}},
		"what does not build":                                 {saidNotBuilt, false, result{Failures: 1, Verdict: broken}},
		"a worker that was killed":                            {saidKilled, false, result{Inputs: 100, Failures: 1, Verdict: broken}},
		"nothing at all":                                      {"", false, result{Failures: 1, Verdict: broken}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, read(c.said, c.well)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
