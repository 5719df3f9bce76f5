package desk_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/desk"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/table"
)

func share(n, of, undetermined int) table.Reading {
	return table.Reading{
		Figure: figure.Figure{Kind: figure.Share}, Numbers: figure.Numbers{N: n, Of: of, Undetermined: undetermined},
	}
}

// The references are those of R (binom.test, prop.test without correction).
func TestIntervalsOfShares(t *testing.T) {
	for name, c := range map[string]struct {
		reading table.Reading
		method  desk.Method
		want    desk.Precision
	}{
		"26 of 35": {share(26, 35, 0), desk.Wilson, desk.Precision{
			Basis: desk.Answers, Low: 579, High: 858,
			Wording: codelist.Text{SV: "osäkerhetsintervall 58–86 procent", EN: "uncertainty interval 58–86 per cent"},
		}},
		"26 to 30 of 35, sampling and unknown": {share(26, 35, 4), desk.Wilson, desk.Precision{
			Basis: desk.AnswersAndUnknown, Low: 579, High: 937, // the low end of 26 of 35, the high end of 30
			Wording: codelist.Text{SV: "osäkerhetsintervall 58–94 procent", EN: "uncertainty interval 58–94 per cent"},
		}},
		"26 of 35, guaranteed": {share(26, 35, 0), desk.ClopperPearson, desk.Precision{
			Basis: desk.Answers, Low: 567, High: 875,
			Wording: codelist.Text{SV: "osäkerhetsintervall 57–88 procent", EN: "uncertainty interval 57–88 per cent"},
		}},
		"nobody of 20": {share(0, 20, 0), desk.Wilson, desk.Precision{
			Basis: desk.Answers, Low: 0, High: 161,
			Wording: codelist.Text{SV: "osäkerhetsintervall 0–16 procent", EN: "uncertainty interval 0–16 per cent"},
		}},
		"80 per cent known": {share(20, 40, 8), desk.Wilson, desk.Precision{
			Basis: desk.AnswersAndUnknown, Low: 352, High: 819,
			Wording: codelist.Text{SV: "osäkerhetsintervall 35–82 procent", EN: "uncertainty interval 35–82 per cent"},
		}},
		"less known": {share(20, 40, 9), desk.Wilson, desk.Precision{
			Basis: desk.UnknownAlone, Low: 500, High: 725,
			Wording: codelist.Text{
				SV: "mellan 50 och 73 procent beroende på de okända svaren", EN: "between 50 and 73 per cent depending on the unknown answers",
			},
		}},
		"half known": {share(10, 40, 20), desk.Wilson, desk.Precision{
			Basis: desk.UnknownAlone, Low: 250, High: 750,
			Wording: codelist.Text{
				SV: "mellan 25 och 75 procent beroende på de okända svaren", EN: "between 25 and 75 per cent depending on the unknown answers",
			},
		}},
		"less than half": {share(10, 40, 21), desk.Wilson, desk.Precision{
			Basis: desk.MostlyUnknown,
			Wording: codelist.Text{
				SV: "ingen andel anges, eftersom fler svar saknas än finns",
				EN: "no share is stated because more answers are missing than known",
			},
		}},
		"of fewer than 20": {share(7, 12, 0), desk.ClopperPearson, desk.Precision{
			Basis:   desk.TooFew,
			Wording: codelist.Text{SV: "7 av 12: ingen procentsats av så få", EN: "7 of 12: no percentage of so few"},
		}},
	} {
		c.want.Method = c.method
		got, ok := desk.Precise(c.reading, c.method)
		if diff := cmp.Diff(c.want, got); !ok || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", name, ok, diff)
		}
	}
}

func TestWhatIsNoShareHasNoInterval(t *testing.T) {
	counted, none := share(26, 35, 0), share(0, 0, 0)
	counted.Figure.Kind = figure.Count
	for name, c := range map[string]struct {
		reading table.Reading
		method  desk.Method
	}{
		"a count":                 {counted, desk.Wilson},
		"a share of nobody":       {none, desk.Wilson},
		"nothing asked for":       {share(26, 35, 0), desk.NoInterval},
		"a method that is not":    {share(26, 35, 0), "jeffreys"},
		"the zero of all methods": {share(26, 35, 0), ""},
	} {
		if got, ok := desk.Precise(c.reading, c.method); ok {
			t.Errorf("%s: %+v", name, got)
		}
	}
	asked := share(33, 35, 0)
	asked.Figure.Kind = figure.AskRate
	if _, ok := desk.Precise(asked, desk.Wilson); !ok {
		t.Error("how many were asked is a share")
	}
}

// An interval holds what was counted, however few are known, and its ends are
// certain only where they can be.
func TestIntervalsHoldWhatWasCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.IntRange(1, 5000).Draw(t, "of")
		n := rapid.IntRange(0, of).Draw(t, "n")
		unknown := rapid.IntRange(0, of-n).Draw(t, "unknown")
		method := rapid.SampledFrom([]desk.Method{desk.Wilson, desk.ClopperPearson}).Draw(t, "method")
		p, ok := desk.Precise(share(n, of, unknown), method)
		if !ok || p.Wording.SV == "" || p.Wording.EN == "" {
			t.Fatalf("%+v", p)
		}
		if !p.Ends() {
			if p.Low != 0 || p.High != 0 || of >= 20 && 2*(of-unknown) >= of {
				t.Fatalf("%+v", p)
			}
			return
		}
		if 1000*n < (p.Low-1)*of || 1000*(n+unknown) > (p.High+1)*of || p.Low > p.High || p.Low < 0 || p.High > 1000 {
			t.Fatalf("%+v", p)
		}
		if p.Low == 1000 && n < of || p.High == 0 && n+unknown > 0 {
			t.Fatalf("certain of what is not: %+v", p)
		}
	})
}
