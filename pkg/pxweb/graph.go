package pxweb

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
)

// graph is RDF as catalogues need it: resources, each with a name of its own or
// inside another.
type graph []resource

type resource struct {
	iri        string // absolute; "": it has no name
	kind       string // as prefix:name
	properties []property
}

type property struct {
	name  string // as prefix:name
	value any    // literal, reference or resource
}

// literal is a text. Without language and type it is a plain one.
type literal struct {
	text string
	lang codelist.Lang
	kind string // as prefix:name
}

// reference names a resource that is described elsewhere.
type reference string

// prefixes are those of every name in a graph.
var prefixes = []struct{ prefix, iri string }{
	{"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
	{"xsd", "http://www.w3.org/2001/XMLSchema#"},
	{"dcat", "http://www.w3.org/ns/dcat#"},
	{"dcterms", "http://purl.org/dc/terms/"},
	{"foaf", "http://xmlns.com/foaf/0.1/"},
	{"vcard", "http://www.w3.org/2006/vcard/ns#"},
	{"adms", "http://www.w3.org/ns/adms#"},
	{"spdx", "http://spdx.org/rdf/terms#"},
}

// say adds a property of a single value, and leaves out what is empty.
func (r *resource) say(name string, value any) {
	if value == reference("") || value == (literal{}) {
		return
	}
	r.properties = append(r.properties, property{name, value})
}

// word adds a text in both languages.
func (r *resource) word(name string, t codelist.Text) {
	r.say(name, literal{text: t.SV, lang: codelist.Swedish})
	r.say(name, literal{text: t.EN, lang: codelist.English})
}

func full(name string) string {
	prefix, rest, _ := strings.Cut(name, ":")
	for _, p := range prefixes {
		if p.prefix == prefix {
			return p.iri + rest
		}
	}
	return name
}

// xml writes the graph as RDF/XML.
func (g graph) xml() []byte {
	w := &xmlWriter{}
	w.WriteString(xml.Header + "<rdf:RDF")
	for _, p := range prefixes {
		w.attribute("xmlns:"+p.prefix, p.iri)
	}
	w.WriteString(">\n")
	for _, r := range g {
		w.resource(r)
	}
	w.WriteString("</rdf:RDF>\n")
	return w.Bytes()
}

type xmlWriter struct{ bytes.Buffer }

func (w *xmlWriter) attribute(name, value string) {
	w.WriteString(" " + name + `="`)
	w.text(value)
	w.WriteString(`"`)
}

// text escapes; writing to a buffer cannot fail.
func (w *xmlWriter) text(s string) { _ = xml.EscapeText(&w.Buffer, []byte(s)) }

func (w *xmlWriter) resource(r resource) {
	w.WriteString("<" + r.kind)
	if r.iri != "" {
		w.attribute("rdf:about", r.iri)
	}
	w.WriteString(">\n")
	for _, p := range r.properties {
		w.property(p)
	}
	w.WriteString("</" + r.kind + ">\n")
}

func (w *xmlWriter) property(p property) {
	w.WriteString("<" + p.name)
	switch v := p.value.(type) {
	case reference:
		w.attribute("rdf:resource", string(v))
		w.WriteString("/>\n")
		return
	case literal:
		if v.lang != "" {
			w.attribute("xml:lang", string(v.lang))
		}
		if v.kind != "" {
			w.attribute("rdf:datatype", full(v.kind))
		}
		w.WriteString(">")
		w.text(v.text)
	case resource:
		w.WriteString(">\n")
		w.resource(v)
	}
	w.WriteString("</" + p.name + ">\n")
}

// jsonLD writes the graph as JSON-LD.
func (g graph) jsonLD() ([]byte, error) {
	context := make(map[string]string)
	for _, p := range prefixes {
		context[p.prefix] = p.iri
	}
	nodes := make([]map[string]any, len(g))
	for i, r := range g {
		nodes[i] = r.node()
	}
	return json.Marshal(map[string]any{"@context": context, "@graph": nodes})
}

func (r resource) node() map[string]any {
	node := map[string]any{"@type": r.kind}
	if r.iri != "" {
		node["@id"] = r.iri
	}
	for _, p := range r.properties {
		values, _ := node[p.name].([]any)
		node[p.name] = append(values, p.node())
	}
	return node
}

func (p property) node() any {
	switch v := p.value.(type) {
	case reference:
		return map[string]string{"@id": string(v)}
	case literal:
		node := map[string]string{"@value": v.text}
		if v.lang != "" {
			node["@language"] = string(v.lang)
		}
		if v.kind != "" {
			node["@type"] = v.kind
		}
		return node
	case resource:
		return v.node()
	}
	return nil
}
