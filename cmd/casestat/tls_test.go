package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

func certify(t *testing.T, key crypto.Signer) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"casestat.example"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// certificates are one of each sort, so that a cipher cannot fail for want of one.
func certificates(t *testing.T) []tls.Certificate {
	t.Helper()
	byRSA, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	byEC, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return []tls.Certificate{certify(t, byRSA), certify(t, byEC)}
}

// shake makes a handshake in memory and gives what was agreed on.
func shake(t *testing.T, server, client *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	near, far := net.Pipe()
	defer near.Close()
	ended := make(chan error, 1)
	go func() {
		defer far.Close()
		conn := tls.Server(far, server)
		err := conn.Handshake()
		if err == nil {
			_, err = conn.Write([]byte("x")) // so that the client reads what the server has to say last
		}
		ended <- err
	}()
	client.InsecureSkipVerify = true // what is offered is asked, not who offers it
	conn := tls.Client(near, client)
	err := conn.Handshake()
	if err == nil {
		_, err = conn.Read(make([]byte, 1))
	}
	_ = near.Close()
	<-ended
	return conn.ConnectionState(), err
}

// offer gives what a server agrees to of one version, and of one cipher of 1.2.
func offered(t *testing.T, server *tls.Config, version, suite uint16) bool {
	t.Helper()
	client := &tls.Config{MinVersion: version, MaxVersion: version}
	if suite != 0 {
		client.CipherSuites = []uint16{suite}
	}
	state, err := shake(t, server, client)
	return err == nil && state.Version == version && (suite == 0 || state.CipherSuite == suite)
}

func TestT31_OnlyNewVersionsAndCiphersThatKeepSecrets(t *testing.T) {
	both := certificates(t)
	config := tlsConfig(both[0])
	config.Certificates = both
	for version, want := range map[uint16]bool{tls.VersionTLS10: false, tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		if offered(t, config, version, 0) != want {
			t.Errorf("%s is offered: %v", tls.VersionName(version), !want)
		}
	}
	seen := 0
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		if !slices.Contains(suite.SupportedVersions, tls.VersionTLS12) {
			continue
		}
		seen++
		keeps := strings.HasPrefix(suite.Name, "TLS_ECDHE_") && (strings.Contains(suite.Name, "_GCM_") || strings.Contains(suite.Name, "_POLY1305_"))
		if offered(t, config, tls.VersionTLS12, suite.ID) != keeps {
			t.Errorf("%s is offered: %v", suite.Name, !keeps)
		}
	}
	if seen < 15 {
		t.Errorf("%d ciphers were tried", seen)
	}
	// The contrast: the library's own choice.
	own := &tls.Config{Certificates: both}
	if !offered(t, own, tls.VersionTLS12, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA) {
		t.Error("the library has given up CBC: the list above may go")
	}
}

// T28: HTTP/2 is not agreed on, so that none of its floods has anything to flood.
func TestT28_HTTP2IsNotAgreedOn(t *testing.T) {
	config := tlsConfig(certificates(t)[1])
	state, err := shake(t, config, &tls.Config{NextProtos: []string{"h2", "http/1.1"}})
	if err != nil || state.NegotiatedProtocol != "http/1.1" {
		t.Errorf("%q, %v", state.NegotiatedProtocol, err)
	}
	if _, err := shake(t, config, &tls.Config{NextProtos: []string{"h2"}}); err == nil {
		t.Error("a client that speaks HTTP/2 alone is let in")
	}
}
