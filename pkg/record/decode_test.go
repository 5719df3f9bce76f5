package record_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
)

// refusal is the details of one refused record, each "code@pointer".
type refusal []string

func refusalOf(details []fault.Detail) (r refusal) {
	for _, d := range details {
		r = append(r, string(d.Code)+"@"+d.Pointer)
	}
	return r
}

func expect(t *testing.T, body []byte, want ...string) {
	t.Helper()
	row := recordtest.NewReader(t).Decode(body, recordtest.Options())
	if diff := cmp.Diff(refusal(want), refusalOf(row.Details)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func with(name, value string) []byte { return recordtest.With(recordtest.Core(), name, value) }

func TestT16_DocumentsThatAreNotOneObject(t *testing.T) {
	for name, tt := range map[string]struct{ body, want string }{
		"nothing":                 {"", "empty_body@"},
		"white space":             {" \r\n\t", "empty_body@"},
		"null":                    {"null", "not_an_object@"},
		"true":                    {"true", "not_an_object@"},
		"a string":                {`"x"`, "not_an_object@"},
		"a number":                {"1", "not_an_object@"},
		"an array":                {"[]", "not_an_object@"},
		"an array of the object":  {"[" + string(recordtest.Core()) + "]", "not_an_object@"},
		"a byte order mark":       {"\ufeff" + string(recordtest.Core()), "byte_order_mark@"},
		"UTF-16":                  {"\xff\xfe{\x00}\x00", "invalid_utf8@"},
		"a comment before":        {"/* */" + string(recordtest.Core()), "malformed_json@"},
		"a comment inside":        {"{//\n}", "malformed_json@"},
		"trailing text":           {string(recordtest.Core()) + "x", "trailing_data@"},
		"a second object":         {string(recordtest.Core()) + "\n{}", "trailing_data@"},
		"a NUL after":             {string(recordtest.Core()) + "\x00", "trailing_data@"},
		"a NUL before":            {"\x00" + string(recordtest.Core()), "nul_character@"},
		"truncated":               {`{"gender":"woman"`, "malformed_json@"},
		"truncated in a string":   {`{"gender":"wom`, "malformed_json@/gender"},
		"truncated in an array":   {`{"entry_means":["debt"`, "malformed_json@/entry_means/1"},
		"a trailing comma":        {`{"gender":"woman",}`, "malformed_json@"},
		"a bare name":             {`{gender:"woman"}`, "malformed_json@"},
		"a number as name":        {`{1:2}`, "malformed_json@"},
		"single quotes":           {`{'gender':'woman'}`, "malformed_json@"},
		"NaN":                     {`{"contact_year":NaN}`, "malformed_json@/contact_year"},
		"a leading zero":          {`{"contact_year":02025}`, "number_out_of_range@/contact_year malformed_json@"},
		"a plus sign":             {`{"contact_year":+2025}`, "malformed_json@/contact_year"},
		"a bad escape":            {`{"gender":"\x41"}`, "malformed_json@/gender"},
		"a raw control character": {"{\"gender\":\"a\tb\"}", "malformed_json@/gender"},
	} {
		t.Run(name, func(t *testing.T) { expect(t, []byte(tt.body), strings.Fields(tt.want)...) })
	}
}

func TestT16_CharactersThatAreNoText(t *testing.T) {
	for name, tt := range map[string]struct {
		body []byte
		want string
	}{
		"invalid UTF-8 in a value":         {with("gender", "\"wom\xffan\""), "invalid_utf8@/gender"},
		"invalid UTF-8 in an element":      {with("entry_means", "[\"debt\",\"\xc3\x28\"]"), "invalid_utf8@/entry_means/1"},
		"an encoded surrogate":             {with("gender", "\"\xed\xa0\x80\""), "invalid_utf8@/gender"},
		"an overlong NUL":                  {with("gender", "\"\xc0\x80\""), "invalid_utf8@/gender"},
		"invalid UTF-8 in a name":          {[]byte("{\"gen\xffder\":1}"), "invalid_utf8@"},
		"invalid UTF-8 under a stranger":   {[]byte("{\"x\":[{\"y\":\"\xff\"}]}"), "unknown_member@ invalid_utf8@"},
		"half a surrogate pair":            {with("gender", `"\ud800"`), "lone_surrogate@/gender"},
		"the other half":                   {with("gender", `"\uDC00"`), "lone_surrogate@/gender"},
		"half a pair and a letter":         {with("entry_means", `["\ud83dA"]`), "lone_surrogate@/entry_means/0"},
		"half a surrogate pair in a name":  {[]byte(`{"\ud800":1}`), "lone_surrogate@"},
		"an escaped NUL":                   {with("gender", `"woman\u0000"`), "nul_character@/gender"},
		"an escaped NUL in an element":     {with("entry_means", `["debt\u0000"]`), "nul_character@/entry_means/0"},
		"a raw NUL in a string":            {with("gender", "\"woman\x00\""), "nul_character@/gender"},
		"a NUL between members":            {[]byte("{\x00\"gender\":1}"), "nul_character@"},
		"an escaped NUL in a field's name": {[]byte(`{"gender\u0000":"woman"`), "unknown_member@ malformed_json@"},
	} {
		t.Run(name, func(t *testing.T) { expect(t, tt.body, strings.Fields(tt.want)...) })
	}
}

func TestT16_NamesOfMembers(t *testing.T) {
	core := string(recordtest.Core())
	add := func(members string) []byte { return []byte(strings.TrimSuffix(core, "}") + "," + members + "}") }
	for name, tt := range map[string]struct {
		body []byte
		want string
	}{
		"an unknown name":              {add(`"shoe_size":44`), "unknown_member@"},
		"an empty name":                {add(`"":44`), "unknown_member@"},
		"two unknown names":            {add(`"a":1,"b":2`), "unknown_member@ unknown_member@"},
		"a duplicate":                  {add(`"gender":"woman"`), "duplicate_member@/gender"},
		"a duplicate with escapes":     {add(`"gend\u0065r":"woman"`), "duplicate_member@/gender"},
		"a triplicate":                 {add(`"gender":"man","gender":"man"`), "duplicate_member@/gender duplicate_member@/gender"},
		"a duplicate of a wrong value": {add(`"gender":{"gender":1}`), "duplicate_member@/gender"},
		"another case":                 {add(`"Contact_Region":"syd"`), "member_case@/contact_region"},
		"all capitals":                 {add(`"PREGNANT":"no"`), "member_case@/pregnant"},
		"a letter that folds to s":     {add(`"ca\u017fe_phase":"new"`), "member_case@/case_phase"},
		"another case of a core field": {add(`"GENDER":"woman"`), "member_case@/gender"},
		"the id, which is in the path": {add(`"record_id":"7f3cfa5e-54c5-4f26-9a57-a5c2e0b1d3f4"`), "unknown_member@/record_id"},
		"the version, a header's":      {add(`"version":1`), "unknown_member@/version"},
		"columns of a database":        {add(`"org_id":1,"status":"x"`), "unknown_member@ unknown_member@"},
	} {
		t.Run(name, func(t *testing.T) { expect(t, tt.body, strings.Fields(tt.want)...) })
	}
}

func TestT16_Numbers(t *testing.T) {
	for value, want := range map[string]string{
		"1.0":                         "not_an_integer",
		"2e0":                         "not_an_integer",
		"1e400":                       "not_an_integer",
		"1e999999999":                 "not_an_integer",
		"1E-5":                        "not_an_integer",
		"-0":                          "not_an_integer",
		"-0.0":                        "not_an_integer",
		"-1":                          "number_out_of_range",
		"0":                           "number_out_of_range",
		"16":                          "number_out_of_range",
		"9007199254740993":            "number_out_of_range",
		"-9223372036854775809":        "number_out_of_range",
		"18446744073709551617":        "number_out_of_range", // 1 in 64 bits
		strings.Repeat("1", 3000):     "number_out_of_range",
		"0." + strings.Repeat("1", 2): "not_an_integer",
		`"3"`:                         "wrong_type",
		`"many"`:                      "unknown_code",
		"true":                        "wrong_type",
		"null":                        "null_value",
		`""`:                          "empty_string",
		"[1]":                         "wrong_type",
		`{"n":1}`:                     "wrong_type",
		`"not_applicable"`:            "missing_not_allowed", // the field is left out instead
	} {
		t.Run(value[:min(len(value), 24)], func(t *testing.T) {
			expect(t, with("children_count", value), want+"@/children_count")
		})
	}
	t.Run("ten megabytes of digits", func(t *testing.T) {
		body := with("children_count", strings.Repeat("7", 10<<20))
		expect(t, body, "record_too_large@")
		opt := recordtest.Options()
		opt.Limits.RecordBytes = 16 << 20
		got := recordtest.NewReader(t).Decode(body, opt).Details
		if len(got) != 1 || got[0].Pointer != "/children_count" {
			t.Errorf("with a larger limit: %v", got)
		}
	})
}

func TestT16_Depth(t *testing.T) {
	nested := func(open string, depth int) string { return strings.Repeat(open, depth) }
	for name, tt := range map[string]struct{ body, want string }{
		"arrays in a field":        {`{"gender":` + nested("[", 10_001), "wrong_type@/gender too_deep@/gender"},
		"arrays in an element":     {`{"entry_means":[` + nested("[", 10_001), "wrong_type@/entry_means/0 too_deep@/entry_means/0"},
		"objects in a stranger":    {`{"x":` + nested(`{"x":`, 3_000), "unknown_member@ too_deep@"},
		"arrays at the top":        {nested("[", 10_001), "not_an_object@ too_deep@"},
		"little depth, well ended": {`{"gender":[[["woman"]]],`, "wrong_type@/gender malformed_json@"},
	} {
		t.Run(name, func(t *testing.T) { expect(t, []byte(tt.body), strings.Fields(tt.want)...) })
	}
}

func TestT16_AMillionMembersStopAtTheLimitOfDetails(t *testing.T) {
	var body bytes.Buffer
	body.WriteByte('{')
	for range 1_000_000 {
		body.WriteString(`"a":1,`)
	}
	opt := recordtest.Options()
	opt.Limits.RecordBytes = body.Len()
	opt.Limits.Details = 20
	r := recordtest.NewReader(t)
	got := r.Decode(body.Bytes(), opt).Details
	if len(got) != 20 || got[19].Code != record.CodeUnknownMember {
		t.Errorf("%d details", len(got))
	}
	if n := testing.AllocsPerRun(3, func() { r.Decode(body.Bytes(), opt) }); n > 200 {
		t.Errorf("%v allocations for twenty details: the rest was read too", n)
	}
	expect(t, body.Bytes(), "record_too_large@")
}

// The contrast of T16: what encoding/json makes of the same bytes.
func TestT16_ContrastTheStandardDecoderTakesThem(t *testing.T) {
	for name, body := range map[string]string{
		"a duplicate":        `{"gender":"man","gender":"woman"}`,
		"another case":       `{"GENDER":"woman"}`,
		"an unknown name":    `{"gender":"woman","org_id":7}`,
		"invalid UTF-8":      "{\"gender\":\"woman\",\"x\":\"\xff\"}",
		"a lone surrogate":   `{"gender":"woman","x":"\ud800"}`,
		"a NUL":              `{"gender":"woman","x":"\u0000"}`,
		"trailing data":      `{"gender":"woman"} and more`,
		"null for an answer": `{"gender":"woman","age_band":null}`,
	} {
		t.Run(name, func(t *testing.T) {
			var w wire
			if err := json.NewDecoder(strings.NewReader(body)).Decode(&w); err != nil || w.Gender != "woman" {
				t.Errorf("the standard decoder refuses it too: %v", err)
			}
			if row := recordtest.NewReader(t).Decode([]byte(body), recordtest.Options()); len(row.Details) == 0 {
				t.Error("taken")
			}
		})
	}
}

func TestT17_CodesAreComparedExactly(t *testing.T) {
	for name, value := range map[string]string{
		"a Cyrillic a":         "wom\u0430n",
		"full-width letters":   "\uff57\uff4f\uff4d\uff41\uff4e",
		"a right-to-left mark": "woman\u200f",
		"a bidi override":      "\u202ewoman",
		"a zero-width space":   "wo\u200bman",
		"a soft hyphen":        "wo\u00adman",
		"a space after":        "woman ",
		"a no-break space":     "\u00a0woman",
		"capitals":             "Woman",
		"a line end":           "woman\n",
		"the Swedish label":    "Kvinna eller flicka",
		"composed":             "kv\u00e5nna",
		"decomposed":           "kva\u030anna",
	} {
		t.Run(name, func(t *testing.T) {
			quoted, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, with("gender", string(quoted)), "free_text@/gender")
		})
	}
	expect(t, with("age_band", `"\uff12\uff11_\uff12\uff13"`), "free_text@/age_band")
	expect(t, with("children_count", `"\uff12"`), "free_text@/children_count")
	expect(t, with("gender", `"\u0077oman"`)) // an escape is the same letter
}

// The contrast: a reader that normalises what it is given, as spreadsheets and
// search engines do, takes these for codes.
func TestT17_ContrastALenientReaderTakesThem(t *testing.T) {
	lenient := func(text string) string {
		return strings.ToLower(strings.TrimSpace(norm.NFKC.String(strings.Trim(text, "\u200f\u202e"))))
	}
	for _, text := range []string{"\uff57\uff4f\uff4d\uff41\uff4e", "woman\u200f", "\u202ewoman", "woman ", "\u00a0woman", "Woman", "woman\n"} {
		if lenient(text) != "woman" {
			t.Errorf("%+q is no code to a lenient reader either: the test has no teeth", text)
		}
	}
}

func TestAnswersOfTheWrongKind(t *testing.T) {
	for name, tt := range map[string]struct{ field, value, want string }{
		"null":                        {"gender", `null`, "null_value@/gender"},
		"an empty string":             {"gender", `""`, "empty_string@/gender"},
		"a number for a code":         {"gender", `1`, "wrong_type@/gender"},
		"an array for a code":         {"gender", `["woman"]`, "wrong_type@/gender"},
		"an object for a code":        {"gender", `{}`, "wrong_type@/gender"},
		"a code of another field":     {"gender", `"sexual"`, "unknown_code@/gender"},
		"not applicable for anybody":  {"gender", `"not_applicable"`, "missing_not_allowed@/gender"},
		"unknown where none is taken": {"person_role", `"unknown"`, "missing_not_allowed@/person_role"},
		"consent refused":             {"consent_statistics", `"no"`, "unknown_code@/consent_statistics"},
		"a code for an array":         {"entry_means", `"debt"`, "wrong_type@/entry_means"},
		"a missing code for an array": {"entry_means", `"unknown"`, "wrong_type@/entry_means"},
		"an empty array":              {"entry_means", `[]`, "empty_array@/entry_means"},
		"null for an array":           {"entry_means", `null`, "null_value@/entry_means"},
		"a null in an array":          {"entry_means", `["debt",null]`, "null_value@/entry_means/1"},
		"a number in an array":        {"entry_means", `[3,"debt"]`, "wrong_type@/entry_means/0"},
		"an array in an array":        {"entry_means", `[["debt"]]`, "wrong_type@/entry_means/0"},
		"an empty string in an array": {"entry_means", `["debt",""]`, "empty_string@/entry_means/1"},
		"a duplicate":                 {"entry_means", `["debt","drugs","debt"]`, "duplicate_code@/entry_means/2"},
		"a stranger in an array":      {"entry_means", `["debt","bribes"]`, "unknown_code@/entry_means/1"},
		"unknown and another":         {"entry_means", `["unknown","debt"]`, "mixed_codes@/entry_means"},
		"two missing codes":           {"entry_means", `["unknown","declined"]`, "mixed_codes@/entry_means"},
		"none and another":            {"entry_means", `["debt","none_identified"]`, "mixed_codes@/entry_means"},
		"none and unknown":            {"entry_means", `["none_identified","unknown"]`, "mixed_codes@/entry_means"},
		"a year in quotes":            {"contact_year", `"2025"`, "wrong_type@/contact_year"},
		"a year with decimals":        {"contact_year", `2025.0`, "not_an_integer@/contact_year"},
		"no year":                     {"contact_year", `"unknown"`, "wrong_type@/contact_year"},
	} {
		t.Run(name, func(t *testing.T) { expect(t, with(tt.field, tt.value), tt.want) })
	}
	for _, value := range []string{`["none_identified"]`, `["unknown"]`, `["not_asked"]`, `["declined"]`} {
		expect(t, with("entry_means", value))
	}
}

func TestADeprecatedCodeIsForOldRecordsOnly(t *testing.T) {
	r, err := record.NewReader(record.NewSchema(smallBook()))
	if err != nil {
		t.Fatal(err)
	}
	opt := recordtest.Options()
	body := `{"contact_year":2025,"colour":"mauve","shades":["s1","old"]}`
	want := refusal{"deprecated_code@/colour", "deprecated_code@/shades/1"}
	if diff := cmp.Diff(want, refusalOf(r.Decode([]byte(body), opt).Details)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestEveryMistakeIsReportedAtOnce(t *testing.T) {
	body := recordtest.Without(with("gender", `"x y"`), "age_band")
	body = recordtest.With(body, "entry_means", `["debt","debt"]`)
	body = recordtest.With(body, "police_report", `null`)
	body = recordtest.With(body, "contact_year", `1999`)
	expect(t, body, "free_text@/gender", "duplicate_code@/entry_means/1", "null_value@/police_report", "number_out_of_range@/contact_year", "required@/age_band")
}

func TestCoreFieldsAreRequired(t *testing.T) {
	for _, c := range recordtest.NewReader(t).Schema().Columns {
		body := recordtest.Without(recordtest.Core(), string(c.Field.Name))
		if c.Field.Core { // what follows from it is not reported a second time
			expect(t, body, "required@/"+string(c.Field.Name))
		}
	}
	expect(t, recordtest.Without(recordtest.Core(), "contact_year"), "required@/contact_year")
	if got := recordtest.NewReader(t).Decode([]byte("{}"), recordtest.Options()).Details; len(got) != 14 {
		t.Errorf("an empty object lacks %d answers, want 14 (two more follow from them): %v", len(got), got)
	}
}

func TestTheOrderOfMembersDoesNotMatter(t *testing.T) {
	r := recordtest.NewReader(t)
	rapid.Check(t, func(t *rapid.T) {
		want := recordtest.Records(r).Draw(t, "record")
		var members map[string]json.RawMessage
		if err := json.Unmarshal(r.Schema().Encode(want), &members); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, name := range append(r.Schema().Columns, record.Column{Field: codelist.Field{Name: record.FieldYear}}) {
			if members[string(name.Field.Name)] != nil {
				names = append(names, string(name.Field.Name))
			}
		}
		var parts []string
		for _, name := range rapid.Permutation(names).Draw(t, "order") {
			parts = append(parts, fmt.Sprintf("%q:%s", name, members[name]))
		}
		row := r.Decode([]byte("{"+strings.Join(parts, ",")+"}"), recordtest.Options())
		want.ID = ""
		if diff := cmp.Diff(record.Row{Record: want, Warnings: row.Warnings}, row); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	})
}
