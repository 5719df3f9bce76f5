package codelist

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// refusedBy gives the codes of the rules that answers break or, for warnings,
// disregard. Rules with a field that is not answered say nothing.
func refusedBy(b *Book, a answers) []string {
	var out []string
	for _, r := range b.Rules {
		for _, c := range r.Clauses {
			if a.settles(c) && !c.holds(a.of) && !slices.Contains(out, r.Code) {
				out = append(out, r.Code)
			}
		}
	}
	return out
}

type is = answers

var na = []Code{NotApplicable}

// ruleCases are answers and the rules that refuse them.
var ruleCases = []struct {
	name string
	a    answers
	want []string
}{
	{"R1 a minor has an accompanying adult or not", is{"age_band": {"12_14"}, "accompaniment": {"unaccompanied"}}, nil},
	{"R1 a minor of unknown age too", is{"age_band": {"minor_unspecified"}, "guardian": {Unknown}}, nil},
	{"R1 for a minor it applies", is{"age_band": {"0_8"}, "child_placement": na}, []string{"R1"}},
	{"R1 an adult has none", is{"age_band": {"18_20"}, "accompaniment": {"with_parent"}}, []string{"R1"}},
	{"R1 an adult of unknown age neither", is{"age_band": {"adult_unspecified"}, "guardian": {NotAsked}}, []string{"R1"}},
	{"R1 an adult", is{"age_band": {"48_plus"}, "accompaniment": na, "guardian": na, "child_placement": na}, nil},
	{"R1 age missing, any answer", is{"age_band": {Declined}, "accompaniment": {"separated"}, "guardian": na}, nil},

	{"R2 a parent", is{"has_children": {"yes"}, "children_count": {"2"}, "children_location": {"with_person", "other_country"}}, nil},
	{"R2 a parent who does not say how many", is{"has_children": {"yes"}, "children_count": {Declined}}, nil},
	{"R2 a parent has a number of children", is{"has_children": {"yes"}, "children_count": na}, []string{"R2"}},
	{"R2 without children no number", is{"has_children": {"no"}, "children_count": {"1"}}, []string{"R2"}},
	{"R2 not known whether, no number", is{"has_children": {Unknown}, "children_count": {Unknown}}, []string{"R2"}},
	{"R2 without children no place", is{"has_children": {"no"}, "children_location": {NotAsked}}, []string{"R2"}},
	{"R2 without children", is{"has_children": {"no"}, "children_count": na, "children_location": na}, nil},

	{"R3 a child's own exploitation is not described", is{"person_role": {"child_of_exploited"}, "entry_means": {"threats"}}, []string{"R3"}},
	{"R3 a missing code does not do for it", is{"person_role": {"sibling_of_exploited"}, "identification_status": {Unknown}}, []string{"R3"}},
	{"R3 a relative's sector", is{"person_role": {"partner_or_relative"}, "labour_sector": {"f"}}, []string{"R3"}},
	{"R3 a relative", is{"person_role": {"partner_or_relative"}, "labour_sector": na, "perpetrator_relation": na}, nil},
	{"R3 the exploited has some answer", is{"person_role": {"directly_exploited"}, "perpetrator_relation": na}, []string{"R3"}},
	{"R3 the exploited, unknown", is{"person_role": {"directly_exploited"}, "perpetrator_relation": {Unknown}, "duration_band": {NotRecorded}}, nil},
	{"R3 does not demand a sector of the exploited", is{"person_role": {"directly_exploited"}, "labour_sector": na}, nil},

	{"R4 sexual exploitation has a form", is{"exploitation_types": {"forced_begging", "sexual"}, "sexual_forms": {"prostitution"}}, nil},
	{"R4 it cannot be not applicable then", is{"exploitation_types": {"sexual"}, "sexual_forms": na}, []string{"R4"}},
	{"R4 no form without it", is{"exploitation_types": {"forced_labour"}, "sexual_forms": {Unknown}}, []string{"R4"}},
	{"R4 no form when the type is unknown", is{"exploitation_types": {Unknown}, "sexual_forms": {"other"}}, []string{"R4"}},
	{"R4 domestic servitude has a sector", is{"exploitation_types": {"domestic_servitude"}, "labour_sector": {"t"}}, nil},
	{"R4 child labour has a sector", is{"exploitation_types": {"child_labour"}, "labour_sector": na}, []string{"R4"}},
	{"R4 begging has none", is{"exploitation_types": {"forced_begging"}, "labour_sector": {"n"}}, []string{"R4"}},

	{"R5 not reported, for some reason", is{"police_report": {"considering"}, "police_report_barriers": {"crime_abroad", "fear_for_family"}}, nil},
	{"R5 not reported has some answer", is{"police_report": {"no"}, "police_report_barriers": na}, []string{"R5"}},
	{"R5 reported, no barriers", is{"police_report": {"yes_other"}, "police_report_barriers": {"did_not_want"}}, []string{"R5"}},
	{"R5 not known whether, no barriers", is{"police_report": {Unknown}, "police_report_barriers": na}, nil},

	{"R6 a report has an offence and an outcome", is{"police_report": {"yes_self"}, "offence_classification": {"procuring", "rape"}, "legal_outcome": {"convicted"}}, nil},
	{"R6 a report has some answer", is{"police_report": {"yes_other"}, "legal_outcome": na}, []string{"R6"}},
	{"R6 no report, no offence", is{"police_report": {"no"}, "offence_classification": {"assault"}}, []string{"R6"}},
	{"R6 no report, no outcome", is{"police_report": {"considering"}, "legal_outcome": {Unknown}}, []string{"R6"}},

	{"R7 an application has an applicant", is{"reflection_period": {"rejected"}, "reflection_applicant": {"social_services"}}, nil},
	{"R7 it has some answer", is{"reflection_period": {"applied"}, "reflection_applicant": na}, []string{"R7"}},
	{"R7 without one no applicant", is{"reflection_period": {"informed_no_wish"}, "reflection_applicant": {NotAsked}}, []string{"R7"}},
	{"R7 missing, no applicant", is{"reflection_period": {NotRecorded}, "reflection_applicant": na}, nil},

	{"R8 a citizen needs none", is{"residence_status": {"swedish_citizen"}, "reflection_period": {"not_needed"}}, nil},
	{"R8 not known", is{"residence_status": {"victim_permit"}, "reflection_period": {NotAsked}}, nil},
	{"R8 a right to stay and yet applied", is{"residence_status": {"temporary_permit"}, "reflection_period": {"granted"}}, []string{"R8"}},
	{"R8 asylum seekers may apply", is{"residence_status": {"asylum_seeker"}, "reflection_period": {"granted"}}, nil},
	{"R8 visitors may apply", is{"residence_status": {"visitor"}, "reflection_period": {"not_informed"}}, nil},

	{"R9 police first, and no authority", is{"first_contact": {"police"}, "authority_contact": {"none_identified"}}, []string{"R9"}},
	{"R9 an embassy first, and no authority", is{"first_contact": {"embassy"}, "authority_contact": {"none_identified"}}, []string{"R9"}},
	{"R9 police first, others since", is{"first_contact": {"police"}, "authority_contact": {"migration_agency"}}, nil},
	{"R9 police first, rest not asked", is{"first_contact": {"police"}, "authority_contact": {NotAsked}}, nil},
	{"R9 first and only civil society", is{"first_contact": {"civil_society"}, "authority_contact": {"none_identified"}}, nil},
	{"R9 a helpline is no authority", is{"first_contact": {"hotline"}, "authority_contact": {"none_identified"}}, nil},

	{"R12 same age", is{"age_band": {"15_17"}, "age_band_at_entry": {"15_17"}}, nil},
	{"R12 younger at entry", is{"age_band": {"48_plus"}, "age_band_at_entry": {"0_8"}}, nil},
	{"R12 older at entry", is{"age_band": {"24_26"}, "age_band_at_entry": {"27_29"}}, []string{"R12"}},
	{"R12 a minor was no adult at entry", is{"age_band": {"15_17"}, "age_band_at_entry": {"adult_unspecified"}}, []string{"R12"}},
	{"R12 a child of 0-8 may be a minor at entry", is{"age_band": {"0_8"}, "age_band_at_entry": {"minor_unspecified"}}, nil},
	{"R12 a minor of unknown age was no adult", is{"age_band": {"minor_unspecified"}, "age_band_at_entry": {"18_20"}}, []string{"R12"}},
	{"R12 a minor of unknown age may have been 15-17", is{"age_band": {"minor_unspecified"}, "age_band_at_entry": {"15_17"}}, nil},
	{"R12 an adult of unknown age, any entry", is{"age_band": {"adult_unspecified"}, "age_band_at_entry": {"48_plus"}}, nil},
	{"R12 an adult may have been an adult at entry", is{"age_band": {"18_20"}, "age_band_at_entry": {"adult_unspecified"}}, nil},
	{"R12 age missing, any entry", is{"age_band": {Unknown}, "age_band_at_entry": {"39_47"}}, nil},
	{"R12 entry missing", is{"age_band": {"0_8"}, "age_band_at_entry": {Unknown}}, nil},
	{"R12 a Swedish citizen is of Sweden", is{"residence_status": {"swedish_citizen"}, "citizenship_group": {"third_country"}}, []string{"R12"}},
	{"R12 or of what is not known", is{"residence_status": {"swedish_citizen"}, "citizenship_group": {NotRecorded}}, nil},
	{"R12 others may be of Sweden", is{"residence_status": {Unknown}, "citizenship_group": {"sweden"}}, nil},
	{"R12 a man is not pregnant", is{"gender": {"man"}, "age_band": {"24_26"}, "pregnant": {"no"}}, []string{"R12"}},
	{"R12 a small child is not pregnant", is{"gender": {"woman"}, "age_band": {"0_8"}, "pregnant": {"no"}}, []string{"R12"}},
	{"R12 a small child, not applicable", is{"gender": {"woman"}, "age_band": {"0_8"}, "pregnant": na}, nil},
	{"R12 a woman has some answer", is{"gender": {"woman"}, "age_band": {Unknown}, "pregnant": na}, []string{"R12"}},
	{"R12 a woman, not asked", is{"gender": {"woman"}, "age_band": {"9_11"}, "pregnant": {NotAsked}}, nil},
	{"R12 a trans man may be asked", is{"gender": {"trans_man"}, "age_band": {"24_26"}, "pregnant": {"yes"}}, nil},
	{"R12 a trans woman may not", is{"gender": {"trans_woman"}, "age_band": {"24_26"}, "pregnant": na}, nil},
	{"R12 gender missing, any answer", is{"gender": {Declined}, "age_band": {"24_26"}, "pregnant": {"no"}}, nil},
}

func TestRules(t *testing.T) {
	for _, c := range ruleCases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, refusedBy(Current(), c.a)); diff != "" {
				t.Errorf("%v (-want +got):\n%s", c.a, diff)
			}
		})
	}
}

// Ages are ordered bands; R12 must agree with the plain order for every pair.
func TestR12AgreesWithTheOrderOfAges(t *testing.T) {
	bands := Current().Lists["age_band"].Entries[:11]
	for i, now := range bands {
		for j, then := range bands {
			refused := refusedBy(Current(), answers{"age_band": {now.Code}, "age_band_at_entry": {then.Code}}) != nil
			if refused != (j > i) {
				t.Errorf("%s at contact, %s at entry: refused %t", now.Code, then.Code, refused)
			}
		}
	}
}

func TestRulesHaveTheirShape(t *testing.T) {
	var codes, warnings, elsewhere []string
	for _, r := range Current().Rules {
		codes = append(codes, r.Code)
		if r.Warning {
			warnings = append(warnings, r.Code)
		}
		if r.Clauses == nil {
			elsewhere = append(elsewhere, r.Code)
		}
	}
	want := []string{"R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11", "R12"}
	if diff := cmp.Diff(want, codes); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"R8"}, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"R10", "R11"}, elsewhere); diff != "" {
		t.Errorf("rules without clauses (-want +got):\n%s", diff)
	}
}

func TestLeftOutFields(t *testing.T) {
	for _, c := range []struct {
		name  string
		a     answers
		field FieldName
		want  Code
	}{
		{"a free field", is{}, "contact_region", NotRecorded},
		{"an adult's guardian", is{"age_band": {"30_38"}}, "guardian", NotApplicable},
		{"a minor's guardian", is{"age_band": {"15_17"}}, "guardian", NotRecorded},
		{"a guardian, age missing", is{"age_band": {Unknown}}, "guardian", NotRecorded},
		{"children, none", is{"has_children": {"no"}}, "children_count", NotApplicable},
		{"where children are", is{"has_children": {"yes"}}, "children_location", NotRecorded},
		{"a relative's duration", is{"person_role": {"child_of_exploited"}}, "duration_band", NotApplicable},
		{"a relative's sector", is{"person_role": {"child_of_exploited"}, "exploitation_types": {NotApplicable}}, "labour_sector", NotApplicable},
		{"a sector", is{"person_role": {"directly_exploited"}, "exploitation_types": {"sexual", "forced_labour"}}, "labour_sector", NotRecorded},
		{"an applicant where the period was left out too", is{"reflection_period": {NotRecorded}}, "reflection_applicant", NotApplicable},
		{"a woman's pregnancy", is{"gender": {"woman"}, "age_band": {"18_20"}}, "pregnant", NotRecorded},
		{"a man's pregnancy", is{"gender": {"man"}, "age_band": {"18_20"}}, "pregnant", NotApplicable},
		{"citizenship of a citizen", is{"residence_status": {"swedish_citizen"}}, "citizenship_group", NotRecorded},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Current().omitted(c.field, c.a.of); got != c.want {
				t.Errorf("%s becomes %s, want %s", c.field, got, c.want)
			}
		})
	}
}
