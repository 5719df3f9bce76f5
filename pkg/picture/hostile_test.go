package picture

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// label draws what nobody should call a category, and ordinary words.
func label(t *rapid.T, name string) string {
	return rapid.OneOf(
		rapid.String(),
		rapid.SampledFrom([]string{
			`</text><script>alert(1)</script>`, `"><image href="https://x.example/"/>`, `]]>`, `&lt;&#0;&bogus;`, "\x00\x01\x1f\x7f", "\ufffe\uffff",
			"\xff\xfe\xed\xa0\x80", "a\u202eb\u2066c", "{0}{1}{n}", strings.Repeat("människohandelsoffer", 30), "e\u0301\u0301\u0301", "", " ", "\u2028\n\t",
		}),
		rapid.StringMatching(`[A-Öa-ö]{1,30}( [a-ö]{1,20}){0,12}`),
	).Draw(t, name)
}

func value(t *rapid.T, name string) Value {
	n := rapid.OneOf(rapid.IntRange(0, 40), rapid.IntRange(0, 100_000), rapid.Int())
	return Value{
		State: State(rapid.IntRange(0, 3).Draw(t, name+" state")),
		N:     n.Draw(t, name),
		Range: rapid.OneOf(rapid.Just[*Range](nil), rapid.Custom(func(t *rapid.T) *Range {
			return &Range{From: n.Draw(t, "from"), To: n.Draw(t, "to"), Open: rapid.Bool().Draw(t, "open")}
		})).Draw(t, name+" range"),
	}
}

func caption(t *rapid.T) Caption {
	return Caption{
		Lang:  rapid.SampledFrom([]Lang{"sv", "en", "", `x"><script>`}).Draw(t, "language"),
		Title: label(t, "title"), Subtitle: label(t, "subtitle"), Alt: label(t, "alt"), Source: label(t, "source"),
		Notes: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { return label(t, "note") }), 0, 3).Draw(t, "notes"),
	}
}

// picture draws any picture and gives the values in it.
func picture(t *rapid.T) (*Drawing, []Value) {
	c := caption(t)
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 0:
		p := Pictogram{Caption: c, Value: value(t, "value"), Of: value(t, "of"), Mark: Mark(rapid.IntRange(0, 1).Draw(t, "mark")), Unit: label(t, "unit")}
		values := []Value{p.Value}
		if p.Of.State == Exact || p.Of.State == Withheld {
			values = append(values, p.Of)
		}
		return p.Draw(), values
	case 1:
		b := Bars{Caption: c}
		var values []Value
		for range rapid.IntRange(0, 6).Draw(t, "rows") {
			r := Row{Label: label(t, "label"), Value: value(t, "row")}
			b.Rows = append(b.Rows, r)
			if r.Value.State != Impossible {
				values = append(values, r.Value)
			}
		}
		return b.Draw(), values
	}
	tr := Trend{Caption: c}
	var values []Value
	for i := range rapid.IntRange(0, 6).Draw(t, "points") {
		p := Point{Year: 2018 + 2*i, Value: value(t, "point"), Of: value(t, "of")}
		tr.Points = append(tr.Points, p)
		values = append(values, p.Value)
	}
	return tr.Draw(), values
}

// hostile holds for every input: the SVG is well formed, holds nothing but what a
// picture needs, names itself, and prints every number; the description says it.
func hostile(t *rapid.T) {
	d, values := picture(t)
	doc, err := parse(d.SVG())
	if err != nil {
		t.Fatalf("%v\n%s", err, d.SVG())
	}
	if doc.title != d.Title() || doc.desc != d.Description() {
		t.Fatalf("title %q, description %q", doc.title, doc.desc)
	}
	printed, said := strings.ToLower(strings.Join(doc.texts, " ")), strings.ToLower(doc.desc)
	for _, v := range values {
		for _, n := range numbersOf(v) {
			words := []string{number(Swedish, n), number(English, n)}
			in := func(s string) bool {
				return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
			}
			if !in(printed) || !in(said) {
				t.Fatalf("%d is missing in %q or in %q", n, printed, said)
			}
		}
	}
}

// numbersOf are the numbers that the public knows of a value.
func numbersOf(v Value) []int {
	switch {
	case v.State == Exact:
		return []int{v.N}
	case v.State != Withheld || v.Range == nil:
		return nil
	case v.Range.Open:
		return []int{v.Range.From}
	}
	return []int{v.Range.From, v.Range.To}
}

func TestHostileWordsStayWords(t *testing.T) { rapid.Check(t, hostile) }

func FuzzHostile(f *testing.F) { f.Fuzz(rapid.MakeFuzz(hostile)) }

// TestHostileWordsContrast shows what the escaping keeps out.
func TestHostileWordsContrast(t *testing.T) {
	const attack = `</title><script>alert(1)</script><title>`
	d := Bars{Caption: Caption{Title: attack}}.Draw()
	if _, err := parse(d.SVG()); err != nil {
		t.Fatal(err)
	}
	escaped := d.SVG()
	bare := strings.NewReplacer("&lt;", "<", "&gt;", ">").Replace(string(escaped))
	if _, err := parse([]byte(bare)); err == nil {
		t.Error("without escaping the script is not noticed")
	}
}

// TestWordsAreCleaned also holds the places where XML and PNG would break.
func TestWordsAreCleaned(t *testing.T) {
	for in, want := range map[string]string{
		"a\x00b\n\tc":       "a b c",
		"a\u202eb\u2066":    "ab",
		"\xffa\ufffe":       "\ufffda\ufffd",
		"10\u00a0000  x ":   "10\u00a0000 x",
		"\u2028":            "",
		"å–\U0001F600&<>\"": "å–\U0001F600&<>\"",
	} {
		if got := clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}
