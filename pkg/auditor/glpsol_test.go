package auditor

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/plan"
)

// outside asks glpsol for the greatest or least value of a cell: an LP in
// CPLEX's format with one variable for each atom.
func outside(t *testing.T, p Published, cell plan.Cell, sense string, whole bool) float64 {
	t.Helper()
	program, err := exec.LookPath("glpsol")
	if err != nil {
		t.Fatal("glpsol, with which the bounds are compared, is missing: run test/install-glpk.sh (as root on Debian: apt-get install glpk-utils)")
	}
	atoms := atomsOf(p.System)
	sum := func(c plan.Cell) string {
		var terms []string
		for i, a := range atoms {
			if w := termOf(c).at(a); w != 0 {
				terms = append(terms, fmt.Sprintf("%d x%d", w, i))
			}
		}
		return strings.Join(terms, " + ")
	}
	var lp strings.Builder
	fmt.Fprintf(&lp, "%s\n obj: %s\nSubject To\n", sense, sum(cell))
	for i, c := range p.System.Cells {
		if s := sum(c); p.Shown[i] && s != "" {
			fmt.Fprintf(&lp, " r%d: %s = %d\n", i, s, p.Values[i])
		}
	}
	if whole {
		lp.WriteString("General\n")
		for i := range atoms {
			fmt.Fprintf(&lp, " x%d\n", i)
		}
	}
	lp.WriteString("End\n")
	folder := t.TempDir()
	in, out := filepath.Join(folder, "in.lp"), filepath.Join(folder, "out.txt")
	if err := os.WriteFile(in, []byte(lp.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := exec.Command(program, "--lp", in, "-o", out).CombinedOutput(); err != nil {
		t.Fatalf("glpsol: %v\n%s", err, text)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, found := strings.CutPrefix(line, "Objective:"); found {
			v, err := strconv.ParseFloat(strings.Fields(rest)[2], 64)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
	}
	t.Fatalf("glpsol gave no objective:\n%s", text)
	return 0
}

// TestBoundsAgreeWithAnOutsideSolver compares with GLPK: tables of the
// reference, and systems of several axes with a ban and a sum.
func TestBoundsAgreeWithAnOutsideSolver(t *testing.T) {
	var file struct {
		Tables []oracleTable `json:"tables"`
	}
	load(t, "interval_oracle.json", &file)
	var all []Published
	for _, table := range file.Tables {
		if strings.HasPrefix(table.Name, "three-way-37") || strings.HasSuffix(table.Name, "-08") {
			p, err := table.published()
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, p)
		}
	}
	for seed := range uint64(3) {
		s, people := crowd{seed, 60, 4, 4, 2}.planned()
		s.Bans = []plan.Selection{vacant(s, people, 2, 3)}
		s.Cells = append(s.Cells, plan.Cell{Name: "sum", Weighted: true, WeightAxis: 3, Weights: []int{0, 1, 2, 3, 4}})
		all = append(all, threshold(s, people, 4))
	}
	compared := 0
	for _, p := range all {
		intervals, err := Bounds(context.Background(), p)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range p.System.Cells {
			if p.Shown[i] || compared > 120 {
				continue
			}
			compared++
			in := intervals[i]
			if !in.Proved || !in.ProvedWhole || in.Open {
				t.Errorf("%s: %+v", c.Name, in)
				continue
			}
			got := []float64{in.Low.Float(), in.High.Float(), float64(in.Least), float64(in.Most)}
			for k, want := range []float64{
				outside(t, p, c, "Minimize", false), outside(t, p, c, "Maximize", false),
				outside(t, p, c, "Minimize", true), outside(t, p, c, "Maximize", true),
			} {
				if got[k]-want > 1e-6 || want-got[k] > 1e-6 {
					t.Errorf("%s: %v, glpsol %v at place %d", c.Name, got, want, k)
				}
			}
		}
	}
	if compared < 50 {
		t.Errorf("only %d intervals were compared", compared)
	}
}
