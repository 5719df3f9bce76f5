package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// standIn puts a go command before the real one that says its texts, one a call,
// and ends with its codes: Go's own quirks come when they like, not when a test
// wants them.
func standIn(t *testing.T, turns ...string) {
	t.Helper()
	folder := t.TempDir()
	for i, said := range turns {
		if err := os.WriteFile(filepath.Join(folder, "said"+strconv.Itoa(i)), []byte(said), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script := "#!/bin/sh\ncd '" + folder + "'\nn=$(cat turn 2>/dev/null || echo 0)\necho $((n + 1)) >turn\ncat said$n\ngrep -q '^ok' said$n\n"
	if err := os.WriteFile(filepath.Join(folder, "go"), []byte(script), 0o700); err != nil { //nolint:gosec // it is to be run
		t.Fatal(err)
	}
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestWhatGoEndedWithoutAVerdictIsRunOnceMore(t *testing.T) {
	for name, c := range map[string]struct {
		turns  []string
		want   result
		rerun  bool
		failed bool
	}{
		"then it passes":                    {[]string{saidDeadline, saidPassed}, result{Inputs: 15514 + 27873, Reruns: 1, Verdict: passed}, true, false},
		"then it fails":                     {[]string{saidDeadline, saidFound}, result{Inputs: 15514 + 4378, Reruns: 1, Failures: 1, Verdict: found}, true, true},
		"twice is a failure":                {[]string{saidDeadline, saidDeadline}, result{Inputs: 2 * 15514, Reruns: 1, Failures: 1, Verdict: overdue}, true, true},
		"standing still twice is a failure": {[]string{saidStalled, saidStalled}, result{Inputs: 30, Reruns: 1, Failures: 1, Verdict: stalled}, true, true},
		"no new input, then some":           {[]string{saidIdle, saidPassed}, result{Inputs: 27873, Reruns: 1, Verdict: passed}, true, false},
		"never a new input is a failure":    {[]string{saidIdle, saidIdle}, result{Reruns: 1, Failures: 1, Verdict: idle}, true, true},
		"what failed is not run again":      {[]string{saidFound}, result{Inputs: 4378, Failures: 1, Verdict: found}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			standIn(t, c.turns...)
			var out strings.Builder
			got, err := options{inputs: 1}.judge(t.Context(), &out, target{"example.org/pkg/shelf", "FuzzX"})
			if err != nil {
				t.Fatal(err)
			}
			if got.Inputs != c.want.Inputs || got.Failures != c.want.Failures || got.Reruns != c.want.Reruns || got.Verdict != c.want.Verdict {
				t.Errorf("%+v, want %+v", got, c.want)
			}
			if said := strings.Contains(out.String(), "run once more"); said != c.rerun {
				t.Errorf("it says that it runs once more: %v\n%s", said, out.String())
			}
		})
	}
}
