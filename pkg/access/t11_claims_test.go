package access

import (
	"strings"
	"testing"
)

func TestT11_names_and_type_are_exact(t *testing.T) {
	b := newBench(t)
	for _, c := range []struct {
		name           string
		header, claims object
		lenient        bool
	}{
		{name: "no aud", claims: object{"aud": ""}, lenient: true},
		{name: "aud of another", claims: object{"aud": `"other"`}, lenient: true},
		{name: "aud list", claims: object{"aud": `["casestat"]`}, lenient: true},
		{name: "aud list with another", claims: object{"aud": `["casestat","other"]`}, lenient: true},
		{name: "aud in another case", claims: object{"aud": `"CaseStat"`}, lenient: true},
		{name: "aud null", claims: object{"aud": "null"}, lenient: true},
		{name: "no iss", claims: object{"iss": ""}, lenient: true},
		{name: "iss with a slash", claims: object{"iss": `"https://stat.example/"`}, lenient: true},
		{name: "iss in another case", claims: object{"iss": `"https://STAT.example"`}, lenient: true},
		{name: "iss list", claims: object{"iss": `["https://stat.example"]`}, lenient: true},
		{name: "sub not client", claims: object{"sub": `"1b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3b"`}, lenient: true},
		{name: "no sub", claims: object{"sub": ""}, lenient: true},
		{name: "no client", claims: object{"client_id": ""}, lenient: true},
		{name: "client no id", claims: object{"client_id": `"admin"`, "sub": `"admin"`}, lenient: true},
		{name: "no jti", claims: object{"jti": ""}, lenient: true},
		{name: "no scope", claims: object{"scope": ""}, lenient: true},
		{name: "scope list", claims: object{"scope": `["records:write"]`}, lenient: true},
		{name: "no typ", header: object{"typ": ""}, lenient: true},
		{name: "typ JWT", header: object{"typ": `"JWT"`}, lenient: true},
		{name: "typ logout", header: object{"typ": `"logout+jwt"`}, lenient: true},
		{name: "typ in another case", header: object{"typ": `"AT+JWT"`}, lenient: true},
		{name: "typ as media type", header: object{"typ": `"application/at+jwt"`}, lenient: true},
		{name: "typ spaced", header: object{"typ": `"at+jwt "`}, lenient: true},
		{name: "crit unknown", header: object{"crit": `["urn:example:must"]`}, lenient: true},
		{name: "crit empty", header: object{"crit": `[]`}, lenient: true},
		{name: "b64 false", header: object{"b64": `false`, "crit": `["b64"]`}, lenient: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			token := b.signed(t, b.header(t).with(c.header).String(), b.claims().with(c.claims).String())
			b.judged(t, token, c.name == "no scope" || c.name == "scope list")
			if err := b.lenient(token, b.key(t).public()); (err == nil) != c.lenient {
				t.Errorf("the library with its defaults says %v, want it to be taken: %v", err, c.lenient)
			}
		})
	}
}

func TestT11_the_json_is_strict(t *testing.T) {
	b := newBench(t)
	header, claims := b.header(t).String(), b.claims().String()
	first := func(doc, member string) string { return strings.Replace(doc, "{", "{"+member+",", 1) }
	for _, c := range []struct {
		name, header, claims string
		lenient              bool
	}{
		{"duplicate sub", header, first(claims, `"sub":"0b5a1f7e-6a3c-4c58-9a41-3f1f0e1d2c3b"`), true},
		{"duplicate of an unknown member", header, first(first(claims, `"x":1`), `"x":1`), true},
		{"duplicate inside an unknown member", header, first(claims, `"x":{"y":1,"y":2}`), true},
		{"duplicate alg", first(header, `"alg":"EdDSA"`), claims, true},
		{"duplicate alg, none first", first(header, `"alg":"none"`), claims, true},
		{"duplicate by escape", header, first(claims, `"s\u0075b":"a"`), true},
		{"invalid UTF-8", header, first(claims, "\"x\":\"\xff\""), true},
		{"lone surrogate", header, first(claims, `"x":"\ud800"`), true},
		{"trailing data", header, claims + "{}", false},
		{"byte order mark", header, "\ufeff" + claims, false},
		{"claims null", header, "null", true},
		{"claims list", header, "[]", false},
		{"claims text", header, `"x"`, false},
		{"claims empty", header, "", false},
		{"header null", "null", claims, false},
		{"header list", "[]", claims, false},
		{"deep", header, first(claims, `"x":`+strings.Repeat("[", 2000)+strings.Repeat("]", 2000)), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			token := b.signed(t, c.header, c.claims)
			if c.name == "deep" {
				_, err := b.verifier.Verify(token)
				_, outsideErr := b.outside.verify(t.Context(), token)
				if err != nil || outsideErr != nil {
					t.Errorf("an unknown claim is to be ignored however deep it is: %v, %v", err, outsideErr)
				}
				return
			}
			b.refuses(t, token)
			if err := b.lenient(token, b.key(t).public()); (err == nil) != c.lenient {
				t.Errorf("the library with its defaults says %v, want it to be taken: %v", err, c.lenient)
			}
		})
	}
}

func TestT11_only_one_text_is_the_token(t *testing.T) {
	b := newBench(t)
	honest := b.token(t)
	parts := strings.Split(honest, ".")
	last := honest[len(honest)-1]
	for _, c := range []struct {
		name, token string
		lenient     bool
	}{
		{"newline after", honest + "\n", true},
		{"line break after", honest + "\r\n", true},
		{"newline inside the signature", parts[0] + "." + parts[1] + "." + parts[2][:9] + "\n" + parts[2][9:], true},
		{"other last character", honest[:len(honest)-1] + string(last+1), true}, // its low bits are padding
		{"newline inside the claims", parts[0] + "." + parts[1][:9] + "\n" + parts[1][9:] + "." + parts[2], false},
		{"space after", honest + " ", false},
		{"space before", " " + honest, false},
		{"padding", honest + "==", false},
		{"tab", honest + "\t", false},
		{"NUL", honest + "\x00", false},
		{"plain base64", strings.ReplaceAll(strings.ReplaceAll(honest, "-", "+"), "_", "/"), false},
		{"percent", strings.Replace(honest, ".", "%2E", 1), false},
		{"scheme", "Bearer " + honest, false},
		{"comma", honest + "," + honest, false},
		{"four parts", honest + "." + parts[2], false},
		{"five parts", honest + "..", false},
		{"two parts", parts[0] + "." + parts[1], false},
		{"one part", parts[0], false},
		{"empty", "", false},
		{"dots", "..", false},
		{"no header", "." + parts[1] + "." + parts[2], false},
		{"no claims", parts[0] + ".." + parts[2], false},
		{"non-ASCII", honest + "é", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b.refuses(t, c.token)
			if err := b.lenient(c.token, b.key(t).public()); (err == nil) != c.lenient {
				t.Errorf("the library with its defaults says %v, want it to be taken: %v", err, c.lenient)
			}
		})
	}
}
