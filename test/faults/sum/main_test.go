package main

import (
	"path/filepath"
	"strings"
	"testing"

	"manniskohandel.se/casestat/test/faults"
)

func TestRunAddsUpSeveralFiles(t *testing.T) {
	folder := t.TempDir()
	var files []string
	for _, name := range []string{"a", "b"} {
		file := filepath.Join(folder, name)
		if err := faults.Keep(file, faults.Account{Fault: "F1 kill -9", Backend: "sqlite", Cycles: 21, Acknowledged: 1}); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	var out strings.Builder
	if err := run(files, &out); err != nil || !strings.Contains(out.String(), "F1 kill -9 sqlite  42") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := run([]string{filepath.Join(folder, "none")}, &out); err == nil {
		t.Error("a file that is not there was taken for an empty one")
	}
}
