package auditor

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/plan"
)

func load(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// cross is a cell of a two-way table as the reference writes it.
type cross struct {
	Row        string  `json:"row"`
	Col        string  `json:"col"`
	Mun        string  `json:"mun"`
	Inj        string  `json:"inj"`
	Sector     string  `json:"sector4"`
	Geo        string  `json:"geo"`
	Company    string  `json:"company"`
	Freq       int     `json:"freq"`
	Value      float64 `json:"value"`
	Primary    bool    `json:"primary"`
	Suppressed bool    `json:"suppressed"`
}

func (c cross) key() [2]string { return [2]string{c.Row + c.Mun + c.Sector, c.Col + c.Inj + c.Geo} }

// table makes a system of input cells and the pattern of protected ones.
func table(t *testing.T, input, protected []cross) Published {
	t.Helper()
	var g grid
	for _, c := range input {
		k := c.key()
		if !slices.Contains(g.rows, k[0]) {
			g.rows = append(g.rows, k[0])
		}
		if !slices.Contains(g.cols, k[1]) {
			g.cols = append(g.cols, k[1])
		}
	}
	g.values = make([][]int, len(g.rows))
	for _, c := range input {
		r := slices.Index(g.rows, c.key()[0])
		if g.values[r] == nil {
			g.values[r] = make([]int, len(g.cols))
		}
		g.values[r][slices.Index(g.cols, c.key()[1])] += c.Freq
	}
	return g.published(func(r, k, v int) bool {
		key := [2]string{"Total", "Total"}
		if r >= 0 {
			key[0] = g.rows[r]
		}
		if k >= 0 {
			key[1] = g.cols[k]
		}
		at := slices.IndexFunc(protected, func(c cross) bool { return c.key() == key })
		if at < 0 || protected[at].Freq != v {
			t.Fatalf("the file has no cell %v of %d", key, v)
		}
		return !protected[at].Suppressed
	})
}

// singletonCase is one table of singletons_zeros.json (easySdcTable).
type singletonCase struct {
	Name         string  `json:"name"`
	ProtectZeros bool    `json:"protectZeros"`
	Input        []cross `json:"input"`
	None         []cross `json:"none"`
	AnySum       []cross `json:"anySum"`
}

func TestPatternsThatForgetSingletonsFail(t *testing.T) {
	var file struct {
		Cases []singletonCase `json:"cases"`
	}
	load(t, "singletons_zeros.json", &file)
	if len(file.Cases) != 4 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		policy := plan.Defaults()
		policy.Threshold, policy.ZerosArePublic = 3, !c.ProtectZeros
		determined := func(protected []cross) int {
			a, err := Attack(context.Background(), table(t, c.Input, protected), policy)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, f := range a.Findings {
				if f.Rule == RuleDetermined && strings.HasPrefix(f.Scope, "count:") {
					n++
				}
			}
			return n
		}
		if determined(c.None) == 0 {
			t.Errorf("%s: nothing is known of a pattern that gives persons away", c.Name)
		}
		if n := determined(c.AnySum); n > 0 { // the contrast: the mended pattern
			t.Errorf("%s: %d counts are known of the mended pattern", c.Name, n)
		}
	}
}

// TestGroupsAreDisclosed: kdisclosure.json (GaussSuppression). A group of which
// all, or all but k, have one property is flagged.
func TestGroupsAreDisclosed(t *testing.T) {
	var file struct {
		Input  []cross            `json:"input"`
		Tables map[string][]cross `json:"tables"`
	}
	load(t, "kdisclosure.json", &file)
	shown := slices.Clone(file.Tables["k0"])
	for i := range shown {
		shown[i].Suppressed = false
	}
	a, err := Attack(context.Background(), table(t, file.Input, shown), plan.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	for k := range 2 {
		for _, row := range file.Tables["k0"] {
			total := slices.IndexFunc(shown, func(c cross) bool { return c.Mun == row.Mun && c.Inj == "Total" })
			if row.Inj == "Total" || row.Mun == "Total" || row.Freq == 0 || shown[total].Freq-row.Freq != k {
				continue
			}
			scope := fmt.Sprintf("rest:%s/-%s/%s", row.Mun, row.Mun, row.Inj)
			if !slices.ContainsFunc(a.Findings, func(f Finding) bool { return f.Rule == RuleGroup && f.Scope == scope }) {
				t.Errorf("%s: all but %d have it, and it is not flagged", scope, k)
			}
			table := []string{"k0", "k1"}[k]
			at := slices.IndexFunc(file.Tables[table], func(c cross) bool { return c.key() == row.key() })
			if !file.Tables[table][at].Suppressed {
				t.Errorf("%s: the reference shows it in %s; the file was misread", scope, table)
			}
		}
	}
}

// TestDominantContributors: magnitude.json (GaussSuppression's vignette, which
// uses (1,80) dominance, p = 10 per cent, at least two contributors, and at
// least three companies).
func TestDominantContributors(t *testing.T) {
	var file struct {
		Input  []cross            `json:"input"`
		Tables map[string][]cross `json:"tables"`
	}
	load(t, "magnitude.json", &file)
	rules := map[string]func([]float64) bool{
		"few":     func(c []float64) bool { return len(c) == 1 },
		"dom":     func(c []float64) bool { return Dominance(c, 1, 80) },
		"pp":      func(c []float64) bool { return PercentRule(c, 10) },
		"company": func(c []float64) bool { return len(c) == 1 || len(c) == 2 },
	}
	for name, flags := range rules {
		var want, got [][2]string
		for _, cell := range file.Tables[name] {
			if cell.Primary {
				want = append(want, cell.key())
			}
			by := map[string]float64{}
			for i, in := range file.Input {
				k := in.key()
				if cell.Sector != "Total" && cell.Sector != k[0] || cell.Geo != "Total" && cell.Geo != k[1] {
					continue
				}
				who := fmt.Sprint(i)
				if name == "company" {
					who = in.Company
				}
				by[who] += in.Value
			}
			var contributions []float64
			for _, v := range by {
				contributions = append(contributions, v)
			}
			if flags(contributions) {
				got = append(got, cell.key())
			}
		}
		if len(want) == 0 {
			t.Errorf("%s: no primaries; the file was misread", name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-reference +ours):\n%s", name, diff)
		}
	}
}
