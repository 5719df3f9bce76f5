package disclosure

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
)

func oracle(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/interval_oracle.json")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOracleTablesAreDeniableAtLittleMoreThanTheReference(t *testing.T) {
	r, err := ProtectCases(t.Context(), bytes.NewReader(oracle(t)))
	if err != nil {
		t.Fatal(err)
	}
	ratio := float64(r.Suppressed) / float64(r.Reference)
	t.Logf("%v: %.3f x the reference; worst %s with %.2f; %d small differences shown", r, ratio, r.Worst, r.WorstRatio, r.Differences)
	if r.Tables != 62 || r.Primaries != 597 {
		t.Errorf("%d tables and %d primary cells were read", r.Tables, r.Primaries)
	}
	if r.Deniable != r.Primaries {
		t.Errorf("%d of %d primary cells are deniable", r.Deniable, r.Primaries)
	}
	if ratio > 1.10 {
		t.Errorf("%.3f times the reference's suppressed cells", ratio)
	}
}

// Without the witnesses the reference's primary cells alone would be hidden,
// and every one of them in a line by itself would be exposed: the count of
// secondary cells is what protection costs, and must not be nought.
func TestOracleTablesNeedSecondaryCells(t *testing.T) {
	r, err := ProtectCases(t.Context(), bytes.NewReader(oracle(t)))
	if err != nil {
		t.Fatal(err)
	}
	if r.Suppressed <= r.Primaries {
		t.Errorf("%d cells withheld for %d primary ones", r.Suppressed, r.Primaries)
	}
}

func TestCasesAreReadStrictly(t *testing.T) {
	good := `{"note":"","tables":[{"name":"x","formula":"~a","maxN":1,"protectZeros":true,"singletonMethod":"none","innerFreq":[1,5,3],"cells":[` +
		`{"label":["Total"],"inner":[0,1,2],"value":9,"primary":false,"suppressed":false,"lo":null,"up":null,"loInt":null,"upInt":null},` +
		`{"label":["a1"],"inner":[0],"value":1,"primary":true,"suppressed":true,"lo":0,"up":4,"loInt":0,"upInt":4}]}]}`
	if r, err := ProtectCases(t.Context(), strings.NewReader(good)); err != nil || r.Deniable != 1 {
		t.Fatalf("%v, %v", r, err)
	}
	for name, change := range map[string][2]string{
		"a cell that is not its sum":      {`"value":1`, `"value":2`},
		"an atom out of range":            {`"inner":[0],`, `"inner":[3],`},
		"an atom twice":                   {`"inner":[0],`, `"inner":[0,0],`},
		"no atoms":                        {`"inner":[0],`, `"inner":[],`},
		"a negative count":                {`[1,5,3]`, `[1,5,-3]`},
		"no label":                        {`"label":["a1"]`, `"label":[]`},
		"a negative limit":                {`"maxN":1`, `"maxN":-1`},
		"an unknown member":               {`"note":""`, `"remark":""`},
		"a member twice":                  {`"note":""`, `"note":"","note":""`},
		"no tables":                       {good, `{"note":"","tables":[]}`},
		"an enormous count":               {`[1,5,3]`, `[1,5,99999999999]`},
		"something behind the last brace": {good, good + "{}"},
		"no JSON":                         {good, `tables`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		_, err := ProtectCases(t.Context(), strings.NewReader(bad))
		if kind := fault.KindOf(err); fault.CodeOf(err) != CodeCasesMalformed || kind != fault.Malformed && kind != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	twice := strings.Replace(good, `"label":["a1"]`, `"label":["Total"]`, 1)
	if _, err := ProtectCases(t.Context(), strings.NewReader(twice)); !errors.Is(err, fault.New(fault.Invalid, CodeSystemMalformed)) {
		t.Errorf("two cells of one name: %v", err)
	}
}

func FuzzProtectCases(f *testing.F) {
	f.Add([]byte(`{"note":"","tables":[{"name":"x","maxN":1,"innerFreq":[1,5,3],"cells":[{"label":["T"],"inner":[0,1,2],"value":9},{"label":["a"],"inner":[0],"value":1,"primary":true}]}]}`))
	f.Add([]byte(`{"tables":[{"innerFreq":[0],"cells":[{"label":[""],"inner":[0],"primary":true}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 4096 {
			return
		}
		_, _ = ProtectCases(t.Context(), bytes.NewReader(b))
	})
}

func BenchmarkOracleTables(b *testing.B) {
	file := oracle(b)
	for b.Loop() {
		if _, err := ProtectCases(b.Context(), bytes.NewReader(file)); err != nil {
			b.Fatal(err)
		}
	}
}
