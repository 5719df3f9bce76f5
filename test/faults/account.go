package faults

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Account is what one run of one fault found. A file of accounts has one a
// line, so that runs on different days add up.
type Account struct {
	When     string `json:"when"`
	Commit   string `json:"commit"` // of the tree that was tested; a + at the end means that it was changed
	Fault    string `json:"fault"`  // F2 power cut
	Backend  string `json:"backend"`
	Contrast string `json:"contrast,omitempty"` // what was broken on purpose; empty in an honest run
	Seed     uint64 `json:"seed"`

	Cycles       int `json:"cycles"`
	Acknowledged int `json:"acknowledged"`
	Lost         int `json:"lost"`       // acknowledged, and not there
	Duplicated   int `json:"duplicated"` // there more than once
	Unexpected   int `json:"unexpected"` // there, and never sent or not as it was sent

	Cases  map[string]int `json:"cases,omitempty"` // what is particular to the fault
	Peaks  map[string]int `json:"peaks,omitempty"` // the most there was of something
	Outage time.Duration  `json:"outage_ns"`       // the longest time without an acknowledgement around a fault
	Took   time.Duration  `json:"took_ns"`
}

// Broken says whether a promise was broken, or nothing was tried.
func (a Account) Broken() bool {
	return a.Lost+a.Duplicated+a.Unexpected > 0 || a.Cycles == 0 || a.Acknowledged == 0
}

// Add counts b into a. Of the outages the longest is kept.
func (a *Account) Add(b Account) {
	a.Cycles += b.Cycles
	a.Acknowledged += b.Acknowledged
	a.Lost += b.Lost
	a.Duplicated += b.Duplicated
	a.Unexpected += b.Unexpected
	a.Outage = max(a.Outage, b.Outage)
	a.Took += b.Took
	for what, n := range b.Cases {
		a.Count(what, n)
	}
	for what, n := range b.Peaks {
		a.Peak(what, n)
	}
}

// Count adds n to one of the cases.
func (a *Account) Count(what string, n int) {
	if a.Cases == nil {
		a.Cases = map[string]int{}
	}
	a.Cases[what] += n
}

// Peak notes that there was as much of something as n.
func (a *Account) Peak(what string, n int) {
	if a.Peaks == nil {
		a.Peaks = map[string]int{}
	}
	a.Peaks[what] = max(a.Peaks[what], n)
}

func (a Account) title() string {
	title := strings.TrimSpace(a.Fault + " " + a.Backend)
	if a.Contrast != "" {
		title += ", contrast: " + a.Contrast
	}
	return title
}

func (a Account) cases() string {
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(a.Cases)) {
		parts = append(parts, fmt.Sprintf("%d %s", a.Cases[what], what))
	}
	for _, what := range slices.Sorted(maps.Keys(a.Peaks)) {
		parts = append(parts, fmt.Sprintf("at most %d %s", a.Peaks[what], what))
	}
	return strings.Join(parts, ", ")
}

func (a Account) String() string {
	s := fmt.Sprintf("%s: %d cycles in %s, %d acknowledged, %d lost, %d duplicated, %d unexpected, outage at most %s",
		a.title(), a.Cycles, a.Took.Round(100*time.Millisecond), a.Acknowledged, a.Lost, a.Duplicated, a.Unexpected, a.Outage.Round(time.Millisecond))
	if len(a.Cases)+len(a.Peaks) > 0 {
		s += "; " + a.cases()
	}
	return s
}

// Keep adds one account to the end of a file, which is made if it is missing.
func Keep(file string, a Account) error {
	line, err := json.Marshal(a)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		_ = f.Close() // the write is what failed
		return err
	}
	return f.Close()
}

// Sum adds up the accounts of a file: one for each fault, backend and contrast.
// A last line that was cut short, by a run that was stopped, is left out.
func Sum(r io.Reader) ([]Account, error) {
	sums := map[string]*Account{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		var a Account
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			if !lines.Scan() {
				break
			}
			return nil, fmt.Errorf("line %d is no account: %w", n, err)
		}
		sum := sums[a.title()]
		if sum == nil {
			sum = &Account{Fault: a.Fault, Backend: a.Backend, Contrast: a.Contrast}
			sums[a.title()] = sum
		}
		sum.Add(a)
		sum.Commit = a.Commit
	}
	var all []Account
	for _, sum := range sums {
		all = append(all, *sum)
	}
	slices.SortFunc(all, func(a, b Account) int {
		return cmp.Or(cmp.Compare(faultNumber(a.Fault), faultNumber(b.Fault)), strings.Compare(a.title(), b.title()))
	})
	return all, lines.Err()
}

// faultNumber is that of a fault: 2 in F2 power cut.
func faultNumber(fault string) (n int) {
	_, _ = fmt.Sscanf(fault, "F%d", &n) // without one it comes first
	return n
}

// Write prints sums as a table. The last column is what no failure in so many
// cycles says: with 95 % confidence fewer than 3 in N fail.
func Write(w io.Writer, sums []Account) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "fault\tcycles\tacknowledged\tlost\tduplicated\tunexpected\toutage\ttook\tbound\tcases")
	for _, a := range sums {
		bound := ""
		if !a.Broken() && a.Contrast == "" {
			bound = fmt.Sprintf("< %.3g %%", 300/float64(a.Cycles))
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t%s\n", a.title(), a.Cycles, a.Acknowledged, a.Lost,
			a.Duplicated, a.Unexpected, a.Outage.Round(time.Millisecond), a.Took.Round(time.Second), bound, a.cases())
	}
	return table.Flush()
}
