package table

import (
	"encoding/binary"
	"fmt"
	"sync"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/table/tabletest"
)

// counted are the questions that are measured, over core and extended fields.
var counted = []struct {
	name string
	spec Spec
}{
	{"figure2", Spec{Filters: []codelist.Condition{
		{Field: "gender", Codes: []codelist.Code{"woman", "trans_woman"}},
		{Field: "residence_status", Codes: []codelist.Code{"undocumented"}},
	}}},
	{"figure5", Spec{Filters: []codelist.Condition{
		{Field: "person_role", Codes: []codelist.Code{"directly_exploited"}},
		{Field: "earlier_member_contacts", Codes: []codelist.Code{"one", "two", "three_or_more"}, Not: true},
		{Field: "gender", Codes: []codelist.Code{"woman", "trans_woman"}},
		{Field: "exploitation_types", Codes: []codelist.Code{"sexual"}},
		{Field: "identification_status", Codes: []codelist.Code{"ruled_out"}, Not: true},
	}}},
	{"one_way", Spec{Dimensions: []Dimension{{Field: "age_band"}}}},
	{"two_way", Spec{Dimensions: []Dimension{{Field: "age_band"}, {Field: "residence_status"}}}},
	{"three_way", Spec{Dimensions: []Dimension{{Field: "age_band"}, {Field: "residence_status"}, {Field: "gender"}}}},
	{"four_way", Spec{Dimensions: []Dimension{
		{Field: "age_band"}, {Field: "residence_status"}, {Field: "gender"}, {Field: "police_report"},
	}}},
	{"multi_x_1", Spec{Dimensions: []Dimension{{Field: "exploitation_types"}, {Field: "age_band"}}}},
	{"multi_x_multi_x_1", Spec{Dimensions: []Dimension{
		{Field: "exploitation_types"}, {Field: "entry_means"}, {Field: "gender"},
	}}},
	{"children_by_age", Spec{Dimensions: []Dimension{{Field: "age_band"}}, Sum: "children_count"}},
}

// large keeps the generated columns of one size for the next question.
var large struct {
	sync.Mutex
	records int
	columns *Columns
}

func generate(b *testing.B, set *figure.Set, records int) *Columns {
	b.Helper()
	large.Lock()
	defer large.Unlock()
	if large.records == records {
		return large.columns
	}
	g, err := tabletest.New(set.Book, 1)
	if err != nil {
		b.Fatal(err)
	}
	var fields []codelist.FieldName
	for _, c := range counted {
		fields = append(fields, ask(set, c.spec).Fields()...)
	}
	builder, err := NewBuilder(set, fields...)
	if err != nil {
		b.Fatal(err)
	}
	answers := g.Schema.Blank()
	for range records {
		g.Next(answers)
		if err := builder.Add(set.Book.Version, answers); err != nil {
			b.Fatal(err)
		}
	}
	large.records, large.columns = records, builder.Columns()
	return large.columns
}

// ask resolves a spec, also one without dimensions: a figure.
func ask(set *figure.Set, spec Spec) *Question {
	q := &Question{set: set, schema: record.NewSchema(set.Book), filters: spec.Filters}
	for _, d := range spec.Dimensions {
		axis, _, _ := q.axis(d)
		q.axes = append(q.axes, axis)
	}
	q.sum, _ = set.Summand(spec.Sum)
	return q
}

// read sums the packed bytes that a question looks at, eight at a time: the
// least that any way of counting must do.
func read(c *Columns, offsets []int) (sum uint64) {
	for _, s := range c.full.segments {
		for _, o := range offsets {
			var w, x, y, z uint64
			for p := s.bytes[o][:s.rows]; len(p) >= 32; p = p[32:] {
				w += binary.LittleEndian.Uint64(p)
				x += binary.LittleEndian.Uint64(p[8:])
				y += binary.LittleEndian.Uint64(p[16:])
				z += binary.LittleEndian.Uint64(p[24:])
			}
			sum += w + x + y + z
		}
	}
	return sum
}

// offsets are the bytes that some pass of the question looks at.
func offsets(c *Columns, question *Question) []int {
	seen := make(map[int]bool)
	for _, p := range c.query(question).passes(keyBits(c.full.count)) {
		for _, l := range p.lookups {
			seen[l.offset] = true
		}
	}
	var all []int
	for o := range seen {
		all = append(all, o)
	}
	return all
}

// BenchmarkCount reports how many times as long counting takes as reading the
// same bytes, the best of each, taken in turns.
func BenchmarkCount(b *testing.B) {
	set, err := figure.Current(codelist.Current())
	if err != nil {
		b.Fatal(err)
	}
	for _, records := range []int{1_000_000, 10_000_000} {
		for _, c := range counted {
			b.Run(fmt.Sprintf("%dM/%s", records/1_000_000, c.name), func(b *testing.B) {
				columns := generate(b, set, records)
				question := ask(set, c.spec)
				used := offsets(columns, question)
				counting, reading := time.Hour, time.Hour
				for b.Loop() {
					start := time.Now()
					if _, err := columns.Count(question); err != nil {
						b.Fatal(err)
					}
					middle := time.Now()
					sink += read(columns, used)
					counting, reading = min(counting, middle.Sub(start)), min(reading, time.Since(middle))
				}
				b.ReportMetric(float64(counting.Microseconds())/1000, "ms/count")
				b.ReportMetric(float64(reading.Microseconds())/1000, "ms/read")
				b.ReportMetric(float64(counting)/float64(reading), "x_read")
				b.ReportMetric(float64(len(used)), "columns")
			})
		}
	}
}

var sink uint64

// BenchmarkLoad reports records a second from packed rows into columns and the
// memory that a record takes there, for the core fields and for all.
func BenchmarkLoad(b *testing.B) {
	set, err := figure.Current(codelist.Current())
	if err != nil {
		b.Fatal(err)
	}
	g, err := tabletest.New(set.Book, 1)
	if err != nil {
		b.Fatal(err)
	}
	var core []codelist.FieldName
	for _, c := range g.Schema.Columns {
		if c.Field.Core {
			core = append(core, c.Field.Name)
		}
	}
	answers := make([]record.Answers, 1<<10)
	for i := range answers {
		answers[i] = g.Schema.Blank()
		g.Next(answers[i])
	}
	for name, fields := range map[string][]codelist.FieldName{"core": core, "all": nil} {
		b.Run(name, func(b *testing.B) {
			const records = 1_000_000
			var columns *Columns
			for b.Loop() {
				builder, err := NewBuilder(set, fields...)
				if err != nil {
					b.Fatal(err)
				}
				for i := range records {
					if err := builder.Add(set.Book.Version, answers[i%len(answers)]); err != nil {
						b.Fatal(err)
					}
				}
				columns = builder.Columns()
			}
			b.ReportMetric(records*float64(b.N)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(columns.Bytes())/records, "B/record")
		})
	}
}

func testFigures(t testing.TB) *figure.Set {
	t.Helper()
	set, err := figure.Current(codelist.Current())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// BenchmarkReadSet reports how long all figures take over one member's year
// and over a large one.
func BenchmarkReadSet(b *testing.B) {
	set := testFigures(b)
	g, err := tabletest.New(set.Book, 1)
	if err != nil {
		b.Fatal(err)
	}
	for _, records := range []int{300, 100_000} {
		b.Run(fmt.Sprint(records), func(b *testing.B) {
			builder, err := NewBuilder(set, Fields(set)...)
			if err != nil {
				b.Fatal(err)
			}
			answers := g.Schema.Blank()
			for range records {
				g.Next(answers)
				if err := builder.Add(set.Book.Version, answers); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				for _, f := range set.All() {
					if _, err := builder.Columns().Read(f); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
