package ground

import (
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestLinksLeadSomewhere(t *testing.T) {
	found := 0
	for _, file := range files(t, ".md") {
		for _, m := range link.FindAllStringSubmatch(withoutFences(read(t, file)), -1) {
			if found++; !leads(t, file, m[1]) {
				t.Errorf("%s: the link %s leads nowhere", file, m[1])
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d links found", found)
	}
}

func leads(t *testing.T, file, target string) bool {
	if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
		return true // tests ask nobody outside
	}
	target, anchor, _ := strings.Cut(target, "#")
	where := file
	if target != "" {
		where = path.Join(path.Dir(file), target)
	}
	return exists(where) && (anchor == "" || strings.HasSuffix(where, ".md") && hasHeading(read(t, where), anchor))
}

// hasHeading says whether a heading has that anchor, made as GitHub makes it.
func hasHeading(text, anchor string) bool {
	for line := range strings.Lines(withoutFences(text)) {
		if strings.HasPrefix(line, "#") && slug(strings.TrimLeft(line, "# ")) == anchor {
			return true
		}
	}
	return false
}

func slug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, strings.TrimSpace(heading))
}

// A page that the sources speak of, by name.
var page = regexp.MustCompile(`(?:docs/)?[A-Za-z0-9_-]+(?:/[A-Za-z0-9_-]+)*\.md\b`)

// TestPagesSpokenOfExist: a comment that sends the reader to a page that is not there helps nobody.
func TestPagesSpokenOfExist(t *testing.T) {
	for _, file := range files(t, ".go", ".yaml", ".yml", ".sql", ".sh", ".service", ".example", "Makefile", "Dockerfile") {
		if strings.HasPrefix(file, "test/ground/") || strings.HasSuffix(file, "_test.go") {
			continue // tests make pages up
		}
		for _, name := range page.FindAllString(read(t, file), -1) {
			if !exists(name) && !exists("docs/"+name) && !exists(path.Join(path.Dir(file), name)) {
				t.Errorf("%s speaks of %s, which does not exist", file, name)
			}
		}
	}
}

// machine matches paths that exist on one machine only. It is written so that
// it does not match itself.
var machine = regexp.MustCompile(`(^|[^\w.])/(work|root|home/\w+|Users/\w+|tmp/(plan|bash_jobs))/[\w.]`)

func TestNoMachinePaths(t *testing.T) {
	for _, file := range files(t) {
		for i, line := range strings.Split(read(t, file), "\n") {
			if m := machine.FindString(line); m != "" {
				t.Errorf("%s:%d: %s is a path of one machine", file, i+1, strings.TrimSpace(m))
			}
		}
	}
}

func TestMachinePathsContrast(t *testing.T) {
	for _, line := range []string{"see /" + "work/main", "(/" + "root/x)", `"/` + `home/me/x"`} {
		if !machine.MatchString(line) {
			t.Errorf("%q passes", line)
		}
	}
	for _, line := range []string{"net/work/x", "https://example.org/root", "./root/x", "/rootless/x"} {
		if machine.MatchString(line) {
			t.Errorf("%q is taken for one", line)
		}
	}
}

// fence is a fenced block of a Markdown page.
type fence struct {
	file string
	line int    // of the opening
	info string // "sh", "sh run", "json record" ...
	text string
}

func (f fence) lang() string {
	lang, _, _ := strings.Cut(f.info, " ")
	return lang
}

func fences(t *testing.T, file string) []fence {
	t.Helper()
	var found []fence
	var open *fence
	for i, line := range strings.Split(read(t, file), "\n") {
		mark, isMark := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case open == nil && isMark:
			open = &fence{file: file, line: i + 1, info: mark}
		case open != nil && isMark:
			found = append(found, *open)
			open = nil
		case open != nil:
			open.text += line + "\n"
		}
	}
	if open != nil {
		t.Errorf("%s:%d: the block is never closed", file, open.line)
	}
	return found
}

func withoutFences(text string) string {
	var kept strings.Builder
	inside := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			inside = !inside
		} else if !inside {
			kept.WriteString(line)
		}
	}
	return kept.String()
}
