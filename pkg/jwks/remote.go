package jwks

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
)

// maxHeader bounds the header of an answer, in bytes.
const maxHeader = 16 << 10

// Remote is an address that a key set is fetched from.
type Remote struct {
	URL string // https
	// Private: it lies in the network behind, on this machine or one that only it
	// can reach. Otherwise such addresses, and literal ones, are refused.
	Private bool
	Roots   *x509.CertPool // who may vouch for the address; nil: whom the system trusts
}

// What is wrong with an address.
var (
	errURL     = errors.New("the address of a key set must be one of https, without a user or a fragment")
	errLiteral = errors.New("the address of a key set has no name but a number; say so if it lies in a private network")
	errAddress = errors.New("the address leads where no key set is to be fetched from")
)

// Fetch gives what fetches from there. It never follows a redirect, uses no
// proxy, and looks at the address that a name leads to before it connects.
func (r Remote) Fetch() (Fetch, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return nil, errURL
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil && !r.Private {
		return nil, errLiteral
	}
	client := r.client()
	return func(ctx context.Context) ([]byte, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, http.NoBody)
		if err != nil {
			return nil, errURL
		}
		request.Header.Set("Accept", "application/jwk-set+json, application/json")
		return get(client, request)
	}, nil
}

func (r Remote) client() *http.Client {
	dialer := &net.Dialer{Timeout: Patience, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !allowed(at.Addr(), r.Private) {
			return errAddress
		}
		return nil
	}}
	return &http.Client{
		Timeout:       Patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: r.Roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    Patience,
			DisableKeepAlives:      true, // a connection for each fetch, a fetch in minutes
			DisableCompression:     true,
			MaxResponseHeaderBytes: maxHeader,
		},
	}
}

func get(client *http.Client, request *http.Request) (text []byte, err error) {
	answer, err := client.Do(request)
	if err != nil {
		return nil, reason(err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the answer has status %d; redirects are not followed", answer.StatusCode)
	}
	text, err = io.ReadAll(io.LimitReader(answer.Body, MaxBytes+1))
	switch {
	case err != nil:
		return nil, reason(err)
	case len(text) > MaxBytes:
		return nil, errors.New("the key set is too large")
	}
	return text, nil
}

// reason words what failed. The errors of the network name addresses, and those
// of HTTP repeat what was received, so they are put in words of our own.
func reason(err error) error {
	if errors.Is(err, errAddress) {
		return errAddress
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		return errors.New("it took too long")
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return errors.New("the name cannot be resolved")
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return errors.New("the certificate is not trusted, or is another's")
	}
	if broken, ok := errors.AsType[*net.OpError](err); ok {
		if cause, ok := errors.AsType[syscall.Errno](err); ok {
			return fmt.Errorf("%s: %w", broken.Op, cause)
		}
	}
	return errors.New("there was no answer in good order")
}
