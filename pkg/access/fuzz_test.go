package access

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/fault"
)

// FuzzVerify changes an honest token: nothing but the token itself is taken.
func FuzzVerify(f *testing.F) {
	b := newBench(f)
	honest := b.token(f)
	f.Add(uint16(0), uint16(0), "")
	f.Add(uint16(len(honest)), uint16(0), "\n")
	f.Add(uint16(3), uint16(1), "A")
	f.Add(uint16(0), uint16(len(honest)), "a.b.c")
	f.Add(uint16(len(honest)-1), uint16(1), "B")
	f.Fuzz(func(t *testing.T, at, cut uint16, insert string) {
		from := int(at) % (len(honest) + 1)
		to := min(from+int(cut), len(honest))
		token := honest[:from] + insert + honest[to:]
		_, err := b.verifier.Verify(token)
		if (err == nil) != (token == honest) {
			t.Fatalf("%q: %v", token, err)
		}
		if err != nil && fault.CodeOf(err) != CodeTokenInvalid {
			t.Fatalf("%q: code %s", token, fault.CodeOf(err))
		}
	})
}

// FuzzSignedToken signs whatever header and claims with the real key: what is
// taken must keep the profile, as an independent reading of the JSON finds it.
func FuzzSignedToken(f *testing.F) {
	b := newBench(f)
	header, claims := b.header(f).String(), b.claims().String()
	f.Add(header, claims)
	f.Add(header, strings.Replace(claims, "{", `{"sub":"x",`, 1))
	f.Add(strings.Replace(header, "{", `{"crit":[],`, 1), claims)
	f.Add(header, strings.Replace(claims, `"exp":`, `"EXP":`, 1))
	f.Add("null", "null")
	f.Fuzz(func(t *testing.T, header, claims string) {
		got, err := b.verifier.Verify(b.signed(t, header, claims))
		if err != nil {
			if code := fault.CodeOf(err); code != CodeTokenInvalid && code != CodeTokenExpired {
				t.Fatalf("code %q", code)
			}
			return
		}
		var h map[string]any
		var c map[string]any
		if json.Unmarshal([]byte(header), &h) != nil || json.Unmarshal([]byte(claims), &c) != nil {
			t.Fatal("taken, and not even JSON")
		}
		if len(h) != 3 || h["alg"] != "EdDSA" || h["typ"] != "at+jwt" || h["kid"] != b.key(t).id {
			t.Errorf("header taken: %s", header)
		}
		now := float64(b.clock().Unix())
		exp, iat, nbf := c["exp"].(float64), c["iat"].(float64), c["nbf"].(float64)
		if exp <= now-5 || nbf > now+5 || iat > now+5 || exp-iat > 600 || c["iss"] != b.profile.Issuer || c["aud"] != b.profile.Audience {
			t.Errorf("claims taken: %s", claims)
		}
		if string(got.Client) != c["sub"] || c["sub"] != c["client_id"] || c["jti"] == "" || !got.Expires.Equal(time.Unix(int64(exp), 0)) {
			t.Errorf("claims read as %+v: %s", got, claims)
		}
	})
}

// FuzzParseTokenRequest: whatever comes, a request or a refusal of the RFC.
func FuzzParseTokenRequest(f *testing.F) {
	f.Add("", "grant_type=client_credentials&client_id=a&client_secret=b&scope=x")
	f.Add("Basic YTpi", "grant_type=client_credentials")
	f.Add("Basic YTo=", "grant_type=x&scope=%20")
	f.Fuzz(func(t *testing.T, authorization, body string) {
		values, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		r, err := ParseTokenRequest(authorization, values)
		switch {
		case err != nil && (fault.CodeOf(err) == "" || fault.KindOf(err) == fault.Internal):
			t.Fatalf("refused with %v", err)
		case err == nil && (r.Client == "" || r.Secret == "" || values.Get("grant_type") != "client_credentials"):
			t.Fatalf("taken: %+v", r)
		case err == nil && r.Basic != (authorization != ""):
			t.Fatal("where the credentials came from is wrong")
		case err == nil && r.Basic && values.Get("client_secret") != "":
			t.Fatal("taken with two ways to authenticate")
		}
	})
}

// FuzzParsePHC: a stored hash is read as it was written or not at all.
func FuzzParsePHC(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$" + base64.RawStdEncoding.EncodeToString(make([]byte, 16)) + "$" + base64.RawStdEncoding.EncodeToString(make([]byte, 32)))
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$$")
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := parsePHC(s); err == nil && (p.String() != s || !p.sane()) {
			t.Fatalf("%q is read as %q", s, p)
		}
	})
}
