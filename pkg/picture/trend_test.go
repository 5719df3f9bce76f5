package picture

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// joints are the years between which a line runs, as pairs.
func joints(tr Trend) [][2]int {
	p := newPlot(tr, tr.years())
	var out [][2]int
	for i, pt := range p.points {
		if p.joined(i) {
			out = append(out, [2]int{pt.Year, p.points[i+1].Year})
		}
	}
	return out
}

func TestTheLineBreaksWhereNoNumberIs(t *testing.T) {
	at := func(year int, v Value) Point { return Point{Year: year, Value: v} }
	for _, c := range []struct {
		name   string
		points []Point
		want   [][2]int
	}{
		{"years in a row", []Point{at(2020, Exactly(1)), at(2021, Exactly(2)), at(2022, Exactly(0))}, [][2]int{{2020, 2021}, {2021, 2022}}},
		{"in any order", []Point{at(2021, Exactly(2)), at(2020, Exactly(1))}, [][2]int{{2020, 2021}}},
		{"a year without a point", []Point{at(2020, Exactly(1)), at(2022, Exactly(2))}, nil},
		{"a withheld year", []Point{at(2020, Exactly(1)), at(2021, Between(0, 9)), at(2022, Exactly(2))}, nil},
		{"a missing year", []Point{at(2020, Exactly(1)), at(2021, Value{}), at(2022, Exactly(2)), at(2023, Exactly(2))}, [][2]int{{2022, 2023}}},
		{"far apart", []Point{at(math.MinInt, Exactly(1)), at(math.MaxInt, Exactly(2))}, nil},
		{"the last of a year counts", []Point{at(2020, Exactly(1)), at(2021, Exactly(1)), at(2020, Value{})}, nil},
		{"one", []Point{at(2020, Exactly(1))}, nil},
		{"none", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := Trend{Points: c.points}
			if diff := cmp.Diff(c.want, joints(tr)); diff != "" {
				t.Errorf("joined years (-want +got):\n%s", diff)
			}
			said := strings.Contains(tr.Draw().Description(), gapInLine.en)
			if want := len(c.points) > 1 && len(c.want) < 2 && c.name != "in any order"; said != want {
				t.Errorf("speaks of a gap: %t", said)
			}
		})
	}
}

func TestYearsWithoutAPointAreShownAsGaps(t *testing.T) {
	d := Trend{Points: []Point{{2020, Exactly(5), Value{}}, {2022, Exactly(7), Exactly(9)}}}.Draw()
	want := "2020: 5; 2021: no data; 2022: 7 of 9. The line breaks where the number is missing or withheld."
	if diff := cmp.Diff(want, d.Description()); diff != "" {
		t.Errorf("description (-want +got):\n%s", diff)
	}
	if long := (Trend{Points: []Point{{1900, Exactly(1), Value{}}, {2000, Exactly(1), Value{}}}}); len(long.years()) != 2 {
		t.Errorf("%d years", len(long.years()))
	}
}

func TestTheAxisStartsAtZero(t *testing.T) {
	tr := Trend{Points: []Point{{2020, Exactly(1000), Value{}}, {2021, Exactly(1001), Value{}}}}
	p := newPlot(tr, tr.years())
	p.foot = 500
	if p.y(0) != 500 || math.Abs((500-p.y(1000))/(500-p.y(500))-2) > 1e-9 {
		t.Error("twice the number is not twice as high")
	}
}

func TestBarsLeaveOutWhereNobodyCanBelong(t *testing.T) {
	b := Bars{Caption: Caption{Lang: Swedish, Alt: "Så här"}, Rows: []Row{
		{"A", Exactly(1)}, {"B", Value{State: Impossible}}, {"C", Between(0, 9)}, {"D", Value{State: Impossible}}, {"E", Value{}},
	}}
	want := "Så här. A: 1; C: publiceras inte (mellan 0 och 9); E: uppgift saknas. Utelämnat, eftersom ingen kan höra dit: B, D."
	if diff := cmp.Diff(want, b.Draw().Description()); diff != "" {
		t.Errorf("description (-want +got):\n%s", diff)
	}
	b.Rows = b.Rows[1:2]
	if got := b.Draw().SVG(); !strings.Contains(string(got), noRows.sv) {
		t.Errorf("no word about there being nothing:\n%s", got)
	}
}

func TestValuesInWords(t *testing.T) {
	for _, c := range []struct {
		v                    Value
		short, shortEN, long string
	}{
		{Exactly(26), "26", "26", "26"},
		{Exactly(12345), "12\u00a0345", "12,345", "12\u00a0345"},
		{Exactly(-1234567), "-1\u00a0234\u00a0567", "-1,234,567", "-1\u00a0234\u00a0567"},
		{Exactly(9999), "9999", "9999", "9999"},
		{Between(0, 9), "0–9", "0–9", "publiceras inte (mellan 0 och 9)"},
		{AtLeast(3), "minst 3", "at least 3", "publiceras inte (minst 3)"},
		{Value{State: Withheld}, "publiceras inte", "withheld", "publiceras inte"},
		{Value{}, "uppgift saknas", "no data", "uppgift saknas"},
		{Value{State: Impossible}, "kan inte förekomma", "cannot occur", "kan inte förekomma"},
	} {
		got := [3]string{c.v.short(Swedish), c.v.short(English), c.v.long(Swedish)}
		if want := [3]string{c.short, c.shortEN, c.long}; got != want {
			t.Errorf("%+v: %q, want %q", c.v, got, want)
		}
	}
}

func TestPictogramInWords(t *testing.T) {
	for _, c := range []struct {
		value, of Value
		want      string
	}{
		{Exactly(26), Exactly(35), "26 of 35."},
		{Exactly(26), Value{}, "26."},
		{Exactly(26), Between(30, 40), "26; out of how many: withheld (between 30 and 40)."},
		{Between(0, 9), Exactly(35), "Withheld (between 0 and 9 of 35)."},
		{AtLeast(3), Value{State: Withheld}, "Withheld (at least 3); out of how many: withheld."},
		{Value{State: Withheld}, Exactly(35), "Withheld (of 35)."},
		{Value{State: Withheld}, Value{}, "Withheld."},
		{Value{}, Exactly(35), "No data (of 35)."},
	} {
		if got := (Pictogram{Value: c.value, Of: c.of}).Draw().Description(); got != c.want {
			t.Errorf("%+v of %+v: %q, want %q", c.value, c.of, got, c.want)
		}
	}
}
