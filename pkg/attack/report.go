package attack

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Status is what came of an attack.
type Status string

// The statuses.
const (
	Held   Status = "held"   // the attack ran and found nothing
	Broken Status = "broken" // it found what the guarantee rules out
	// Reported: it found what the policy of the release does not promise to prevent.
	Reported Status = "reported"
	NotRun   Status = "not run" // Reason says why
)

// Figure is one number that an attack came to.
type Figure struct {
	Name string `json:"name"`
	N    int    `json:"n"`
	Of   *int   `json:"of,omitempty"` // out of so many
}

// Result is what came of one attack.
type Result struct {
	Number   int      `json:"number"` // 1 to 18
	Name     string   `json:"name"`
	Sentence string   `json:"sentence"` // what the attacker does
	Status   Status   `json:"status"`
	Reason   string   `json:"reason,omitempty"` // why it was not run
	Figures  []Figure `json:"figures,omitempty"`
}

// Report is what came of all of them.
type Report struct {
	URL      string   `json:"url"`
	Releases int      `json:"releases"` // that were read
	Years    []int    `json:"years"`
	Results  []Result `json:"results"` // by number
}

// Count says how many attacks have the status.
func (r Report) Count(s Status) int {
	n := 0
	for _, result := range r.Results {
		if result.Status == s {
			n++
		}
	}
	return n
}

// Broken says whether any attack broke the guarantee.
func (r Report) Broken() bool { return r.Count(Broken) > 0 }

// WriteJSON writes the report for a program to read.
func (r Report) WriteJSON(w io.Writer) error {
	out, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(out, '\n'))
	return err
}

// WriteText writes the report for a person to read.
func (r Report) WriteText(w io.Writer) error {
	var out strings.Builder
	fmt.Fprintf(&out, "%s attacked on %s, about %s\n\n", plural(r.Releases, "release"), r.URL, years(r.Years))
	table := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, result := range r.Results {
		fmt.Fprintf(table, "%2d\t%s\t%s\t%s\n", result.Number, result.Status, result.Name, result.Sentence)
		if result.Reason != "" {
			fmt.Fprintf(table, "\t\t\t- %s\n", result.Reason)
		}
		for _, f := range result.Figures {
			fmt.Fprintf(table, "\t\t\t- %s\n", f)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(&out, "\n%d held, %d broken, %d reported, %d not run\n", r.Count(Held), r.Count(Broken), r.Count(Reported), r.Count(NotRun))
	_, err := io.WriteString(w, out.String())
	return err
}

// String words a figure.
func (f Figure) String() string {
	if f.Of != nil {
		return fmt.Sprintf("%s: %d of %d", f.Name, f.N, *f.Of)
	}
	return fmt.Sprintf("%s: %d", f.Name, f.N)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func years(of []int) string {
	if len(of) == 0 {
		return "no year"
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(of), " ", ", "), "[]")
}
