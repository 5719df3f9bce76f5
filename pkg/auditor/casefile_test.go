package auditor_test

import (
	"context"
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
	report, err := auditor.CheckBounds(context.Background(), f)
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

func TestEveryPublishedCaseGetsItsVerdict(t *testing.T) {
	f, err := os.Open("testdata/named_cases.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	report, err := auditor.CheckCases(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	if report.Cases != 10 {
		t.Errorf("%d cases; the file has 10", report.Cases)
	}
	for _, m := range report.Mismatches {
		t.Errorf("%s: %s", m.Case, m.Expectation)
	}
}
