package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"io"
	"sync"

	"manniskohandel.se/casestat/pkg/fault"
)

var (
	errUnknownClient = errors.New("unknown client")
	errWrongSecret   = errors.New("wrong secret")
)

// ClientCredentials gives tokens to clients who show their secret.
type ClientCredentials struct {
	directory Directory
	hasher    *Hasher
	issuer    *Issuer
	proven    proven
}

// NewClientCredentials reads 32 bytes from random, for a key that lives in
// this process only.
func NewClientCredentials(d Directory, h *Hasher, i *Issuer, random io.Reader) (*ClientCredentials, error) {
	c := &ClientCredentials{directory: d, hasher: h, issuer: i, proven: proven{marks: map[ClientID][]byte{}}}
	_, err := io.ReadFull(random, c.proven.key[:])
	return c, err
}

// Grant gives a token or a *GrantError; any other error is ours, or Unavailable
// when the service is busy. An unknown client costs as much as a wrong secret.
func (c *ClientCredentials) Grant(ctx context.Context, r TokenRequest) (Token, error) {
	client, err := c.authenticate(ctx, r)
	if err != nil {
		return Token{}, err
	}
	if len(client.Permissions) == 0 {
		return Token{}, &GrantError{Code: CodeUnauthorizedClient, Basic: r.Basic}
	}
	token, err := c.issuer.Issue(client, r.Scope)
	if fault.CodeOf(err) == CodeInvalidScope {
		return Token{}, &GrantError{Code: CodeInvalidScope, Basic: r.Basic}
	}
	return token, err
}

func (c *ClientCredentials) authenticate(ctx context.Context, r TokenRequest) (Client, error) {
	client, refusal := standing(ctx, c.directory, r.Client)
	if refusal != nil && fault.KindOf(refusal) != fault.NotFound {
		return Client{}, refusal
	}
	if refusal != nil {
		client = Client{} // no stored secret: the hasher works for nothing
	}
	good, err := c.check(ctx, r, client.Secret)
	switch {
	case err != nil:
		return Client{}, err
	case good && refusal == nil:
		return client, nil
	}
	why := errWrongSecret // either is worded by the same steps
	if refusal != nil {
		why = errUnknownClient
	}
	return Client{}, &GrantError{Code: CodeInvalidClient, Basic: r.Basic, cause: errors.Join(why, refusal)}
}

// check lets a secret that this process has already found good pass without a
// hash, so that a flood of guesses, which fills the hasher's queue, does not
// lock out the clients it is guessing at.
func (c *ClientCredentials) check(ctx context.Context, r TokenRequest, stored string) (bool, error) {
	if known := c.proven.has(r, stored); known && stored != "" {
		return true, nil // the mark is made for an unknown client too, so that both take as long
	}
	good, err := c.hasher.Verify(ctx, r.Secret, stored)
	if good {
		c.proven.add(r, stored)
	}
	return good, err
}

// proven remembers, for each client, a keyed mark of the last secret found
// good together with the hash it was good for: a new secret ends the old mark.
type proven struct {
	key   [32]byte
	mu    sync.Mutex
	marks map[ClientID][]byte // guarded by mu; one for each client at most
}

func (p *proven) mark(r TokenRequest, stored string) []byte {
	mac := hmac.New(sha256.New, p.key[:])
	_, _ = io.WriteString(mac, stored+"\x00"+r.Secret) // a hash never fails; stored holds no NUL
	return mac.Sum(nil)
}

func (p *proven) has(r TokenRequest, stored string) bool {
	mark := p.mark(r, stored)
	p.mu.Lock()
	defer p.mu.Unlock()
	return hmac.Equal(mark, p.marks[r.Client])
}

func (p *proven) add(r TokenRequest, stored string) {
	mark := p.mark(r, stored)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.marks[r.Client] = mark
}
