package main

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"time"

	"go.yaml.in/yaml/v3"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/jwks"
)

// maxIssuersFile bounds what is read of a file of issuers, and of certificates.
const maxIssuersFile = 1 << 20

// issuersFile names the issuers of OpenID Connect beside our own.
type issuersFile struct {
	Issuers []issuerEntry `yaml:"issuers"`
}

// issuerEntry is one of them, in the words of the file.
type issuerEntry struct {
	Issuer          string                     `yaml:"issuer"`
	Audience        string                     `yaml:"audience"`
	Algorithm       string                     `yaml:"algorithm"`
	Type            string                     `yaml:"type"`
	LongestLifetime time.Duration              `yaml:"longest_lifetime"`
	ACR             []string                   `yaml:"acr"`
	AMR             []string                   `yaml:"amr"`
	OneFactor       bool                       `yaml:"one_factor"`
	Keys            keysEntry                  `yaml:"keys"`
	Clients         map[string]access.ClientID `yaml:"clients"` // by subject
}

// keysEntry says where its keys are: at an address or in a file.
type keysEntry struct {
	URL            string `yaml:"url"`
	PrivateNetwork bool   `yaml:"private_network"`
	CAFile         string `yaml:"ca_file"`
	File           string `yaml:"file"`
}

// externals reads the file of issuers, if there is one, and makes a source of
// keys for each of them.
func (s *service) externals(file string, deps access.TokenDeps) (*access.Externals, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // no issuers
	}
	entries, err := readIssuers(file)
	if err != nil {
		return nil, err
	}
	var all []access.External
	for _, entry := range entries.Issuers {
		source, err := entry.source(deps.Clock)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", file, entry.Issuer, err)
		}
		s.abroad = append(s.abroad, source)
		all = append(all, entry.external(source, deps.Profile.Leeway))
	}
	externals, err := access.NewExternals(deps.Profile, deps.Clock, all...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return externals, nil
}

// readIssuers reads a file that nobody but its owner may write: whoever can,
// says who the coordinator is.
func readIssuers(name string) (file issuersFile, err error) {
	text, err := readUnshared(name)
	if err != nil {
		return file, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return file, fmt.Errorf("%s is no file of issuers: %w", name, err)
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return file, fmt.Errorf("%s holds more than one document", name)
	}
	if len(file.Issuers) == 0 {
		return file, fmt.Errorf("%s names no issuer: leave --issuers-file out", name)
	}
	return file, nil
}

func readUnshared(name string) ([]byte, error) {
	return readGuarded(name, guard{0o022, "written", "go-w", maxIssuersFile})
}

func (e issuerEntry) external(keys access.KeySource, leeway time.Duration) access.External {
	return access.External{
		Issuer: e.Issuer, Audience: e.Audience, Algorithm: e.Algorithm, Type: e.Type, MaxLifetime: e.LongestLifetime, Leeway: leeway,
		ACR: e.ACR, AMR: e.AMR, OneFactor: e.OneFactor, Clients: e.Clients, Keys: keys,
	}
}

func (e issuerEntry) source(clock func() time.Time) (*jwks.Source, error) {
	fetch, err := e.Keys.fetch()
	if err != nil {
		return nil, err
	}
	return jwks.New(jwks.Config{Algorithm: e.Algorithm, Fetch: fetch, Clock: clock})
}

func (k keysEntry) fetch() (jwks.Fetch, error) {
	switch {
	case (k.URL == "") == (k.File == ""):
		return nil, errors.New("keys: give either url or file")
	case k.File != "" && (k.CAFile != "" || k.PrivateNetwork):
		return nil, errors.New("keys: ca_file and private_network belong to url")
	case k.File != "":
		return jwks.File(k.File), nil
	}
	remote := jwks.Remote{URL: k.URL, Private: k.PrivateNetwork}
	if k.CAFile != "" {
		certificates, err := readUnshared(k.CAFile)
		if err != nil {
			return nil, err
		}
		remote.Roots = x509.NewCertPool()
		if !remote.Roots.AppendCertsFromPEM(certificates) {
			return nil, fmt.Errorf("%s holds no certificate", k.CAFile)
		}
	}
	return remote.Fetch()
}
