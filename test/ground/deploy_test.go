package ground

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// compose is what deploy/compose.yaml may say; an unknown word is an error.
type compose struct {
	Name     string
	Services map[string]struct {
		Build           map[string]string
		Image           string
		Profiles        []string
		Command         []string
		Environment     map[string]string
		Secrets         []string
		Volumes         []string
		Ports           []string
		Networks        []string
		DependsOn       map[string]map[string]string `yaml:"depends_on"`
		Healthcheck     map[string]any
		ReadOnly        bool     `yaml:"read_only"`
		SecurityOpt     []string `yaml:"security_opt"`
		CapDrop         []string `yaml:"cap_drop"`
		PidsLimit       int      `yaml:"pids_limit"`
		MemLimit        string   `yaml:"mem_limit"`
		ShmSize         string   `yaml:"shm_size"`
		StopGracePeriod string   `yaml:"stop_grace_period"`
		Tmpfs           []string
		User            string
		Restart         string
	}
	Networks map[string]map[string]bool
	Volumes  map[string]map[string]string
	Secrets  map[string]map[string]string
}

func readCompose(t *testing.T) compose {
	t.Helper()
	var c compose
	decoder := yaml.NewDecoder(strings.NewReader(read(t, "deploy/compose.yaml")))
	decoder.KnownFields(true)
	if err := decoder.Decode(&c); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestComposeNamesOnlyWhatIsThere(t *testing.T) {
	c := readCompose(t)
	for name, s := range c.Services {
		for _, secret := range s.Secrets {
			if c.Secrets[secret] == nil {
				t.Errorf("%s: the secret %s is not declared", name, secret)
			}
		}
		for _, v := range s.Environment {
			if secret, ok := strings.CutPrefix(v, "/run/secrets/"); ok && !slices.Contains(s.Secrets, secret) {
				t.Errorf("%s: %s is not given the secret", name, v)
			}
		}
		for _, v := range s.Volumes {
			source, _, _ := strings.Cut(v, ":")
			if _, declared := c.Volumes[source]; !declared && !exists("deploy/"+source) {
				t.Errorf("%s: the volume %s is neither declared nor a file", name, source)
			}
		}
		for other := range s.DependsOn {
			if _, there := c.Services[other]; !there {
				t.Errorf("%s depends on %s, which is no service", name, other)
			}
		}
		for _, n := range s.Networks {
			if _, there := c.Networks[n]; !there {
				t.Errorf("%s: the network %s is not declared", name, n)
			}
		}
		for _, p := range s.Ports {
			if !strings.HasPrefix(p, "127.0.0.1:") {
				t.Errorf("%s: the port %s is open to the world", name, p)
			}
		}
		if !slices.Contains(s.SecurityOpt, "no-new-privileges:true") {
			t.Errorf("%s may gain privileges", name)
		}
	}
	if !c.Networks["private"]["internal"] || slices.Contains(c.Services["database"].Networks, "front") {
		t.Error("the database can be reached from outside")
	}
}

// TestComposeRunsTheRealProgram: its commands and variables are those of the program.
func TestComposeRunsTheRealProgram(t *testing.T) {
	c, line, found := readCompose(t), theCommandLine(t), 0
	for name, s := range c.Services {
		if s.Build == nil {
			if !regexp.MustCompile(`:[0-9]`).MatchString(s.Image) {
				t.Errorf("%s: the image %s has no version", name, s.Image)
			}
			continue
		}
		found++
		if !exists("deploy/" + s.Build["context"] + "/" + s.Build["dockerfile"]) {
			t.Errorf("%s: there is no %s", name, s.Build["dockerfile"])
		}
		if w := line.wrong(s.Command, ""); w != "" {
			t.Errorf("%s: %s", name, w)
		}
		for v := range s.Environment {
			if !slices.Contains(line[strings.Join(s.Command, " ")].variables, v) {
				t.Errorf("%s: casestat %v does not read %s", name, s.Command, v)
			}
		}
		if !s.ReadOnly || !slices.Equal(s.CapDrop, []string{"ALL"}) || s.User != "65532:65532" {
			t.Errorf("%s is not confined: read_only %v, cap_drop %v, user %q", name, s.ReadOnly, s.CapDrop, s.User)
		}
	}
	if found != 3 {
		t.Errorf("%d services run casestat, want serve, its public process and migrate", found)
	}
	for _, name := range []string{"casestat", "reading"} {
		s := c.Services[name]
		if grace, err := time.ParseDuration(s.StopGracePeriod); err != nil || grace <= drain {
			t.Errorf("%s: stop_grace_period %v (%v) does not let it drain for %v", name, grace, err, drain)
		}
		if slices.Contains(s.Secrets, "owner.dsn") {
			t.Errorf("%s has the owner's login", name)
		}
	}
}

// TestComposeGivesThePublicProcessNothingElse: no login but the one that reads
// releases, no volume, and no key but the public one.
func TestComposeGivesThePublicProcessNothingElse(t *testing.T) {
	s := readCompose(t).Services["reading"]
	if want := []string{"public.dsn", "release-signing.pub"}; !slices.Equal(s.Secrets, want) || len(s.Volumes) > 0 {
		t.Errorf("secrets %v, volumes %v", s.Secrets, s.Volumes)
	}
	if s.Environment["CASESTAT_PUBLIC"] != "true" {
		t.Error("it serves everything")
	}
}

// drain is how long the service takes to end in an orderly way.
const drain = 30 * time.Second

func TestDrainIsWhatTheFilesCountOn(t *testing.T) {
	if !strings.Contains(read(t, "pkg/server/limits.go"), "l.Drain = cmp.Or(l.Drain, 30*time.Second)") {
		t.Error("the default drain has changed: stop_grace_period, TimeoutStopSec and docs/operating.md count on 30 s")
	}
}

// TestCommentedCommandsExist: what the files say to run by hand can be run.
func TestCommentedCommandsExist(t *testing.T) {
	line, found := theCommandLine(t), 0
	for _, file := range []string{"deploy/Dockerfile", "deploy/compose.yaml", "deploy/casestat.service", "deploy/casestat-public.service", "deploy/env.example"} {
		for _, text := range submatches(regexp.MustCompile(`(?m)^ *# {3,}(\S.*)$`), read(t, file)) {
			for _, one := range commandLines(text) {
				args, ok := argumentsOf(one)
				if !ok {
					continue
				}
				found++
				if w := line.wrong(args, ""); w != "" {
					t.Errorf("%s: %s", file, w)
				}
			}
		}
	}
	if found < 3 {
		t.Errorf("only %d commands found", found)
	}
}

var instruction = regexp.MustCompile(`(?m)^([A-Z]+) +(.*)$`)

func TestDockerfile(t *testing.T) {
	text := strings.ReplaceAll(read(t, "deploy/Dockerfile"), "\\\n", " ")
	line, last := theCommandLine(t), map[string]string{}
	var bases []string
	for _, m := range instruction.FindAllStringSubmatch(text, -1) {
		name, rest := m[1], m[2]
		if last[name] = rest; name == "FROM" {
			bases = append(bases, strings.Fields(rest)[0])
			clear(last)
		}
		if variable, _, ok := strings.Cut(rest, "="); name == "ENV" && ok && !slices.Contains(line["serve"].variables, variable) {
			t.Errorf("casestat serve does not read %s", variable)
		}
	}
	if len(bases) != 2 || bases[1] != "scratch" {
		t.Errorf("stages %v, want a build and scratch", bases)
	}
	if want := "golang:" + goVersion(t); !strings.HasPrefix(bases[0], want) {
		t.Errorf("built with %s, but go.mod asks for %s", bases[0], want)
	}
	if uid, _, _ := strings.Cut(last["USER"], ":"); uid == "0" || !isNumber(uid) {
		t.Errorf("runs as %q; scratch has no names, and nobody should be root", last["USER"])
	}
	var entry, command []string
	if json.Unmarshal([]byte(last["ENTRYPOINT"]), &entry) != nil || json.Unmarshal([]byte(last["CMD"]), &command) != nil {
		t.Fatal("ENTRYPOINT and CMD must be lists: there is no shell")
	}
	if w := line.wrong(command, ""); w != "" {
		t.Error(w)
	}
	if !strings.Contains(text, "COPY --from=build /out/casestat "+entry[0]) {
		t.Errorf("nothing puts the program at %s", entry[0])
	}
	if !strings.Contains(text, "CGO_ENABLED=0 go build") {
		t.Error("the program may need a C library")
	}
	if made, in := buildFlags(t, read(t, "Makefile")), buildFlags(t, text); made != in {
		t.Errorf("the container's program is built with %q, that of make build with %q", in, made)
	}
}

// buildFlags gives the flags of the line that builds the program, without quotes,
// where it is written to, and how its commit is named.
func buildFlags(t *testing.T, text string) string {
	t.Helper()
	line := regexp.MustCompile(`CGO_ENABLED=0 go build (.+) -o \S+ \./cmd/casestat`).FindStringSubmatch(text)
	if line == nil {
		t.Fatal("nothing builds the program")
	}
	return strings.NewReplacer("'", "", `"`, "", "$(COMMIT)", "$COMMIT").Replace(line[1])
}

// TestProgramNeedsNoC: the container is empty, so nothing may need a C library.
// The standard library's own needs go with CGO_ENABLED=0.
func TestProgramNeedsNoC(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{if and .CgoFiles (not .Standard)}}{{.ImportPath}}{{end}}", "./cmd/casestat")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if needing := strings.Fields(string(out)); len(needing) > 0 {
		t.Errorf("these need C: %v", needing)
	}
}

func goVersion(t *testing.T) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))
	if m == nil {
		t.Fatal("go.mod names no version of Go")
	}
	return m[1]
}

func isNumber(s string) bool { _, err := strconv.Atoi(s); return err == nil }

// unit reads a systemd unit: by section, the values of each key in order.
func unit(t *testing.T, file string) map[string]map[string][]string {
	t.Helper()
	sections, section := map[string]map[string][]string{}, ""
	for i, line := range strings.Split(read(t, file), "\n") {
		line = strings.TrimSpace(line)
		key, value, isSetting := strings.Cut(line, "=")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			section = strings.Trim(line, "[]")
			sections[section] = map[string][]string{}
		case isSetting && section != "":
			sections[section][key] = append(sections[section][key], value)
		default:
			t.Errorf("%s:%d: neither a section nor a setting", file, i+1)
		}
	}
	return sections
}

// confinement is what the unit must not lose.
var confinement = map[string]string{
	"NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
	"PrivateDevices": "yes", "PrivateUsers": "yes", "ProtectKernelTunables": "yes", "ProtectKernelModules": "yes", "ProtectControlGroups": "yes",
	"ProtectProc": "invisible", "RestrictNamespaces": "yes", "RestrictSUIDSGID": "yes", "LockPersonality": "yes",
	"MemoryDenyWriteExecute": "yes", "SystemCallArchitectures": "native", "LimitCORE": "0", "UMask": "0077", "User": "casestat",
}

func TestSystemdUnit(t *testing.T) {
	u, line := unit(t, "deploy/casestat.service"), theCommandLine(t)
	service := u["Service"]
	if len(u) != 3 || service == nil || u["Unit"] == nil || u["Install"] == nil {
		t.Fatalf("sections %v", u)
	}
	if len(service["ExecStart"]) != 1 {
		t.Fatalf("ExecStart %v", service["ExecStart"])
	}
	args, ok := argumentsOf(service["ExecStart"][0])
	if w := line.wrong(args, ""); !ok || w != "" || !strings.HasPrefix(service["ExecStart"][0], "/") {
		t.Errorf("ExecStart=%s: %s", service["ExecStart"][0], w)
	}
	for key, want := range confinement {
		if got := service[key]; len(got) == 0 || got[0] != want {
			t.Errorf("%s is %v, want %q", key, got, want)
		}
	}
	if stop, err := time.ParseDuration(service["TimeoutStopSec"][0]); err != nil || stop <= drain {
		t.Errorf("TimeoutStopSec %v does not let the service drain", service["TimeoutStopSec"])
	}
	// What it writes to is what its settings name.
	if data := "/var/lib/" + service["StateDirectory"][0]; !strings.Contains(read(t, "deploy/env.example"), "\nCASESTAT_DATA="+data+"\n") {
		t.Errorf("env.example does not put the data into %s", data)
	}
	if !strings.Contains(read(t, "deploy/casestat.service"), "deploy/env.example "+service["EnvironmentFile"][0]) {
		t.Error("the unit reads another file than it says to install")
	}
}

// TestSystemdUnitOfThePublicProcess: as confined as the service, as another user,
// and without its settings, which name the way to the records.
func TestSystemdUnitOfThePublicProcess(t *testing.T) {
	service, line := unit(t, "deploy/casestat-public.service")["Service"], theCommandLine(t)
	if len(service["ExecStart"]) != 1 {
		t.Fatalf("ExecStart %v", service["ExecStart"])
	}
	start := service["ExecStart"][0]
	args, ok := argumentsOf(start)
	if w := line.wrong(args, ""); !ok || w != "" || !slices.Contains(args, "--public") || !slices.Contains(args, "--production") {
		t.Errorf("ExecStart=%s: %s", start, w)
	}
	if len(service["EnvironmentFile"])+len(service["Environment"]) > 0 || strings.Contains(start, "dsn") || strings.Contains(start, "--data") {
		t.Error("the public process is told where the records are")
	}
	for key, want := range confinement {
		if key == "User" {
			want = "casestat-public"
		}
		if got := service[key]; len(got) == 0 || got[0] != want {
			t.Errorf("%s is %v, want %q", key, got, want)
		}
	}
}

func TestEnvExample(t *testing.T) {
	known, found := theCommandLine(t)["serve"].variables, 0
	for line := range strings.Lines(read(t, "deploy/env.example")) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if found++; !ok || value == "" || !slices.Contains(known, name) {
			t.Errorf("casestat serve does not read %q", line)
		}
		if strings.HasSuffix(name, "_DSN") {
			t.Errorf("%s is a secret; name its file", name)
		}
	}
	if found < 5 {
		t.Errorf("only %d settings found", found)
	}
}
