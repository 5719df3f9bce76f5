package clients

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/fault"
	"manniskohandel.se/casestat/pkg/pxweb"
	"manniskohandel.se/casestat/pkg/shelf"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// served answers for the files that published put into a folder, on loopback.
func served(t *testing.T, files string, limits pxweb.Limits) string {
	t.Helper()
	e := echo.New()
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	api, err := pxweb.New(pxweb.Deps{
		Shelf:   shelf.New(shelf.Folder(filepath.Dir(filepath.Dir(files))), shelftest.New(t).Trust()),
		BaseURL: server.URL, License: "https://creativecommons.org/publicdomain/zero/1.0/", Version: "test", Now: time.Now, Limits: limits,
		Publisher: pxweb.Publisher{Name: codelist.Text{SV: "Plattformen", EN: "The platform"}, IRI: "https://plattform.example/", Mail: "statistik@plattform.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		status := http.StatusInternalServerError
		switch refused, _ := errors.AsType[*fault.Error](err); {
		case refused != nil && refused.Kind == fault.TooMany:
			status = http.StatusTooManyRequests
			c.Response().Header().Set(echo.HeaderRetryAfter, "1")
		case refused != nil && refused.Kind == fault.Malformed:
			status = http.StatusBadRequest
		}
		_ = c.JSON(status, map[string]any{"status": status, "code": fault.CodeOf(err)})
	}
	for _, op := range api.Operations() {
		e.Add(op.Method, strings.ReplaceAll(op.Path, "{id}", ":id"), op.Handle)
	}
	return server.URL
}

// asPublished holds what a client told of every table against the release's
// JSON: the cells one by one, and the totals.
func asPublished(t *testing.T, dir string, told []table) {
	t.Helper()
	if len(told) != 14 {
		t.Fatalf("%d tables in two languages", len(told))
	}
	for _, x := range told {
		cells, totals := make(reading), make(reading)
		for key, shown := range x.reading(t) {
			if strings.Contains(key, "=_T") {
				totals[key] = shown
			} else {
				cells[key] = shown
			}
		}
		if diff := cmp.Diff(wanted(t, dir, x), cells); diff != "" {
			t.Errorf("%s in %s (-published +read):\n%s", x.ID, x.Lang, diff)
		}
		if x.Aggregates || len(x.Notes) == 0 || !strings.HasSuffix(x.ID, "-figures") && len(totals) == 0 {
			t.Errorf("%s in %s: %d totals, notes %q, may be added up: %v", x.ID, x.Lang, len(totals), x.Notes, x.Aggregates)
		}
	}
}

// wanted is what the release's JSON says of a table, in both years.
func wanted(t *testing.T, dir string, x table) reading {
	t.Helper()
	if strings.HasSuffix(x.ID, "-figures") {
		want, _ := expected(t, dir, "figures", x.Lang)
		return want
	}
	want := make(reading)
	for _, year := range []int{2024, 2025} {
		one, title := expected(t, dir, fmt.Sprintf("%d.%s", year, x.ID), x.Lang)
		for key, shown := range one {
			want[key] = shown
		}
		if x.Title != title {
			t.Errorf("%s in %s is %q, not %q", x.ID, x.Lang, x.Title, title)
		}
	}
	return want
}

func TestPxWebApi_PythonReadsEveryTableAsPxwebpyDoes(t *testing.T) {
	dir := published(t)
	asPublished(t, dir, program(t, "python3", "pxweb.py", served(t, dir, pxweb.Limits{})+pxweb.Prefix))
}

// The client splits what is too large, and waits when it is told to.
func TestPxWebApi_PythonKeepsToTheLimits(t *testing.T) {
	dir := published(t)
	url := served(t, dir, pxweb.Limits{Cells: 7, Calls: 20, Window: time.Second})
	asPublished(t, dir, program(t, "python3", "pxweb.py", url+pxweb.Prefix))
}

func TestPxWebApi_JSONStatToolkitReadsEveryTable(t *testing.T) {
	dir := published(t)
	toolkit := filepath.Join("..", "..", ".cache", "clients")
	asPublished(t, dir, program(t, "node", "pxweb.cjs", toolkit, served(t, dir, pxweb.Limits{})+pxweb.Prefix))
}

func TestPxWebApi_RReadsEveryTableAsItsPackagesDo(t *testing.T) {
	dir := published(t)
	asPublished(t, dir, program(t, "Rscript", "--vanilla", "pxweb.R", served(t, dir, pxweb.Limits{})+pxweb.Prefix))
}

// Two parsers read the catalogue to one graph, and every file in it is there.
func TestCatalogue_RDFXMLAndJSONLDAreOneGraph(t *testing.T) {
	dir := published(t)
	url := served(t, dir, pxweb.Limits{})
	graph := string(output(t, "node", "dcat.cjs", filepath.Join("..", "..", ".cache", "clients-rdf"), url+pxweb.CataloguePath))
	for name, triple := range map[string]string{
		"a catalogue":  `<` + url + `/datasets/dcat> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Catalog> .`,
		"its dataset":  `<` + url + `/datasets/dcat> <http://www.w3.org/ns/dcat#dataset> <` + url + `/datasets/dcat#age> .`,
		"its licence":  `<` + url + `/datasets/dcat> <http://purl.org/dc/terms/license> <https://creativecommons.org/publicdomain/zero/1.0/> .`,
		"a publisher":  `<https://plattform.example/> <http://xmlns.com/foaf/0.1/name> "Plattformen"@sv .`,
		"a version":    `<` + url + `/datasets/dcat#age> <http://www.w3.org/ns/dcat#version> "1" .`,
		"a title":      `<` + url + `/datasets/dcat#age> <http://purl.org/dc/terms/title> "Ålder"@sv .`,
		"a service":    `<` + url + `/datasets/dcat#pxwebapi> <http://www.w3.org/ns/dcat#endpointURL> <` + url + `/api/v2> .`,
		"a rights set": `<` + url + `/datasets/dcat#age> <http://purl.org/dc/terms/accessRights> <http://publications.europa.eu/resource/authority/access-right/PUBLIC> .`,
	} {
		if !strings.Contains(graph, triple+"\n") {
			t.Errorf("no %s: %s", name, triple)
		}
	}
	names := make(map[string]bool)
	for _, found := range regexp.MustCompile(`dcat#downloadURL> <[^>]*/files/([^>/]*)>`).FindAllStringSubmatch(graph, -1) {
		names[found[1]] = true
	}
	for _, file := range matching(t, dir, "table.2024.age.*", 5) {
		if !names[filepath.Base(file)] {
			t.Errorf("%s is not in the catalogue", filepath.Base(file))
		}
	}
	all := matching(t, dir, "*", 20)
	for name := range names {
		if !slices.ContainsFunc(all, func(f string) bool { return filepath.Base(f) == name }) {
			t.Errorf("%s is in the catalogue alone", name)
		}
	}
}
