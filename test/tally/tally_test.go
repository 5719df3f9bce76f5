package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTally(t *testing.T) {
	const passing = `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"noise\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.1s\n"}
{"Action":"pass","Package":"p"}
`
	for _, c := range []struct {
		name   string
		strict bool
		events string
		want   string
		failed bool
	}{
		{"a passing test is counted and its output left out", false, passing, "ok  \tp\t0.1s\n1 passed, 0 failed\n", false},
		{"a failing test is shown", false, passing + `{"Action":"output","Package":"q","Test":"TestB","Output":"    b_test.go:1: wrong\n"}
{"Action":"fail","Package":"q","Test":"TestB"}
{"Action":"fail","Package":"q"}
`, "ok  \tp\t0.1s\n    b_test.go:1: wrong\n1 passed, 1 failed\n", true},
		{"a package that does not build is a failure", false, passing + `{"ImportPath":"q","Action":"build-output","Output":"q.go:1: syntax error\n"}
{"ImportPath":"q","Action":"build-fail"}
{"Action":"output","Package":"q","Output":"FAIL\tq [build failed]\n"}
{"Action":"fail","Package":"q","FailedBuild":"q"}
`, "ok  \tp\t0.1s\nq.go:1: syntax error\nFAIL\tq [build failed]\n1 passed, 1 failed\n", true},
		{"a test that never ends is shown with its panic", false, passing + `{"Action":"output","Package":"q","Test":"TestC","Output":"panic: deadline\n"}
{"Action":"fail","Package":"q"}
`, "ok  \tp\t0.1s\npanic: deadline\n1 passed, 1 failed\n", true},
		{"a skipped test is told", false, passing + `{"Action":"skip","Package":"q","Test":"TestD"}
`, "ok  \tp\t0.1s\n1 passed, 0 failed, 1 skipped\n", false},
		{"a skipped test has failed where nothing may be left out", true, passing + `{"Action":"skip","Package":"q","Test":"TestD"}
`, "ok  \tp\t0.1s\n1 passed, 1 failed\n", true},
		{"no test at all is a failure", false, "", "0 passed, 0 failed\n", true},
		{"a line that is no event is shown", false, "stray\n" + passing, "stray\nok  \tp\t0.1s\n1 passed, 0 failed\n", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			count := newTally(&out)
			if err := count.read(strings.NewReader(c.events)); err != nil {
				t.Fatal(err)
			}
			err := count.close(c.strict)
			if diff := cmp.Diff(c.want, out.String()); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
			if (err != nil) != c.failed {
				t.Errorf("verdict %v, want failed %v", err, c.failed)
			}
		})
	}
}

func TestArgumentsAreSplitAtEachDoubleDash(t *testing.T) {
	want := [][]string{{"-race", "./a"}, {"./b", "./c"}}
	if diff := cmp.Diff(want, split([]string{"-race", "./a", "--", "./b", "./c"})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestRunNoticesThatGoItselfFailed: go test that never reaches a test writes no
// failing event, and is still no success.
func TestRunNoticesThatGoItselfFailed(t *testing.T) {
	var out, errs strings.Builder
	if err := run([]string{"./no/such/folder"}, &out, &errs); err == nil {
		t.Errorf("taken for a success: %s%s", out.String(), errs.String())
	}
}
