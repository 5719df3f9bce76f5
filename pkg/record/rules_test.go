package record_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
)

// change is a member set to a JSON value; an empty value takes it out.
type change struct{ name, value string }

func changed(body []byte, changes ...change) []byte {
	for _, c := range changes {
		if c.value == "" {
			body = recordtest.Without(body, c.name)
		} else {
			body = recordtest.With(body, c.name, c.value)
		}
	}
	return body
}

// family turns the core record into one of a family member.
var family = []change{
	{"person_role", `"child_of_exploited"`},
	{"identification_status", `"not_applicable"`},
	{"exploitation_types", `["not_applicable"]`},
	{"entry_means", `["not_applicable"]`},
	{"perpetrator_relation", `["not_applicable"]`},
}

func and(changes []change, more ...change) []change {
	return append(append([]change(nil), changes...), more...)
}

func TestRulesAcrossFields(t *testing.T) {
	minor := change{"age_band", `"15_17"`}
	for _, tt := range []struct {
		name    string
		changes []change
		want    refusal
	}{
		{"R1 an adult without a guardian", []change{{"guardian", `"not_applicable"`}}, nil},
		{"R1 an adult with a guardian", []change{{"guardian", `"appointed"`}}, refusal{"R1@/guardian"}},
		{"R1 an adult placed and accompanied", []change{{"accompaniment", `"separated"`}, {"child_placement", `"shelter"`}}, refusal{"R1@/accompaniment", "R1@/child_placement"}},
		{"R1 an adult of whom it is unknown", []change{{"guardian", `"unknown"`}}, refusal{"R1@/guardian"}},
		{"R1 a minor with a guardian", []change{minor, {"guardian", `"appointed"`}}, nil},
		{"R1 a minor to whom it does not apply", []change{minor, {"guardian", `"not_applicable"`}}, refusal{"R1@/guardian"}},
		{"R1 age unknown: a guardian", []change{{"age_band", `"unknown"`}, {"guardian", `"appointed"`}}, nil},
		{"R1 age unknown: not applicable", []change{{"age_band", `"declined"`}, {"guardian", `"not_applicable"`}}, nil},

		{"R2 children with a location", []change{{"children_location", `["with_person"]`}}, nil},
		{"R2 children whose location does not apply", []change{{"children_location", `["not_applicable"]`}}, refusal{"R2@/children_location"}},
		{"R2 no children, no count", []change{{"has_children", `"no"`}, {"children_count", ""}}, nil},
		{"R2 no children, but a count", []change{{"has_children", `"no"`}}, refusal{"R2@/children_count"}},
		{"R2 children unknown, but a location", []change{{"has_children", `"unknown"`}, {"children_count", ""}, {"children_location", `["unknown"]`}}, refusal{"R2@/children_location"}},
		{"R2 children of an unknown number", []change{{"children_count", `"unknown"`}}, nil},
		{"R2 children without a count", []change{{"children_count", ""}}, refusal{"required@/children_count"}},

		{"R3 a family member", family, nil},
		{"R3 a family member's entry", and(family, change{"entry_means", `["debt"]`}), refusal{"R3@/entry_means"}},
		{"R3 a family member's unknown entry", and(family, change{"entry_means", `["unknown"]`}), refusal{"R3@/entry_means"}},
		{"R3 a family member's control", and(family, change{"control_means", `["threats"]`}, change{"duration_band", `"m0_12"`}), refusal{"R3@/duration_band", "R3@/control_means"}},
		{"R3 the exploited, not applicable", []change{{"perpetrator_relation", `["not_applicable"]`}}, refusal{"R3@/perpetrator_relation"}},

		{"R4 sexual forms of sexual exploitation", []change{{"sexual_forms", `["prostitution"]`}}, nil},
		{"R4 sexual forms of forced labour", []change{{"exploitation_types", `["forced_labour"]`}, {"sexual_forms", `["prostitution"]`}}, refusal{"R4@/sexual_forms"}},
		{"R4 a sector of domestic servitude", []change{{"exploitation_types", `["sexual","domestic_servitude"]`}, {"labour_sector", `["t"]`}}, nil},
		{"R4 a sector of sexual exploitation", []change{{"labour_sector", `["i"]`}}, refusal{"R4@/labour_sector"}},

		{"R5 barriers while considering", []change{{"police_report", `"considering"`}}, nil},
		{"R5 barriers though reported", []change{{"police_report", `"yes_self"`}}, refusal{"R5@/police_report_barriers"}},
		{"R5 reported, without barriers", []change{{"police_report", `"yes_self"`}, {"police_report_barriers", ""}}, nil},
		{"R5 reported, barriers not applicable", []change{{"police_report", `"yes_self"`}, {"police_report_barriers", `["not_applicable"]`}}, nil},
		{"R5 not reported, barriers not applicable", []change{{"police_report_barriers", `["not_applicable"]`}}, refusal{"R5@/police_report_barriers"}},
		{"R5 not reported, without barriers", []change{{"police_report_barriers", ""}}, refusal{"required@/police_report_barriers"}},

		{"R6 a class without a report", []change{{"offence_classification", `["rape"]`}}, refusal{"R6@/offence_classification"}},
		{"R6 an outcome of a report", []change{{"police_report", `"yes_other"`}, {"police_report_barriers", ""}, {"legal_outcome", `"convicted"`}}, nil},
		{"R6 an outcome without a report", []change{{"legal_outcome", `"convicted"`}}, refusal{"R6@/legal_outcome"}},

		{"R7 an applicant of an application", []change{{"reflection_period", `"applied"`}, {"reflection_applicant", `"social_services"`}}, nil},
		{"R7 an application without an applicant", []change{{"reflection_period", `"granted"`}, {"reflection_applicant", `"not_applicable"`}}, refusal{"R7@/reflection_applicant"}},
		{"R7 an applicant without an application", []change{{"reflection_period", `"not_informed"`}, {"reflection_applicant", `"social_services"`}}, refusal{"R7@/reflection_applicant"}},

		{"R9 an authority first, then authorities", []change{{"first_contact", `"police"`}, {"authority_contact", `["police"]`}}, nil},
		{"R9 an authority first, then none", []change{{"first_contact", `"police"`}, {"authority_contact", `["none_identified"]`}}, refusal{"R9@/authority_contact"}},
		{"R9 civil society first, then none", []change{{"authority_contact", `["none_identified"]`}}, nil},

		{"the first year there can be", []change{{"contact_year", `2000`}}, nil},
		{"the last year there can be", []change{{"contact_year", `2099`}}, nil},
		{"a year before the first", []change{{"contact_year", `1999`}}, refusal{"number_out_of_range@/contact_year"}},
		{"a year after the last", []change{{"contact_year", `2100`}}, refusal{"number_out_of_range@/contact_year"}},

		{"R11 a core field", []change{{"gender", `"not_recorded"`}}, refusal{"R11@/gender"}},
		{"R11 a core field of several codes", []change{{"entry_means", `["not_recorded"]`}}, refusal{"R11@/entry_means"}},
		{"R11 an extended field", []change{{"contact_region", `"not_recorded"`}}, nil},

		{"R12 younger at entry", []change{{"age_band_at_entry", `"15_17"`}}, nil},
		{"R12 as old at entry", []change{{"age_band_at_entry", `"21_23"`}}, nil},
		{"R12 older at entry", []change{{"age_band_at_entry", `"24_26"`}}, refusal{"R12@/age_band_at_entry"}},
		{"R12 a minor who was an adult", []change{minor, {"age_band_at_entry", `"adult_unspecified"`}}, refusal{"R12@/age_band_at_entry"}},
		{"R12 a Swedish citizen", []change{{"residence_status", `"swedish_citizen"`}, {"citizenship_group", `"sweden"`}}, nil},
		{"R12 a Swedish citizen of a third country", []change{{"residence_status", `"swedish_citizen"`}, {"citizenship_group", `"third_country"`}}, refusal{"R12@/citizenship_group"}},
		{"R12 a pregnant woman", []change{{"pregnant", `"yes"`}}, nil},
		{"R12 a pregnant man", []change{{"gender", `"man"`}, {"pregnant", `"yes"`}}, refusal{"R12@/pregnant"}},
		{"R12 a pregnant girl of eight", []change{{"age_band", `"0_8"`}, {"pregnant", `"yes"`}}, refusal{"R12@/pregnant"}},
	} {
		t.Run(tt.name, func(t *testing.T) { expect(t, changed(recordtest.Core(), tt.changes...), tt.want...) })
	}
}

func TestR8IsAWarningOnly(t *testing.T) {
	for _, tt := range []struct {
		changes []change
		want    []fault.Detail
	}{
		{[]change{{"residence_status", `"permanent_permit"`}, {"reflection_period", `"applied"`}}, []fault.Detail{{Pointer: "/reflection_period", Code: record.CodeR8}}},
		{[]change{{"residence_status", `"permanent_permit"`}, {"reflection_period", `"not_needed"`}}, nil},
		{[]change{{"residence_status", `"permanent_permit"`}, {"reflection_period", `"unknown"`}}, nil},
		{[]change{{"residence_status", `"permanent_permit"`}}, nil},
		{[]change{{"reflection_period", `"applied"`}}, nil},
	} {
		row := recordtest.NewReader(t).Decode(changed(recordtest.Core(), tt.changes...), recordtest.Options())
		if len(row.Details) > 0 {
			t.Errorf("%v: refused: %v", tt.changes, row.Details)
		}
		if diff := cmp.Diff(tt.want, row.Warnings); diff != "" {
			t.Errorf("%v (-want +got)\n%s", tt.changes, diff)
		}
	}
}

func TestR11LegacyImport(t *testing.T) {
	opt := recordtest.Options()
	opt.Legacy = true
	body := changed(recordtest.Core(), change{"gender", `"not_recorded"`}, change{"entry_means", `["not_recorded"]`})
	if row := recordtest.NewReader(t).Decode(body, opt); len(row.Details) > 0 {
		t.Errorf("refused: %v", row.Details)
	}
	body = changed(recordtest.Core(), change{"person_role", `"not_recorded"`})
	got := refusalOf(recordtest.NewReader(t).Decode(body, opt).Details)
	if diff := cmp.Diff(refusal{"missing_not_allowed@/person_role"}, got); diff != "" {
		t.Errorf("a role is never missing (-want +got)\n%s", diff)
	}
}

func TestRulesSayNothingAboutRefusedAnswers(t *testing.T) {
	expect(t, changed(recordtest.Core(), change{"age_band", `"99"`}, change{"guardian", `"appointed"`}), "unknown_code@/age_band")
	expect(t, changed(recordtest.Core(), change{"police_report", `"maybe"`}, change{"police_report_barriers", ""}), "unknown_code@/police_report")
}

func TestOneRuleIsReportedOnceAField(t *testing.T) {
	body := changed(recordtest.Core(), change{"gender", `"man"`}, change{"age_band", `"0_8"`}, change{"pregnant", `"yes"`})
	expect(t, body, "R12@/pregnant")
}

func TestEveryRuleOfTheBookHasACode(t *testing.T) {
	known := map[fault.Code]bool{"R10": true} // checked where records are stored
	for _, c := range record.AllCodes() {
		known[c] = true
	}
	for _, rule := range recordtest.NewReader(t).Schema().Book.Rules {
		if !known[fault.Code(rule.Code)] {
			t.Errorf("rule %s has no declared code", rule.Code)
		}
	}
}
