package faults

import (
	"crypto/rand"
	"encoding/json"

	"github.com/google/uuid"

	names "manniskohandel.se/casestat/pkg/record"
)

// The serial number of a record is written in binary into two fields that
// take any set of codes.
var (
	lowDigits  = []string{"physical_abuse", "sexual_abuse", "psychological_abuse", "threats", "threats_law_enforcement", "threatens_family_or_children", "uses_children", "debt_bondage", "takes_earnings", "restricts_finances", "restricts_movement", "restricts_medical_care"}
	highDigits = []string{"safe_accommodation", "health_care", "psychosocial", "trauma_treatment", "legal", "financial", "basic_necessities", "migration_process", "police_contact", "authority_contact", "interpretation", "education"}
)

func digits(codes []string, n int) (set []string) {
	for i, code := range codes {
		if n>>i&1 == 1 {
			set = append(set, code)
		}
	}
	if set == nil {
		return []string{"none_identified"}
	}
	return set
}

func number(codes, set []string) (n int) {
	for i, code := range codes {
		for _, s := range set {
			if s == code {
				n |= 1 << i
			}
		}
	}
	return n
}

// newRecordID draws an id that is taken: chance makes one of some two million
// look like a personal number, which is refused.
func newRecordID() string {
	for {
		id := uuid.Must(uuid.NewRandomFromReader(rand.Reader)).String()
		if _, err := names.ParseID(id); err == nil {
			return id
		}
	}
}

// body writes the record with this serial number.
func body(serial int) []byte {
	content, err := json.Marshal(map[string]any{
		"contact_year": 2026, "person_role": "directly_exploited", "consent_statistics": "yes",
		"earlier_member_contacts": "none", "gender": "woman", "age_band": "24_26", "residence_status": "undocumented",
		"has_children": "no", "identification_status": "presumed", "exploitation_types": []string{"sexual"},
		"entry_means": []string{"deception"}, "perpetrator_relation": []string{"stranger"},
		"first_contact": "civil_society", "police_report": "no", "police_report_barriers": []string{"fear_of_perpetrator"},
		"control_means": digits(lowDigits, serial), "support_needs": digits(highDigits, serial>>len(lowDigits)),
	})
	if err != nil {
		panic(err) // strings and numbers only
	}
	return content
}

// serialOf reads the serial number back from a stored record.
func serialOf(record map[string]any) int {
	return number(lowDigits, words(record["control_means"])) | number(highDigits, words(record["support_needs"]))<<len(lowDigits)
}

func words(value any) (set []string) {
	list, _ := value.([]any)
	for _, v := range list {
		if s, ok := v.(string); ok {
			set = append(set, s)
		}
	}
	return set
}
