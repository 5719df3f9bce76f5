package codelist

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The tables of docs/records.md stand between these lines.
const (
	tablesBegin = "<!-- tables written from the codebook by `go test ./pkg/codelist -run TestRecordsPage -update`; do not edit below -->\n"
	tablesEnd   = "<!-- end of tables -->\n"
)

func TestRecordsPageShowsTheCodebook(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "records.md")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(data), tablesBegin)
	have, after, ended := strings.Cut(rest, tablesEnd)
	if !begun || !ended {
		t.Fatalf("%s has lost the lines around its tables", path)
	}
	want := markdown(Current())
	if *update {
		if err := os.WriteFile(path, []byte(before+tablesBegin+want+tablesEnd+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("tables (-codebook +page; write anew with -update):\n%s", diff)
	}
}

// markdown renders a codebook as the tables of docs/records.md.
func markdown(b *Book) string {
	p := page{book: b}
	p.line("\n## Missing-value codes")
	p.entries(b.Missing)
	p.fields()
	p.rules()
	p.lists()
	p.crosswalks()
	p.line("")
	return p.String()
}

type page struct {
	strings.Builder
	book *Book
}

func (p *page) line(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *page) row(cells ...string) {
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(c, "|", `\|`)
	}
	p.line("| %s |", strings.Join(cells, " | "))
}

func (p *page) head(cells ...string) {
	p.line("")
	p.row(cells...)
	p.line("|%s", strings.Repeat("---|", len(cells)))
}

func (p *page) entries(entries []Entry) {
	mapped := slices.ContainsFunc(entries, func(e Entry) bool { return len(e.Mappings) > 0 })
	if mapped {
		p.head("code", "svenska", "English", "counterpart")
	} else {
		p.head("code", "svenska", "English")
	}
	for _, e := range entries {
		code := "`" + string(e.Code) + "`"
		if e.Deprecated {
			code += " (no longer used)"
		}
		if mapped {
			p.row(code, e.Label.SV, e.Label.EN, counterparts(e.Mappings))
		} else {
			p.row(code, e.Label.SV, e.Label.EN)
		}
	}
}

func counterparts(m map[string]string) string {
	var out []string
	for _, standard := range []string{"H", "T", "G", "U", "P"} {
		if c := m[standard]; c != "" {
			out = append(out, standard+": "+c)
		}
	}
	return strings.Join(out, "; ")
}

func (p *page) fields() {
	p.line("\n## Fields")
	p.head("no.", "field", "svenska", "English", "sent", "answer", "missing codes", "counterpart")
	for _, f := range p.book.Fields {
		sent := "extended"
		if f.Core {
			sent = "core"
		}
		p.row(fmt.Sprint(f.Number), "`"+string(f.Name)+"`", f.Label.SV, f.Label.EN, sent, answer(f), missingCodes(f), counterparts(f.Mappings))
	}
}

func answer(f Field) string {
	switch {
	case f.Kind == Number:
		return fmt.Sprintf("a number, %d–%d", f.Min, f.Max)
	case f.Kind == Identifier:
		return "a random UUID (version 4)"
	case f.Kind == Year:
		return "a year"
	case f.Multi:
		return fmt.Sprintf("one or more of [%s](#%s)", f.List, f.List)
	default:
		return fmt.Sprintf("one of [%s](#%s)", f.List, f.List)
	}
}

func missingCodes(f Field) string {
	switch {
	case len(f.Missing) == 0:
		return "none"
	case slices.Contains(f.Missing, NotApplicable):
		return "all"
	default:
		return "all but `not_applicable`"
	}
}

func (p *page) rules() {
	p.line("\n## Rules")
	p.head("code", "svenska", "English", "")
	for _, r := range p.book.Rules {
		kind := "refuses"
		if r.Warning {
			kind = "warns"
		}
		p.row(r.Code, r.Text.SV, r.Text.EN, kind)
	}
}

// lists shows every list where a field first draws on it, with its groups.
func (p *page) lists() {
	p.line("\n## Code lists")
	var shown []string
	for _, f := range p.book.Fields {
		switch {
		case f.Kind == Number:
			p.line("\n### %s (groups of numbers)", f.Name)
			p.groups(f.Ladder)
		case f.Kind == Coded && !slices.Contains(shown, f.List):
			shown = append(shown, f.List)
			p.line("\n### %s", f.List)
			p.entries(p.book.Lists[f.List].Entries)
			p.groups(f.Ladder)
		}
	}
}

// groups shows the rungs between the codes and the last.
func (p *page) groups(l Ladder) {
	if len(l) <= 2 {
		return
	}
	p.head("grouping", "group", "svenska", "English", "codes")
	for _, r := range l[1 : len(l)-1] {
		for _, g := range r.Groups {
			if !g.Residual {
				p.row("`"+r.Name+"`", "`"+string(g.Code)+"`", g.Label.SV, g.Label.EN, codeList(g.Codes))
			}
		}
	}
}

func (p *page) crosswalks() {
	p.line("\n## Groupings for comparison with other standards")
	p.head("grouping", "group", "svenska", "English", "codes")
	names := make([]string, 0, len(p.book.Crosswalks))
	for name := range p.book.Crosswalks {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, g := range p.book.Crosswalks[name].Groups {
			p.row("`"+name+"`", "`"+string(g.Code)+"`", g.Label.SV, g.Label.EN, codeList(g.Codes))
		}
	}
}

func codeList(codes []Code) string {
	var out []string
	for _, c := range codes {
		out = append(out, "`"+string(c)+"`")
	}
	return strings.Join(out, ", ")
}
