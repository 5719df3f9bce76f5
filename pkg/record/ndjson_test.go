package record_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/record"
	"manniskohandel.se/casestat/pkg/recordtest"
)

// outcome is a batch in a form to compare: a line for each row, then the error.
func outcome(rows func(func(record.Row, error) bool)) (out []string) {
	for row, err := range rows {
		switch {
		case err != nil:
			out = append(out, fmt.Sprintf("error %s %v", fault.CodeOf(err), refusalOf(detailsOf(err))))
		case len(row.Details) > 0:
			out = append(out, fmt.Sprintf("%d %v", row.Number, refusalOf(row.Details)))
		default:
			out = append(out, fmt.Sprintf("%d ok v%d", row.Number, row.Version))
		}
		for _, d := range row.Details {
			if d.Row != row.Number {
				out = append(out, "a detail has another row number")
			}
		}
	}
	return out
}

func detailsOf(err error) []fault.Detail {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e.Details
	}
	return nil
}

func ndjson(t *testing.T, text string, opt record.Options) []string {
	t.Helper()
	return outcome(recordtest.NewReader(t).ReadNDJSON(strings.NewReader(text), opt))
}

func core(n int) string { return string(recordtest.Line(recordtest.ID(n), recordtest.Core())) }

func TestReadNDJSON(t *testing.T) {
	id := func(value string) string {
		return string(recordtest.With(recordtest.Core(), "record_id", value)) + "\n"
	}
	version := func(value string) string {
		return string(recordtest.With([]byte(strings.TrimSpace(core(1))), "version", value)) + "\n"
	}
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"two rows":                    {core(1) + core(2), []string{"1 ok v0", "2 ok v0"}},
		"no line end at the end":      {core(1) + strings.TrimSpace(core(2)), []string{"1 ok v0", "2 ok v0"}},
		"CRLF and blank lines":        {"\r\n" + strings.ReplaceAll(core(1), "\n", "\r\n") + " \t\n" + core(2) + "\n\n", []string{"2 ok v0", "4 ok v0"}},
		"a version":                   {version("3"), []string{"1 ok v3"}},
		"version 0":                   {version("0"), []string{"1 [version_not_a_version@/version]"}},
		"a version with decimals":     {version("1.0"), []string{"1 [not_an_integer@/version]"}},
		"a version in quotes":         {version(`"1"`), []string{"1 [wrong_type@/version]"}},
		"no id":                       {string(recordtest.Core()), []string{"1 [required@/record_id]"}},
		"an id that is a number":      {id("17"), []string{"1 [wrong_type@/record_id]"}},
		"an id that is null":          {id("null"), []string{"1 [null_value@/record_id]"}},
		"an id that is a person":      {id(`"` + canaryNumber + `"`), []string{"1 [identifier_personal_number@/record_id]"}},
		"an id in capitals":           {id(`"7F3CFA5E-54C5-4F26-9A57-A5C2E0B1D3F4"`), []string{"1 [record_id_malformed@/record_id]"}},
		"a bad row between good ones": {core(1) + "{\n" + core(2), []string{"1 ok v0", "2 [malformed_json@]", "3 ok v0"}},
		"an array of rows":            {"[" + core(1) + "]", []string{"1 [not_an_object@ malformed_json@]", "2 [malformed_json@]"}},
		"two records in a line":       {strings.TrimSpace(core(1)) + core(2), []string{"1 [trailing_data@]"}},
		"a record over two lines":     {strings.Replace(core(1), ",", ",\n", 1), []string{"1 [malformed_json@]", "2 [not_an_object@]"}},
		"a byte order mark":           {"\ufeff" + core(1) + core(2), []string{"1 [byte_order_mark@]", "2 ok v0"}},
		"a NUL":                       {"\x00" + core(1), []string{"1 [nul_character@]"}},
		"nothing":                     {"", []string{"error empty_batch []"}},
		"blank lines only":            {"\n \n\r\n", []string{"error empty_batch []"}},
		"a count-only record":         {string(recordtest.Line(recordtest.ID(3), recordtest.CountOnly())), []string{"1 ok v0"}},
		"a line of another format":    {"record_id;gender\n", []string{"1 [malformed_json@]"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, ndjson(t, tt.text, recordtest.Options())); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestLimitsOfABatch(t *testing.T) {
	long := strings.Repeat("x", 600)
	limits := func(l record.Limits) record.Options {
		opt := recordtest.Options()
		opt.Limits = l
		return opt
	}
	line := len(core(1))
	for name, tt := range map[string]struct {
		text   string
		limits record.Limits
		want   []string
	}{
		"a line of just the limit":        {core(1), record.Limits{RecordBytes: line - 1}, []string{"1 ok v0"}},
		"the same with CRLF":              {strings.TrimSpace(core(1)) + "\r\n", record.Limits{RecordBytes: line - 1}, []string{"1 ok v0"}},
		"a line one byte too long":        {core(1) + core(2), record.Limits{RecordBytes: line - 2}, []string{"1 [record_too_large@]", "2 [record_too_large@]"}},
		"a long line is passed over":      {long + long + "\n" + core(2), record.Limits{RecordBytes: line}, []string{"1 [record_too_large@]", "2 ok v0"}},
		"a long last line":                {core(1) + long + long, record.Limits{RecordBytes: line}, []string{"1 ok v0", "2 [record_too_large@]"}},
		"a long line of blanks":           {strings.Repeat(" ", 3*line) + "\n" + core(2), record.Limits{RecordBytes: line}, []string{"1 [record_too_large@]", "2 ok v0"}},
		"as many rows as may be":          {core(1) + "\n" + core(2), record.Limits{BatchRows: 2}, []string{"1 ok v0", "3 ok v0"}},
		"a row too many":                  {core(1) + core(2) + core(3), record.Limits{BatchRows: 2}, []string{"1 ok v0", "2 ok v0", "error batch_too_many_rows []"}},
		"as many bytes as may be":         {core(1) + core(2), record.Limits{BatchBytes: int64(2 * line)}, []string{"1 ok v0", "2 ok v0"}},
		"a byte too many":                 {core(1) + core(2), record.Limits{BatchBytes: int64(2*line - 1)}, []string{"1 ok v0", "error batch_too_large []"}},
		"cut inside a row":                {core(1) + core(2), record.Limits{BatchBytes: int64(line + 40)}, []string{"1 ok v0", "error batch_too_large []"}},
		"cut inside a long row":           {core(1) + long + long, record.Limits{RecordBytes: line, BatchBytes: int64(line + 900)}, []string{"1 ok v0", "error batch_too_large []"}},
		"contrast: the defaults are wide": {core(1) + core(2) + core(3), record.Limits{}, []string{"1 ok v0", "2 ok v0", "3 ok v0"}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, ndjson(t, tt.text, limits(tt.limits))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestDefaultLimits(t *testing.T) {
	t.Run("bytes of a record", func(t *testing.T) {
		pad := func(n int) string { return strings.Replace(core(1), "{", "{"+strings.Repeat(" ", n-len(core(1))+1), 1) }
		want := []string{"1 ok v0", "2 [record_too_large@]"}
		if diff := cmp.Diff(want, ndjson(t, pad(16<<10)+pad(16<<10+1), recordtest.Options())); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("rows of a batch", func(t *testing.T) {
		rows := ndjson(t, strings.Repeat("{\n", 50_001), recordtest.Options())
		if len(rows) != 50_001 || rows[50_000] != "error batch_too_many_rows []" {
			t.Errorf("%d rows, the last %s", len(rows), rows[len(rows)-1])
		}
	})
	t.Run("bytes of a batch", func(t *testing.T) {
		endless := io.LimitReader(repeat(strings.Repeat(" ", 1000)+"\n"), 64<<20+1)
		want := []string{"error batch_too_large []"}
		if diff := cmp.Diff(want, outcome(recordtest.NewReader(t).ReadNDJSON(endless, recordtest.Options()))); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}

// repeat is an endless reader.
type repeat string

func (r repeat) Read(p []byte) (n int, err error) {
	for n+len(r) <= len(p) {
		n += copy(p[n:], r)
	}
	if n == 0 {
		n = copy(p, r)
	}
	return n, nil
}

func TestABatchTakesConstantMemory(t *testing.T) {
	r, opt := recordtest.NewReader(t), recordtest.Options()
	allocated := func(f func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	const size, bound = 60 << 20, 1 << 20
	oneLine := func() io.Reader { return io.LimitReader(repeat(`{"gender":"woman"`), size) }
	for name, read := range map[string]func(){
		"NDJSON": func() { outcome(r.ReadNDJSON(oneLine(), opt)) },
		"CSV":    func() { outcome(r.ReadCSV(oneLine(), opt)) },
		"a quote left open": func() {
			outcome(r.ReadCSV(io.MultiReader(strings.NewReader(header+"\n\""), oneLine()), opt))
		},
	} {
		if got := allocated(read); got > bound {
			t.Errorf("%s: %d bytes for one line of %d", name, got, size)
		}
	}
	contrast := func() {
		if _, err := io.ReadAll(oneLine()); err != nil {
			t.Fatal(err)
		}
	}
	if got := allocated(contrast); got <= bound {
		t.Errorf("contrast: reading it whole took only %d bytes", got)
	}
}

func TestAReadersErrorEndsTheBatch(t *testing.T) {
	broken := errors.New("connection lost")
	in := io.MultiReader(strings.NewReader(core(1)+core(2)[:50]), iotest.ErrReader(broken))
	r := recordtest.NewReader(t)
	var rows int
	var last error
	for row, err := range r.ReadNDJSON(in, recordtest.Options()) {
		if last = err; err == nil {
			rows += row.Number
		}
	}
	if rows != 1 || !errors.Is(last, broken) || fault.KindOf(last) != fault.Internal {
		t.Errorf("rows up to %d, then %v", rows, last)
	}
	// What stands before the break is no whole row, though it could be read as one.
	in = io.MultiReader(strings.NewReader(strings.TrimSpace(core(1))), iotest.ErrReader(io.ErrUnexpectedEOF))
	for row, err := range r.ReadNDJSON(in, recordtest.Options()) {
		if err == nil {
			t.Errorf("a cut row was read: %d", row.Number)
		}
	}
}

func TestABatchMayBeLeftEarly(t *testing.T) {
	r := recordtest.NewReader(t)
	text := core(1) + core(2) + core(3)
	for range r.ReadNDJSON(strings.NewReader(text), recordtest.Options()) {
		break
	}
	for range r.ReadCSV(strings.NewReader(header+"\n\n\n"+csvRow(1)+csvRow(2)), recordtest.Options()) {
		break
	}
}

func TestSmallReadsMakeNoDifference(t *testing.T) {
	text := core(1) + "\n{\n" + core(2)
	r := recordtest.NewReader(t)
	want := outcome(r.ReadNDJSON(strings.NewReader(text), recordtest.Options()))
	got := outcome(r.ReadNDJSON(iotest.OneByteReader(bytes.NewReader([]byte(text))), recordtest.Options()))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
