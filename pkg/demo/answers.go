package demo

import (
	"maps"
	"slices"

	"manniskohandel.se/casestat/pkg/codelist"
)

// Answers are what one record says: the codes of each field, or its number as
// one code. A field that is not there was left out.
type Answers map[codelist.FieldName][]codelist.Code

func (a Answers) clone() Answers {
	c := make(Answers, len(a))
	for field, codes := range a {
		c[field] = slices.Clone(codes)
	}
	return c
}

// with gives a copy in which over's answers stand instead of a's.
func (a Answers) with(over Answers) Answers {
	c := a.clone()
	maps.Copy(c, over.clone())
	return c
}

func (a Answers) meets(c codelist.Condition) bool {
	met := slices.ContainsFunc(a[c.Field], func(code codelist.Code) bool { return slices.Contains(c.Codes, code) })
	return met != c.Not
}

func (a Answers) says(field codelist.FieldName, code codelist.Code) bool {
	return slices.Contains(a[field], code)
}

// The fields and codes that this package itself asks about.
const (
	fieldYear    codelist.FieldName = "contact_year"
	fieldID      codelist.FieldName = "record_id"
	fieldConsent codelist.FieldName = "consent_statistics"
	fieldEarlier codelist.FieldName = "earlier_member_contacts"
	fieldQuarter codelist.FieldName = "contact_quarter"
	fieldRegion  codelist.FieldName = "contact_region"

	countOnly codelist.Code = "minimal"
)

// counting is what makes a record one of the slide's, whatever else it says.
var counting = Answers{
	"person_role":           {"directly_exploited"},
	"gender":                {"woman"},
	"exploitation_types":    {"sexual"},
	"identification_status": {"presumed"},
	fieldConsent:            {"yes"},
	fieldEarlier:            {"none"},
}
