package codelist

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// names gives the fields that hold a property.
func names(holds func(Field) bool) []FieldName {
	var out []FieldName
	for _, f := range Current().Fields {
		if holds(f) {
			out = append(out, f.Name)
		}
	}
	return out
}

func TestFieldsAreOfTheirKind(t *testing.T) {
	if n := len(Current().Fields); n != 50 {
		t.Errorf("%d fields, want 50", n)
	}
	for _, c := range []struct {
		name  string
		holds func(Field) bool
		want  []FieldName
	}{
		{"core", func(f Field) bool { return f.Core }, []FieldName{
			"record_id", "contact_year", "person_role", "consent_statistics", "earlier_member_contacts", "gender", "age_band",
			"residence_status", "has_children", "children_count", "identification_status", "exploitation_types", "entry_means",
			"perpetrator_relation", "first_contact", "police_report", "police_report_barriers",
		}},
		{"several answers", func(f Field) bool { return f.Multi }, []FieldName{
			"children_location", "exploitation_types", "sexual_forms", "labour_sector", "exploitation_places", "entry_means",
			"control_means", "recruitment_channel", "perpetrator_relation", "authority_contact", "police_report_barriers",
			"offence_classification", "threat_sources", "support_needs", "support_provided",
		}},
		{"kept of a count-only record", func(f Field) bool { return f.CountOnly }, []FieldName{
			"record_id", "contact_year", "case_phase", "person_role", "consent_statistics", "earlier_member_contacts",
		}},
		{"never missing", func(f Field) bool { return len(f.Missing) == 0 }, []FieldName{
			"record_id", "contact_year", "person_role", "consent_statistics",
		}},
		{"strongly identifying", func(f Field) bool { return f.Identifies == 2 }, []FieldName{
			"contact_quarter", "gender", "age_band", "age_band_at_entry", "citizenship_group", "region_of_origin",
			"residence_status", "accompaniment", "children_count", "pregnant", "contact_region",
		}},
		{"weakly identifying", func(f Field) bool { return f.Identifies == 1 }, []FieldName{
			"contact_year", "person_role", "has_children", "children_location", "exploitation_types", "labour_sector",
			"exploitation_places", "legal_outcome", "guardian", "child_placement", "went_missing",
		}},
		{"part of no table", func(f Field) bool { return f.Identifies == -1 }, []FieldName{
			"record_id", "consent_statistics", "earlier_member_contacts",
		}},
		{"numbers", func(f Field) bool { return f.Kind == Number }, []FieldName{"contact_quarter", "children_count"}},
		{"not applicable to some", func(f Field) bool { return slices.Contains(f.Missing, NotApplicable) }, []FieldName{
			"age_band_at_entry", "accompaniment", "children_location", "pregnant", "identification_status", "exploitation_types",
			"sexual_forms", "labour_sector", "exploitation_places", "duration_band", "entry_means", "control_means",
			"recruitment_channel", "perpetrator_relation", "police_report_barriers", "offence_classification", "legal_outcome",
			"reflection_applicant", "guardian", "child_placement",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, names(c.holds)); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNumbersHaveTheirRange(t *testing.T) {
	for name, want := range map[FieldName][2]int{"contact_quarter": {1, 4}, "children_count": {1, 15}} {
		f, _ := Current().Field(name)
		if got := [2]int{f.Min, f.Max}; got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// The groups that rules, figures and releases rest on.
func TestNamedGroups(t *testing.T) {
	for _, c := range []struct {
		field FieldName
		group Code
		want  string
	}{
		{"gender", "women_girls", "woman trans_woman"},
		{"age_band", "minor", "0_8 9_11 12_14 15_17 minor_unspecified"},
		{"age_band", "adult", "18_20 21_23 24_26 27_29 30_38 39_47 48_plus adult_unspecified"},
		{"age_band", "9_17", "9_11 12_14 15_17"},
		{"age_band_at_entry", "0_17", "0_8 9_11 12_14 15_17 minor_unspecified"},
		{"residence_status", "has_right", "swedish_citizen eu_right_of_residence permanent_permit temporary_permit refugee_or_subsidiary temporary_protection victim_permit"},
		{"residence_status", "asylum", "asylum_seeker"},
		{"residence_status", "no_right", "undocumented asylum_rejected eu_no_right_of_residence"},
		{"identified_by", "authority", "police prosecutor_court migration_agency social_services regional_coordinator health_care work_environment_authority school"},
		{"children_location", "outside_own_care", "sweden_other_parent sweden_social_services origin_family other_country with_perpetrator"},
		{"exploitation_types", "labour", "forced_labour domestic_servitude child_labour"},
		{"entry_means", "force", "physical_violence sexual_violence abduction"},
		{"perpetrator_relation", "known", "intimate_partner parent_guardian other_family family_unspecified friend_acquaintance same_place_or_network employer_or_landlord smuggler_or_broker religious_or_community_leader other_known"},
		{"police_report", "not_reported", "considering no"},
		{"police_report_barriers", "fear", "fear_of_perpetrator fear_for_family fear_of_deportation"},
		{"reflection_period", "application_made", "applied granted rejected"},
		{"child_placement", "safe_placement", "family_home hvb_home supported_housing shelter"},
	} {
		codes, _ := Current().Group(c.field, c.group)
		var got []string
		for _, code := range codes {
			got = append(got, string(code))
		}
		if diff := cmp.Diff(strings.Fields(c.want), got); diff != "" {
			t.Errorf("%s of %s (-want +got):\n%s", c.group, c.field, diff)
		}
	}
}

// An authority means the same wherever it may be met.
func TestAuthoritiesAreTheSameEverywhere(t *testing.T) {
	first, _ := Current().Group("first_contact", "state")
	referral, _ := Current().Group("referral_source", "state")
	contacts, _ := Current().Group("authority_contact", "authority")
	if !sameSet(first, referral) || !sameSet(first, contacts) {
		t.Errorf("authorities differ:\n%v\n%v\n%v", first, referral, contacts)
	}
}

// Every ladder ends in stated against other_or_unknown; `other` is in the latter.
func TestLaddersEndAlike(t *testing.T) {
	for _, f := range Current().Fields {
		if !answered(f) {
			if f.Ladder != nil {
				t.Errorf("%s has a ladder", f.Name)
			}
			continue
		}
		first, last := f.Ladder[0], f.Ladder[len(f.Ladder)-1]
		if first.Name != RungCodes || last.Name != RungStated || len(last.Groups) != 2 || !last.Groups[1].Residual {
			t.Errorf("%s: the ladder runs from %q to %q", f.Name, first.Name, last.Name)
		}
		rest, _ := Current().Group(f.Name, GroupOtherOrUnknown)
		_, has := Current().Lists[f.List].Index("other")
		if has != slices.Contains(rest, "other") {
			t.Errorf("%s: other is not in the remainder %v", f.Name, rest)
		}
	}
}

// A crosswalk that agreed with the ladder could be a rung of it.
func TestCrosswalksOverlapTheLadder(t *testing.T) {
	gender, _ := Current().Field("gender")
	rung := gender.Ladder[1]
	for name, walk := range Current().Crosswalks {
		c := checker{book: Current()}
		c.nested(name, rung, walk)
		c.nested(name, walk, rung)
		if c.faults == nil {
			t.Errorf("%s overlaps no rung of gender", name)
		}
	}
	if _, ok := Current().Crosswalks["agg_gender_ctdc"]; !ok {
		t.Error("agg_gender_ctdc is missing")
	}
}

// Swedish without its letters is the mark of a label typed in haste.
func TestLabelsDifferWhereTheLanguagesDo(t *testing.T) {
	same := map[string]bool{"Prostitution": true, "Man": true}
	for _, l := range Current().Lists {
		for _, e := range l.Entries {
			if e.Label.SV == e.Label.EN && !same[e.Label.SV] {
				t.Errorf("%s: %s is %q in both languages", l.Name, e.Code, e.Label.SV)
			}
		}
	}
	for _, f := range Current().Fields {
		if f.Label.SV == f.Label.EN {
			t.Errorf("%s is %q in both languages", f.Name, f.Label.SV)
		}
	}
}

// A member that keeps its cases by another standard must find its own word
// beside each code; a code that the standard has no word for is named here.
func TestEveryCodeHasItsCounterpart(t *testing.T) {
	for _, c := range []struct {
		list, standard string
		without        []Code
	}{
		{"gender", "H", nil},
		{"age_band", "T", nil},
		{"identified_by", "H", nil},
		{"sexual_forms", "H", []Code{"other"}},
		{"labour_sector", "H", nil},
		{"exploitation_types", "H", []Code{"forced_criminality", "people_smuggling"}},
		{"control_means", "H", []Code{"none_identified"}},
		{"control_means", "T", []Code{"none_identified"}},
		{"recruitment_channel", "H", []Code{"dating_app", "smuggler", "asylum_reception"}},
	} {
		var without []Code
		for _, e := range Current().Lists[c.list].Entries {
			if e.Mappings[c.standard] == "" {
				without = append(without, e.Code)
			}
		}
		if diff := cmp.Diff(c.without, without); diff != "" {
			t.Errorf("%s in %s, codes without a counterpart (-want +got):\n%s", c.list, c.standard, diff)
		}
	}
}
