package access

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/fault"
)

func TestT10_times_are_there_whole_and_in_order(t *testing.T) {
	b := newBench(t)
	at := func(d time.Duration) string { return unix(b.clock().Add(d)) }
	for _, c := range []struct {
		name    string
		claims  object
		lenient bool // the library with its defaults takes it
	}{
		{"no exp", object{"exp": ""}, true},
		{"no nbf", object{"nbf": ""}, true},
		{"no iat", object{"iat": ""}, true},
		{"exp null", object{"exp": "null"}, false},
		{"exp zero", object{"exp": "0"}, true},
		{"exp text", object{"exp": quoted(at(time.Minute))}, false},
		{"exp 1e308", object{"exp": "1e308"}, false},
		{"exp beyond the year 9999", object{"exp": "253402300800"}, true},
		{"exp beyond 64 bits", object{"exp": "9223372036854775808"}, false},
		{"exp that wraps a duration around", object{"exp": "253402300799"}, true},
		{"exp negative", object{"exp": "-1"}, false},
		{"exp NaN", object{"exp": "NaN"}, false},
		{"exp fraction", object{"exp": at(time.Minute) + ".5"}, true},
		{"exp exponent", object{"exp": "1.772456e9"}, true},
		{"exp true", object{"exp": "true"}, false},
		{"exp list", object{"exp": "[]"}, false},
		{"nbf in the future", object{"nbf": at(time.Minute)}, false},
		{"nbf before iat", object{"nbf": at(-time.Minute)}, true},
		{"nbf text", object{"nbf": quoted(at(0))}, false},
		{"nbf negative", object{"nbf": "-1"}, true},
		{"iat in the future", object{"iat": at(time.Minute), "nbf": at(0)}, true},
		{"iat and nbf in the future", object{"iat": at(6 * time.Second), "nbf": at(6 * time.Second)}, false},
		{"iat negative", object{"iat": "-1"}, true},
		{"iat after exp", object{"iat": at(11 * time.Minute)}, true},
		{"lives a second too long", object{"exp": at(10*time.Minute + time.Second)}, true},
		{"lives for years", object{"exp": at(100000 * time.Hour)}, true},
		{"lives long, begun long ago", object{"iat": at(-time.Hour), "nbf": at(-time.Hour)}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			token := b.signed(t, b.header(t).String(), b.claims().with(c.claims).String())
			b.judged(t, token, c.name == "no nbf")
			if err := b.lenient(token, b.key(t).public()); (err == nil) != c.lenient {
				t.Errorf("the library with its defaults says %v, want it to be taken: %v", err, c.lenient)
			}
		})
	}
}

func TestT10_an_expired_token_is_told_so_only_when_all_else_is_right(t *testing.T) {
	b := newBench(t)
	honest, claims := b.token(t), b.claims()
	b.pass(10*time.Minute + b.profile.Leeway)
	wantRefusal(t, verifyErr(b.verifier.Verify(honest)), fault.Unauthenticated, CodeTokenExpired)
	for name, change := range map[string]object{
		"issuer": {"iss": `"https://other.example"`}, "audience": {"aud": `"other"`}, "client": {"sub": `"someone"`},
		"no iat": {"iat": ""}, "no jti": {"jti": ""}, "too long": {"iat": unix(b.clock().Add(-time.Hour))},
	} {
		t.Run(name, func(t *testing.T) {
			b.refuses(t, b.signed(t, b.header(t).String(), claims.with(change).String()))
		})
	}
	b.refuses(t, honest[:len(honest)-4]+"AAAA")
}

// The bounds, to the second, wherever the clock stands or jumps to.
func TestT10_leeway_moves_the_bounds_and_no_more(t *testing.T) {
	b := newBench(t)
	issued := b.clock()
	token := b.token(t)
	rapid.Check(t, func(r *rapid.T) {
		leeway := time.Duration(rapid.Int64Range(0, 60).Draw(r, "leeway")) * time.Second
		near := rapid.SampledFrom([]time.Duration{-leeway, 0, 10*time.Minute + leeway, 300 * 24 * time.Hour, -300 * 24 * time.Hour}).Draw(r, "near")
		now := issued.Add(near + time.Duration(rapid.Int64Range(-2000, 2000).Draw(r, "ms"))*time.Millisecond)
		profile := b.profile
		profile.Leeway = leeway
		clock := func() time.Time { return now }
		verifier, err := NewVerifier(TokenDeps{Profile: profile, Ring: b.ring, Clock: clock})
		if err != nil {
			r.Fatal(err)
		}
		want := fault.Code("")
		switch {
		case now.Before(issued.Add(-leeway)):
			want = CodeTokenInvalid
		case !now.Before(issued.Add(10*time.Minute + leeway)):
			want = CodeTokenExpired
		}
		_, err = verifier.Verify(token)
		if diff := cmp.Diff(want, fault.CodeOf(err)); diff != "" {
			r.Fatalf("leeway %v, %v after issue: %s", leeway, now.Sub(issued), diff)
		}
	})
}

func TestT10_a_profile_out_of_bounds_is_refused(t *testing.T) {
	b := newBench(t)
	for name, change := range map[string]func(*Profile){
		"no issuer":        func(p *Profile) { p.Issuer = "" },
		"no audience":      func(p *Profile) { p.Audience = "" },
		"negative":         func(p *Profile) { p.Lifetime = -time.Second },
		"fraction":         func(p *Profile) { p.Lifetime = 1500 * time.Millisecond },
		"beyond an hour":   func(p *Profile) { p.Lifetime = time.Hour + time.Second },
		"beyond its max":   func(p *Profile) { p.MaxLifetime = time.Minute },
		"negative leeway":  func(p *Profile) { p.Leeway = -1 },
		"leeway over 60 s": func(p *Profile) { p.Leeway = time.Minute + 1 },
	} {
		t.Run(name, func(t *testing.T) {
			deps := TokenDeps{Profile: b.profile, Ring: b.ring, Clock: b.clock, Random: newStream(3)}
			change(&deps.Profile)
			_, issuerErr := NewIssuer(deps)
			_, verifierErr := NewVerifier(deps)
			if issuerErr == nil || verifierErr == nil {
				t.Errorf("issuer: %v, verifier: %v, want errors", issuerErr, verifierErr)
			}
		})
	}
}
