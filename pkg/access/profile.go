package access

import (
	"errors"
	"time"
)

// The bounds of a Profile. Key rotation counts on them: a retired key stays
// until no token signed with it can be good under any allowed Profile.
const (
	DefaultLifetime = 10 * time.Minute
	LongestLifetime = time.Hour
	DefaultLeeway   = 5 * time.Second
	LongestLeeway   = time.Minute
)

// Profile is what the Issuer and the Verifier of tokens agree on.
type Profile struct {
	Issuer      string        // iss, compared byte for byte
	Audience    string        // aud, compared byte for byte
	Lifetime    time.Duration // of the tokens issued; zero means DefaultLifetime
	MaxLifetime time.Duration // of the tokens accepted; zero means Lifetime
	Leeway      time.Duration // clock difference between instances; zero means none
}

// settled fills in the defaults and refuses what is out of bounds.
func (p Profile) settled() (Profile, error) {
	if p.Lifetime == 0 {
		p.Lifetime = DefaultLifetime
	}
	if p.MaxLifetime == 0 {
		p.MaxLifetime = p.Lifetime
	}
	switch {
	case p.Issuer == "" || p.Audience == "":
		return p, errors.New("token profile: issuer and audience must be given")
	case p.Lifetime < time.Second || p.Lifetime > p.MaxLifetime:
		return p, errors.New("token profile: lifetime must be a second at least and at most the longest accepted")
	case p.Lifetime%time.Second != 0 || p.MaxLifetime%time.Second != 0:
		return p, errors.New("token profile: lifetimes must be whole seconds")
	case p.MaxLifetime > LongestLifetime:
		return p, errors.New("token profile: the longest accepted lifetime must be one hour at most")
	case p.Leeway < 0 || p.Leeway > LongestLeeway:
		return p, errors.New("token profile: leeway must be between zero and one minute")
	}
	return p, nil
}
