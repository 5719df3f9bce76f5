package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/demo"
	"manniskohandel.se/casestat/pkg/store"
)

// errNotDemo keeps the demo out of folders that are not its own.
var errNotDemo = errors.New("is not the folder of a demo: name another one with --data")

// begin makes the folders and gives the year of the slide: that of an earlier
// play, or the last one that is over. Played again next year, the demo stays as
// it is. A folder that holds something else is refused.
func (f demoFolder) begin(now time.Time) (year int, err error) {
	entries, err := os.ReadDir(string(f))
	if err != nil && !isNotExist(err) {
		return 0, err
	}
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return 0, err
	}
	// The year comes first: it marks the folder as a demo's.
	if year, err = f.year(now, len(entries) == 0); err != nil {
		return 0, err
	}
	for _, folder := range []string{"credentials", "try"} {
		if err := os.MkdirAll(filepath.Join(string(f), folder), 0o700); err != nil {
			return 0, err
		}
	}
	return year, nil
}

// year reads the year of the slide, or decides on it in a fresh folder.
func (f demoFolder) year(now time.Time, fresh bool) (int, error) {
	name := filepath.Join(string(f), "slide-year")
	if fresh {
		year := now.UTC().Year() - 1
		return year, os.WriteFile(name, []byte(strconv.Itoa(year)+"\n"), 0o600)
	}
	text, err := os.ReadFile(name)
	if isNotExist(err) {
		return 0, fmt.Errorf("%s %w", f, errNotDemo)
	}
	if err != nil {
		return 0, err
	}
	year, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s does not hold a year", name)
	}
	return year, nil
}

// found founds the platform in a new folder; it says whether an earlier play
// has done so.
func (f demoFolder) found(ctx context.Context, s *session) (again bool, err error) {
	if err := store.Migrate(ctx, f.store()); err != nil {
		return false, err
	}
	if keys := f.keys(s); !keys.there() {
		if _, err := keys.init(releaseKeysName); err != nil {
			return false, err
		}
	}
	if _, known, err := f.Load(demo.Coordinator); err != nil || known {
		return known, err
	}
	_, err = bootstrap(ctx, s, f.store(), &bootstrapCommand{Name: "Plattformen (demo)", Out: f.credentialsFile(demo.Coordinator)})
	return false, err
}

func (f demoFolder) credentialsFile(name string) string {
	return filepath.Join(string(f), "credentials", name+".json")
}

// Load implements demo.Keeper.
func (f demoFolder) Load(name string) (demo.Credentials, bool, error) {
	c, err := readCredentials(f.credentialsFile(name))
	if isNotExist(err) {
		return demo.Credentials{}, false, nil
	}
	return demo.Credentials{ID: c.ClientID, Secret: c.ClientSecret}, err == nil, err
}

// Save implements demo.Keeper.
func (f demoFolder) Save(name string, c demo.Credentials) error {
	out, err := newSecretFile(f.credentialsFile(name))
	if err != nil {
		return err
	}
	return out.keep(credentials{c.ID, c.Secret}.encode())
}

// try is one command to paste.
type try struct{ what, command string }

// tries are commands that read their secrets from the files that writeTries
// leaves.
func (f demoFolder) tries(script *demo.Script, address string) []try {
	path := func(name string) string { return quoted(filepath.Join(string(f), "try", name)) }
	bearer := func(who string) string {
		return `-H "Authorization: Bearer $(curl -K ` + path(who) + ` | cut -d '"' -f 4)"`
	}
	return []try{
		{"an access token for a member organisation", "curl -K " + path("member.curl")},
		{"a submission by that member, the same each time", "curl -sS -X PUT " + bearer("member.curl") +
			" -H 'Content-Type: application/json' --data-binary @" + path("record.json") + " " + address + "/v1/records/" + tryRecordID},
		{"the figures of the slide, as the desk", "curl -sS " + bearer("desk.curl") +
			" '" + address + "/v1/desk/periods/" + strconv.Itoa(script.Year) + "/figures?purpose=trend_report'"},
	}
}

// tryRecordID is the record that the second command submits.
const tryRecordID = "c0a7d5e2-9b1f-4e63-8d24-5f3e7a90b6c1"

// quoted makes a path safe to paste into a shell.
func quoted(path string) string {
	if strings.IndexFunc(path, func(r rune) bool { return !strings.ContainsRune(shellSafe, r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

const shellSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-"

// writeTries leaves a record to submit, and for a member and the desk a file
// with which curl asks for a token.
func (f demoFolder) writeTries(book *codelist.Book, script *demo.Script, address string) error {
	if err := f.write("record.json", append(script.Example().JSON(book), '\n')); err != nil {
		return err
	}
	for file, name := range map[string]string{"member.curl": demo.MemberCredentials("A"), "desk.curl": demo.Desk} {
		c, _, err := f.Load(name)
		if err != nil {
			return err
		}
		config := fmt.Sprintf("# curl -K: asks for an access token\nsilent\nshow-error\nurl = \"%s/v1/token\"\nuser = \"%s:%s\"\ndata = \"grant_type=client_credentials\"\n",
			address, c.ID, c.Secret)
		if err := f.write(file, []byte(config)); err != nil {
			return err
		}
	}
	return nil
}

func (f demoFolder) write(name string, content []byte) error {
	return os.WriteFile(filepath.Join(string(f), "try", name), content, 0o600)
}
