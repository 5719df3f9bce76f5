package faults

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func account(cycles, lost int) Account {
	return Account{Fault: "F2 power cut", Backend: "sqlite", Cycles: cycles, Acknowledged: 10 * cycles, Lost: lost}
}

func TestAccountsOfSeveralRunsAddUp(t *testing.T) {
	file := filepath.Join(t.TempDir(), "accounts")
	first, second, other := account(100, 0), account(200, 0), account(4, 7)
	first.Outage, second.Outage, other.Contrast = time.Second, time.Minute, "synchronous=OFF"
	second.Count("cuts", 2)
	first.Peak("goroutines", 7)
	second.Peak("goroutines", 5)
	failover := Account{Fault: "F10 lost response", Cycles: 1, Acknowledged: 1}
	for _, a := range []Account{failover, first, other, second} {
		if err := Keep(file, a); err != nil {
			t.Fatal(err)
		}
	}
	want := account(300, 0)
	want.Outage, want.Cases, want.Peaks = time.Minute, map[string]int{"cuts": 2}, map[string]int{"goroutines": 7}
	if diff := cmp.Diff([]Account{want, other, failover}, sumOf(t, file)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func sumOf(t *testing.T, file string) []Account {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sums, err := Sum(f)
	if err != nil {
		t.Fatal(err)
	}
	return sums
}

func TestALineCutShortIsLeftOutAndASpoiltOneIsNot(t *testing.T) {
	const whole = `{"fault":"F1 kill -9","cycles":1,"acknowledged":1}` + "\n"
	if sums, err := Sum(strings.NewReader(whole + `{"fault":"F1 k`)); err != nil || len(sums) != 1 || sums[0].Cycles != 1 {
		t.Errorf("%v, %v", sums, err)
	}
	if _, err := Sum(strings.NewReader("spoilt\n" + whole)); err == nil {
		t.Error("a spoilt line was left out")
	}
}

func TestBrokenIsWhatLosesOrTriedNothing(t *testing.T) {
	duplicated, unexpected, silent := account(1, 0), account(1, 0), account(1, 0)
	duplicated.Duplicated, unexpected.Unexpected, silent.Acknowledged = 1, 1, 0
	for name, tt := range map[string]struct {
		account Account
		broken  bool
	}{
		"nothing lost": {account(1, 0), false}, "lost": {account(1, 1), true}, "duplicated": {duplicated, true},
		"unexpected": {unexpected, true}, "nothing acknowledged": {silent, true}, "no cycle": {account(0, 0), true},
	} {
		if tt.account.Broken() != tt.broken {
			t.Errorf("%s: %v", name, !tt.broken)
		}
	}
}

func TestTheTableSaysWhatNoLossInSoManyCyclesMeans(t *testing.T) {
	var out strings.Builder
	contrast := account(4, 3)
	contrast.Contrast = "synchronous=OFF"
	if err := Write(&out, []Account{account(1000, 0), contrast}); err != nil {
		t.Fatal(err)
	}
	const want = `fault                                           cycles  acknowledged  lost  duplicated  unexpected  outage  took  bound    cases
F2 power cut sqlite                             1000    10000         0     0           0           0s      0s    < 0.3 %  
F2 power cut sqlite, contrast: synchronous=OFF  4       40            3     0           0           0s      0s             
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
