package auditor_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/auditor"
	"manniskohandel.se/casestat/pkg/fault"
)

func boundsCode(r io.Reader) fault.Code {
	_, err := auditor.CheckBounds(context.Background(), r)
	return fault.CodeOf(err)
}

func casesCode(r io.Reader) fault.Code {
	_, err := auditor.CheckCases(context.Background(), r)
	return fault.CodeOf(err)
}

func TestFilesOfIntervalsAreReadStrictly(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want fault.Code
	}{
		"nothing":                     {``, auditor.CodeCaseFile},
		"not JSON":                    {`tables:`, auditor.CodeCaseFile},
		"something after it":          {`{"tables":[]} {}`, auditor.CodeCaseFile},
		"no atoms":                    {`{"tables":[{"name":"x","cells":[]}]}`, auditor.CodeCaseFile},
		"an atom that is not there":   {`{"tables":[{"innerFreq":[1],"cells":[{"inner":[1],"value":0}]}]}`, auditor.CodeCaseFile},
		"a negative atom":             {`{"tables":[{"innerFreq":[1],"cells":[{"inner":[-1],"value":0}]}]}`, auditor.CodeCaseFile},
		"an atom twice":               {`{"tables":[{"innerFreq":[1],"cells":[{"inner":[0,0],"value":2}]}]}`, auditor.CodeCaseFile},
		"a cell of nothing":           {`{"tables":[{"innerFreq":[1],"cells":[{"inner":[],"value":0}]}]}`, auditor.CodeCaseFile},
		"a value that is not the sum": {`{"tables":[{"innerFreq":[1],"cells":[{"inner":[0],"value":2}]}]}`, auditor.CodeCaseFile},
		"a negative value":            {`{"tables":[{"innerFreq":[-1],"cells":[{"inner":[0],"value":-1}]}]}`, auditor.CodeCaseFile},
		"a value beyond all bounds":   {`{"tables":[{"innerFreq":[9007199254740993],"cells":[{"inner":[0],"value":9007199254740993}]}]}`, auditor.CodeCaseFile},
		"a fraction of a person":      {`{"tables":[{"innerFreq":[0.5],"cells":[]}]}`, auditor.CodeCaseFile},
		"a number no type holds":      {`{"tables":[{"innerFreq":[1e999],"cells":[]}]}`, auditor.CodeCaseFile},
		"suppressed without interval": {`{"tables":[{"innerFreq":[1],"cells":[{"inner":[0],"value":1,"suppressed":true}]}]}`, auditor.CodeCaseFile},
		"too many atoms":              {`{"tables":[{"innerFreq":[` + strings.Repeat("0,", 5000) + `0],"cells":[]}]}`, auditor.CodeCaseFileTooLarge},
		"too many tables":             {`{"tables":[` + strings.Repeat("{},", 2000) + `{}]}`, auditor.CodeCaseFileTooLarge},
	} {
		if got := boundsCode(strings.NewReader(c.text)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := boundsCode(endless{}); got != auditor.CodeCaseFileTooLarge {
		t.Errorf("an endless file: %q", got)
	}
	if got := boundsCode(io.MultiReader(strings.NewReader(`{"tables":[]}`), endless{})); got != auditor.CodeCaseFileTooLarge {
		t.Errorf("an endless tail: %q", got)
	}
}

// endless is white space for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// TestAnIntervalWithoutUpperEnd: null, and nothing else, says so.
func TestAnIntervalWithoutUpperEnd(t *testing.T) {
	file := `{"tables":[{"name":"open","innerFreq":[3],"cells":[{"label":["all"],"inner":[0],"value":3,"suppressed":true,"lo":0,"up":%}]}]}`
	for up, mismatches := range map[string]int{"null": 0, "1000": 1} {
		report, err := auditor.CheckBounds(context.Background(), strings.NewReader(strings.Replace(file, "%", up, 1)))
		if err != nil || report.Intervals != 1 || len(report.Mismatches) != mismatches {
			t.Errorf("up %s: %+v %v", up, report, err)
		}
	}
}

func TestAWrongIntervalIsAMismatch(t *testing.T) {
	text, err := os.ReadFile("testdata/interval_oracle.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{`"lo"`, `"up"`, `"loInt"`, `"upInt"`} {
		at := bytes.Index(text, []byte(`"suppressed":true`))
		if at < 0 {
			at = bytes.Index(text, []byte(`"suppressed": true`))
		}
		field := at + bytes.Index(text[at:], []byte(end)) + len(end)
		digit := field + bytes.IndexAny(text[field:], "0123456789")
		changed := bytes.Clone(text)
		changed[digit] = '9' - (changed[digit]-'0')%5
		report, err := auditor.CheckBounds(context.Background(), bytes.NewReader(changed))
		if err != nil || len(report.Mismatches) != 1 {
			t.Errorf("%s changed: %d mismatches, %v", end, len(report.Mismatches), err)
		}
	}
}

func TestFilesOfCasesAreReadStrictly(t *testing.T) {
	for name, text := range map[string]string{
		"nothing":                   ``,
		"an unknown name":           `{"cases":[{"system":{"unknown":["a"],"equations":[[["b"],1]]},"expect":{}}]}`,
		"no number":                 `{"cases":[{"system":{"unknown":["a"],"equations":[[["a"],"x"]]},"expect":{}}]}`,
		"an expectation of nothing": `{"cases":[{"system":{"unknown":["a"],"equations":[[["a"],1]]},"expect":{"z":[0,1]}}]}`,
		"rows and values differ":    `{"cases":[{"rows":["a"],"cols":["x"],"suppressed":[],"values":[[1],[2]]}]}`,
		"an empty table":            `{"cases":[{"rows":[],"cols":[],"suppressed":[],"values":[]}]}`,
		"a negative count":          `{"cases":[{"rows":{"a":[-1]},"cols":"x"}]}`,
		"a ragged table":            `{"cases":[{"rows":{"a":[1,2]},"cols":"x"}]}`,
		"an age that is none":       `{"cases":[{"t1":{"m":{"young":1}},"t2":{"m":{"<20":1}}}]}`,
		"a figure in words":         `{"cases":[{"chain":[["all","many"]],"expect":{}}]}`,
		"a chain without verdicts":  `{"cases":[{"chain":[["all",3]],"expect":{}}]}`,
		"a generator without flags": `{"cases":[{"generator":"x","expect":{}}]}`,
	} {
		if got := casesCode(strings.NewReader(text)); got != auditor.CodeCaseFile {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := casesCode(endless{}); got != auditor.CodeCaseFileTooLarge {
		t.Errorf("an endless file: %q", got)
	}
	report, err := auditor.CheckCases(context.Background(), strings.NewReader(`{"cases":[{"id":"new"}]}`))
	if err != nil || len(report.Mismatches) != 1 {
		t.Errorf("a case of an unknown kind passes: %+v %v", report, err)
	}
}

// FuzzFiles: whatever is read, nothing panics, and what is refused says why.
func FuzzFiles(f *testing.F) {
	for _, name := range []string{"named_cases", "singletons_zeros"} {
		text, err := os.ReadFile("testdata/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(`{"tables":[{"innerFreq":[1,2],"cells":[{"inner":[0],"value":1,"suppressed":true,"lo":0,"up":3},{"inner":[0,1],"value":3}]}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 8192 {
			return
		}
		for _, code := range []fault.Code{boundsCode(bytes.NewReader(text)), casesCode(bytes.NewReader(text))} {
			switch code {
			case "", auditor.CodeCaseFile, auditor.CodeCaseFileTooLarge, auditor.CodeContradiction, auditor.CodeSystem:
			default:
				t.Errorf("code %q", code)
			}
		}
	})
}
