package ground

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeTourOfFigures goes from the demo to paper and to a data frame, with
// the programs that the README names.
func TestReadmeTourOfFigures(t *testing.T) {
	for _, name := range []string{"Rscript", "pdfinfo", "pdftotext"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Fatalf("%v; make tools gets it", err)
		}
	}
	folder := t.TempDir()
	docs, err := filepath.Abs(filepath.Join(root, "docs"))
	if err == nil {
		err = os.Symlink(docs, filepath.Join(folder, "docs"))
	}
	if err != nil {
		t.Fatal(err)
	}
	address := startDemo(t, folder)
	t.Setenv("PATH", standIns(t)+string(os.PathListSeparator)+os.Getenv("PATH"))
	onPaper(t, folder, tour(t, "sh tour figures", folder, address))
}

// standIns is a folder with a python3 that has pandas, and with a chromium that
// keeps nothing of its own at home and runs for root, too.
func standIns(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for name, line := range map[string]string{
		"python3":  withPandas(t),
		"chromium": browser(t) + " --no-sandbox --disable-gpu --disable-background-networking --user-data-dir=" + t.TempDir(),
	} {
		script := "#!/bin/sh\nexec " + line + ` "$@"` + "\n"
		if err := os.WriteFile(filepath.Join(folder, name), []byte(script), 0o700); err != nil { //nolint:gosec // it is to be run
			t.Fatal(err)
		}
	}
	return folder
}

func withPandas(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		path, err := exec.LookPath(name)
		if err == nil && exec.CommandContext(t.Context(), path, "-c", "import pandas").Run() == nil {
			return path
		}
	}
	t.Fatal("no python3 has pandas; test/install-clients.sh gets it")
	return ""
}

func browser(t *testing.T) string {
	t.Helper()
	name := os.Getenv("CASESTAT_CHROMIUM")
	if name == "" {
		name = "chromium"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%v; test/install-browser.sh gets it", err)
	}
	return path
}

var (
	pageCount = regexp.MustCompile(`(?m)^Pages: +([4-8])$`)
	pageSize  = regexp.MustCompile(`(?m)^Page size: +(594\.9\d*|595(?:\.\d+)?) x (841\.9\d*|842) pts \(A4\)$`)
)

// onPaper looks at what was printed: how large, how long, and what it says.
func onPaper(t *testing.T, folder, printed string) {
	t.Helper()
	if !pageSize.MatchString(printed) || !pageCount.MatchString(printed) {
		t.Errorf("not four to eight pages of A4:\n%s", printed)
	}
	text := strings.Join(strings.Fields(shellIn(t, folder, "pdftotext trendrapport.pdf -")), " ")
	for _, want := range []string{
		"Publicering 1", "26 av 35 har någon relation till förövaren", "16 har barn; 24 barn totalt", "Uppehållsrättslig status",
		"publiceras inte", "mellan 7 och 18", "mellan 0 och 11", "Så citerar du", "Manifestets SHA-256",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the paper does not say %q:\n%.3000s", want, text)
		}
	}
	for _, lost := range []string{"Hoppa till innehållet", "Ladda ner", "Så skyddas personerna"} {
		if strings.Contains(text, lost) {
			t.Errorf("the paper says %q, which is for the screen", lost)
		}
	}
}
