package frame_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/frame"
	"manniskohandel.se/casestat/pkg/plan"
)

// What the codebook gives a weight as a quasi-identifier is how somebody is
// recognised; the rest is what is learnt of her then.
func TestTheRoleOfAnAxisIsTheFieldsWeight(t *testing.T) {
	roles := map[plan.Role][]string{}
	for _, a := range lay(t, defaults(t)).Layout.Base.Axes {
		roles[a.Role] = append(roles[a.Role], a.Name)
	}
	want := map[plan.Role][]string{
		plan.Both: {frame.PopulationAxis, plan.OrganisationAxis, plan.BatchAxis},
		plan.Identifying: {
			"age_band", "age_band_at_entry", "citizenship_group", "region_of_origin", "residence_status", "accompaniment",
			"has_children", "children_count", "children_location", "exploitation_types", "exploitation_places", "guardian",
			"child_placement", "went_missing", "contact_region",
		},
		plan.Sensitive: {
			"identification_status", "identified_by", "duration_band", "entry_means", "control_means", "perpetrator_relation",
			"first_contact", "referral_source", "police_report", "police_report_barriers", "reflection_period",
			"reflection_applicant", "support_programme", "risk_assessment", "threat_sources", "support_needs",
			"return_programme", "contact_outcome",
		},
	}
	if diff := cmp.Diff(want, roles); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
