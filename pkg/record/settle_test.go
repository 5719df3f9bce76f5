package record_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
)

// stored reads a body and gives what one field of it was stored as.
func stored(t *testing.T, body []byte, field codelist.FieldName) []codelist.Code {
	t.Helper()
	r := recordtest.NewReader(t)
	row := r.Decode(body, recordtest.Options())
	if len(row.Details) > 0 {
		t.Fatalf("refused: %v", row.Details)
	}
	return r.Schema().Codes(row.Record.Answers, column(t, r.Schema(), field))
}

func TestLeftOutFieldsAreStoredAsWhatTheyStandFor(t *testing.T) {
	minor := changed(recordtest.Core(), change{"age_band", `"9_11"`})
	relative := changed(recordtest.Core(), family...)
	for _, tt := range []struct {
		name  string
		body  []byte
		field codelist.FieldName
		want  codelist.Code
	}{
		{"an adult's guardian", recordtest.Core(), "guardian", codelist.NotApplicable},
		{"a minor's guardian", minor, "guardian", codelist.NotRecorded},
		{"a guardian at unknown age", changed(minor, change{"age_band", `"unknown"`}), "guardian", codelist.NotRecorded},
		{"where children are", recordtest.Core(), "children_location", codelist.NotRecorded},
		{"where no children are", changed(recordtest.Core(), change{"has_children", `"no"`}, change{"children_count", ""}), "children_location", codelist.NotApplicable},
		{"how many no children are", changed(recordtest.Core(), change{"has_children", `"no"`}, change{"children_count", ""}), "children_count", codelist.NotApplicable},
		{"sexual forms of sexual exploitation", recordtest.Core(), "sexual_forms", codelist.NotRecorded},
		{"the sector of sexual exploitation", recordtest.Core(), "labour_sector", codelist.NotApplicable},
		{"a relative's control means", relative, "control_means", codelist.NotApplicable},
		{"a relative's age at entry", relative, "age_band_at_entry", codelist.NotApplicable},
		{"a relative's region", relative, "contact_region", codelist.NotRecorded},
		{"who applied, where nothing is said", recordtest.Core(), "reflection_applicant", codelist.NotApplicable},
		{"who applied for a granted period", changed(recordtest.Core(), change{"reflection_period", `"granted"`}), "reflection_applicant", codelist.NotRecorded},
		{"a woman's pregnancy", recordtest.Core(), "pregnant", codelist.NotRecorded},
		{"a man's pregnancy", changed(recordtest.Core(), change{"gender", `"man"`}), "pregnant", codelist.NotApplicable},
		{"the quarter", recordtest.Core(), "contact_quarter", codelist.NotRecorded},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff([]codelist.Code{tt.want}, stored(t, tt.body, tt.field)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestCountOnlyRecordsHoldNothingElse(t *testing.T) {
	r := recordtest.NewReader(t)
	row := r.Decode(recordtest.Without(recordtest.CountOnly(), "case_phase"), recordtest.Options())
	if len(row.Details) > 0 {
		t.Fatalf("refused: %v", row.Details)
	}
	for _, c := range r.Schema().Columns {
		codes := r.Schema().Codes(row.Record.Answers, c)
		switch {
		case c.Field.Name == "case_phase" && !slices.Equal(codes, []codelist.Code{codelist.NotRecorded}):
			t.Errorf("case_phase is stored as %v", codes)
		case c.Field.CountOnly != r.Schema().Stored(row.Record.Answers, c):
			t.Errorf("%s: stored as %v", c.Field.Name, codes)
		}
	}
}

func TestCountOnlyRecordsTakeNothingElse(t *testing.T) {
	for _, tt := range []struct {
		changes []change
		want    refusal
	}{
		{nil, nil},
		{[]change{{"person_role", `"sibling_of_exploited"`}}, nil}, // R3 does not bind
		{[]change{{"gender", `"woman"`}}, refusal{"not_in_count_only@/gender"}},
		{[]change{{"gender", `"unknown"`}}, refusal{"not_in_count_only@/gender"}},
		{[]change{{"contact_quarter", `1`}, {"support_needs", `["legal"]`}}, refusal{"not_in_count_only@/contact_quarter", "not_in_count_only@/support_needs"}},
		{[]change{{"person_role", ""}}, refusal{"required@/person_role"}},
		{[]change{{"contact_year", `1990`}}, refusal{"number_out_of_range@/contact_year"}},
		{[]change{{"earlier_member_contacts", `"not_recorded"`}}, refusal{"R11@/earlier_member_contacts"}},
	} {
		expect(t, changed(recordtest.CountOnly(), tt.changes...), tt.want...)
	}
}

func TestWhateverIsAcceptedIsValid(t *testing.T) {
	r := recordtest.NewReader(t)
	fields := r.Schema().Columns
	rapid.Check(t, func(t *rapid.T) {
		body := r.Schema().Encode(recordtest.Records(r).Draw(t, "record"))
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			body = recordtest.Without(body, string(rapid.SampledFrom(fields).Draw(t, "field").Field.Name))
		}
		row := r.Decode(body, recordtest.Options())
		if len(row.Details) > 0 {
			return
		}
		if broken, _ := r.Validate(row.Record, recordtest.Options()); len(broken) > 0 {
			t.Fatalf("accepted, but %v", broken)
		}
	})
}

func TestValidateRefusesWhatReadingCouldNotHaveMade(t *testing.T) {
	r := recordtest.NewReader(t)
	s := r.Schema()
	good := r.Decode(recordtest.Core(), recordtest.Options()).Record
	spoil := func(f func(record.Answers)) record.Record {
		rec := good
		rec.Answers = slices.Clone(good.Answers)
		f(rec.Answers)
		return rec
	}
	at := func(name codelist.FieldName) int { return column(t, s, name).Offset }
	set := func(name codelist.FieldName, codes ...codelist.Code) func(record.Answers) {
		return func(a record.Answers) {
			if err := s.Set(a, column(t, s, name), codes...); err != nil {
				t.Fatal(err)
			}
		}
	}
	otherBook := good
	otherBook.Codebook++
	for name, tt := range map[string]struct {
		rec  record.Record
		want refusal
	}{
		"nothing spoilt":           {good, nil},
		"another codebook":         {otherBook, refusal{"wrong_type@"}},
		"short answers":            {record.Record{Year: 2025, Codebook: 1, Answers: good.Answers[:5]}, refusal{"wrong_type@"}},
		"a byte without a code":    {spoil(func(a record.Answers) { a[at("gender")] = 200 }), refusal{"unknown_code@/gender"}},
		"a number beyond":          {spoil(func(a record.Answers) { a[at("children_count")] = 6 + 15 }), refusal{"unknown_code@/children_count"}},
		"a bit without a code":     {spoil(func(a record.Answers) { a[at("entry_means")+1] |= 0x80 }), refusal{"unknown_code@/entry_means"}},
		"stated, but nothing":      {spoil(func(a record.Answers) { a[at("entry_means")], a[at("entry_means")+1] = 1, 0 }), refusal{"unknown_code@/entry_means"}},
		"a missing code too high":  {spoil(func(a record.Answers) { a[at("entry_means")], a[at("entry_means")+1] = 7<<1, 0 }), refusal{"unknown_code@/entry_means"}},
		"an extended field absent": {spoil(func(a record.Answers) { a[at("contact_region")] = 0 }), refusal{"required@/contact_region"}},
		"a core field absent":      {spoil(func(a record.Answers) { a[at("gender")] = 0 }), refusal{"required@/gender"}},
		"an impossible missing":    {spoil(set("gender", codelist.NotApplicable)), refusal{"missing_not_allowed@/gender"}},
		"not applicable unasked":   {spoil(set("contact_region", codelist.NotApplicable)), refusal{"missing_not_allowed@/contact_region"}},
		"none and another":         {spoil(set("entry_means", "debt", record.NoneIdentified)), refusal{"mixed_codes@/entry_means"}},
		"a broken rule":            {spoil(set("guardian", "appointed")), refusal{"R1@/guardian"}},
	} {
		t.Run(name, func(t *testing.T) {
			broken, _ := r.Validate(tt.rec, recordtest.Options())
			if diff := cmp.Diff(tt.want, refusalOf(broken)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}
