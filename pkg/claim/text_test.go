package claim_test

import (
	"fmt"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/claim"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

func TestMarkdown(t *testing.T) {
	c := checkerOf(t, 1, shelftest.Slide(2024))
	for _, x := range []struct{ name, text, want string }{
		{"emphasis", "**26** av _35_ har *någon* relation till förövaren", "right relation_to_perpetrator 1:2+2 1:11+2"},
		{"a number cut by emphasis", "2**6** av 35 har någon relation till förövaren", "right relation_to_perpetrator 1:0+4 1:10+2"},
		{"a heading", "## 7 är papperslösa", "right undocumented 1:3+1"},
		{"a heading underlined", "7 är papperslösa\n===\n8 är papperslösa", "right undocumented 1:0+1; wrong undocumented 2:0+1"},
		{"a list", "1. 7 är papperslösa\n2. 8 är papperslösa", "right undocumented 1:3+1; wrong undocumented 2:3+1"},
		{"a quotation", "> 7 är papperslösa", "right undocumented 1:2+1"},
		{"a link", "[7](https://example.org/8) är [papperslösa][1]\n\n[1]: https://example.org/9", "right undocumented 1:1+1"},
		{"a picture", "![7 är papperslösa](8.png)", "right undocumented 1:2+1"},
		{"code", "`7` är papperslösa", ""},
		{"a block of code", "```\n7 är papperslösa\n```\n\n8 är papperslösa", "wrong undocumented 1:0+1"},
		{"indented code", "    7 är papperslösa", ""},
		{"a tag", "<b class=\"9\">7</b> är papperslösa", "right undocumented 1:13+1"},
		{"a footnote's mark", "7 är papperslösa[^8]", "right undocumented 1:0+1"},
		{"a no-break space", "10&nbsp;vågade aldrig polisanmäla", "right never_dared_to_report 1:0+2"},
		{"a table", "| Vad | Antal |\n|---|---|\n| Papperslösa | 8 |", "wrong undocumented 2:16+1"},
		{"a table of shares", "| Vad | Andel (%) |\n|---|---|\n| Papperslösa | 20 |", "right undocumented 2:16+2"},
		{"a column that restricts", "| Vad | Malmö |\n|---|---|\n| Papperslösa | 7 |", "unbound no_statement 2:16+1"},
		{"over a line's end", "26 av 35 har någon\nrelation till förövaren", "right relation_to_perpetrator 1:0+2 1:6+2"},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := placed(check(t, c, claim.Markdown, x.text)); got != x.want {
				t.Errorf("%s\n got %s\nwant %s", x.text, got, x.want)
			}
		})
	}
}

func TestPlacesOfPlainText(t *testing.T) {
	c := checkerOf(t, 1, shelftest.Slide(2024))
	r := check(t, c, claim.Plain, "\ufeffÅÄÖ.\r\n\r\n- 😀 7 är\r\npapperslösa.\n8 är papperslösa.")
	want := []claim.Place{{Part: claim.Body, Paragraph: 2, Line: 3, Offset: 4, Length: 1}, {Part: claim.Body, Paragraph: 2, Line: 5, Offset: 22, Length: 1}}
	if len(r.Claims) != 2 || r.Claims[0].Places[0] != want[0] || r.Claims[1].Places[0] != want[1] || r.Paragraphs != 2 {
		t.Errorf("%+v", r)
	}
}

func TestTextsThatAreNone(t *testing.T) {
	for text, want := range map[string]fault.Code{
		"": claim.CodeTextEmpty, "a\n\xc3\x28": claim.CodeTextNotUTF8, "a\x00": claim.CodeTextNotText, "\xff\xfe2\x006\x00": claim.CodeTextNotUTF8,
		strings.Repeat("a", claim.MaxBytes+1): claim.CodeTextTooLarge, strings.Repeat("å", claim.MaxCharacters): claim.CodeTextTooLong,
		strings.Repeat("a\n\n", claim.MaxParagraphs+1): claim.CodeTooManyParagraphs,
	} {
		for _, format := range []claim.Format{claim.Plain, claim.Markdown} {
			if _, err := claim.Read(format, []byte(text)); fault.CodeOf(err) != want {
				t.Errorf("%.10q: %v, want %s", text, err, want)
			}
		}
	}
	many, err := claim.Read(claim.Plain, []byte(strings.Repeat("7 a ", claim.MaxNumbers+1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := checkerOf(t, 1, shelftest.Slide(2024)).Check(many); fault.CodeOf(err) != claim.CodeTooManyNumbers {
		t.Error(err)
	}
}

// hostile texts are as long as they may be, and made to cost as much as they can.
func hostile(size int) map[string]string {
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	return map[string]string{
		"digits":      fill("7"),
		"numbers":     strings.Repeat("7, ", claim.MaxNumbers) + fill("a "),
		"pairs":       strings.Repeat("7 av 35, ", claim.MaxNumbers/2) + fill("och "),
		"known words": strings.Repeat("7 papperslösa relation till förövaren barn totalt minderåriga, ", claim.MaxNumbers),
		"separators":  "7" + fill(",") + "7",
		"one word":    "7 " + fill("å"),
		"brackets":    "7 " + fill("[`<("),
		"bars":        "a|7\n-|-\n" + fill("|7"),
		"addresses":   fill("http://a www.b "),
	}
}

// The work grows with the length of the text, whatever stands in it: counted in
// tokens and statements that are looked at.
func TestTheWorkIsBounded(t *testing.T) {
	c := checkerOf(t, 1, shelftest.Slide(2024))
	const perByte = 60
	for name, text := range hostile(200_000) {
		for _, format := range []claim.Format{claim.Plain, claim.Markdown} {
			d, err := claim.Read(format, []byte(text))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if work := c.Work(d); work > perByte*len(text) {
				t.Errorf("%s: %d looked at for %d bytes", name, work, len(text))
			}
		}
	}
}

func wantSound(t *testing.T, c *claim.Checker, d *claim.Document) {
	t.Helper()
	r, err := c.Check(d)
	if err != nil {
		if fault.KindOf(err) == fault.Internal {
			t.Errorf("an error of our own: %v", err)
		}
		return
	}
	places := map[claim.Place]bool{}
	see := func(p claim.Place) {
		if places[p] || p.Length < 1 || p.Offset < 0 || p.Paragraph < 1 {
			t.Errorf("place %+v, seen before: %v", p, places[p])
		}
		places[p] = true
	}
	for _, one := range r.Claims {
		for _, p := range one.Places {
			see(p)
		}
	}
	for _, l := range r.Loose {
		see(l.Place)
	}
}

// No number is judged twice, and no text breaks the check.
func FuzzText(f *testing.F) {
	c := checkerOf(f, 1, shelftest.Slide(2024))
	for _, s := range ownSentences(shelftest.Slide(2024).Years[0]) {
		f.Add(true, s)
		f.Add(false, "# 2024\n\n- **"+s+"**\n\n| a | 7 % |\n|-|-|\n| Papperslösa | 7 |")
	}
	f.Fuzz(func(t *testing.T, markdown bool, text string) {
		format := claim.Plain
		if markdown {
			format = claim.Markdown
		}
		if d, err := claim.Read(format, []byte(text)); err == nil {
			wantSound(t, c, d)
		} else if fault.KindOf(err) == fault.Internal {
			t.Errorf("an error of our own: %v", err)
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	c := checkerOf(b, 1, shelftest.Slide(2024))
	report := strings.Join(ownSentences(shelftest.Slide(2024).Years[0]), ". ") + ".\n\n"
	texts := hostile(900_000)
	texts["report"] = strings.Repeat(report, 100)
	for name, text := range texts {
		b.Run(fmt.Sprintf("%s/%dKB", name, len(text)>>10), func(b *testing.B) {
			for b.Loop() {
				d, err := claim.Read(claim.Plain, []byte(text))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := c.Check(d); err != nil && fault.KindOf(err) == fault.Internal {
					b.Fatal(err)
				}
			}
		})
	}
}
