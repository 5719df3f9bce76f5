package supply

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// built builds the program and gives what is in it.
func built(t *testing.T) []Module {
	t.Helper()
	program := filepath.Join(t.TempDir(), "casestat")
	build := exec.Command("go", "build", "-o", program, "./cmd/casestat")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	modules, err := Modules(program)
	if err != nil {
		t.Fatal(err)
	}
	if err := Licensed(t.Context(), modules); err != nil {
		t.Fatal(err)
	}
	return modules
}

func TestT40_EveryModuleIsNamedHashedAndUnderAnAllowedLicence(t *testing.T) {
	modules := built(t)
	if len(modules) < 20 {
		t.Fatalf("only %d modules were found", len(modules))
	}
	sums, err := os.ReadFile("../../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	under := map[string]int{}
	for _, m := range modules {
		under[m.Licence]++
		if !Allowed(m.Licence) {
			t.Errorf("%s is under %q", m.Path, m.Licence)
		}
		if !strings.Contains(string(sums), m.Path+" "+m.Version+" "+m.Sum+"\n") {
			t.Errorf("%s %s: go.sum has another hash, or none", m.Path, m.Version)
		}
	}
	t.Logf("%d modules: %v", len(modules), under)
	writtenTwice(t, modules)
}

// writtenTwice holds the bill of materials against the modules.
func writtenTwice(t *testing.T, modules []Module) {
	t.Helper()
	var one, two bytes.Buffer
	for _, to := range []*bytes.Buffer{&one, &two} {
		if err := Write(to, modules); err != nil {
			t.Fatal(err)
		}
	}
	var b bill
	if err := json.Unmarshal(one.Bytes(), &b); err != nil {
		t.Fatal(err)
	}
	if b.Format != "CycloneDX" || len(b.Components) != len(modules) || !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Errorf("%s with %d components, the same twice: %v", b.Format, len(b.Components), bytes.Equal(one.Bytes(), two.Bytes()))
	}
}

// The contrast: what must not come in is recognised, and so is what nobody knows.
func TestT40_Contrast_OtherLicencesAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3":                        "AGPL-3.0",
		"GNU GENERAL PUBLIC\n LICENSE Version 2":                              "GPL-3.0",
		"GNU Lesser General Public License":                                   "LGPL-3.0",
		"Mozilla Public License Version 2.0":                                  "MPL-2.0",
		"All rights reserved. You may look at this.":                          "",
		"Apache License, or the GNU General Public License, at your disposal": "GPL-3.0",
	} {
		if got := Recognise(text); got != want || Allowed(got) {
			t.Errorf("%q is taken for %q", text, got)
		}
	}
	if got, err := licenceIn(t.TempDir()); got != "" || err != nil || Allowed(got) {
		t.Errorf("a module without a licence: %q, %v", got, err)
	}
}

func TestT40_TheModulesAreThoseOfGoSum(t *testing.T) {
	verify := exec.Command("go", "mod", "verify")
	verify.Dir = "../.."
	if out, err := verify.CombinedOutput(); err != nil || !strings.Contains(string(out), "all modules verified") {
		t.Errorf("%v: %s", err, out)
	}
}
