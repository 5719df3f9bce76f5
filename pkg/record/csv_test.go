package record_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
)

// header holds the core fields; csvRow is recordtest.Core under it.
const header = "record_id,contact_year,person_role,consent_statistics,earlier_member_contacts,gender,age_band," +
	"residence_status,has_children,children_count,identification_status,exploitation_types,entry_means," +
	"perpetrator_relation,first_contact,police_report,police_report_barriers"

func csvRow(n int) string {
	return string(recordtest.ID(n)) + ",2025,directly_exploited,yes,none,woman,21_23,undocumented,yes,2,presumed," +
		"sexual,physical_violence;deception,intimate_partner,civil_society,no,fear_of_perpetrator\n"
}

func readCSV(t *testing.T, text string) []string {
	t.Helper()
	return outcome(recordtest.NewReader(t).ReadCSV(strings.NewReader(text), recordtest.Options()))
}

func TestReadCSV(t *testing.T) {
	row := csvRow(1)
	swap := func(old, fresh string) string { return header + "\n" + strings.Replace(row, old, fresh, 1) }
	semicolons := func(text string) string {
		text = strings.ReplaceAll(text, "physical_violence;deception", `"physical_violence;deception"`)
		return strings.ReplaceAll(text, ",", ";")
	}
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"two rows":                       {header + "\n" + row + csvRow(2), []string{"1 ok v0", "2 ok v0"}},
		"a byte order mark":              {"\ufeff" + header + "\n" + row, []string{"1 ok v0"}},
		"CRLF":                           {strings.ReplaceAll(header+"\n"+row, "\n", "\r\n"), []string{"1 ok v0"}},
		"no line end at the end":         {header + "\n" + strings.TrimSpace(row), []string{"1 ok v0"}},
		"semicolons":                     {semicolons(header + "\n" + row), []string{"1 ok v0"}},
		"semicolons, unquoted parts":     {strings.ReplaceAll(header+"\n"+row, ",", ";"), []string{"1 [csv_column_count@]"}},
		"quotes everywhere":              {`"` + strings.ReplaceAll(header, ",", `","`) + "\"\n\"" + strings.ReplaceAll(strings.TrimSpace(row), ",", `","`) + "\"\n", []string{"1 ok v0"}},
		"a version":                      {header + ",version\n" + strings.TrimSpace(row) + ",4\n", []string{"1 ok v4"}},
		"no version given":               {header + ",version\n" + strings.TrimSpace(row) + ",\n", []string{"1 ok v0"}},
		"version 0":                      {header + ",version\n" + strings.TrimSpace(row) + ",0\n", []string{"1 [version_not_a_version@/version]"}},
		"blank lines":                    {"\n" + header + "\n\n" + row + "\r\n" + csvRow(2), []string{"2 ok v0", "4 ok v0"}},
		"lines of empty cells":           {header + "\n" + row + strings.Repeat(",", 16) + "\r\n" + csvRow(2) + ",,\n", []string{"1 ok v0", "3 ok v0"}},
		"lines of empty cells alone":     {header + "\n" + strings.Repeat(",", 16) + "\n", []string{"error empty_batch []"}},
		"other separators alone":         {header + "\n;;;;\n", []string{"1 [csv_column_count@]"}},
		"separators without a header":    {",,,\n" + row, []string{}},
		"an empty core cell":             {swap("woman", ""), []string{"1 [required@/gender]"}},
		"an empty cell in quotes":        {swap("woman", `""`), []string{"1 [required@/gender]"}},
		"an empty id":                    {swap(string(recordtest.ID(1)), ""), []string{"1 [required@/record_id]"}},
		"a blank in front":               {swap("woman", " woman"), []string{"1 [free_text@/gender]"}},
		"a blank behind quotes":          {swap("woman", `"woman" `), []string{"1 [csv_quotes@/gender]"}},
		"a blank before quotes":          {swap("woman", ` "woman"`), []string{"1 [csv_quotes@/gender]"}},
		"a quote inside a bare cell":     {swap("woman", `wo"man`), []string{"1 [csv_quotes@/gender]"}},
		"a doubled quote":                {swap("woman", `"wo""man"`), []string{"1 [free_text@/gender]"}},
		"a quote left open":              {swap("woman", `"woman`) + csvRow(2), []string{"1 [csv_quotes@/gender]", "2 ok v0"}},
		"a line break in quotes":         {swap("woman", "\"wo\nman\""), []string{"1 [csv_quotes@/gender]", "2 [csv_quotes@/record_id]"}},
		"a quote beyond the last column": {header + "\n" + strings.TrimSpace(row) + ",\"x\n", []string{"1 [csv_quotes@]"}},
		"a separator in quotes":          {swap("woman", `"wo,man"`), []string{"1 [free_text@/gender]"}},
		"a cell too few":                 {header + "\n" + strings.Replace(row, "woman,", "", 1) + csvRow(2), []string{"1 [csv_column_count@]", "2 ok v0"}},
		"a cell too many":                {header + "\n" + strings.TrimSpace(row) + ",\n", []string{"1 [csv_column_count@]"}},
		"invalid UTF-8":                  {swap("woman", "wom\xe4n"), []string{"1 [invalid_utf8@/gender]"}},
		"a NUL":                          {swap("woman", "woman\x00"), []string{"1 [nul_character@/gender]"}},
		"a NUL in a number":              {swap(",2,", ",2\x00,"), []string{"1 [nul_character@/children_count]"}},
		"a carriage return":              {swap("woman", "wo\rman"), []string{"1 [free_text@/gender]"}},
		"an unknown code":                {swap("woman", "lady"), []string{"1 [unknown_code@/gender]"}},
		"a personal number":              {swap("woman", canaryNumber), []string{"1 [identifier_personal_number@/gender]"}},
		"a personal number as a count":   {swap(",2,", ","+canaryNumber+","), []string{"1 [identifier_personal_number@/children_count]"}},
		"an empty part":                  {swap("physical_violence;", "physical_violence;;"), []string{"1 [empty_string@/entry_means]"}},
		"a separator at the end":         {swap("physical_violence;deception", "deception;"), []string{"1 [empty_string@/entry_means]"}},
		"a duplicate part":               {swap("physical_violence", "deception"), []string{"1 [duplicate_code@/entry_means]"}},
		"a mix":                          {swap("physical_violence", "unknown"), []string{"1 [mixed_codes@/entry_means]"}},
		"a blank after a separator":      {swap(";deception", "; deception"), []string{"1 [free_text@/entry_means]"}},
		"a number with decimals":         {swap(",2,", ",2.0,"), []string{"1 [not_an_integer@/children_count]"}},
		"a number with a zero":           {swap(",2,", ",02,"), []string{"1 [not_an_integer@/children_count]"}},
		"a number with a sign":           {swap(",2,", ",+2,"), []string{"1 [not_an_integer@/children_count]"}},
		"a number beyond":                {swap(",2,", ",16,"), []string{"1 [number_out_of_range@/children_count]"}},
		"an unknown number":              {swap(",2,", ",unknown,"), []string{"1 ok v0"}},
		"a word for a year":              {swap("2025", "unknown"), []string{"1 [wrong_type@/contact_year]"}},
		"null":                           {swap("woman", "null"), []string{"1 [unknown_code@/gender]"}},
		"a formula":                      {swap("woman", "=1+1"), []string{"1 [free_text@/gender]"}},
		"a broken rule":                  {swap(",2,", ",,"), []string{"1 [required@/children_count]"}},
		"no row":                         {header + "\n", []string{"error empty_batch []"}},
		"nothing":                        {"", []string{"error empty_batch []"}},
		"no header":                      {row + csvRow(2), []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			got := readCSV(t, tt.text)
			if len(tt.want) == 0 { // no header
				if len(got) != 1 || !strings.HasPrefix(got[0], "error csv_header_refused [csv_unknown_column@") {
					t.Errorf("%v", got)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestReadCSVRefusesAHeader(t *testing.T) {
	swap := func(old, fresh string) string { return strings.Replace(header, old, fresh, 1) }
	for name, tt := range map[string]struct{ header, want string }{
		"an unknown column":       {header + ",shoe_size", "csv_unknown_column@"},
		"an empty column":         {header + ",", "csv_unknown_column@"},
		"a column twice":          {header + ",gender", "csv_duplicate_column@/gender"},
		"another case":            {swap("gender", "Gender"), "csv_column_case@/gender"},
		"a blank in front":        {swap("gender", " gender"), "csv_unknown_column@ csv_missing_column@/gender"},
		"a core column missing":   {swap("gender,", ""), "csv_missing_column@/gender"},
		"the count missing":       {swap("children_count,", ""), "csv_missing_column@/children_count"},
		"the id missing":          {swap("record_id,", ""), "csv_missing_column@/record_id"},
		"the year missing":        {swap("contact_year,", ""), "csv_missing_column@/contact_year"},
		"a personal number":       {header + "," + canaryNumber, "identifier_personal_number@"},
		"an address":              {header + ",anna@example.org", "identifier_email@"},
		"a quote left open":       {`"` + header, "csv_quotes@"},
		"invalid UTF-8":           {header + ",\xff", "csv_unknown_column@"},
		"a label instead":         {swap("gender", "Kön"), "csv_unknown_column@ csv_missing_column@/gender"},
		"longer than a record":    {header + "," + strings.Repeat("x", 16<<10), "record_too_large@"},
		"columns split otherwise": {strings.ReplaceAll(header, ",", "\t"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := readCSV(t, tt.header+"\n"+csvRow(1))
			want := "error csv_header_refused [" + tt.want
			if len(got) != 1 || !strings.HasPrefix(got[0], want) {
				t.Errorf("want %s, got %v", want, got)
			}
		})
	}
}

func TestCSVAndJSONAgree(t *testing.T) {
	r := recordtest.NewReader(t)
	want := r.Decode(recordtest.Core(), recordtest.Options()).Record
	want.ID = recordtest.ID(1)
	for row, err := range r.ReadCSV(strings.NewReader(header+"\n"+csvRow(1)), recordtest.Options()) {
		if diff := cmp.Diff(record.Row{Number: 1, Record: want}, row); diff != "" || err != nil {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
	}
}

func TestColumnsMayStandInAnyOrder(t *testing.T) {
	names := strings.Split(header, ",")
	cells := strings.Split(strings.TrimSpace(csvRow(1)), ",")
	r := recordtest.NewReader(t)
	rapid.Check(t, func(t *rapid.T) {
		var head, row []string
		for _, i := range rapid.Permutation(indices(len(names))).Draw(t, "order") {
			head, row = append(head, names[i]), append(row, cells[i])
		}
		got := outcome(r.ReadCSV(strings.NewReader(strings.Join(head, ",")+"\n"+strings.Join(row, ",")), recordtest.Options()))
		if diff := cmp.Diff([]string{"1 ok v0"}, got); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	})
}

func indices(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func TestWrittenCSVIsReadBack(t *testing.T) {
	r := recordtest.NewReader(t)
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(recordtest.Records(r), 1, 4).Draw(t, "records")
		var text bytes.Buffer
		if err := r.Schema().WriteCSV(&text, slices.Values(want)); err != nil {
			t.Fatal(err)
		}
		var got []record.Record
		for row, err := range r.ReadCSV(&text, recordtest.Options()) {
			if err != nil || len(row.Details) > 0 {
				t.Fatal(err, row.Details)
			}
			got = append(got, row.Record)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	})
}

// Lines of empty cells do not count against the limit either.
func TestEmptyCellsAreNoRows(t *testing.T) {
	options := recordtest.Options()
	options.Limits.BatchRows = 1
	text := header + "\n" + strings.Repeat(strings.Repeat(",", 16)+"\n", 3) + csvRow(1)
	got := outcome(recordtest.NewReader(t).ReadCSV(strings.NewReader(text), options))
	if diff := cmp.Diff([]string{"4 ok v0"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
