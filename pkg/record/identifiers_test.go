package record_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
)

// What the recognisers look for, as patterns. A regular expression says it
// better than code does, but takes ten times as long.
var (
	emailPattern      = regexp.MustCompile(`(?i)[^\s@]\s?(?:@|\(at\)|\[at\])\s?[^\s@]`)
	coordinatePattern = regexp.MustCompile(`(?:^|[^0-9])(?:1[0-8][0-9]|[0-9]{1,2})[.,][0-9]{3,}(?:$|[^0-9])|[0-9]\s?°` +
		`|\b[NSns]\s?[0-9]{1,2}\b.*(?:\b[EWVewv]|(?:^|[^0-9A-Za-z_])[Öö])\s?[0-9]{1,3}\b|\b[Gg][Ee][Oo]:`)
	phonePattern = regexp.MustCompile(`(?:^|[^0-9])(?:(?:\+|00)[1-9][0-9]{6,14}|0[1-9][0-9]{5,9}|46[1-9][0-9]{7,9})(?:$|[^0-9])`)
)

type findings struct{ Email, Coordinate, Phone bool }

func recognise(text string) (f findings) {
	f.Email, f.Coordinate, f.Phone = record.Recognise([]byte(text))
	return f
}

func TestRecognisersFindWhatThePatternsSay(t *testing.T) {
	pieces := []string{
		"0", "00", "1", "46", "5", "9", "18", "190", "070", "123", "1740605", "+", "-", ".", ",", "@", "(at)", "[AT]", "(at]", "(", "at", " ", "\n",
		"N", "s", "E", "v", "Ö", "ö", "W", "geo:", "Geo:", "°", "_", "x", "é",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "pieces"), "")
		want := findings{emailPattern.MatchString(text), coordinatePattern.MatchString(text), phonePattern.MatchString(text)}
		if diff := cmp.Diff(want, recognise(text)); diff != "" {
			t.Fatalf("%q (-pattern +code)\n%s", text, diff)
		}
	})
}

func TestSwedishCompassLetters(t *testing.T) {
	for _, text := range []string{"N59 19 Ö18 04", "n 59, ö 18", "N59 V18"} {
		if !recognise(text).Coordinate {
			t.Errorf("%s is not seen as a coordinate", text)
		}
	}
}

// BenchmarkRefuse is the dearest record there is: free text to its limit. Beside
// BenchmarkDecode it says what a batch of nothing else costs, byte by byte.
func BenchmarkRefuse(b *testing.B) {
	r, opt := recordtest.NewReader(b), recordtest.Options()
	for name, unit := range map[string]string{"digits": "1 2.3/", "prose": "Hon bor hos sin syster. "} {
		b.Run(name, func(b *testing.B) {
			text := strings.Repeat(unit, 15<<10/len(unit))
			body := recordtest.With(recordtest.Core(), "case_phase", `"`+text+`"`)
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if row := r.Decode(body, opt); len(row.Details) == 0 {
					b.Fatal("free text is taken")
				}
			}
		})
	}
}
