package record_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
)

// Made-up numbers with a valid check digit; the last serial numbers of a day
// that the tax agency keeps for tests.
const (
	canaryNumber       = "189001019802"
	canaryCoordination = "189001619809"
)

var identifiers = []struct {
	name, text string
	want       fault.Code
}{
	{"twelve digits", canaryNumber, record.CodePersonalNumber},
	{"ten digits", canaryNumber[2:], record.CodePersonalNumber},
	{"with a hyphen", "900101-9802", record.CodePersonalNumber},
	{"of a centenarian", "900101+9802", record.CodePersonalNumber},
	{"twelve digits with a hyphen", "18900101-9802", record.CodePersonalNumber},
	{"a coordination number", canaryCoordination, record.CodePersonalNumber},
	{"spaced out", "18 90 01 01 - 98 02", record.CodePersonalNumber},
	{"inside a sentence", "pnr:9001019802, se akt", record.CodePersonalNumber},
	{"inside a code", "id_9001019802", record.CodePersonalNumber},
	{"full-width digits", "\uff19\uff10\uff10\uff11\uff10\uff11\uff19\uff18\uff10\uff12", record.CodePersonalNumber},
	{"Arabic digits", "٩٠٠١٠١٩٨٠٢", record.CodePersonalNumber},
	{"mathematical digits", "𝟗𝟎𝟎𝟏𝟎𝟏𝟗𝟖𝟎𝟐", record.CodePersonalNumber},
	{"an en dash", "900101–9802", record.CodePersonalNumber},
	{"zero-width characters between", "9001\u200b01\u200d9802", record.CodePersonalNumber},
	{"a mobile number", "070-174 06 05", record.CodePhone},
	{"a mobile number, bare", "0701740605", record.CodePhone},
	{"an international number", "+46 70 174 06 05", record.CodePhone},
	{"an international number with 00", "0046701740605", record.CodePhone},
	{"a foreign number", "+40 721 000 111", record.CodePhone},
	{"a number with the trunk zero in brackets", "+46 (0)8 505 000 00", record.CodePhone},
	{"a town number", "08-505 000 00", record.CodePhone},
	{"an address", "anna.andersson@example.org", record.CodeEmail},
	{"an address in a sentence", "skriv till anna@example.org", record.CodeEmail},
	{"an address in disguise", "anna(at)example.org", record.CodeEmail},
	{"a full-width at sign", "anna\uff20example.org", record.CodeEmail},
	{"a pair of coordinates", "59.3293, 18.0686", record.CodeCoordinate},
	{"one coordinate", "59.32930", record.CodeCoordinate},
	{"a decimal comma", "59,3293", record.CodeCoordinate},
	{"degrees", "59° 19' 46\"", record.CodeCoordinate},
	{"compass letters", "N59 19.76 E018 04.12", record.CodeCoordinate},
	{"a geo URI", "geo:59,18", record.CodeCoordinate},
	{"a sentence", "Hon bor hos sin syster", record.CodeFreeText},
	{"a name", "Anna", record.CodeFreeText},
	{"one word with a Swedish letter", "syster\u00e5", record.CodeFreeText},
	{"a date", "2025-01-31", record.CodeFreeText},
	{"an exact time", "2025-01-31T10:00:00Z", record.CodeFreeText},
	{"a long word", strings.Repeat("a", 65), record.CodeFreeText},
	{"a short code", "no_such_code", record.CodeUnknownCode},
	{"a wrong check digit", "9001019803", record.CodeUnknownCode},
	{"a wrong month", "9013019802", record.CodeUnknownCode},
	{"a wrong day", "9002309802", record.CodeUnknownCode},
}

func TestShieldNamesWhatItRefuses(t *testing.T) {
	for _, tt := range identifiers {
		t.Run(tt.name, func(t *testing.T) {
			quoted, err := json.Marshal(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			expect(t, with("gender", string(quoted)), string(tt.want)+"@/gender")
			expect(t, with("entry_means", "[\"debt\","+string(quoted)+"]"), string(tt.want)+"@/entry_means/1")
		})
	}
}

func TestShieldLooksEverywhere(t *testing.T) {
	number, quoted := canaryNumber, `"`+canaryNumber+`"`
	for name, tt := range map[string]struct {
		body []byte
		want string
	}{
		"a JSON number":                {with("children_count", number), "identifier_personal_number@/children_count"},
		"ten digits as a JSON number":  {with("children_count", number[2:]), "identifier_personal_number@/children_count"},
		"a number for a code":          {with("gender", number), "identifier_personal_number@/gender"},
		"a year":                       {with("contact_year", number), "identifier_personal_number@/contact_year"},
		"a year in quotes":             {with("contact_year", quoted), "identifier_personal_number@/contact_year"},
		"a coordinate as a number":     {with("children_count", "59.3293"), "identifier_coordinate@/children_count"},
		"a phone number as a number":   {with("children_count", "46701740605"), "identifier_phone@/children_count"},
		"digits where a number goes":   {with("children_count", quoted), "identifier_personal_number@/children_count"},
		"a string for an array":        {with("entry_means", quoted), "identifier_personal_number@/entry_means"},
		"text for an array":            {with("entry_means", `"slog henne"`), "free_text@/entry_means"},
		"inside an unwanted object":    {with("gender", `{"a":[1,{"b":`+quoted+`}]}`), "wrong_type@/gender identifier_personal_number@/gender"},
		"a name inside an object":      {with("gender", `{`+quoted+`:1}`), "wrong_type@/gender identifier_personal_number@/gender"},
		"an element that is a number":  {with("entry_means", `[`+number+`]`), "wrong_type@/entry_means/0 identifier_personal_number@/entry_means/0"},
		"the name of a member":         {with(number, "1"), "identifier_personal_number@"},
		"a name that is an address":    {with("anna@example.org", "1"), "identifier_email@"},
		"the value of a stranger":      {with("personnummer", quoted), "unknown_member@ identifier_personal_number@"},
		"deep inside a stranger":       {with("person", `{"ids":[`+quoted+`]}`), "unknown_member@ identifier_personal_number@"},
		"a second answer":              {append(recordtest.Core()[:len(recordtest.Core())-1], `,"gender":`+quoted+`}`...), "duplicate_member@/gender identifier_personal_number@/gender"},
		"escaped digits":               {with("gender", `"\u0039001019802"`), "identifier_personal_number@/gender"},
		"at the top":                   {[]byte(quoted), "not_an_object@ identifier_personal_number@"},
		"in an array at the top":       {[]byte(`[` + number + `]`), "not_an_object@ identifier_personal_number@"},
		"a number too big for anybody": {with("children_count", "123456789012345678901234567890"), "number_out_of_range@/children_count"},
	} {
		t.Run(name, func(t *testing.T) { expect(t, tt.body, strings.Fields(tt.want)...) })
	}
}

// The contrast: without the shield a personal number is just a code that does
// not exist, and a made-up id that holds one is taken.
func TestShieldContrastSwitchedOff(t *testing.T) {
	off := recordtest.NewReader(t).Unshielded()
	for _, tt := range identifiers {
		quoted, err := json.Marshal(tt.text)
		if err != nil {
			t.Fatal(err)
		}
		got := refusalOf(off.Decode(with("gender", string(quoted)), recordtest.Options()).Details)
		if diff := cmp.Diff(refusal{"unknown_code@/gender"}, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
	for row, err := range off.ReadNDJSON(strings.NewReader(string(recordtest.Line(derivedID, recordtest.Core()))), recordtest.Options()) {
		if err != nil || len(row.Details) > 0 || row.Record.ID != derivedID {
			t.Errorf("unshielded, a derived id is refused: %v, %v", row.Details, err)
		}
	}
}

// derivedID is a personal number dressed up as a UUIDv4.
const derivedID = "18900101-9802-4abc-8def-000000000001"

func TestNoRefusalRepeatsWhatWasSent(t *testing.T) {
	r := recordtest.NewReader(t)
	rapid.Check(t, func(t *rapid.T) {
		canary := "canary" + rapid.StringMatching(`[a-z0-9@ .åäö]{0,20}`).Draw(t, "rest")
		quoted, err := json.Marshal(canary)
		if err != nil {
			t.Fatal(err)
		}
		field := rapid.SampledFrom(r.Schema().Columns).Draw(t, "field").Field.Name
		shape := rapid.SampledFrom([]string{`%s`, `[%s]`, `{%s:1}`, `{"a":[%s]}`, `["unknown",%s]`}).Draw(t, "shape")
		body := with(string(field), fmt.Sprintf(shape, quoted))
		body = append(body[:len(body)-1], fmt.Sprintf(`,%s:%s}`, quoted, quoted)...)
		row := r.Decode(body, recordtest.Options())
		if len(row.Details) == 0 {
			t.Fatal("taken")
		}
		if said := fmt.Sprintf("%v %+v %+v", row.Refusal(), row.Details, row.Warnings); strings.Contains(said, "canary") {
			t.Fatalf("repeated: %s", said)
		}
	})
}
