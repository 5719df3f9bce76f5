package pxweb_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"manniskohandel.se/casestat/pkg/pxweb"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// What the clients send, request by request as their sources make them, and
// what they then do with the answer. Brackets come unescaped from some, escaped
// from others.
func TestClients_Requests(t *testing.T) {
	s := start(t, pxweb.Limits{}, coarse(shelftest.Slide(2023)), coarse(shelftest.Slide(2024)))
	all := `{"selection":[{"variableCode":"age_band","valueCodes":["*"]},{"variableCode":"ContentsCode","valueCodes":["persons"]},{"variableCode":"Tid","valueCodes":["2024"]}]}`
	for _, c := range []struct{ client, method, target, body string }{
		{"pxwebpy", "GET", "/config", ""},
		{"pxwebpy", "GET", "/tables?lang=sv", ""},
		{"pxwebpy", "GET", "/tables?lang=sv&query=age&pastDays=180&includeDiscontinued=True&pageSize=5", ""},
		{"pxwebpy", "GET", "/tables/age/metadata?lang=sv", ""},
		{"pxwebpy", "GET", "/codelists/agg_age-age_band-majority?lang=sv", ""},
		{"pxwebpy", "GET", "/tables/age/data?lang=sv&outputFormat=json-stat2", ""},
		{"pxwebpy", "POST", "/tables/age/data?lang=sv&outputFormat=json-stat2", all},
		{"pxwebpy", "POST", "/tables/age/data?lang=sv&outputFormat=json-stat2", `{"selection":[{"variableCode":"age_band","valueCodes":["adult"],"codelist":"agg_age-age_band-majority"},{"variableCode":"ContentsCode","valueCodes":["persons"]},{"variableCode":"Tid","valueCodes":["2023","2024"]}]}`},

		{"PxWebApiData", "GET", "/tables/age/metadata?lang=en&outputFormat=json-stat2", ""},
		{"PxWebApiData", "GET", "/tables/age/metadata?lang=en&valueCodes[Tid]=top(2)&outputFormat=json-stat2", ""},
		{"PxWebApiData", "GET", "/codelists/vs_age-age_band?lang=en&outputFormat=json-stat2", ""},
		{"PxWebApiData", "GET", "/tables/age/data?lang=en&valueCodes[age_band]=_T,18_24,25_plus&valueCodes[ContentsCode]=*&valueCodes[Tid]=top(5)&outputFormat=json-stat2", ""},
		{"PxWebApiData", "GET", "/tables/age/data?lang=en&valueCodes%5Bage_band%5D=%2A&valueCodes%5BContentsCode%5D=%2A&valueCodes%5BTid%5D=top%282%29", ""},
		{"PxWebApiData", "GET", "/tables/age/data?lang=en&valueCodes[age_band]=?????&valueCodes[ContentsCode]=*&valueCodes[Tid]=????", ""},

		{"pxweb for R", "GET", "/config", ""},
		{"pxweb for R", "GET", "/tables/age/metadata?lang=en", ""},
		{"pxweb for R", "GET", "/tables/age", ""},
		{"pxweb for R", "POST", "/tables/age/data?lang=en&outputFormat=json-stat2", all},
		{"pxweb for R", "POST", "/tables/age/data?lang=en&outputFormat=json-stat2&codelist%5Bage_band%5D=agg_age-age_band-majority&outputValues%5Bage_band%5D=aggregated", all},
		{"pxweb for R", "POST", "/tables/age/data?lang=en&outputFormat=json-stat2&codelist%5Bage_band%5D=agg_age-age_band-majority&outputValues%5Bage_band%5D=single", all},
		{"pxweb for R", "POST", "/tables/age/data?lang=en&outputFormat=json-stat2", strings.ReplaceAll(all, "2024", "bottom(1)")},

		{"PxWeb 2", "GET", "/tables/age/metadata?lang=en&defaultSelection=true&unheardOf=1", ""},
		{"PxWeb 2", "POST", "/tables/age/data?lang=en&heading=Tid&stub=age_band,ContentsCode", strings.ReplaceAll(all, "valueCodes", "ValueCodes")},
		{"PxWeb 2", "POST", "/tables/age/data?lang=en", `{"selection":[],"placement":{"heading":["Tid"],"stub":["age_band"]}}`},
		{"PxWeb 2", "POST", "/tables/age/data?lang=en", ""},
		{"PxWeb 2", "GET", "/tables/AGE/data?LANG=en&ValueCodes[AGE_BAND]=MINOR&valuecodes[contentscode]=PERSONS&valuecodes[time]=2024", ""},
	} {
		if w := s.do(c.method, "/api/v2"+c.target, c.body); w.Code != http.StatusOK || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s: %s %s: %d %s", c.client, c.method, c.target, w.Code, w.Body)
		}
	}
}

// pxwebpy compares versions, reads four numbers and counts labels and values.
func TestClients_pxwebpy(t *testing.T) {
	s := start(t, pxweb.Limits{Cells: 77, Calls: 9}, coarse(shelftest.Slide(2024)))
	var config struct {
		APIVersion                                      string
		MaxDataCells, MaxCallsPerTimeWindow, TimeWindow int
		DefaultLanguage                                 string
	}
	s.get("/api/v2/config", &config)
	if config.APIVersion < "2.0.0" || config.MaxDataCells != 77 || config.MaxCallsPerTimeWindow != 9 || config.TimeWindow != 10 || config.DefaultLanguage != "sv" {
		t.Errorf("%+v", config)
	}
	for _, id := range []string{"age", "residence", "headline-figures"} {
		var c cube
		s.get("/api/v2/tables/"+id+"/data", &c)
		labels := map[string]bool{}
		for _, d := range c.ID {
			labels[c.Dimension[d].Label] = true
		}
		if len(labels) != len(c.ID) || len(c.Value) != size(c.Size) {
			t.Errorf("%s: %d labels of %d dimensions, %d values of %d", id, len(labels), len(c.ID), len(c.Value), size(c.Size))
		}
	}
}

// R's pxweb takes table and language from the metadata for the next request,
// and takes for a configuration only what has these four members.
func TestClients_pxwebForR(t *testing.T) {
	s := start(t, pxweb.Limits{}, shelftest.Slide(2024))
	var config map[string]any
	s.get("/api/v2/config", &config)
	for _, member := range []string{"maxValues", "maxCalls", "timeWindow", "CORS"} {
		if config[member] == nil {
			t.Errorf("no %s in the configuration", member)
		}
	}
	var c cube
	s.get("/api/v2/tables/age/metadata?lang=en", &c)
	if c.Extension.Px.TableID != "age" || c.Extension.Px.Language != "en" {
		t.Errorf("%+v", c.Extension.Px)
	}
	segments := strings.Split(strings.TrimPrefix(pxweb.Prefix, "/"), "/")
	if !slices.Equal(segments, []string{"api", "v2"}) {
		t.Errorf("%s: the client looks for /api/v2", pxweb.Prefix)
	}
	var table map[string]any
	s.get("/api/v2/tables/age", &table)
	for _, member := range []string{"language", "id", "label", "updated", "firstPeriod", "lastPeriod", "variableNames", "links"} {
		if table[member] == nil {
			t.Errorf("no %s in the table", member)
		}
	}
}

// R's PxWebApiData turns the last /data of an address into /metadata and back,
// and asks for addresses of 2,100 characters at most.
func TestClients_PxWebApiData(t *testing.T) {
	s := start(t, pxweb.Limits{}, shelftest.Slide(2023), shelftest.Slide(2024))
	const data = "/api/v2/tables/age/data?lang=en&valueCodes[Tid]=top(1)"
	var whole cube
	s.get(strings.Replace(data, "/data", "/metadata", 1), &whole)
	if diff := cmp.Diff([]string{"2023", "2024"}, whole.codes("Tid")); diff != "" {
		t.Errorf("a selection on metadata selects: -want +got\n%s", diff)
	}
	var listing struct {
		Tables []struct{ Links []struct{ Rel, Href string } }
	}
	s.get("/api/v2/tables", &listing)
	for _, table := range listing.Tables {
		for _, l := range table.Links {
			if l.Rel == "data" && strings.Count(l.Href, "/data") != 1 {
				t.Errorf("%s: /data cannot be replaced", l.Href)
			}
		}
	}
}

func TestFormats(t *testing.T) {
	s := start(t, pxweb.Limits{}, shelftest.Slide(2023), shelftest.Slide(2024))
	target := "/api/v2/tables/age/data?lang=en&valuecodes[age_band]=minor,25_plus&valuecodes[ContentsCode]=*&valuecodes[Tid]=*"
	for _, c := range []struct{ format, begins, media string }{
		{"&outputFormat=csv", "Age,2023,2024\r\nminor,7,7\r\n25_plus,10,10\r\n", "text/csv"},
		{"&outputFormat=CSV&outputFormatParams=SeparatorSemicolon", "Age;2023;2024\r\nminor;7;7\r\n", "text/csv"},
		{"&outputFormat=csv&outputFormatParams=SeparatorTab,UseCodes", "age_band\t2023\t2024\r\nminor\t7\t7\r\n", "text/csv"},
		{"&outputFormat=csv&outputFormatParams=UseCodesAndTexts&outputFormatParams=IncludeTitle", "Age\r\nage_band Age,2023,2024\r\n", "text/csv"},
		{"&outputFormat=csv&outputFormatParams=SeparatorSpace,UseCodesAndTexts", "\"age_band Age\" 2023 2024\r\n", "text/csv"},
		{"&outputFormat=px", "CHARSET=\"ANSI\";\r\n", "application/octet-stream"},
		{"&outputFormat=xlsx", "PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		{"&outputFormat=json-stat2", `{"version":"2.0","class":"dataset","label":"Age"`, "application/json"},
	} {
		w := s.do(http.MethodGet, target+c.format, "")
		if w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), c.begins) || !strings.HasPrefix(w.Header().Get("Content-Type"), c.media) {
			t.Errorf("%s: %d %s %.200q", c.format, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		if file := w.Header().Get("Content-Disposition"); (file == "") != strings.HasSuffix(c.format, "json-stat2") {
			t.Errorf("%s: file %q", c.format, file)
		}
	}
}

func TestPlacement_LaysRowsAndColumnsOut(t *testing.T) {
	s := start(t, pxweb.Limits{}, shelftest.Slide(2024))
	w := s.do(http.MethodGet, "/api/v2/tables/residence_by_age/data?lang=en&outputFormat=csv&stub=age_band&heading=residence_status,ContentsCode,Tid", "")
	if head, _, _ := strings.Cut(w.Body.String(), "\r\n"); head != "Age,Total,undocumented,asylum_seeker,permanent_residence,other" {
		t.Errorf("%s", head)
	}
}

func TestAnswers_MayBeKeptAndRead(t *testing.T) {
	s := start(t, pxweb.Limits{}, shelftest.Slide(2024))
	for _, target := range []string{"/api/v2/config", "/api/v2/tables", "/api/v2/tables/age/data", "/datasets/dcat"} {
		w := s.do(http.MethodGet, target, "")
		tag := w.Header().Get("ETag")
		if tag == "" || w.Header().Get("Access-Control-Allow-Origin") != "*" || !strings.HasPrefix(w.Header().Get("Cache-Control"), "public") {
			t.Errorf("%s: %v", target, w.Header())
		}
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.Header.Set("If-None-Match", tag)
		again := httptest.NewRecorder()
		s.echo.ServeHTTP(again, r)
		if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s again: %d, %d bytes", target, again.Code, again.Body.Len())
		}
	}
	w := s.do(http.MethodOptions, "/api/v2/tables/age/data", "")
	if w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Headers") != "Content-Type" {
		t.Errorf("before a POST from another origin: %d %v", w.Code, w.Header())
	}
}

func TestSavedQueries_TheIDIsTheQuery(t *testing.T) {
	s := start(t, pxweb.Limits{}, shelftest.Slide(2024))
	body := `{"tableId":"AGE","language":"en","outputFormat":"csv","outputFormatParams":["UseCodes"],"selection":{"selection":[{"variableCode":"age_band","valueCodes":["TOP(2)"]},{"variableCode":"ContentsCode","valueCodes":["*"]},{"variableCode":"Tid","valueCodes":["TOP(1)"]}],"placement":{"heading":["Tid"],"stub":["age_band"]}}}`
	var saved struct{ ID, TableID string }
	w := s.do(http.MethodPost, "/api/v2/savedqueries", body)
	s.read(w, http.StatusCreated, &saved)
	if saved.TableID != "age" || url.PathEscape(saved.ID) != saved.ID || w.Header().Get("Location") != base+"/api/v2/savedqueries/"+saved.ID {
		t.Fatalf("%+v, %s", saved, w.Header().Get("Location"))
	}
	other := start(t, pxweb.Limits{}, shelftest.Slide(2024)) // which has never heard of it
	if got := other.do(http.MethodGet, "/api/v2/savedqueries/"+saved.ID+"/data", "").Body.String(); got != "age_band,2024\r\n_T,35\r\nminor,7\r\n" {
		t.Errorf("data: %q", got)
	}
	if got := other.do(http.MethodGet, "/api/v2/savedqueries/"+saved.ID+"/data?lang=sv&outputFormat=json-stat2&outputFormatParams=UseTexts", "").Body.String(); !strings.Contains(got, `"label":"Ålder"`) {
		t.Errorf("data in Swedish: %q", got)
	}
	var again map[string]any
	other.get("/api/v2/savedqueries/"+saved.ID, &again)
	if again["id"] != saved.ID || again["tableId"] != "age" || again["outputFormat"] != "csv" {
		t.Errorf("%v", again)
	}
	var selection struct {
		Language  string
		Selection []struct{ ValueCodes []string }
	}
	other.get("/api/v2/savedqueries/"+saved.ID+"/selection", &selection)
	if selection.Language != "en" || len(selection.Selection) != 3 || selection.Selection[0].ValueCodes[0] != "TOP(2)" {
		t.Errorf("%+v", selection)
	}
	var c cube
	other.get("/api/v2/tables/age/metadata?savedQuery="+saved.ID, &c)
	if diff := cmp.Diff([]string{"_T", "minor"}, c.codes("age_band")); diff != "" {
		t.Errorf("metadata: -want +got\n%s", diff)
	}
	for _, id := range []string{"x", saved.ID + "A", saved.ID[1:], "e30", strings.Repeat("A", 5000)} {
		for _, path := range []string{"", "/data", "/selection"} {
			if status, code := other.refusal(http.MethodGet, "/api/v2/savedqueries/"+id+path, ""); status != http.StatusNotFound || code != pxweb.CodeSavedQueryUnknown {
				t.Errorf("%.20s%s: %d %s", id, path, status, code)
			}
		}
	}
}

func TestDefaultSelection_FitsIntoOneCall(t *testing.T) {
	for _, c := range []struct {
		cells int
		want  int
	}{{1000, 40}, {39, 20}, {19, 4}, {3, 1}} {
		s := start(t, pxweb.Limits{Cells: c.cells}, shelftest.Slide(2023), shelftest.Slide(2024))
		var data, meta cube
		s.get("/api/v2/tables/residence_by_age/data", &data)
		if len(data.Value) != c.want {
			t.Errorf("at most %d cells: %d, want %d", c.cells, len(data.Value), c.want)
		}
		s.get("/api/v2/tables/residence_by_age/metadata?defaultSelection=true", &meta)
		if diff := cmp.Diff(data.Size, meta.Size); diff != "" {
			t.Errorf("metadata of the default selection: -want +got\n%s", diff)
		}
		s.get("/api/v2/tables/residence_by_age/metadata", &meta)
		if size(meta.Size) != 40 {
			t.Errorf("metadata are of %d cells", size(meta.Size))
		}
	}
}

func TestSearch(t *testing.T) {
	s := start(t, pxweb.Limits{}, shelftest.Slide(2024))
	for query, want := range map[string]int{
		"query=status": 2, "query=STATUS+age&lang=en": 1, "query=nothing+of+the+kind": 0, "query=uppehållsrättslig": 2,
		"pastDays=19": 7, "pastDays=18": 0,
	} {
		if ids := s.listed(query); len(ids) != want {
			t.Errorf("%s: %v", query, ids)
		}
	}
	var page struct {
		Tables []struct{ ID string }
		Page   struct {
			PageNumber, PageSize, TotalElements, TotalPages int
			Links                                           []struct{ Rel, Href string }
		}
	}
	s.get("/api/v2/tables?pageSize=3&pageNumber=3&lang=en", &page)
	if len(page.Tables) != 1 || page.Page.TotalPages != 3 || page.Page.TotalElements != 7 || page.Page.Links[0].Rel != "previous" {
		t.Errorf("%+v", page)
	}
}
