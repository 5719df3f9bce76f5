package recordtest

import (
	"fmt"
	"strings"

	"manniskohandel.se/casestat/pkg/record"
)

// Core gives the body of a valid record that holds the core fields only.
func Core() []byte {
	return []byte(`{"contact_year":2025,"person_role":"directly_exploited","consent_statistics":"yes",` +
		`"earlier_member_contacts":"none","gender":"woman","age_band":"21_23","residence_status":"undocumented",` +
		`"has_children":"yes","children_count":2,"identification_status":"presumed",` +
		`"exploitation_types":["sexual"],"entry_means":["physical_violence","deception"],` +
		`"perpetrator_relation":["intimate_partner"],"first_contact":"civil_society",` +
		`"police_report":"no","police_report_barriers":["fear_of_perpetrator"]}`)
}

// Full gives the body of a valid record that holds every field, in the
// codebook's order.
func Full() []byte {
	return []byte(`{"contact_year":2025,"contact_quarter":3,"case_phase":"new","person_role":"directly_exploited",` +
		`"consent_statistics":"yes","earlier_member_contacts":"one","gender":"woman","age_band":"15_17",` +
		`"age_band_at_entry":"12_14","citizenship_group":"third_country","region_of_origin":"western_africa",` +
		`"residence_status":"asylum_seeker","accompaniment":"unaccompanied","has_children":"yes","children_count":1,` +
		`"children_location":["with_person"],"pregnant":"no","identification_status":"formally_identified",` +
		`"identified_by":"police","exploitation_types":["sexual","domestic_servitude"],` +
		`"sexual_forms":["prostitution","remote_interactive"],"labour_sector":["t"],` +
		`"exploitation_places":["sweden","transit_europe"],"duration_band":"m13_24",` +
		`"entry_means":["threats","debt"],"control_means":["restricts_movement","withholds_documents"],` +
		`"recruitment_channel":["smuggler"],"perpetrator_relation":["smuggler_or_broker","stranger"],` +
		`"first_contact":"police","referral_source":"social_services","authority_contact":["police","social_services"],` +
		`"police_report":"yes_other","police_report_barriers":["not_applicable"],"offence_classification":["human_trafficking"],` +
		`"legal_outcome":"investigation_open","reflection_period":"granted",` +
		`"reflection_applicant":"social_services","testimony_permit":"applied","support_programme":"granted",` +
		`"risk_assessment":"structured_manual","threat_sources":["perpetrators_sweden"],` +
		`"support_needs":["safe_accommodation","legal"],"support_provided":["safe_accommodation"],` +
		`"guardian":"appointed","child_placement":"shelter","went_missing":"no","return_programme":"no_return",` +
		`"contact_outcome":"ongoing","contact_region":"stockholm"}`)
}

// CountOnly gives the body of a valid count-only record.
func CountOnly() []byte {
	return []byte(`{"contact_year":2025,"case_phase":"new","person_role":"directly_exploited",` +
		`"consent_statistics":"minimal","earlier_member_contacts":"none"}`)
}

// With gives body, a JSON object, with one member set to a JSON value: replaced
// where the object has it, otherwise added at the end.
func With(body []byte, name, value string) []byte {
	without := string(Without(body, name))
	inner := strings.TrimSuffix(without, "}")
	if inner != "{" {
		inner += ","
	}
	return fmt.Appendf(nil, `%s%q:%s}`, inner, name, value)
}

// Line gives body as a line of NDJSON, with an id and a line end.
func Line(id record.ID, body []byte) []byte {
	return append(With(body, "record_id", `"`+string(id)+`"`), '\n')
}
