package disclosure

import (
	"os"
	"testing"
	"time"
)

func TestCasesQuick(t *testing.T) {
	f, err := os.Open("testdata/interval_oracle.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	start := time.Now()
	r, err := ProtectCases(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v; %#v ratio %.3f %v", r, r, float64(r.Suppressed)/float64(r.Reference), time.Since(start))
}
