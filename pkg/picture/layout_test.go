package picture

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// box is the room a text may need in the widest common font.
type box struct {
	l, t, r, b float64
	words      string
}

func boxes(d *Drawing) []box {
	var out []box
	for _, e := range d.elements {
		x, ok := e.(text)
		if !ok {
			continue
		}
		w := x.style.width(x.words)
		l := x.at.x
		switch x.anchor {
		case middle:
			l -= w / 2
		case end:
			l -= w
		}
		out = append(out, box{l: l, t: x.at.y - x.style.size*0.75, r: l + w, b: x.at.y + x.style.size*0.2, words: x.words})
	}
	return out
}

// collision names two texts that overlap, or one that leaves the page.
func collision(d *Drawing) string {
	all := boxes(d)
	for i, a := range all {
		if a.l < 0 || a.t < 0 || a.r > d.width || a.b > d.height {
			return a.words + " leaves the page"
		}
		for _, b := range all[:i] {
			if a.l < b.r && b.l < a.r && a.t < b.b && b.t < a.b {
				return a.words + " overlaps " + b.words
			}
		}
	}
	return ""
}

// plausible is a value of a release: no number beyond what statistics hold.
func plausible(t *rapid.T, name string) Value {
	n := rapid.OneOf(rapid.IntRange(0, 40), rapid.IntRange(0, 9_999_999))
	from := n.Draw(t, name)
	return rapid.SampledFrom([]Value{
		Exactly(from), Exactly(from), Between(from, from+n.Draw(t, name+" width")), AtLeast(from), {State: Withheld}, {}, {State: Impossible},
	}).Draw(t, name+" value")
}

func swedish(t *rapid.T, name string) string {
	return rapid.StringMatching(`[A-Ö][a-ö]{1,25}( [a-ö]{1,25}){0,20}`).Draw(t, name)
}

func TestTextsNeitherOverlapNorLeaveThePage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Caption{
			Lang:  rapid.SampledFrom([]Lang{Swedish, English}).Draw(t, "language"),
			Title: swedish(t, "title"), Subtitle: swedish(t, "subtitle"), Source: swedish(t, "source"), Notes: []string{swedish(t, "note")},
		}
		b, tr := Bars{Caption: c}, Trend{Caption: c}
		year := 2000
		for range rapid.IntRange(0, 12).Draw(t, "rows") {
			b.Rows = append(b.Rows, Row{Label: swedish(t, "label"), Value: plausible(t, "row")})
			year += rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(t, "step")
			tr.Points = append(tr.Points, Point{Year: year, Value: plausible(t, "point"), Of: plausible(t, "out of")})
		}
		p := Pictogram{Caption: c, Value: plausible(t, "value"), Of: plausible(t, "of"), Unit: "person"}
		for _, d := range []*Drawing{b.Draw(), tr.Draw(), p.Draw()} {
			if fault := collision(d); fault != "" {
				t.Fatal(fault)
			}
		}
	})
}

// TestCollisionContrast shows that the check sees a title that is not wrapped and
// a line set over another.
func TestCollisionContrast(t *testing.T) {
	d := Bars{Caption: Caption{Title: "A"}}.Draw()
	if fault := collision(d); fault != "" {
		t.Fatal(fault)
	}
	long := text{at: point{margin, 300}, style: titleStyle, words: strings.Repeat("människohandel ", 5)}
	d.height = 400
	d.add(long)
	if collision(d) == "" {
		t.Error("a text wider than the page is not seen")
	}
	d = Bars{Caption: Caption{Title: "A"}}.Draw()
	d.add(text{at: point{margin, margin + titleStyle.ascent()}, style: noteStyle, words: "b"})
	if collision(d) == "" {
		t.Error("a text over another is not seen")
	}
}

func TestWrapKeepsEveryWordWithinTheLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := clean(rapid.OneOf(rapid.String(), rapid.StringMatching(`([a-ö]{1,40}[ /-]){0,20}`)).Draw(t, "text"))
		width := rapid.Float64Range(40, 500).Draw(t, "width")
		lines := labelStyle.wrap(words, width, 0)
		for _, l := range lines {
			if labelStyle.width(l) > width && len([]rune(l)) > 1 {
				t.Fatalf("%q is wider than %g", l, width)
			}
		}
		joined := strings.ReplaceAll(strings.Join(lines, ""), " ", "")
		if want := strings.ReplaceAll(words, " ", ""); joined != want {
			t.Fatalf("%q became %q", want, joined)
		}
	})
}

func TestWrapBreaksAtSpacesHyphensAndStrokes(t *testing.T) {
	for _, c := range []struct {
		words string
		most  int
		want  string
	}{
		{"ett två tre fyra", 0, "ett två|tre fyra"},
		{"ett två-tre-fyra", 0, "ett två-|tre-fyra"},
		{"asylsökande/papperslös", 0, "asylsöka|nde/|pappersl|ös"},
		{"ett två tre fyra fem", 2, "ett två|tre fyr…"},
		{"från -10 till 5", 0, "från -10|till 5"},
		{"", 0, ""},
	} {
		if got := strings.Join(labelStyle.wrap(c.words, 68, c.most), "|"); got != c.want {
			t.Errorf("%q in %d lines: %s, want %s", c.words, c.most, got, c.want)
		}
	}
}

func TestRulerReachesTheLargestInFewRoundMarks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		top := rapid.OneOf(rapid.IntRange(0, 300), rapid.IntRange(0, 2*drawnAtMost)).Draw(t, "largest")
		intervals := rapid.IntRange(-1, 5).Draw(t, "intervals")
		r := newRuler(top, intervals, 100)
		m := r.marks()
		if r.top < top || m[0] != 0 || m[len(m)-1] != r.top || len(m) > max(intervals, 1)+1 || r.at(r.top) != 100 || r.at(0) != 0 {
			t.Fatalf("%d in %d: %+v, marks %v", top, intervals, r, m)
		}
	})
}

func TestMarksStandInRowsOfTen(t *testing.T) {
	for _, total := range []int{1, 35, 51, 100, 101, 322, 400} {
		g := newGrid(Person, total)
		var places []point
		for i := range total {
			p := g.place(i)
			if p.x+g.cell-g.inset() > pageWidth-2*margin+g.inset() {
				t.Fatalf("mark %d of %d leaves the page", i, total)
			}
			if i%rowOf > 0 && p.y != places[i-1].y || i%rowOf == 0 && i > 0 && p == places[i-1] {
				t.Fatalf("mark %d of %d is out of its row", i, total)
			}
			if slices.Contains(places, p) {
				t.Fatalf("mark %d of %d stands on another", i, total)
			}
			places = append(places, p)
		}
	}
}

// count says how many elements of a kind are painted in one way.
func count[T convex](d *Drawing, p paint) int {
	n := 0
	for _, e := range d.elements {
		switch x := e.(type) {
		case circle:
			if _, same := any(x).(T); same && x.paint == p {
				n++
			}
		case rect:
			if _, same := any(x).(T); same && x.paint == p {
				n++
			}
		}
	}
	return n
}

func TestPictogramFillsAsManyMarksAsItSays(t *testing.T) {
	for _, c := range []struct {
		name                  string
		p                     Pictogram
		solid, hatched, empty int
	}{
		{"26 of 35", Pictogram{Value: Exactly(26), Of: Exactly(35)}, 26, 0, 9},
		{"0 of 35", Pictogram{Value: Exactly(0), Of: Exactly(35)}, 0, 0, 35},
		{"35 of 35", Pictogram{Value: Exactly(35), Of: Exactly(35)}, 35, 0, 0},
		{"between 3 and 9 of 12", Pictogram{Value: Between(3, 9), Of: Exactly(12)}, 3, 6, 3},
		{"at least 3 of 12", Pictogram{Value: AtLeast(3), Of: Exactly(12)}, 3, 9, 0},
		{"withheld of 12", Pictogram{Value: Value{State: Withheld}, Of: Exactly(12)}, 0, 12, 0},
		{"a range beyond what it is of", Pictogram{Value: Between(3, 20), Of: Exactly(12)}, 3, 9, 0},
		{"322 of 400", Pictogram{Value: Exactly(322), Of: Exactly(400)}, 322, 0, 78},
		{"a bar beyond some hundreds", Pictogram{Value: Exactly(322), Of: Exactly(401)}, 0, 0, 0},
		{"100 alone", Pictogram{Value: Exactly(100)}, 100, 0, 0},
		{"101 alone: a bar", Pictogram{Value: Exactly(101)}, 0, 0, 0},
		{"between 3 and 9 alone", Pictogram{Value: Between(3, 9)}, 3, 6, 0},
		{"at least 3 alone: a bar", Pictogram{Value: AtLeast(3)}, 0, 0, 0},
		{"out of how many is withheld", Pictogram{Value: Exactly(26), Of: Between(30, 40)}, 26, 0, 0},
		{"more than all: a bar", Pictogram{Value: Exactly(40), Of: Exactly(35)}, 0, 0, 0},
		{"missing", Pictogram{Of: Exactly(35)}, 0, 0, 0},
		{"impossible", Pictogram{Value: Value{State: Impossible}}, 0, 0, 0},
	} {
		c.p.Mark = Circle
		d := c.p.Draw()
		got := [3]int{count[circle](d, solid), count[circle](d, fenced), count[circle](d, hollow)}
		if want := [3]int{c.solid, c.hatched, c.empty}; got != want {
			t.Errorf("%s: %v solid, hatched, empty; want %v", c.name, got, want)
		}
	}
}

// hatchings are the hatched lines of a picture without those of its key.
func hatchings(d *Drawing) int {
	n := 0
	for _, e := range d.elements {
		if s, ok := e.(strokes); ok && s.width == hatchWidth && s.ink == mark && len(s.lines) > 0 {
			n++
		}
	}
	return n - 1
}

// A withheld number is neither nothing nor a number: it is hatched, wide enough to
// be seen, and the picture says why. An exact one never is.
func TestWithheldIsHatched(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(0, 50_000).Draw(t, "from")
		v := rapid.SampledFrom([]Value{
			Between(from, from+rapid.IntRange(1, 50_000).Draw(t, "more")), AtLeast(from), {State: Withheld},
		}).Draw(t, "value")
		other := Exactly(rapid.IntRange(0, 1_000_000).Draw(t, "other"))
		for kind, draw := range map[string]func(Value) *Drawing{
			"pictogram": func(v Value) *Drawing { return Pictogram{Value: v}.Draw() },
			"of":        func(v Value) *Drawing { return Pictogram{Value: v, Of: Exactly(200_000)}.Draw() },
			"bars":      func(v Value) *Drawing { return Bars{Rows: []Row{{"a", v}, {"b", other}}}.Draw() },
			"trend": func(v Value) *Drawing {
				return Trend{Points: []Point{{2020, v, Value{}}, {2021, other, Value{}}}}.Draw()
			},
		} {
			if hatchings(draw(v)) < 1 {
				t.Fatalf("%s: %+v is not hatched", kind, v)
			}
			if !strings.Contains(draw(v).Description(), "ithheld") {
				t.Fatalf("%s: %q does not say that it is withheld", kind, draw(v).Description())
			}
			if n := hatchings(draw(Exactly(from))); n != -1 {
				t.Fatalf("%s: exactly %d is hatched", kind, from)
			}
		}
	})
}

func TestHatchingIsNeverTooSmallToSee(t *testing.T) {
	d := Bars{Rows: []Row{{"a", Between(0, 1)}, {"b", Exactly(100_000)}}}.Draw()
	for _, e := range d.elements {
		if r, ok := e.(rect); ok && r.paint == fenced && (r.w < leastHatch || r.h < leastHatch) {
			t.Errorf("a hatching of %g by %g", r.w, r.h)
		}
	}
}

func TestHatchStaysWithinItsPiece(t *testing.T) {
	k := circle{at: point{50, 50}, r: 20}
	s := hatch(k)
	if len(s.lines) < 5 {
		t.Fatalf("%d strokes", len(s.lines))
	}
	for _, l := range s.lines {
		for _, p := range l {
			if math.Hypot(p.x-50, p.y-50) > 20.001 {
				t.Errorf("a stroke reaches %v", p)
			}
		}
	}
}
