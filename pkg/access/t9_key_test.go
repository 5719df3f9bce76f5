package access

import (
	"encoding/json"
	"errors"
	"net/http"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

func TestT9_kid_is_compared_and_nothing_else(t *testing.T) {
	b := newBench(t)
	id := b.key(t).id
	for name, kid := range map[string]string{
		"absent": "", "empty": `""`, "null": `null`, "number": `0`, "list": `["` + id + `"]`, "object": `{"kid":"` + id + `"}`,
		"path": `"../../../../dev/null"`, "absolute path": quoted(b.file.Path), "sql": `"' OR '1'='1' --"`, "nul": quoted(id + `\u0000`),
		"longer": quoted(id + "A"), "shorter": quoted(id[1:]), "other case": quoted(strings.ToUpper(id)), "spaced": quoted(id + " "),
		"65 bytes": quoted(strings.Repeat("A", 65)), "5 kB": quoted(strings.Repeat("A", 5<<10)), "10 kB": quoted(strings.Repeat("A", 10<<10)),
		"shell": `"|cat /etc/passwd"`, "url": `"https://evil.example/key"`, "template": `"{{.}}"`, "invalid UTF-8": "\"\xff\"",
	} {
		t.Run(name, func(t *testing.T) {
			token := b.signed(t, b.header(t).with(object{"kid": kid}).String(), b.claims().String())
			b.refuses(t, token)
			// Teeth: the default parser never looks at the kid.
			if err := b.lenient(token, b.key(t).public()); err != nil {
				t.Errorf("the token is not good but for its kid: %v", err)
			}
		})
	}
	twice := strings.Replace(b.header(t).String(), `{`, `{"kid":"`+id+`",`, 1)
	b.refuses(t, b.signed(t, twice, b.claims().String()))
}

// alarm is a network that is not to be used.
type alarm struct{ rung atomic.Int32 }

func (a *alarm) RoundTrip(*http.Request) (*http.Response, error) {
	a.rung.Add(1)
	return nil, errors.New("no network here")
}

func TestT9_no_header_makes_the_verifier_fetch(t *testing.T) {
	var network alarm
	before := http.DefaultTransport
	http.DefaultTransport = &network
	t.Cleanup(func() { http.DefaultTransport = before })

	b := newBench(t)
	stranger := need[tokenKey](t)(newTokenKey(newStream(9), b.clock()))
	jwks := need[[]byte](t)(encodeJWKS([]tokenKey{stranger}))
	jwk := strings.TrimSuffix(strings.TrimPrefix(string(jwks), `{"keys":[`), `]}`)
	for name, member := range map[string]string{
		"jku": `"http://169.254.169.254/keys"`, "jwk": jwk, "x5u": `"https://evil.example/cert"`, "x5c": `["MIIB"]`,
		"x5t": `"AAAA"`, "x5t#S256": `"AAAA"`, "cty": `"JWT"`, "zip": `"DEF"`, "crit": `["exp"]`, "b64": `false`,
		"url": `"https://evil.example"`, "nonce": `"1"`, "Alg": `"EdDSA"`, "unknown": `1`,
	} {
		t.Run(name, func(t *testing.T) {
			header := b.header(t).with(object{name: member}).String()
			token := b.signed(t, header, b.claims().String())
			b.judged(t, token, name == "x5t")
			// Teeth: but for that member the token is good.
			if err := b.lenient(token, b.key(t).public()); err != nil {
				t.Errorf("the token is not good but for %s: %v", name, err)
			}
		})
	}
	if n := network.rung.Load(); n != 0 {
		t.Errorf("%d requests went out", n)
	}
}

func TestT9_contrast_a_verifier_that_follows_jku_rings_the_alarm(t *testing.T) {
	var network alarm
	before := http.DefaultTransport
	http.DefaultTransport = &network
	t.Cleanup(func() { http.DefaultTransport = before })

	b := newBench(t)
	token := b.signed(t, b.header(t).with(object{"jku": `"http://127.0.0.1:1/keys"`}).String(), b.claims().String())
	_, err := jwt.Parse(token, func(token *jwt.Token) (any, error) {
		answer, err := http.Get(token.Header["jku"].(string))
		if err != nil {
			return nil, err
		}
		defer func() { _ = answer.Body.Close() }()
		return b.key(t).public(), json.NewDecoder(answer.Body).Decode(new(any))
	})
	if err == nil || network.rung.Load() != 1 {
		t.Errorf("error %v, %d requests; want one request that failed", err, network.rung.Load())
	}
}

// The package does not even contain an HTTP client.
func TestT9_the_package_has_no_http_client(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := strings.Fields(string(out))
	if len(packages) < 50 {
		t.Fatalf("only %d packages listed", len(packages))
	}
	for _, p := range packages {
		if p == "net/http" || p == "net/rpc" {
			t.Errorf("access depends on %s", p)
		}
	}
}
