package signed

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/fault"
)

func TestCanonical_RFC8785_examples(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{
			"section 3.2.3, order of members",
			`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",` +
				`"\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
			"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\"," +
				"\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}",
		},
		{
			"section 3.2.2, text and literals",
			`{ "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false] }`,
			`{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
		},
		{"appendix B, zero", `0`, `0`},
		{"appendix B, the largest safe integer", `9007199254740991`, `9007199254740991`},
		{"appendix B, the smallest safe integer", `-9007199254740991`, `-9007199254740991`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := need[[]byte](t)(Canonical(json.RawMessage(tt.in)))
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if err := CheckCanonical(got); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestCanonical_takes_Go_values(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   any
		want string
	}{
		{"a map", map[string]any{"b": 1, "a": []int{2, -3}}, `{"a":[2,-3],"b":1}`},
		{"a struct, whatever the order of its fields", manifest{Release: 7, Title: "<å&\u2028>"}, "{\"previous\":\"\",\"release\":7,\"title\":\"<å&\u2028>\"}"},
		{"a float that is an integer", 4.0, `4`},
		{"nothing", nil, `null`},
		{"text that holds U+FFFD", "\ufffd", "\"\ufffd\""},
		{"text that looks like an escape", `\ufffd`, `"\\ufffd"`},
		{"every escape", "\"\\/\b\f\n\r\t\x00\x1f\x7f", `"\"\\/\b\f\n\r\t\u0000\u001f` + "\x7f\""},
		{"the deepest", json.RawMessage(nested(MaxDepth)), nested(MaxDepth)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, string(need[[]byte](t)(Canonical(tt.in)))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func nested(depth int) string { return strings.Repeat("[", depth) + strings.Repeat("]", depth) }

func TestCanonical_refuses_what_has_no_exact_form(t *testing.T) {
	loop := map[string]any{}
	loop["again"] = loop
	for _, tt := range []struct {
		name string
		in   any
		code fault.Code
	}{
		{"a fraction", 0.5, CodeNumberNotExact},
		{"a large float", 1e21, CodeNumberNotExact},
		{"two to the power of 53", 1 << 53, CodeNumberNotExact},
		{"and its negative", -1 << 53, CodeNumberNotExact},
		{"the largest unsigned integer", uint64(math.MaxUint64), CodeNumberNotExact},
		{"not a number", math.NaN(), CodeNotJSON},
		{"bytes that are no text", "a\xffb", CodeNotJSON},
		{"bytes that are no text, in a name", map[string]int{"\xff": 1}, CodeNotJSON},
		{"a loop", loop, CodeNotJSON},
		{"a function", TestCanonical_takes_Go_values, CodeNotJSON},
		{"a member twice", json.RawMessage(`{"a":1,"a":2}`), CodeNotJSON},
		{"a member twice, once escaped", json.RawMessage(`{"a":1,"\u0061":2}`), CodeNotJSON},
		{"half a pair", json.RawMessage(`"\ud83d"`), CodeNotJSON},
		{"the wrong half", json.RawMessage(`"\ude00\ud83d"`), CodeNotJSON},
		{"too deep", json.RawMessage(nested(MaxDepth + 1)), CodeNotJSON},
		{"too large", strings.Repeat("a", MaxSize), CodeDocumentTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := Canonical(tt.in)
			wantCode(t, err, tt.code)
			if b != nil {
				t.Error("gave bytes as well")
			}
		})
	}
}

func TestCheckCanonical_takes_the_one_form(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		code     fault.Code
	}{
		{"as it should be", `{"a":[1,"é"],"b":null}`, ""},
		{"a space", `{"a": 1}`, CodeNotCanonical},
		{"a space before", ` 1`, CodeNotCanonical},
		{"a newline after", "1\n", CodeNotCanonical},
		{"another order", `{"b":1,"a":2}`, CodeNotCanonical},
		{"a needless escape", `"\u0061"`, CodeNotCanonical},
		{"an escaped slash", `"\/"`, CodeNotCanonical},
		{"a long escape", `"\u000a"`, CodeNotCanonical},
		{"capital digits", `"\u001F"`, CodeNotCanonical},
		{"minus nought", `-0`, CodeNumberNotExact},
		{"a point", `1.0`, CodeNumberNotExact},
		{"an exponent", `1e3`, CodeNumberNotExact},
		{"beyond 64 bits", `92233720368547758080`, CodeNumberNotExact},
		{"a leading nought", `01`, CodeNotJSON},
		{"a plus", `+1`, CodeNotJSON},
		{"a bare minus", `-`, CodeNotJSON},
		{"nothing", ``, CodeNotJSON},
		{"two values", `1 2`, CodeNotJSON},
		{"a comma too many", `[1,]`, CodeNotJSON},
		{"a comma too early", `[,1]`, CodeNotJSON},
		{"a comma too many in an object", `{"a":1,}`, CodeNotJSON},
		{"no comma", `[1 2]`, CodeNotJSON},
		{"no colon", `{"a" 1}`, CodeNotJSON},
		{"no name", `{1:1}`, CodeNotJSON},
		{"a name without its end", `{"a`, CodeNotJSON},
		{"an array without its end", `[1`, CodeNotJSON},
		{"an object without its end", `{"a":1`, CodeNotJSON},
		{"an escape without its end", `"\`, CodeNotJSON},
		{"an escape that is none", `"\x"`, CodeNotJSON},
		{"a short escape", `"\u00`, CodeNotJSON},
		{"digits that are none", `"\u00_a"`, CodeNotJSON},
		{"half a pair, then text", `"\ud83dx"`, CodeNotJSON},
		{"half a pair, then another escape", `"\ud83d\n"`, CodeNotJSON},
		{"a raw line feed in text", "\"\n\"", CodeNotJSON},
		{"a zero byte", "\x00", CodeNotJSON},
		{"not UTF-8", "\"\xff\"", CodeNotJSON},
		{"a byte order mark", "\ufeff1", CodeNotJSON},
		{"a word of JavaScript", `NaN`, CodeNotJSON},
		{"half a word", `tru`, CodeNotJSON},
	} {
		t.Run(tt.name, func(t *testing.T) { wantCode(t, CheckCanonical([]byte(tt.in)), tt.code) })
	}
}

// The contrast: the standard reader takes what two readers would understand in
// two ways.
func TestCanonical_contrast_encoding_json_is_kinder(t *testing.T) {
	for in, want := range map[string]any{
		`{"a":1,"a":2}`: map[string]any{"a": 2.0},
		"\"\xff\"":      "\ufffd",
		`"\ud83d"`:      "\ufffd",
	} {
		var got any
		if err := json.Unmarshal([]byte(in), &got); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%q: %v, %v", in, got, err)
		}
		wantCode(t, CheckCanonical([]byte(in)), CodeNotJSON)
	}
}

func TestCanonical_is_one_form_for_one_value(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawValue(t, 3)
		want, err := Canonical(v)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Canonical(json.RawMessage(want))
		if err != nil || string(again) != string(want) {
			t.Fatalf("not idempotent: %s, %s, %v", want, again, err)
		}
		careless, err := Canonical(json.RawMessage(writeCarelessly(t, v)))
		if err != nil || string(careless) != string(want) {
			t.Fatalf("depends on how it was written: %s, %s, %v", want, careless, err)
		}
		var back any
		if err := json.Unmarshal(want, &back); err != nil || !cmp.Equal(v, back) {
			t.Fatalf("another value came back: %v, %v", back, err)
		}
	})
}

// drawValue draws a value in the Go types that encoding/json reads into any.
func drawValue(t *rapid.T, depth int) any {
	sort := rapid.IntRange(0, 4)
	if depth == 0 {
		sort = rapid.IntRange(0, 2)
	}
	switch sort.Draw(t, "sort") {
	case 0:
		return float64(rapid.Int64Range(-MaxInteger, MaxInteger).Draw(t, "number"))
	case 1:
		return rapid.String().Draw(t, "text")
	case 2:
		return rapid.SampledFrom([]any{nil, true, false}).Draw(t, "literal")
	case 3:
		list := make([]any, rapid.IntRange(0, 3).Draw(t, "length"))
		for i := range list {
			list[i] = drawValue(t, depth-1)
		}
		return list
	default:
		object := map[string]any{}
		for range rapid.IntRange(0, 4).Draw(t, "members") {
			object[rapid.String().Draw(t, "name")] = drawValue(t, depth-1)
		}
		return object
	}
}

// writeCarelessly writes v as anybody might: any order, spaces, any escapes.
func writeCarelessly(t *rapid.T, v any) string {
	space := func() string { return rapid.SampledFrom([]string{"", " ", "\n\t", "\r"}).Draw(t, "space") }
	var parts []string
	switch v := v.(type) {
	case string:
		return space() + escapeAnyhow(t, v) + space()
	case float64:
		return fmt.Sprintf("%s%d%s", space(), int64(v), space())
	case []any:
		for _, e := range v {
			parts = append(parts, writeCarelessly(t, e))
		}
		return space() + "[" + strings.Join(parts, ",") + "]"
	case map[string]any:
		for _, name := range rapid.Permutation(slices.Sorted(maps.Keys(v))).Draw(t, "order") {
			parts = append(parts, space()+escapeAnyhow(t, name)+space()+":"+writeCarelessly(t, v[name]))
		}
		return "{" + strings.Join(parts, ",") + space() + "}" + space()
	case bool:
		return fmt.Sprint(v) + space()
	default:
		return space() + "null"
	}
}

func escapeAnyhow(t *rapid.T, s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '\ufffd': // written as an escape it is refused
			b.WriteRune(r)
		case r < 0x10000 && rapid.Bool().Draw(t, "escape"):
			fmt.Fprintf(&b, rapid.SampledFrom([]string{`\u%04x`, `\u%04X`}).Draw(t, "digits"), r)
		default:
			quoted := appendText(nil, string(r))
			b.Write(quoted[1 : len(quoted)-1])
		}
	}
	b.WriteByte('"')
	return b.String()
}

// Another implementation of RFC 8785 agrees wherever ours has an answer, and
// ours has one wherever it should.
func FuzzCanonical(f *testing.F) {
	for _, s := range []string{
		`{"b":[1,-2,{"c":null}],"a":"\u00e9\ud83d\ude00"}`, `"\ufffd"`, ` [ true , false ] `, `-0`, `1.5`, `{"a":1,"a":1}`,
		`9007199254740993`, "\"\u2028\x7f\"", nested(MaxDepth + 1), `{"\ufb33":1,"\ud83d\ude00":2}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := canonicalise(b)
		other := jsontext.Value(slices.Clone(b))
		otherErr := other.Canonicalize()
		switch {
		case err == nil && (otherErr != nil || string(other) != string(got)):
			t.Fatalf("%q: ours %q, other %q, %v", b, got, other, otherErr)
		case fault.CodeOf(err) == CodeNumberNotExact, strings.Contains(strings.ToLower(string(b)), `\ufffd`), strings.Count(string(b), "[")+strings.Count(string(b), "{") > MaxDepth:
			return
		case err != nil && otherErr == nil:
			t.Fatalf("%q: refused with %v, other %q", b, err, other)
		}
	})
}
