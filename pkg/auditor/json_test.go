package auditor

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/signed"
)

// TestACertificateSurvivesItsSealedForm: what is sealed is canonical JSON, and
// what is opened again proves the same.
func TestACertificateSurvivesItsSealedForm(t *testing.T) {
	declared := town(t)
	small := declared.System.Cells[2].Where
	declared.Declared = []plan.Functional{{Name: "declared", Within: declared.System.Cells[1].Where, Except: &small}}
	declared.Earlier = []plan.Pattern{declared.Shown[:3]}
	for name, c := range map[string]Certificate{
		"one that holds":              town(t),
		"with history and declared":   declared,
		"of sums":                     family(2, 2, 2, 1, 2, 3, 2, 1, 2),
		"of two releases":             sequel{stay: 35, come: 7, gone: 8, stayA: 20, comeA: 4, goneA: 5}.certificate(t),
		"that holds nothing":          {},
		"of the trend report's cells": trendCertificate(t),
	} {
		text, err := signed.Canonical(c)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var again Certificate
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&again); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c, again); diff != "" {
			t.Errorf("%s (-sealed +opened):\n%s", name, diff)
		}
		if diff := cmp.Diff(Verify(c), Verify(again)); diff != "" {
			t.Errorf("%s is judged otherwise:\n%s", name, diff)
		}
		twice, err := signed.Canonical(again)
		if err != nil || !bytes.Equal(text, twice) {
			t.Errorf("%s: not the same bytes again (%v)", name, err)
		}
	}
}

func trendCertificate(t *testing.T) Certificate {
	s, data := trendReport(t, false)
	p := cautious(s, data, plan.Defaults())
	c := Certificate{System: s, Data: data, Policy: plan.Defaults(), Shown: p.Shown, Values: p.Values}
	c.Views = required(c, nil)[:6]
	return c
}
