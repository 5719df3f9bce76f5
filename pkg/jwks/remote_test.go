package jwks

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// office answers over TLS on loopback.
type office struct {
	*httptest.Server
	asked atomic.Int32
	roots *x509.CertPool
}

func open(t *testing.T, answer http.HandlerFunc) *office {
	t.Helper()
	o := &office{roots: x509.NewCertPool()}
	o.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.asked.Add(1)
		answer(w, r)
	}))
	o.Config.ErrorLog = log.New(io.Discard, "", 0)
	o.StartTLS()
	o.roots.AddCert(o.Certificate())
	t.Cleanup(func() {
		o.CloseClientConnections()
		o.Close()
	})
	return o
}

func (o *office) fetch(t *testing.T) ([]byte, error) {
	t.Helper()
	return need[Fetch](t)(Remote{URL: o.URL, Private: true, Roots: o.roots}.Fetch())(t.Context())
}

func sends(text []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(text) }
}

func TestT12_a_set_is_fetched_over_TLS(t *testing.T) {
	text := setOf(t, ed("k", 1))
	o := open(t, func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"Authorization", "Cookie", "Referer", "Accept-Encoding"} {
			if r.Header.Get(name) != "" {
				t.Errorf("%s is sent along", name)
			}
		}
		sends(text)(w, r)
	})
	got := need[[]byte](t)(o.fetch(t))
	if !bytes.Equal(got, text) {
		t.Errorf("%s", got)
	}
}

func TestT20_no_redirect_is_followed(t *testing.T) {
	secret := open(t, sends(setOf(t, ed("k", 1))))
	for _, target := range []string{
		secret.URL, "https://169.254.169.254/latest/meta-data/", "http://127.0.0.1:1/", "file:///etc/passwd", "gopher://127.0.0.1:6379/_FLUSHALL",
		"//127.0.0.1:1/", "/elsewhere",
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			o := open(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Location", target)
				w.WriteHeader(status)
			})
			if _, err := o.fetch(t); err == nil || !strings.Contains(err.Error(), fmt.Sprint(status)) {
				t.Errorf("%d to %s: %v", status, target, err)
			}
			if o.asked.Load() != 1 {
				t.Errorf("%d to %s: asked %d times", status, target, o.asked.Load())
			}
		}
	}
	if secret.asked.Load() != 0 {
		t.Errorf("the redirect was followed %d times", secret.asked.Load())
	}
	// The contrast: a client as the library makes it goes wherever it is sent.
	o := open(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, secret.URL, http.StatusFound) })
	client := Remote{Private: true, Roots: o.roots}.client()
	client.CheckRedirect = nil
	client.Transport.(*http.Transport).TLSClientConfig.RootCAs.AddCert(secret.Certificate())
	request := need[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, o.URL, http.NoBody))
	if _, err := get(client, request); err != nil || secret.asked.Load() != 1 {
		t.Errorf("the attack does not work on a client that follows either: %v", err)
	}
}

func TestT20_addresses_are_those_of_the_configuration_alone(t *testing.T) {
	for name, url := range map[string]string{
		"http": "http://login.example/keys", "file": "file:///etc/passwd", "gopher": "gopher://login.example/", "no scheme": "login.example/keys",
		"no host": "https:///keys", "opaque": "https:login.example", "user": "https://user@login.example/", "password": "https://a:b@login.example/",
		"fragment": "https://login.example/#x", "empty": "", "bad port": "https://login.example:x/", "control": "https://login.example/\n", "upper case": "HTTP://login.example/",
	} {
		for _, private := range []bool{false, true} {
			if _, err := (Remote{URL: url, Private: private}).Fetch(); err == nil {
				t.Errorf("%s is taken", name)
			} else if strings.Contains(err.Error(), "login.example") {
				t.Errorf("%s: the error names the address: %v", name, err)
			}
		}
	}
	for _, literal := range []string{"https://127.0.0.1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://8.8.8.8/", "https://[fe80::1%25eth0]/"} {
		if _, err := (Remote{URL: literal}).Fetch(); err == nil {
			t.Errorf("%s is taken", literal)
		}
	}
	need[Fetch](t)(Remote{URL: "https://login.example/keys?tenant=1"}.Fetch())
	need[Fetch](t)(Remote{URL: "https://10.0.0.1/keys", Private: true}.Fetch())
}

// What a name leads to is looked at when it is dialled.
func TestT20_a_name_does_not_lead_into_the_network_behind(t *testing.T) {
	o := open(t, sends(setOf(t, ed("k", 1))))
	_, port, _ := net.SplitHostPort(o.Listener.Addr().String())
	local := Remote{URL: "https://localhost:" + port, Roots: o.roots}
	fetch := need[Fetch](t)(local.Fetch())
	if _, err := fetch(t.Context()); err == nil || err.Error() != errAddress.Error() || o.asked.Load() != 0 {
		t.Errorf("localhost: %v, asked %d times", err, o.asked.Load())
	}
	// The contrast: with the private network allowed, the same name is dialled, and fails for its certificate alone.
	local.Private = true
	fetch = need[Fetch](t)(local.Fetch())
	if _, err := fetch(t.Context()); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("localhost, allowed: %v", err)
	}
}

func TestT20_the_networks(t *testing.T) {
	for address, want := range map[string][2]bool{ // usual, private
		"8.8.8.8": {true, true}, "2a00:1450::1": {true, true}, "::ffff:8.8.8.8": {true, true}, "193.0.0.1": {true, true},
		"127.0.0.1": {false, true}, "127.255.255.254": {false, true}, "::1": {false, true}, "::ffff:127.0.0.1": {false, true},
		"10.1.2.3": {false, true}, "172.16.0.1": {false, true}, "172.31.255.255": {false, true}, "172.32.0.1": {true, true},
		"192.168.1.1": {false, true}, "100.64.0.1": {false, true}, "fd00::1": {false, true},
		"169.254.169.254": {false, false}, "::ffff:169.254.169.254": {false, false}, "fe80::1": {false, false}, "fe80::1%eth0": {false, false},
		"0.0.0.0": {false, false}, "::": {false, false}, "255.255.255.255": {false, false}, "224.0.0.1": {false, false}, "ff02::1": {false, false},
		"192.0.2.1": {false, false}, "198.18.0.1": {false, false}, "203.0.113.9": {false, false}, "240.0.0.1": {false, false},
		"64:ff9b::7f00:1": {false, false}, "2002:7f00:1::": {false, false}, "2001::1": {false, false}, "2001:db8::1": {false, false}, "::7f00:1": {false, false},
		"fec0::1": {false, false},
	} {
		a := netip.MustParseAddr(address)
		if got := [2]bool{allowed(a, false), allowed(a, true)}; got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
	if allowed(netip.Addr{}, true) {
		t.Error("no address is allowed")
	}
}

func TestT12_what_an_answer_may_cost(t *testing.T) {
	large := bytes.Repeat([]byte(" "), 1<<20)
	for name, answer := range map[string]http.HandlerFunc{
		"a megabyte":      sends(large),
		"a byte too many": sends(large[:MaxBytes+1]),
		"a large header":  func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 2*maxHeader)) },
		"an endless answer": func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := w.Write(large); err != nil {
					return
				}
			}
		},
		"an error": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) },
		"nothing":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) },
		"hangs up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"breaks off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("{"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := open(t, answer)
			text, err := o.fetch(t)
			if err == nil {
				t.Fatalf("%d bytes are taken", len(text))
			}
			if strings.Contains(err.Error(), "127.0.0.1") {
				t.Errorf("the error names an address: %v", err)
			}
		})
	}
	if text := need[[]byte](t)(open(t, sends(large[:MaxBytes])).fetch(t)); len(text) != MaxBytes {
		t.Errorf("%d bytes", len(text))
	}
}

func TestT12_a_slow_answer_ends_with_its_time(t *testing.T) {
	begun := make(chan struct{})
	o := open(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("{"))
		w.(http.Flusher).Flush()
		close(begun)
		<-r.Context().Done()        // until the caller goes away
		panic(http.ErrAbortHandler) // else the answer would be ended as if it were whole
	})
	fetch := need[Fetch](t)(Remote{URL: o.URL, Private: true, Roots: o.roots}.Fetch())
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-begun; cancel() }()
	if _, err := fetch(ctx); err == nil {
		t.Error("half an answer is taken")
	}
	if c := (Remote{}).client(); c.Timeout <= 0 || c.Timeout > Patience {
		t.Errorf("a fetch may take %v", c.Timeout)
	}
}

func TestT12_only_trusted_certificates(t *testing.T) {
	o := open(t, sends(setOf(t, ed("k", 1))))
	fetch := need[Fetch](t)(Remote{URL: o.URL, Private: true}.Fetch())
	if _, err := fetch(t.Context()); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a stranger's certificate: %v", err)
	}
}

func TestT20_no_proxy_of_the_environment_is_used(t *testing.T) {
	proxy := open(t, sends(nil))
	t.Setenv("HTTPS_PROXY", proxy.URL)
	t.Setenv("https_proxy", proxy.URL)
	if transport := (Remote{}).client().Transport.(*http.Transport); transport.Proxy != nil {
		t.Error("a proxy would be asked")
	}
}

func TestFiles(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "keys.json")
	text := setOf(t, ed("k", 1))
	if _, err := File(path)(t.Context()); err == nil {
		t.Error("a file that is not there is taken")
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := need[[]byte](t)(File(path)(t.Context())); !bytes.Equal(got, text) {
		t.Errorf("%s", got)
	}
	if _, err := File(folder)(t.Context()); err == nil {
		t.Error("a folder is taken")
	}
	pipe := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := File(pipe)(t.Context()); err == nil {
		t.Error("a pipe is taken")
	}
	if err := os.WriteFile(path, make([]byte, 1<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := File(path)(t.Context()); err == nil && len(got) > MaxBytes+1 {
		t.Errorf("%d bytes are read", len(got))
	}
}
