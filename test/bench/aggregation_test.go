package bench

import (
	"context"
	"flag"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/figure"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/store"
	"manniskohandel.se/casestat/pkg/storetest"
	"manniskohandel.se/casestat/pkg/table"
	"manniskohandel.se/casestat/pkg/table/tabletest"
)

var millions = flag.String("millions", "1,10", "sizes of the comparison with PostgreSQL, in millions of generated records")

// asked are the questions put to both sides. In SQL a field is a smallint with
// the packed byte, a multi-valued field an integer with its packed bytes.
var asked = []struct {
	name string
	spec table.Spec
	sql  string
}{
	{
		"figure, 2 filters",
		table.Spec{Dimensions: split, Filters: []codelist.Condition{in("gender", "woman", "trans_woman"), in("residence_status", "undocumented")}},
		`SELECT count(*) FROM generated WHERE gender IN {gender:woman,trans_woman} AND residence_status IN {residence_status:undocumented}`,
	},
	{
		"figure, 5 filters",
		table.Spec{Dimensions: split, Filters: []codelist.Condition{
			in("person_role", "directly_exploited"), in("gender", "woman", "trans_woman"), in("residence_status", "undocumented", "asylum_seeker"),
			in("police_report", "no"), in("first_contact", "civil_society"),
		}},
		`SELECT count(*) FROM generated WHERE person_role IN {person_role:directly_exploited} AND gender IN {gender:woman,trans_woman}
		 AND residence_status IN {residence_status:undocumented,asylum_seeker} AND police_report IN {police_report:no} AND first_contact IN {first_contact:civil_society}`,
	},
	{"one-way", by("age_band"), `SELECT age_band, count(*) FROM generated GROUP BY 1`},
	{"two-way", by("age_band", "residence_status"), `SELECT age_band, residence_status, count(*) FROM generated GROUP BY 1, 2`},
	{"three-way", by("age_band", "residence_status", "gender"), `SELECT age_band, residence_status, gender, count(*) FROM generated GROUP BY 1, 2, 3`},
	{
		"four-way", by("age_band", "residence_status", "gender", "police_report"),
		`SELECT age_band, residence_status, gender, police_report, count(*) FROM generated GROUP BY 1, 2, 3, 4`,
	},
	{
		"multi x 1", by("exploitation_types", "age_band"),
		`SELECT option, age_band, count(*) FROM generated JOIN generate_series(1, 13) option ON exploitation_types & 1 = 1 AND exploitation_types >> option & 1 = 1 GROUP BY 1, 2`,
	},
	{
		"multi x multi x 1", by("exploitation_types", "entry_means", "gender"),
		`SELECT one, other, gender, count(*) FROM generated
		 JOIN generate_series(1, 13) one ON exploitation_types & 1 = 1 AND exploitation_types >> one & 1 = 1
		 JOIN generate_series(1, 14) other ON entry_means & 1 = 1 AND entry_means >> other & 1 = 1 GROUP BY 1, 2, 3`,
	},
}

// split is the dimension of the figures, whose records are added up again: a
// table has at least one.
var split = []table.Dimension{{Field: "gender"}}

func by(fields ...codelist.FieldName) (s table.Spec) {
	for _, f := range fields {
		s.Dimensions = append(s.Dimensions, table.Dimension{Field: f})
	}
	return s
}

func in(field codelist.FieldName, codes ...codelist.Code) codelist.Condition {
	return codelist.Condition{Field: field, Codes: codes}
}

// rival holds the same generated records as columns in memory and as a table
// in PostgreSQL.
type rival struct {
	set     *figure.Set
	columns *table.Columns
	db      *pgx.Conn
	schema  *record.Schema
}

var rivalFields = []codelist.FieldName{
	"person_role", "gender", "age_band", "residence_status", "police_report", "first_contact", "exploitation_types", "entry_means",
}

func newRival(b *testing.B, records int) *rival {
	b.Helper()
	set, err := figure.Current(codelist.Current())
	must(b, err)
	r := &rival{set: set, schema: record.NewSchema(set.Book)}
	r.db, err = pgx.Connect(b.Context(), storetest.Config(b, store.Postgres).Owner)
	must(b, err)
	b.Cleanup(func() { _ = r.db.Close(context.Background()) }) // the database goes with the test
	var columns []string
	for _, f := range rivalFields {
		kind := "smallint"
		if c, _ := r.schema.Column(f); c.Field.Multi {
			kind = "integer"
		}
		columns = append(columns, fmt.Sprintf("%s %s NOT NULL", f, kind))
	}
	_, err = r.db.Exec(b.Context(), "SET search_path TO records")
	must(b, err)
	_, err = r.db.Exec(b.Context(), "CREATE UNLOGGED TABLE generated ("+strings.Join(columns, ", ")+")")
	must(b, err)
	r.fill(b, records)
	_, err = r.db.Exec(b.Context(), "VACUUM ANALYZE generated")
	must(b, err)
	return r
}

// fill generates the records once for both sides.
func (r *rival) fill(b *testing.B, records int) {
	b.Helper()
	g, err := tabletest.New(r.set.Book, 1)
	must(b, err)
	builder, err := table.NewBuilder(r.set, rivalFields...)
	must(b, err)
	names := make([]string, len(rivalFields))
	for i, f := range rivalFields {
		names[i] = string(f)
	}
	answers, left := g.Schema.Blank(), records
	_, err = r.db.CopyFrom(b.Context(), pgx.Identifier{"generated"}, names, pgx.CopyFromFunc(func() ([]any, error) {
		if left == 0 {
			return nil, nil
		}
		left--
		g.Next(answers)
		if err := builder.Add(r.set.Book.Version, answers); err != nil {
			return nil, err
		}
		ints, err := g.Ints(answers, rivalFields)
		row := make([]any, len(ints))
		for i, n := range ints {
			row[i] = n
		}
		return row, err
	}))
	must(b, err)
	r.columns = builder.Columns()
}

// query writes the packed numbers of the codes into {field:code,code}.
func (r *rival) query(b *testing.B, sql string) string {
	b.Helper()
	for {
		start := strings.IndexByte(sql, '{')
		if start < 0 {
			return sql
		}
		end := start + strings.IndexByte(sql[start:], '}')
		field, codes, _ := strings.Cut(sql[start+1:end], ":")
		c, ok := r.schema.Column(codelist.FieldName(field))
		if !ok {
			b.Fatalf("no field %s", field)
		}
		var numbers []string
		for code := range strings.SplitSeq(codes, ",") {
			a := r.schema.Blank()
			must(b, r.schema.Set(a, c, codelist.Code(code)))
			numbers = append(numbers, fmt.Sprint(tabletest.Int(a, c)))
		}
		sql = sql[:start] + "(" + strings.Join(numbers, ",") + ")" + sql[end+1:]
	}
}

// ask runs a query and gives the sum of its last column.
func (r *rival) ask(b *testing.B, sql string) (total int64) {
	b.Helper()
	rows, err := r.db.Query(b.Context(), sql)
	must(b, err)
	for rows.Next() {
		values, err := rows.Values()
		must(b, err)
		total += values[len(values)-1].(int64)
	}
	must(b, rows.Err())
	return total
}

// BenchmarkAgainstPostgres answers the same questions from columns in memory
// and by GROUP BY, in turns, and reports the best of each and their ratio.
// In PostgreSQL's favour, its rows hold the fields of the questions alone, in
// an unlogged table that parallel workers may read.
func BenchmarkAgainstPostgres(b *testing.B) {
	for size := range strings.SplitSeq(*millions, ",") {
		n, err := strconv.Atoi(size)
		must(b, err)
		b.Run(size+"M", func(b *testing.B) { newRival(b, n*1_000_000).compare(b) })
	}
}

func (r *rival) compare(b *testing.B) {
	product, n := 1.0, 0
	for _, a := range asked {
		b.Run(a.name, func(b *testing.B) {
			question, err := table.Ask(r.set, a.spec)
			must(b, err)
			sql := r.query(b, a.sql)
			ours, theirs := time.Hour, time.Hour
			for b.Loop() {
				start := time.Now()
				counted, err := r.columns.Count(question)
				must(b, err)
				ours = min(ours, time.Since(start))
				start = time.Now()
				total := r.ask(b, sql)
				theirs = min(theirs, time.Since(start))
				if strings.HasPrefix(a.name, "figure") && int64(counted.Records) != total {
					b.Fatalf("%d counted, PostgreSQL says %d", counted.Records, total)
				}
			}
			b.ReportMetric(float64(ours.Microseconds())/1000, "ms/casestat")
			b.ReportMetric(float64(theirs.Microseconds())/1000, "ms/postgres")
			b.ReportMetric(float64(theirs)/float64(ours), "x_faster")
			product, n = product*float64(theirs)/float64(ours), n+1
		})
	}
	if n > 0 {
		b.Logf("geometric mean of the ratios: %.1f", math.Pow(product, 1/float64(n)))
	}
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
