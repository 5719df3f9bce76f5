package attack

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
	"manniskohandel.se/casestat/pkg/signed"
)

var update = flag.Bool("update", false, "write the golden files")

// sampleReport is a report with a result of every status.
func sampleReport() Report {
	r := Report{URL: "https://casestat.example", Releases: 2, Years: []int{2023, 2024}}
	for i, a := range adversaries() {
		result := Result{Number: a.number, Name: a.name, Sentence: a.sentence}
		switch i % 4 {
		case 0:
			result.Status, result.Figures = Held, []Figure{share(recovered, 0, 10), figure("not decided", 2)}
		case 1:
			result.Status, result.Figures = Broken, []Figure{share(recovered, 8, 10)}
		case 2:
			result.Status, result.Figures = Reported, []Figure{share("pairs that find out too much", 2, 10)}
		case 3:
			result.Status, result.Reason = NotRun, "needs planted persons"
		}
		r.Results = append(r.Results, result)
	}
	return r
}

func TestReportAsText(t *testing.T) {
	var got bytes.Buffer
	if err := sampleReport().WriteText(&got); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.txt", got.Bytes())
}

func TestReportAsJSON(t *testing.T) {
	var written bytes.Buffer
	if err := sampleReport().WriteJSON(&written); err != nil {
		t.Fatal(err)
	}
	got := written.Bytes()
	golden(t, "report.json", got)
	var back Report
	if err := json.Unmarshal(got, &back); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(sampleReport(), back); d != "" {
		t.Errorf("read back (-want +got):\n%s", d)
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

// The eighteen are those of the design, in its order.
func TestAdversariesAreNumbered(t *testing.T) {
	names := map[string]bool{}
	for i, a := range adversaries() {
		if a.number != i+1 || a.name == "" || names[a.name] || strings.HasSuffix(a.sentence, ".") {
			t.Errorf("attack %d: number %d, name %q, sentence %q", i+1, a.number, a.name, a.sentence)
		}
		names[a.name] = true
	}
}

// An attack that could not be tried says why, and never that it held.
func TestWhatIsNotTriedIsNotHeld(t *testing.T) {
	for _, c := range []struct {
		name     string
		contents []plan.Content
		notRun   []int
	}{
		{"nothing published", nil, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18}},
		{"no credentials and nothing planted", []plan.Content{baseline(population(planted), nil)}, []int{6, 8, 9, 10, 11, 15, 18}},
	} {
		r, err := Run(t.Context(), serve(t, c.contents...), Options{Short: true, Steps: enough})
		if err != nil {
			t.Fatal(err)
		}
		statuses(t, r, NotRun, c.notRun...)
		for _, result := range r.Results {
			if (result.Status == NotRun) != (result.Reason != "") {
				t.Errorf("%s: attack %d is %s, reason %q", c.name, result.Number, result.Status, result.Reason)
			}
		}
	}
}

// What cannot be read, or is not signed by the key that is trusted, is not
// attacked but refused.
func TestRunRefusesWhatIsNotSigned(t *testing.T) {
	content := baseline(population(planted), nil)
	sound := serve(t, content)
	stranger := sound
	stranger.Trust = shelftest.WithKey(t, 9).Trust()
	flipped := serveBehind(t, leak(func(r *http.Request, a *httptest.ResponseRecorder) {
		if strings.HasSuffix(r.URL.Path, "/manifest") {
			replace(a, `"waivers":0`, `"waivers":1`)
		}
	}).before, content)
	nobody := sound
	nobody.URL = "http://127.0.0.1:1"
	page := serveBehind(t, leak(func(_ *http.Request, a *httptest.ResponseRecorder) { say(a, "<html>") }).before, content)
	for _, c := range []struct {
		name   string
		target Target
		code   string
	}{
		{"another key", stranger, string(signed.CodeKeyUnknown)},
		{"a changed manifest", flipped, string(signed.CodeSignatureInvalid)},
		{"no service", nobody, string(CodeUnreachable)},
		{"a page", page, string(CodeAnswer)},
		{"no address", Target{URL: "http://[", Trust: sound.Trust}, string(CodeUnreachable)},
	} {
		_, err := Run(t.Context(), c.target, Options{Short: true, Steps: enough})
		if err == nil || !strings.Contains(err.Error(), c.code) {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

func TestLearnRefusesWhatDoesNotFitTogether(t *testing.T) {
	for name, spoil := range map[string]func(*plan.Publication){
		"a category that is not there": func(y *plan.Publication) { y.Cells[1].Where[0].Categories = []int{99} },
		"an axis that is not there":    func(y *plan.Publication) { y.Cells[1].Where[0].Axis = 99 },
		"a ban of nothing":             func(y *plan.Publication) { y.Bans = []plan.Selection{{{Axis: -1}}} },
		"a negative value":             func(y *plan.Publication) { y.Cells[1].Shown, y.Cells[1].Value = true, -1 },
		"an upside-down range":         func(y *plan.Publication) { y.Cells[1].Shown, y.Cells[1].Range = false, &plan.Range{From: 4, To: 1} },
		"a table of other cells":       func(y *plan.Publication) { y.Tables[0].Cells[0] = 9999 },
		"a table with a place too few": func(y *plan.Publication) { y.Tables[0].Cells = y.Tables[0].Cells[1:] },
		"weights of another axis":      func(y *plan.Publication) { y.Cells[1].Weighted, y.Cells[1].Weights = true, []int{1} },
	} {
		y := describe(nil)
		spoil(&y)
		if _, err := learn(y, plan.Defaults()); err == nil {
			t.Errorf("%s is learnt", name)
		}
	}
}
