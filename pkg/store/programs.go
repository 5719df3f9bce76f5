package store

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// errSecretInDSN: what libpq can be told by a file or the environment alone must
// not stand on a command line.
var errSecretInDSN = errors.New("store: a connection string with sslpassword cannot be handed to PostgreSQL's tools; use a key without a password")

// command prepares one of PostgreSQL's tools. The password goes by the
// environment, which nobody else on the machine can read; a command line
// everybody can.
func (p Programs) command(name, dsn string, arguments ...string) (*exec.Cmd, error) {
	if _, err := pgx.ParseConfig(dsn); dsn == "" || err != nil {
		return nil, errDSN
	}
	open, password, err := withoutPassword(dsn)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(p.Folder, name)
	if p.Folder == "" {
		if path, err = exec.LookPath(name); err != nil {
			return nil, fmt.Errorf("%s is not in the path: install PostgreSQL's client programs, or name their folder", name)
		}
	}
	run := exec.Command(path, append(arguments, "--no-password", "--dbname="+open)...)
	run.Env = os.Environ()
	if password != "" {
		run.Env = append(run.Env, "PGPASSWORD="+password)
	}
	return run, nil
}

// withoutPassword splits a connection string, of either form, from its password.
func withoutPassword(dsn string) (open, password string, err error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return splitURL(dsn)
	}
	var kept []string
	for rest := strings.TrimSpace(dsn); rest != ""; rest = strings.TrimSpace(rest) {
		name, value, after, ok := cutSetting(rest)
		if !ok {
			return "", "", errDSN
		}
		rest = after
		switch name {
		case "password":
			password = value
		case "sslpassword":
			return "", "", errSecretInDSN
		default:
			kept = append(kept, name+"='"+strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value)+"'")
		}
	}
	return strings.Join(kept, " "), password, nil
}

func splitURL(dsn string) (open, password string, err error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return "", "", errDSN // the cause would quote it
	}
	query := u.Query()
	if query.Has("sslpassword") {
		return "", "", errSecretInDSN
	}
	if u.User != nil {
		password, _ = u.User.Password()
		u.User = url.User(u.User.Username())
	}
	if query.Has("password") {
		password = query.Get("password")
		query.Del("password")
		u.RawQuery = query.Encode()
	}
	return u.String(), password, nil
}

// cutSetting reads one name = value from the front of a connection string in
// keywords, by libpq's rules: a value may stand between single quotes, and a
// backslash takes the next character as it is.
func cutSetting(s string) (name, value, rest string, ok bool) {
	name, s, ok = strings.Cut(s, "=")
	name, s = strings.TrimSpace(name), strings.TrimLeft(s, " \t\r\n")
	if !ok || name == "" || strings.ContainsAny(name, " '\\") {
		return "", "", "", false
	}
	quoted := strings.HasPrefix(s, "'")
	if quoted {
		s = s[1:]
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case quoted && s[i] == '\'', !quoted && strings.IndexByte(" \t\r\n", s[i]) >= 0:
			return name, b.String(), s[i+1:], true
		default:
			b.WriteByte(s[i])
		}
	}
	return name, b.String(), "", !quoted
}
