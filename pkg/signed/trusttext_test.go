package signed

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/fault"
)

func TestParseTrust_takes_what_String_writes(t *testing.T) {
	a, b, c := signer(t, 1), signer(t, 2), signer(t, 3)
	whole := need[Trust](t)(Pin(a.Key()).Follow(introduced(t, a, b, c)...))
	text := whole.String()
	if again := need[Trust](t)(ParseTrust(text)); again.String() != text || again.Newest() != c.Key() {
		t.Error("reads another line than it wrote")
	}
	if alone := need[Trust](t)(ParseTrust(a.Key().String() + "\n")); alone.Newest() != a.Key() {
		t.Error("a key alone is not read")
	}
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	for name, tt := range map[string]struct {
		text string
		code fault.Code
	}{
		"nothing":               {"", CodeTrustMalformed},
		"no end":                {a.Key().String(), CodeTrustMalformed},
		"the last line cut":     {strings.TrimSuffix(text, "\n"), CodeTrustMalformed},
		"too long":              {text + strings.Repeat("\n", MaxTrust), CodeTrustMalformed},
		"no key":                {"\n" + text, CodeKeyMalformed},
		"a carriage return":     {a.Key().String() + "\r\n", CodeKeyMalformed},
		"an empty line":         {lines[0] + "\n" + lines[1], CodeSignedMalformed},
		"a space":               {lines[0] + " " + lines[1], CodeSignedMalformed},
		"reordered":             {lines[0] + lines[2] + "\n" + lines[1], CodeKeyUnknown},
		"with one left out":     {lines[0] + lines[2] + "\n", CodeKeyUnknown},
		"under another's key":   {c.Key().String() + "\n" + lines[1], CodeKeyUnknown},
		"with a name in quotes": {lines[0] + strings.Replace(lines[1], `"first":2`, `"first":3`, 1), CodeSignatureInvalid},
	} {
		got, err := ParseTrust(tt.text)
		if fault.CodeOf(err) != tt.code || got.String() != "" {
			t.Errorf("%s: %v, want %s", name, err, tt.code)
		}
	}
	if (Trust{}).String() != "" {
		t.Error("the zero Trust has a text")
	}
}

// Of a line's statements, taken in any order and number, those hold together
// that are its beginning, and none else; and for each number one key is in force.
func TestTrust_holds_for_beginnings_of_a_line_alone(t *testing.T) {
	line := []Signer{signer(t, 1), signer(t, 2), signer(t, 3), signer(t, 4), signer(t, 5)}
	rapid.Check(t, func(t *rapid.T) {
		var statements [][]byte
		first := 1
		for i := range len(line) - 1 {
			first += rapid.IntRange(0, 3).Draw(t, "releases")
			raw, err := line[i].Introduce(line[i+1], handover(first-1))
			if err != nil {
				t.Fatal(err)
			}
			statements = append(statements, raw)
		}
		places := rapid.SliceOfN(rapid.IntRange(0, len(statements)-1), 0, 5).Draw(t, "places")
		text := line[0].Key().String() + "\n"
		for _, p := range places {
			text += string(statements[p]) + "\n"
		}
		beginning := slices.Equal(places, []int{0, 1, 2, 3}[:min(len(places), 4)])
		trust, err := ParseTrust(text)
		if (err == nil) != beginning {
			t.Fatalf("%v: %v", places, err)
		}
		if err == nil {
			onlyOneInForce(t, trust, line)
		}
	})
}

func onlyOneInForce(t *rapid.T, trust Trust, line []Signer) {
	number := rapid.IntRange(1, 20).Draw(t, "number")
	var in []Key
	for _, s := range line[:len(trust.Keys())] {
		raw, err := s.Sign(KindManifest, manifest{Release: number})
		if err != nil {
			t.Fatal(err)
		}
		v, err := Open(trust, KindManifest, raw)
		if err != nil {
			t.Fatal(err)
		}
		if v.Governs(number) == nil {
			in = append(in, s.Key())
		}
	}
	if !slices.Equal(in, []Key{trust.InForce(number)}) {
		t.Fatalf("release %d: %d keys are in force", number, len(in))
	}
}

// FuzzParseTrust: whatever is read is written again byte for byte, and begins
// with the key on its first line.
func FuzzParseTrust(f *testing.F) {
	a, b, c := signer(f, 1), signer(f, 2), signer(f, 3)
	statements := introduced(f, a, b, c)
	text := a.Key().String() + "\n"
	f.Add(text)
	for _, s := range statements {
		text += string(s) + "\n"
		f.Add(text)
	}
	f.Add(c.Key().String() + "\n" + string(statements[0]) + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		trust, err := ParseTrust(text)
		switch {
		case err != nil && fault.CodeOf(err) == "":
			t.Errorf("an error without a code: %v", err)
		case err == nil && trust.String() != text:
			t.Errorf("written as %q", trust)
		case err == nil && !strings.HasPrefix(text, trust.Keys()[0].String()+"\n"):
			t.Error("another key than the pinned one")
		}
	})
}
