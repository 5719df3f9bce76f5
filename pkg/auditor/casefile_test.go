package auditor_test

import (
	"os"
	"testing"

	"manniskohandel.se/casestat/pkg/auditor"
)

func TestBoundsAgreeWithTheReference(t *testing.T) {
	f, err := os.Open("testdata/interval_oracle.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	report, err := auditor.CheckBounds(f)
	if err != nil {
		t.Fatal(err)
	}
	if report.Tables != 62 || report.Intervals != 935 {
		t.Errorf("%d tables, %d intervals; the file has 62 and 935", report.Tables, report.Intervals)
	}
	for _, m := range report.Mismatches {
		t.Errorf("%s %s: %+v", m.Table, m.Cell, m.Found)
	}
}
