package ledger_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/ledger"
)

func TestCheckpointTextRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, 10} {
		_, head := written(t, n)
		want := head.Checkpoint("casestat.example/records")
		text, err := want.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var got ledger.Checkpoint
		if err := got.UnmarshalText(text); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestCheckpointTextIsStrict(t *testing.T) {
	_, head := written(t, 3)
	text, err := head.Checkpoint("origin").MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	good := string(text)
	for name, bad := range map[string]string{
		"empty":           "",
		"two lines":       "origin\n3\n",
		"four lines":      good + "more\n",
		"no last newline": strings.TrimSuffix(good, "\n"),
		"no origin":       strings.TrimPrefix(good, "origin"),
		"a sign":          strings.Replace(good, "\n3\n", "\n+3\n", 1),
		"negative":        strings.Replace(good, "\n3\n", "\n-3\n", 1),
		"a leading zero":  strings.Replace(good, "\n3\n", "\n03\n", 1),
		"not a number":    strings.Replace(good, "\n3\n", "\nx\n", 1),
		"a short root":    "origin\n3\nAAAA\n",
		"carriage return": strings.Replace(good, "origin\n", "origin\r\n", 1),
	} {
		c := ledger.Checkpoint{Origin: "untouched"}
		if err := c.UnmarshalText([]byte(bad)); !errors.Is(err, ledger.ErrCheckpoint) || c.Origin != "untouched" {
			t.Errorf("%s: %v, %+v", name, err, c)
		}
	}
	for name, c := range map[string]ledger.Checkpoint{"no origin": {}, "two lines": {Origin: "a\nb"}, "negative": {Origin: "a", Size: -1}} {
		if _, err := c.MarshalText(); !errors.Is(err, ledger.ErrCheckpoint) {
			t.Errorf("writing %s: %v", name, err)
		}
	}
}
