package simulation

import (
	"time"

	"manniskohandel.se/casestat/pkg/access"
	"manniskohandel.se/casestat/pkg/fault"
)

// token is one as the model knows it.
type token struct {
	text   string
	client string
	from   time.Time // good from then on
	until  time.Time // not any more from then on
	key    int
	scope  string // what the client might when it was given
}

// tokenKey is a key as the model knows it.
type tokenKey struct {
	until time.Time // zero: it signs
	gone  bool
}

// retiredStays is how long a key is accepted after another one signs.
const retiredStays = time.Hour + time.Minute + time.Minute

// good foretells whether a token is taken now.
func (r *run) good(t *token) bool {
	now, key := r.clock.Now(), r.keys[t.key]
	inTime := !now.Before(t.from) && now.Before(t.until)
	return inTime && !key.gone && (key.until.IsZero() || now.Before(key.until)) && !r.model.clients[clients[t.client].id].revoked
}

// as gives who a client's newest token says it is. A client whose token is not
// good any more asks for another one first. Without a principal there is
// nothing to do: the client is revoked, or the storage failed.
func (r *run) as(client string) (p access.Principal, ok bool) {
	t := r.tokens[client]
	if t == nil || !r.good(t) {
		t = r.ask(client)
	}
	return r.present(t)
}

// ask has the service sign a token for a client.
func (r *run) ask(client string) *token {
	c, now := clients[client], r.clock.Now()
	given, err := r.issuer.Issue(access.Client{ID: access.ClientID(c.id), Permissions: permissionsOf(r.model.clients[c.id].permissions)}, nil)
	r.must(err)
	t := &token{given.Access, client, now, now.Add(given.Expires), len(r.keys) - 1, r.model.clients[c.id].permissions}
	r.tokens[client], r.olds = t, append(r.olds, t)
	return t
}

// present holds what becomes of a token against what was foretold.
func (r *run) present(t *token) (p access.Principal, ok bool) {
	want := r.good(t)
	p, err := r.process.tokens.Authenticate(ctx(), t.text)
	r.note("  token of %s: %s", t.client, fault.CodeOf(err))
	switch kind := fault.KindOf(err); {
	case err == nil && !want:
		r.fail("a token of %s is taken that is expired, or of a client or key that is gone", t.client)
	case err == nil:
		r.mayNoMore(t, p)
		return p, true
	case kind == fault.Unavailable && r.machine.stricken(), r.machine.dead():
	case kind != fault.Unauthenticated || want:
		r.fail("a token of %s: %v, foretold %t", t.client, err, want)
	}
	return access.Principal{}, false
}

// mayNoMore looks whether a principal may more than its client may now.
func (r *run) mayNoMore(t *token, p access.Principal) {
	now := permissionsOf(r.model.clients[clients[t.client].id].permissions)
	for _, permission := range p.Permissions {
		if !may(now, permission) {
			r.fail("%s may still %s", t.client, permission)
		}
	}
}

// may says whether a permission is among others.
func may(permissions []access.Permission, one access.Permission) bool {
	for _, p := range permissions {
		if p == one {
			return true
		}
	}
	return false
}

// allowed foretells whether a client's newest token lets it do something: the
// client may, and might when the token was given.
func (r *run) allowed(client string, permission access.Permission) bool {
	return may(permissionsOf(r.model.clients[clients[client].id].permissions), permission) &&
		may(permissionsOf(r.tokens[client].scope), permission)
}

func (r *run) rotate(op operation) []item {
	now := r.clock.Now()
	replace := op.number%4 == 0
	file := r.keyFile()
	change := file.Rotate
	if replace {
		change = file.Replace
	}
	if _, err := change(); err != nil {
		r.fail("rotate: %v", err)
	}
	for i := range r.keys {
		k := &r.keys[i]
		k.gone = k.gone || replace || !k.until.IsZero() && !now.Before(k.until)
		if k.until.IsZero() {
			k.until = now.Truncate(time.Second).Add(retiredStays)
		}
	}
	r.keys = append(r.keys, tokenKey{})
	r.must(r.reload())
	return nil
}
