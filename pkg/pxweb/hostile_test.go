package pxweb_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/pxweb"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

func TestHostile_EveryRefusalIsPrecise(t *testing.T) {
	s := start(t, pxweb.Limits{Cells: 10}, coarse(shelftest.Slide(2023)), coarse(shelftest.Slide(2024)))
	const rest = "&valuecodes[ContentsCode]=*&valuecodes[Tid]=*"
	deep := strings.Repeat(`{"selection":`, 5000) + strings.Repeat("}", 5000)
	for _, c := range []struct {
		target, body string // a body makes it a POST
		status       int
		code         fault.Code
	}{
		{"/tables/none", "", 404, pxweb.CodeTableUnknown},
		{"/tables/none/data", "", 404, pxweb.CodeTableUnknown},
		{"/tables/none/metadata", "", 404, pxweb.CodeTableUnknown},
		{"/tables/none/defaultselection", "", 404, pxweb.CodeTableUnknown},
		{"/tables/age-r9/data", "", 404, pxweb.CodeTableUnknown},
		{"/tables/../config", "", 404, ""},
		{"/codelists/none", "", 404, pxweb.CodeCodelistUnknown},
		{"/tables/age/data?lang=tlh", "", 400, pxweb.CodeLanguage},
		{"/tables?lang=no", "", 400, pxweb.CodeLanguage},
		{"/codelists/vs_age-age_band?lang=x", "", 400, pxweb.CodeLanguage},
		{"/tables/age/data?outputFormat=parquet", "", 400, pxweb.CodeFormat},
		{"/tables/age/data?outputFormatParams=Loud", "", 400, pxweb.CodeParameter},
		{"/tables/age/data?outputFormatParams=UseCodes,UseTexts", "", 400, pxweb.CodeParameter},
		{"/tables/age/data?outputFormatParams=SeparatorTab,SeparatorSpace", "", 400, pxweb.CodeParameter},
		{"/tables/age/data?lang=%zz", "", 400, pxweb.CodeQueryString},
		{"/tables/age/data?a;b", "", 400, pxweb.CodeQueryString},
		{"/tables/age/metadata?defaultSelection=perhaps", "", 400, pxweb.CodeParameter},
		{"/tables/age/metadata?savedQuery=x", "", 404, pxweb.CodeSavedQueryUnknown},
		{"/tables?pageNumber=0", "", 400, pxweb.CodeParameter},
		{"/tables?pageNumber=-1", "", 400, pxweb.CodeParameter},
		{"/tables?pageNumber=99999999999999999999", "", 400, pxweb.CodeParameter},
		{"/tables?pageNumber=2", "", 404, pxweb.CodePageUnknown},
		{"/tables?pageSize=100000", "", 400, pxweb.CodeParameter},
		{"/tables?pastDays=x", "", 400, pxweb.CodeParameter},
		{"/tables?includeDiscontinued=x", "", 400, pxweb.CodeParameter},
		{"/tables?query=" + strings.Repeat("a", 201), "", 400, pxweb.CodeParameter},

		{"/tables/age/data?valuecodes[colour]=*" + rest, "", 400, pxweb.CodeVariableUnknown},
		{"/tables/age/data?valuecodes[age_band]=green" + rest, "", 400, pxweb.CodeValueUnknown},
		{"/tables/age/data?valuecodes[age_band]=minor,*n*n*" + rest, "", 400, pxweb.CodeExpression},
		{"/tables/age/data?valuecodes[age_band]=TOP(0)" + rest, "", 400, pxweb.CodeExpression},
		{"/tables/age/data?valuecodes[age_band]=RANGE(minor,green)" + rest, "", 400, pxweb.CodeValueUnknown},
		{"/tables/age/data?valuecodes[age_band]=*", "", 400, pxweb.CodeSelectionMissing},
		{"/tables/age/data?codelist[age_band]=agg_none&valuecodes[age_band]=*" + rest, "", 400, pxweb.CodeCodelistForeign},
		{"/tables/age/data?codelist[age_band]=vs_residence-residence_status", "", 400, pxweb.CodeCodelistForeign},
		{"/tables/age/data?codelist[colour]=vs_age-age_band", "", 400, pxweb.CodeVariableUnknown},
		{"/tables/age/data?codelist[age_band]=vs_age-age_band&valuecodes[age_band]=_T" + rest, "", 400, pxweb.CodeValueUnknown},
		{"/tables/age/data?valuecodes[Tid]=*&valuecodes[time]=*&valuecodes[ContentsCode]=*", "", 400, pxweb.CodeVariableTwice},
		{"/tables/age/data?stub=colour", "", 400, pxweb.CodeVariableUnknown},
		{"/tables/age/data?stub=Tid&heading=Tid", "", 400, pxweb.CodeVariableTwice},
		{"/tables/residence_by_age/data?valuecodes[residence_status]=*&valuecodes[age_band]=*" + rest, "", 403, pxweb.CodeTooManyCells},

		{"/tables/age/data", "{", 400, pxweb.CodeBody},
		{"/tables/age/data", "no", 400, pxweb.CodeBody},
		{"/tables/age/data", "[]", 400, pxweb.CodeBody},
		{"/tables/age/data", `{"selection":{}}`, 400, pxweb.CodeBody},
		{"/tables/age/data", `{"selection":[{"variableCode":7}]}`, 400, pxweb.CodeBody},
		{"/tables/age/data", `{"selection":[]}{}`, 400, pxweb.CodeBody},
		{"/tables/age/data", `{"selection":[],"selection":[]}`, 400, pxweb.CodeBody},
		{"/tables/age/data", "\xff", 400, pxweb.CodeBody},
		{"/tables/age/data", deep[:60000], 400, pxweb.CodeBody},
		{"/tables/age/data", strings.Repeat("[", 60000), 400, pxweb.CodeBody},
		{"/tables/age/data", strings.Repeat(" ", pxweb.MaxBody+1), 413, pxweb.CodeBodyTooLarge},
		{"/tables/age/data", `{"selection":[` + strings.Repeat(`{},`, 64) + `{}]}`, 400, pxweb.CodeBody},
		{"/tables/age/data", `{"selection":[{"variableCode":"Tid","valueCodes":["*"]},{"variableCode":"tid","valueCodes":["*"]}]}`, 400, pxweb.CodeVariableTwice},
		{"/tables/age/data", `{"placement":{"stub":["colour"]}}`, 400, pxweb.CodeVariableUnknown},
		{"/tables/none/data", `{"selection":[]}`, 404, pxweb.CodeTableUnknown},

		{"/savedqueries", "{", 400, pxweb.CodeBody},
		{"/savedqueries", `{"tableId":"none","language":"sv","selection":{"selection":[]}}`, 404, pxweb.CodeTableUnknown},
		{"/savedqueries", `{"tableId":"age","language":"xx","selection":{"selection":[]}}`, 400, pxweb.CodeLanguage},
		{"/savedqueries", `{"tableId":"age","language":"sv","outputFormat":"html","selection":{"selection":[]}}`, 400, pxweb.CodeFormat},
		{"/savedqueries", `{"tableId":"age","language":"sv","selection":{"selection":[{"variableCode":"x","valueCodes":["*"]}]}}`, 400, pxweb.CodeVariableUnknown},
		{"/savedqueries", `{"tableId":"age","language":"sv","selection":{"selection":[{"variableCode":"age_band","valueCodes":["` + strings.Repeat(`minor","`, 300) + `minor"]},{"variableCode":"ContentsCode","valueCodes":["*"]},{"variableCode":"Tid","valueCodes":["*"]}]}}`, 400, pxweb.CodeSavedQueryTooLong},
	} {
		method := http.MethodGet
		if c.body != "" {
			method = http.MethodPost
		}
		if status, code := s.refusal(method, "/api/v2"+c.target, c.body); status != c.status || code != c.code {
			t.Errorf("%s %.120s %.80s: %d %q, want %d %q", method, c.target, c.body, status, code, c.status, c.code)
		}
	}
}

// T19: what is selected a thousand times is selected once, in whatever words; a
// parameter of one value keeps its first.
func TestT19_AThousandSelectionsAreOne(t *testing.T) {
	s := start(t, pxweb.Limits{}, coarse(shelftest.Slide(2023)))
	const data = "/api/v2/tables/age/data?valuecodes[ContentsCode]=*&valuecodes[Tid]=*"
	selecting := func(expressions ...string) string {
		w := s.do(http.MethodGet, data+"&valuecodes[age_band]="+strings.Join(expressions, "&valuecodes[age_band]="), "")
		if w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		return w.Body.String()
	}
	want := selecting("*")
	for _, e := range []string{"*", "?*", "*?", "*?*", "TOP(999999999)", "TOP(1),BOTTOM(999999999)"} {
		if got := selecting(slices.Repeat([]string{e}, 1000)...); got != want {
			t.Errorf("%s a thousand times is something else:\n%s\n%s", e, got, want)
		}
	}
	if got := s.do(http.MethodGet, data+"&valuecodes[age_band]=*"+strings.Repeat("&outputFormat=json-stat2&lang=sv", 1000), ""); got.Body.String() != want {
		t.Errorf("other parameters a thousand times: %d", got.Code)
	}
}

func TestLimits_CallsAreCountedForAllClientsTogether(t *testing.T) {
	s := start(t, pxweb.Limits{Calls: 4, Window: 2 * time.Second}, shelftest.Slide(2024))
	calls := func(n, want int) {
		t.Helper()
		for i := range n {
			status, code := s.refusal(http.MethodGet, "/api/v2/config", "")
			if status != want || (want == http.StatusTooManyRequests) != (code == pxweb.CodeTooManyCalls) {
				t.Fatalf("call %d: %d %s, want %d", i, status, code, want)
			}
		}
	}
	calls(4, http.StatusOK)
	calls(3, http.StatusTooManyRequests)
	s.clock.now = s.clock.now.Add(time.Second)
	calls(2, http.StatusOK)
	calls(1, http.StatusTooManyRequests)
	s.clock.now = s.clock.now.Add(time.Hour)
	calls(4, http.StatusOK) // no more than a window's are saved up
	calls(1, http.StatusTooManyRequests)
	s.clock.now = s.clock.now.Add(-time.Hour) // a clock that is set back gives nothing and takes nothing
	calls(1, http.StatusTooManyRequests)
	s.clock.now = s.clock.now.Add(time.Second)
	calls(2, http.StatusOK)
}

// The same calls and the same selection pass where the limits are wider: it is
// they that refuse.
func TestLimits_Contrast_WiderOnesLetTheSameThrough(t *testing.T) {
	const target = "/api/v2/tables/residence_by_age/data?valuecodes[residence_status]=*&valuecodes[age_band]=*&valuecodes[ContentsCode]=*&valuecodes[Tid]=*"
	for _, c := range []struct{ cells, calls, status, last int }{{19, 5, 403, 429}, {20, 6, 200, 200}} {
		s := start(t, pxweb.Limits{Cells: c.cells, Calls: c.calls, Window: time.Hour}, shelftest.Slide(2024))
		for range 5 {
			if status, _ := s.refusal(http.MethodGet, target, ""); status != c.status {
				t.Errorf("at most %d cells: %d, want %d", c.cells, status, c.status)
			}
		}
		if status, _ := s.refusal(http.MethodGet, "/api/v2/config", ""); status != c.last {
			t.Errorf("at most %d calls: %d, want %d", c.calls, status, c.last)
		}
	}
}

func TestShelf_ThatCannotBeReadIsNoAnswer(t *testing.T) {
	s := start(t, pxweb.Limits{}, shelftest.Slide(2024))
	s.books.Source().Break(errors.New("gone"))
	for _, target := range []string{"/api/v2/tables", "/api/v2/tables/age", "/api/v2/tables/age/data", "/api/v2/codelists/x", "/datasets/dcat", "/datasets/dcat.jsonld"} {
		if status, _ := s.refusal(http.MethodGet, target, ""); status != http.StatusServiceUnavailable {
			t.Errorf("%s: %d", target, status)
		}
	}
}

func TestNew_RefusesWhatItCannotStandOn(t *testing.T) {
	s := start(t, pxweb.Limits{})
	for name, break_ := range map[string]func(*pxweb.Deps){
		"no shelf":              func(d *pxweb.Deps) { d.Shelf = nil },
		"no clock":              func(d *pxweb.Deps) { d.Now = nil },
		"no version":            func(d *pxweb.Deps) { d.Version = "" },
		"a base without host":   func(d *pxweb.Deps) { d.BaseURL = "/x" },
		"a base with a slash":   func(d *pxweb.Deps) { d.BaseURL += "/" },
		"a base with a query":   func(d *pxweb.Deps) { d.BaseURL += "?a=b" },
		"no licence":            func(d *pxweb.Deps) { d.License = "CC0" },
		"nobody answers":        func(d *pxweb.Deps) { d.Publisher.Name = codelist.Text{} },
		"no mail":               func(d *pxweb.Deps) { d.Publisher.Mail = "" },
		"a publisher's name":    func(d *pxweb.Deps) { d.Publisher.IRI = "Plattformen" },
		"less than no cells":    func(d *pxweb.Deps) { d.Limits.Cells = -1 },
		"a window of no length": func(d *pxweb.Deps) { d.Limits.Window = time.Millisecond },
	} {
		d := deps(s, pxweb.Limits{})
		break_(&d)
		if _, err := pxweb.New(d); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// Whatever a query string or a body says, the answer is data or a refusal.
func FuzzData(f *testing.F) {
	s := start(f, pxweb.Limits{Calls: 1 << 30}, coarse(shelftest.Slide(2024)))
	for _, seed := range [][2]string{
		{"valuecodes[age_band]=*&valuecodes[ContentsCode]=*&valuecodes[Tid]=TOP(1)", ""},
		{"codelist[age_band]=agg_age-age_band-majority&outputValues[age_band]=single", `{"selection":[{"variableCode":"age_band","valueCodes":["*"]}]}`},
		{"lang=en&outputFormat=csv&outputFormatParams=UseCodes,IncludeTitle&stub=Tid", `{"placement":{"heading":["Tid"]}}`},
		{"outputFormat=px&valueCodes[]=&valueCodes[Tid=1&valueCodes[tid]]=2&=&[]", `{"selection":[{"codelist":"x"}]}`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, query, body string) {
		inner := *s
		inner.t = t
		for _, target := range []string{"/api/v2/tables/age/data?", "/api/v2/tables/age/metadata?", "/api/v2/tables?"} {
			if w := inner.do(http.MethodGet, target+query, ""); w.Code >= http.StatusInternalServerError {
				t.Errorf("GET %s%q: %d %s", target, query, w.Code, w.Body)
			}
		}
		for _, target := range []string{"/api/v2/tables/age/data?", "/api/v2/savedqueries?"} {
			if w := inner.do(http.MethodPost, target+query, body); w.Code >= http.StatusInternalServerError {
				t.Errorf("POST %s%q %q: %d %s", target, query, body, w.Code, w.Body)
			}
		}
	})
}

func FuzzSavedQuery(f *testing.F) {
	s := start(f, pxweb.Limits{Calls: 1 << 30}, shelftest.Slide(2024))
	for _, seed := range []string{"", "e30", "eyJsYW5ndWFnZSI6InN2IiwidGFibGVJZCI6ImFnZSIsInNlbGVjdGlvbiI6eyJzZWxlY3Rpb24iOltdfSwib3V0cHV0Rm9ybWF0IjoiY3N2In0"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		if strings.ContainsAny(id, "/?#%") {
			return // no path that the router would hand on
		}
		inner := *s
		inner.t = t
		for _, path := range []string{"", "/data", "/selection"} {
			if w := inner.do(http.MethodGet, "/api/v2/savedqueries/"+id+path, ""); w.Code >= http.StatusInternalServerError {
				t.Errorf("%q%s: %d %s", id, path, w.Code, w.Body)
			}
		}
	})
}
