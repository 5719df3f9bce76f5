package pxweb_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/pxweb"
	"manniskohandel.se/casestat/pkg/shelf/shelftest"
)

// node is a resource of the catalogue as JSON-LD writes it.
type node map[string]any

func (n node) id() string { s, _ := n["@id"].(string); return s }

// refs are what a property points at.
func (n node) refs(name string) (iris []string) {
	values, _ := n[name].([]any)
	for _, v := range values {
		if m, ok := v.(map[string]any); ok {
			if id, ok := m["@id"].(string); ok {
				iris = append(iris, id)
			}
		}
	}
	return iris
}

// inner are the resources inside a property.
func (n node) inner(name string) (nodes []node) {
	values, _ := n[name].([]any)
	for _, v := range values {
		if m, ok := v.(map[string]any); ok && m["@type"] != nil {
			nodes = append(nodes, m)
		}
	}
	return nodes
}

// nodes reads the catalogue, by type.
func (s *service) nodes() map[string][]node {
	s.t.Helper()
	var document struct {
		Graph []node `json:"@graph"`
	}
	s.get("/datasets/dcat.jsonld", &document)
	byType := map[string][]node{}
	for _, n := range document.Graph {
		kind, _ := n["@type"].(string)
		byType[kind] = append(byType[kind], n)
	}
	return byType
}

// What DCAT-AP-SE 3 demands of each class.
func TestDatasets_HaveWhatIsMandatory(t *testing.T) {
	s := start(t, pxweb.Limits{}, shelftest.Slide(2023), shelftest.Slide(2024))
	nodes := s.nodes()
	for kind, mandatory := range map[string][]string{
		"dcat:Catalog":     {"dcterms:title", "dcterms:description", "dcterms:publisher", "dcterms:license", "dcat:dataset"},
		"foaf:Agent":       {"foaf:name"},
		"dcat:Dataset":     {"dcterms:title", "dcterms:description", "dcterms:publisher", "dcat:version", "dcat:distribution"},
		"dcat:DataService": {"dcterms:title", "dcat:endpointURL"},
	} {
		if len(nodes[kind]) == 0 {
			t.Errorf("no %s", kind)
		}
		for _, n := range nodes[kind] {
			for _, name := range mandatory {
				if n[name] == nil {
					t.Errorf("%s %s: no %s", kind, n.id(), name)
				}
			}
		}
	}
	known := map[string]bool{}
	for _, n := range nodes["dcat:Dataset"] {
		known[n.id()] = true
		for _, d := range n.inner("dcat:distribution") {
			if d["dcat:accessURL"] == nil || d["dcterms:license"] == nil || d["dcterms:format"] == nil {
				t.Errorf("%s: %v", n.id(), d)
			}
		}
	}
	for _, iri := range nodes["dcat:Catalog"][0].refs("dcat:dataset") {
		if !known[iri] {
			t.Errorf("%s is listed and not described", iri)
		}
	}
}

// A dataset is a family of tables; its files are frozen ones, each where the
// service serves it; a release is a version.
func TestDatasets_FilesAndVersions(t *testing.T) {
	second := shelftest.Slide(2024)
	part := second.Years[0].Tables[0]
	part.Name, part.Title = "age.part", codelist.Text{SV: "En del", EN: "A part"}
	second.Years[0].Tables = append(slices.Clone(second.Years[0].Tables), part)
	s := start(t, pxweb.Limits{}, shelftest.Slide(2023), second)
	releases, err := s.books.Shelf().Releases(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	served := map[string]plan.File{}
	for _, f := range releases[1].Manifest.Files {
		served[base+"/v1/releases/2/files/"+f.Name] = f
	}
	datasets := s.nodes()["dcat:Dataset"]
	i := slices.IndexFunc(datasets, func(n node) bool { return n.id() == base+"/datasets/dcat#age" })
	age := datasets[i]
	versions := age.refs("dcat:hasVersion")
	if !slices.Equal(versions, []string{base + "/datasets/dcat#age-r1", base + "/datasets/dcat#age-r2"}) {
		t.Errorf("versions: %v", versions)
	}
	formats := map[string]bool{}
	for _, d := range age.inner("dcat:distribution") {
		for _, url := range d.refs("dcat:downloadURL") {
			f, ok := served[url]
			if !ok || !strings.HasPrefix(f.Name, "table.2024.age.") || strings.Contains(f.Name, "part") {
				t.Errorf("%s is no file of the table", url)
			}
			written, _ := json.Marshal(d)
			if !strings.Contains(string(written), f.SHA256.String()) {
				t.Errorf("%s: another checksum", url)
			}
			formats[f.Name] = true
		}
	}
	if !formats["table.2024.age.json"] || len(formats) < 2 {
		t.Errorf("files: %v", formats)
	}
	s.books.Withdraw(2)
	for _, n := range s.nodes()["dcat:Dataset"] {
		switch n.id() {
		case base + "/datasets/dcat#age":
			if v, _ := json.Marshal(n["dcat:version"]); string(v) != `[{"@value":"1"}]` {
				t.Errorf("the newest that stands is %s", v)
			}
		case base + "/datasets/dcat#age-r2":
			if !slices.Equal(n.refs("adms:status"), []string{"http://purl.org/adms/status/Withdrawn"}) {
				t.Errorf("withdrawn: %v", n["adms:status"])
			}
		case base + "/datasets/dcat#age.part":
			t.Error("nothing of it stands")
		}
	}
}

// Both forms say the same: every name and value of one is in the other.
func TestDatasets_RDFXML(t *testing.T) {
	nasty := shelftest.Slide(2024)
	nasty.Years[0].Tables[0].Title.EN = `Age <&> "quoted" ]]>`
	s := start(t, pxweb.Limits{}, nasty)
	w := s.do(http.MethodGet, "/datasets/dcat", "")
	if media := w.Header().Get("Content-Type"); !strings.HasPrefix(media, "application/rdf+xml") {
		t.Errorf("media type %s", media)
	}
	jsonLD := s.do(http.MethodGet, "/datasets/dcat.jsonld", "").Body.String()
	decoder := xml.NewDecoder(w.Body)
	texts := 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch v := token.(type) {
		case xml.StartElement:
			for _, a := range v.Attr {
				if slices.Contains([]string{"about", "resource"}, a.Name.Local) && (!strings.Contains(a.Value, ":") || !strings.Contains(jsonLD, `"`+a.Value+`"`)) {
					t.Errorf("%s is not absolute, or missing in JSON-LD", a.Value)
				}
			}
		case xml.CharData:
			if text := strings.TrimSpace(string(v)); text != "" {
				written, _ := json.Marshal(text)
				if texts++; !strings.Contains(jsonLD, string(written)) {
					t.Errorf("%q is missing in JSON-LD", text)
				}
			}
		}
	}
	if texts < 50 {
		t.Errorf("only %d texts", texts)
	}
}

func TestDatasets_NothingIsPublishedYet(t *testing.T) {
	nodes := start(t, pxweb.Limits{}).nodes()
	if len(nodes["dcat:Catalog"]) != 1 || len(nodes["dcat:Dataset"]) != 0 {
		t.Errorf("%v", nodes)
	}
}
