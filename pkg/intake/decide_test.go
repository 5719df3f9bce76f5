package intake

import (
	"testing"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
)

func TestDecide(t *testing.T) {
	one := record.Record{Year: 2026, Codebook: 1, Answers: record.Answers{6, 7}}
	other := record.Record{Year: 2026, Codebook: 1, Answers: record.Answers{6, 8}}
	inClosed := record.Record{Year: 2025, Codebook: 1, Answers: record.Answers{6, 7}}
	inCorrected := record.Record{Year: 2024, Codebook: 1, Answers: record.Answers{6, 7}}
	unopened := record.Record{Year: 2031, Codebook: 1, Answers: record.Answers{6, 7}}
	open := years{2024: record.PeriodCorrecting, 2025: record.PeriodClosed, 2026: record.PeriodOpen}
	current := func(r record.Record) *Version { return &Version{Number: 3, Tag: "aa", Record: r} }
	withdrawn := &Version{Number: 4, Tag: "bb", Withdrawn: true}

	for name, c := range map[string]struct {
		current  *Version
		sent     record.Record
		replaces Precondition
		want     Outcome
		kind     fault.Kind
		code     fault.Code
	}{
		"a new record is accepted":                     {nil, one, Precondition{}, Accepted, 0, ""},
		"the same again is unchanged":                  {current(one), one, Precondition{}, Unchanged, 0, ""},
		"a retried correction is unchanged":            {current(other), other, Precondition{Version: 2, Tag: "old"}, Unchanged, 0, ""},
		"the same again in a closed year is unchanged": {current(inClosed), inClosed, Precondition{}, Unchanged, 0, ""},
		"a correction by version and tag":              {current(one), other, Precondition{Version: 3, Tag: "aa"}, Corrected, 0, ""},
		"a correction by version alone":                {current(one), other, Precondition{Version: 3}, Corrected, 0, ""},
		"another codebook is another content":          {current(one), record.Record{Year: 2026, Codebook: 2, Answers: one.Answers}, Precondition{Version: 3}, Corrected, 0, ""},

		"a new record in a year that is corrected": {nil, inCorrected, Precondition{}, Accepted, 0, ""},
		"a correction in a year that is corrected": {current(inCorrected), record.Record{Year: 2024, Codebook: 1, Answers: other.Answers}, Precondition{Version: 3}, Corrected, 0, ""},
		"a correction out of it into an open year": {current(inCorrected), one, Precondition{Version: 3}, Corrected, 0, ""},

		"a correction must name its version":       {current(one), other, Precondition{}, "", fault.PreconditionRequired, CodePreconditionRequired},
		"a correction of an old version":           {current(one), other, Precondition{Version: 2, Tag: "aa"}, "", fault.Stale, CodeStale},
		"a correction with another tag":            {current(one), other, Precondition{Version: 3, Tag: "zz"}, "", fault.Stale, CodeStale},
		"a correction of nothing":                  {nil, one, Precondition{Version: 1}, "", fault.Stale, CodeStale},
		"a withdrawn id is not used again":         {withdrawn, one, Precondition{Version: 4, Tag: "bb"}, "", fault.Gone, CodeWithdrawn},
		"no new record in a closed year":           {nil, inClosed, Precondition{}, "", fault.Conflict, CodePeriodClosed},
		"no correction into a closed year":         {current(one), inClosed, Precondition{Version: 3}, "", fault.Conflict, CodePeriodClosed},
		"nor out of it into one that is corrected": {current(inClosed), inCorrected, Precondition{Version: 3}, "", fault.Conflict, CodePeriodClosed},
		"no correction out of a closed year":       {current(inClosed), one, Precondition{Version: 3}, "", fault.Conflict, CodePeriodClosed},
		"R10: no record in a year nobody opened":   {nil, unopened, Precondition{}, "", fault.Invalid, CodeOutsideWindow},
		"a closed year comes before the condition": {current(inClosed), one, Precondition{}, "", fault.Conflict, CodePeriodClosed},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := decide(c.current, Submission{c.sent, c.replaces}, open)
			if got != c.want {
				t.Errorf("outcome %q, want %q", got, c.want)
			}
			if c.code == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if c.code != "" && (err == nil || err.Kind != c.kind || err.Code != c.code) {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}
