package ground

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// program is the real casestat, built once for all tests.
var program = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "casestat-ground-")
	if err != nil {
		return "", err
	}
	built := filepath.Join(folder, "casestat")
	cmd := exec.Command("go", "build", "-o", built, "./cmd/casestat")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return built, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if built, err := program(); err == nil {
		_ = os.RemoveAll(filepath.Dir(built))
	}
	os.Exit(code)
}

func casestatProgram(t *testing.T) string {
	t.Helper()
	built, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return built
}

// command is one command of the program, as its own help describes it.
type command struct {
	flags     []string
	required  []string
	variables []string
}

// commandLine is the whole command line by command ("client create"). Groups
// have an entry of their own.
type commandLine map[string]command

var (
	helpCommand  = regexp.MustCompile(`(?m)^  ([a-z][a-z-]*(?: [a-z-]+)*)(?:  |$)`)
	helpFlag     = regexp.MustCompile(`(?m)^ +(?:-\w, +)?--([a-z][a-z-]*)`)
	helpVariable = regexp.MustCompile(`\bCASESTAT_[A-Z_]+`)
	usageFlag    = regexp.MustCompile(`--([a-z][a-z-]*)`)
)

// theCommandLine asks the program's help for everything it knows.
func theCommandLine(t *testing.T) commandLine {
	t.Helper()
	line := commandLine{}
	line.explore(t, casestatProgram(t))
	if len(line) < 15 {
		t.Fatalf("only %d commands found in the help: %v", len(line), line)
	}
	return line
}

func (l commandLine) explore(t *testing.T, built string, path ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), built, append(path, "--help")...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("casestat %v --help: %v: %s", path, err, errs.String())
	}
	usage, help, _ := strings.Cut(out.String(), "\n")
	help, commands, _ := strings.Cut(help, "\nCommands:\n")
	l[strings.Join(path, " ")] = command{
		flags: submatches(helpFlag, help), required: submatches(usageFlag, usage), variables: helpVariable.FindAllString(help, -1),
	}
	for _, name := range submatches(helpCommand, commands) {
		whole := strings.Fields(name) // the help names the commands of a group in full
		if group := whole[0]; len(whole) > 1 {
			l[group] = command{}
		}
		l.explore(t, built, whole...)
	}
}

func submatches(re *regexp.Regexp, text string) (found []string) {
	for _, m := range re.FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	return found
}

func (l commandLine) variables() []string {
	var all []string
	for _, c := range l {
		all = append(all, c.variables...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// wrong says what the program would not understand in words that follow its
// name; "" if nothing. The required flags may also come from the environment
// that given describes.
func (l commandLine) wrong(args []string, given string) string {
	name := ""
	for len(args) > 0 {
		longer := strings.TrimSpace(name + " " + args[0])
		if _, known := l[longer]; !known {
			break
		}
		name, args = longer, args[1:]
	}
	c := l[name]
	if name == "" || l.isGroup(name) && len(args) > 0 {
		return fmt.Sprintf("there is no command %q", strings.Join(args, " "))
	}
	missing := slices.Clone(c.required)
	for _, arg := range args {
		flag, isFlag := strings.CutPrefix(arg, "--")
		flag, _, _ = strings.Cut(flag, "=")
		if isFlag && !slices.Contains(c.flags, flag) {
			return fmt.Sprintf("casestat %s has no flag --%s", name, flag)
		}
		missing = slices.DeleteFunc(missing, func(m string) bool { return m == flag })
	}
	for _, m := range missing {
		if !strings.Contains(given, "CASESTAT_"+strings.ToUpper(strings.ReplaceAll(m, "-", "_"))+"=") {
			return fmt.Sprintf("casestat %s needs --%s", name, m)
		}
	}
	return ""
}

func (l commandLine) isGroup(name string) bool {
	for other := range l {
		if strings.HasPrefix(other, name+" ") {
			return true
		}
	}
	return false
}

// before are the words that may stand before a command, with the number of
// words that belong to them.
var before = []struct {
	words []string
	more  int
}{
	{[]string{"sudo", "-u"}, 1},
	{[]string{"docker", "compose", "run", "--rm"}, 0},
	{[]string{"exec"}, 0},
}

var assignment = regexp.MustCompile(`^[A-Z_]+=`)

// argumentsOf gives what follows the program's name in a command line; ok is
// false for other programs.
func argumentsOf(line string) (args []string, ok bool) {
	w := words(line)
	for len(w) > 0 && assignment.MatchString(w[0]) {
		w = w[1:]
	}
	for _, b := range before {
		if n := len(b.words); len(w) > n+b.more && slices.Equal(w[:n], b.words) {
			w = w[n+b.more:]
		}
	}
	if len(w) >= 3 && slices.Equal(w[:3], []string{"go", "run", "./cmd/casestat"}) {
		return w[3:], true
	}
	if len(w) > 0 && filepath.Base(w[0]) == "casestat" {
		return w[1:], true
	}
	return nil, false
}

func TestCommandLineContrast(t *testing.T) {
	line := theCommandLine(t)
	for _, c := range []struct{ text, given string }{
		{"casestat server", ""},
		{"casestat serve --listen-on :1", ""},
		{"casestat client make --out x", ""},
		{"casestat client rotate ID", ""}, // --out and --credentials are missing
		{"sudo -u casestat casestat migrate --force", ""},
		{"CASESTAT_DATA=x go run ./cmd/casestat keys turn", ""},
	} {
		args, ok := argumentsOf(c.text)
		if !ok || line.wrong(args, c.given) == "" {
			t.Errorf("%q passes", c.text)
		}
	}
	for _, text := range []string{"useradd --system casestat", "go build -o casestat ./cmd/casestat", "systemctl stop casestat"} {
		if _, ok := argumentsOf(text); ok {
			t.Errorf("%q is taken for a casestat command", text)
		}
	}
	args, _ := argumentsOf("casestat client rotate ID --out x")
	if w := line.wrong(args, "export CASESTAT_CREDENTIALS=file"); w != "" {
		t.Error(w)
	}
}

// inline finds commands in running text: `casestat verify ledger`.
var inline = regexp.MustCompile("`casestat ([a-z][^`]*)`")

func TestDocumentedCommandsExist(t *testing.T) {
	line, found := theCommandLine(t), 0
	for _, file := range files(t, ".md") {
		text := read(t, file)
		for _, f := range fences(t, file) {
			if f.lang() != "sh" {
				continue
			}
			for _, text := range commandLines(f.text) {
				if args, ok := argumentsOf(text); ok {
					found++
					if w := line.wrong(args, f.text); w != "" {
						t.Errorf("%s:%d: %s", file, f.line, w)
					}
				}
			}
		}
		for _, m := range inline.FindAllStringSubmatch(withoutFences(text), -1) {
			found++
			if w := line.wrong(words(m[1]), everything); w != "" {
				t.Errorf("%s: %s", file, w)
			}
		}
		for _, v := range helpVariable.FindAllString(text, -1) {
			if !slices.Contains(append(line.variables(), testVariables...), v) {
				t.Errorf("%s: nothing reads %s", file, v)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d commands found", found)
	}
}

// everything stands for an environment with every required flag: running text
// names a command without its flags.
const everything = "CASESTAT_CREDENTIALS= CASESTAT_OUT= CASESTAT_ORGANISATION= CASESTAT_ROLE= CASESTAT_HOLDER= CASESTAT_NAME="

// testVariables are read by the tests alone.
var testVariables = []string{"CASESTAT_TEST_POSTGRES", "CASESTAT_TEST_PG_BIN"}

// TestSettingsAreDocumented holds the table of settings against the flags of
// the command that serves, both ways.
func TestSettingsAreDocumented(t *testing.T) {
	table := between(read(t, "docs/operating.md"), "| flag of `casestat serve` |", "\n\n")
	serve := theCommandLine(t)["serve"]
	documented := submatches(regexp.MustCompile("`--([a-z-]+)`"), table)
	for _, f := range serve.flags {
		if f != "help" && !slices.Contains(documented, f) {
			t.Errorf("docs/operating.md does not explain --%s", f)
		}
	}
	for _, f := range documented {
		if !slices.Contains(serve.flags, f) {
			t.Errorf("docs/operating.md explains --%s, which does not exist", f)
		}
	}
	for _, v := range serve.variables {
		if !strings.Contains(table, "`"+v+"`") {
			t.Errorf("docs/operating.md does not name %s", v)
		}
	}
}
