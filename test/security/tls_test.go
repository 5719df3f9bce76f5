//go:build security

package security

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// certificate writes one for this machine and gives its files.
func certificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(filepath.Join(folder, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
}

var (
	protocol = regexp.MustCompile(`<protocol type="(ssl|tls)" version="([0-9.]+)" enabled="([01])"`)
	cipher   = regexp.MustCompile(`<cipher status="[a-z]+" sslversion="([^"]+)" bits="[0-9]+" cipher="([^"]+)"`)
)

// weak gives what sslscan sees offered that should not be, and how many ciphers it saw.
func weak(t *testing.T, address string) (found []string, ciphers int) {
	t.Helper()
	said, code := run(t, ".", "sslscan", "--no-colour", "--xml=-", address)
	protocols := protocol.FindAllStringSubmatch(said, -1)
	if code != 0 || len(protocols) < 6 {
		t.Fatalf("sslscan ended with %d and saw %d versions:\n%s", code, len(protocols), said)
	}
	for _, p := range protocols {
		if p[3] == "1" && (p[1] == "ssl" || p[2] == "1.0" || p[2] == "1.1") {
			found = append(found, p[1]+p[2])
		}
	}
	for _, c := range cipher.FindAllStringSubmatch(said, -1) {
		ciphers++
		if c[1] != "TLSv1.3" && (!strings.HasPrefix(c[2], "ECDHE-") || !strings.Contains(c[2], "GCM") && !strings.Contains(c[2], "POLY1305")) {
			found = append(found, c[1]+" "+c[2])
		}
	}
	return found, ciphers
}

func TestT31_Sslscan(t *testing.T) {
	cert, key := certificate(t)
	found, ciphers := weak(t, serve(t, "--tls-cert", cert, "--tls-key", key))
	if len(found) > 0 || ciphers < 4 {
		t.Errorf("of %d ciphers, weak: %v", ciphers, found)
	}
	t.Logf("%d ciphers offered", ciphers)
}

func TestT31_Contrast_SslscanFindsOldVersionsAndCiphers(t *testing.T) {
	cert, key := certificate(t)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	old := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS10, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", old)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for conn, err := listener.Accept(); err == nil; conn, err = listener.Accept() {
			go func() { _ = conn.(*tls.Conn).Handshake(); _ = conn.Close() }()
		}
	}()
	found, _ := weak(t, listener.Addr().String())
	for _, want := range []string{"tls1.0", "tls1.1", "TLSv1.2 ECDHE-ECDSA-AES128-SHA"} {
		if !strings.Contains(strings.Join(found, "|"), want) {
			t.Errorf("%s is not found among %v", want, found)
		}
	}
}
