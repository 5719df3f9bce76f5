package pxweb

import (
	"fmt"
	"mime"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
	"manniskohandel.se/casestat/pkg/plan"
	"manniskohandel.se/casestat/pkg/shelf"
)

// What the catalogue says, and the vocabularies that it says it in.
var (
	titleCatalogue = codelist.Text{SV: "Statistik om människohandel", EN: "Statistics on trafficking in human beings"}
	aboutCatalogue = codelist.Text{
		SV: "Publicerad statistik om personer som utsatts för människohandel, ur civilsamhällets anonyma underlag. Inga uppgifter om enskilda personer.",
		EN: "Published statistics on persons subjected to human trafficking, from the anonymous records of civil society. No data on individuals.",
	}
	aboutFigures = codelist.Text{SV: "Nyckeltal per år.", EN: "Figures by year."}
	titleService = codelist.Text{SV: "PxWebApi 2", EN: "PxWebApi 2"}
	titleAPI     = codelist.Text{SV: "Tabellen i PxWebApi 2", EN: "The table in PxWebApi 2"}
	keywords     = []codelist.Text{
		{SV: "människohandel", EN: "human trafficking"}, {SV: "civilsamhället", EN: "civil society"}, {SV: "statistik", EN: "statistics"},
	}
)

const (
	authority = "http://publications.europa.eu/resource/authority/"

	mediaRDF    = "application/rdf+xml; charset=utf-8"
	mediaJSONLD = "application/ld+json"
)

// getCatalogue gives the catalogue as data portals harvest it.
func (a *API) getCatalogue(c echo.Context) error {
	all, err := a.catalogue(c)
	if err != nil {
		return err
	}
	return send(c, mediaRDF, a.graph(all).xml())
}

// getCatalogueJSON gives it as JSON-LD.
func (a *API) getCatalogueJSON(c echo.Context) error {
	all, err := a.catalogue(c)
	if err != nil {
		return err
	}
	body, err := a.graph(all).jsonLD()
	if err != nil {
		return err
	}
	return send(c, mediaJSONLD, body)
}

// dataset is a family of tables: what has one name in every release.
type dataset struct {
	name     string // of its table, as PxWebApi knows it
	title    codelist.Text
	about    codelist.Text
	versions []version // by release
}

// version is what one release has of it.
type version struct {
	release *shelf.Release
	years   []int
	files   []plan.File
}

// newest is the version that stands, nil if none does.
func (d *dataset) newest() *version {
	for i := range slices.Backward(d.versions) {
		if d.versions[i].release.Withdrawal == nil {
			return &d.versions[i]
		}
	}
	return nil
}

// datasetsOf finds the families, by name.
func datasetsOf(releases []*shelf.Release) []*dataset {
	byName := make(map[string]*dataset)
	for _, r := range releases {
		for _, y := range r.Manifest.Content.Years {
			for _, t := range y.Tables {
				d := familyOf(byName, string(t.Name), t.Title, universeNote(appearance{year: y, table: t}))
				d.add(r, y.Year, filesOf(r.Manifest.Files, y, t.Name))
			}
			if len(y.Figures) > 0 {
				familyOf(byName, "all-figures", titleFigures, aboutFigures).add(r, y.Year, figureFiles(r.Manifest.Files))
			}
		}
	}
	var all []*dataset
	for _, d := range byName {
		if d.newest() != nil {
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(x, y *dataset) int { return strings.Compare(x.name, y.name) })
	return all
}

// familyOf finds or makes a family; the newest wording counts.
func familyOf(byName map[string]*dataset, name string, title, about codelist.Text) *dataset {
	if byName[name] == nil {
		byName[name] = &dataset{name: name}
	}
	byName[name].title, byName[name].about = title, about
	return byName[name]
}

func (d *dataset) add(r *shelf.Release, year int, files []plan.File) {
	if n := len(d.versions); n == 0 || d.versions[n-1].release != r {
		d.versions = append(d.versions, version{release: r})
	}
	v := &d.versions[len(d.versions)-1]
	v.years = append(v.years, year)
	for _, f := range files {
		if !slices.Contains(v.files, f) {
			v.files = append(v.files, f)
		}
	}
}

// filesOf are a table's: those named after it, and not after a part of it that
// is a table of its own.
func filesOf(files []plan.File, y plan.Publication, name plan.Name) []plan.File {
	return slices.DeleteFunc(slices.Clone(files), func(f plan.File) bool {
		owner := plan.Name("")
		for _, t := range y.Tables {
			if strings.HasPrefix(f.Name, fmt.Sprintf("table.%d.%s.", y.Year, t.Name)) && len(t.Name) > len(owner) {
				owner = t.Name
			}
		}
		return owner != name
	})
}

func figureFiles(files []plan.File) []plan.File {
	return slices.DeleteFunc(slices.Clone(files), func(f plan.File) bool { return !strings.HasPrefix(f.Name, "figures.") })
}

// graph describes the releases as a catalogue. Every IRI in it is absolute.
func (a *API) graph(all *catalogue) graph {
	catalogue := resource{iri: a.deps.BaseURL + CataloguePath, kind: "dcat:Catalog"}
	catalogue.word("dcterms:title", titleCatalogue)
	catalogue.word("dcterms:description", aboutCatalogue)
	catalogue.say("dcterms:publisher", reference(a.deps.Publisher.IRI))
	catalogue.say("dcterms:license", reference(a.deps.License))
	catalogue.say("foaf:homepage", reference(a.deps.Publisher.IRI))
	for _, lang := range []string{"SWE", "ENG"} {
		catalogue.say("dcterms:language", reference(authority+"language/"+lang))
	}
	if n := len(all.releases); n > 0 {
		catalogue.say("dcterms:issued", day(all.releases[0].Manifest.Published))
		catalogue.say("dcterms:modified", day(all.releases[n-1].Manifest.Published))
	}
	service := a.service()
	described := graph{a.agent()}
	for _, d := range datasetsOf(all.releases) {
		iri := a.fragment(d.name)
		catalogue.say("dcat:dataset", reference(iri))
		service.say("dcat:servesDataset", reference(iri))
		described = append(described, a.describe(d)...)
	}
	catalogue.say("dcat:service", reference(service.iri))
	return append(graph{catalogue}, append(described, service)...)
}

// fragment is the IRI of something that the catalogue describes.
func (a *API) fragment(id string) string { return a.deps.BaseURL + CataloguePath + "#" + id }

func (a *API) agent() resource {
	r := resource{iri: a.deps.Publisher.IRI, kind: "foaf:Agent"}
	r.word("foaf:name", a.deps.Publisher.Name)
	r.say("dcterms:type", reference("http://purl.org/adms/publishertype/NonProfitOrganisation"))
	return r
}

func (a *API) service() resource {
	r := resource{iri: a.fragment("pxwebapi"), kind: "dcat:DataService"}
	r.word("dcterms:title", titleService)
	r.say("dcterms:publisher", reference(a.deps.Publisher.IRI))
	r.say("dcterms:license", reference(a.deps.License))
	r.say("dcterms:accessRights", reference(authority+"access-right/PUBLIC"))
	r.say("dcat:endpointURL", reference(a.deps.BaseURL+Prefix))
	r.say("dcat:endpointDescription", reference(a.deps.BaseURL+Prefix+"/config"))
	r.say("dcterms:conformsTo", reference("https://github.com/PxTools/PxApiSpecs"))
	return r
}

// describe writes a family and its versions.
func (a *API) describe(d *dataset) graph {
	newest := d.newest()
	iri := a.fragment(d.name)
	r := a.described(d, iri, newest)
	r.word("dcterms:title", d.title)
	r.say("dcterms:issued", day(d.versions[0].release.Manifest.Published))
	r.say("dcterms:modified", day(newest.release.Manifest.Published))
	r.say("dcterms:accrualPeriodicity", reference(authority+"frequency/ANNUAL"))
	r.say("dcat:distribution", a.tableOf(d))
	all := graph{}
	for i := range d.versions {
		v := &d.versions[i]
		number := v.release.Manifest.Number
		old := a.described(d, iri+"-r"+strconv.Itoa(number), v)
		old.word("dcterms:title", ofRelease(d.title, number))
		old.say("dcterms:issued", day(v.release.Manifest.Published))
		old.say("dcat:isVersionOf", reference(iri))
		status := "Completed"
		if v.release.Withdrawal != nil {
			status = "Withdrawn"
		}
		old.say("adms:status", reference("http://purl.org/adms/status/"+status))
		r.say("dcat:hasVersion", reference(old.iri))
		all = append(all, old)
	}
	return append(graph{r}, all...)
}

// described is what a family and its versions have in common.
func (a *API) described(d *dataset, iri string, v *version) resource {
	r := resource{iri: iri, kind: "dcat:Dataset"}
	r.word("dcterms:description", d.about)
	r.say("dcterms:publisher", reference(a.deps.Publisher.IRI))
	r.say("dcat:contactPoint", a.contact())
	for _, k := range keywords {
		r.word("dcat:keyword", k)
	}
	for _, theme := range []string{"JUST", "SOCI"} {
		r.say("dcat:theme", reference(authority+"data-theme/"+theme))
	}
	r.say("dcterms:accessRights", reference(authority+"access-right/PUBLIC"))
	r.say("dcterms:spatial", reference(authority+"country/SWE"))
	r.say("dcterms:temporal", period(v.years))
	r.say("dcat:version", literal{text: strconv.Itoa(v.release.Manifest.Number)})
	for i := range v.files {
		r.say("dcat:distribution", a.file(iri, v, v.files[i]))
	}
	return r
}

func (a *API) contact() resource {
	r := resource{kind: "vcard:Organization"}
	r.word("vcard:fn", a.deps.Publisher.Name)
	r.say("vcard:hasEmail", reference("mailto:"+a.deps.Publisher.Mail))
	return r
}

func period(years []int) resource {
	r := resource{kind: "dcterms:PeriodOfTime"}
	r.say("dcat:startDate", day(fmt.Sprintf("%d-01-01", slices.Min(years))))
	r.say("dcat:endDate", day(fmt.Sprintf("%d-12-31", slices.Max(years))))
	return r
}

func day(text string) literal { return literal{text: text, kind: "xsd:date"} }

// tableOf is the family as PxWebApi has it.
func (a *API) tableOf(d *dataset) resource {
	r := resource{iri: a.fragment(d.name + "-pxwebapi"), kind: "dcat:Distribution"}
	r.word("dcterms:title", titleAPI)
	r.say("dcat:accessURL", reference(a.deps.BaseURL+Prefix+"/tables/"+d.name))
	r.say("dcat:accessService", reference(a.fragment("pxwebapi")))
	r.say("dcterms:format", literal{text: "application/json"})
	r.say("dcterms:license", reference(a.deps.License))
	return r
}

// file is a frozen file of a release.
func (a *API) file(of string, v *version, f plan.File) resource {
	address := fmt.Sprintf("%s/v1/releases/%d", a.deps.BaseURL, v.release.Manifest.Number)
	r := resource{iri: of + "-" + f.Name, kind: "dcat:Distribution"}
	r.say("dcterms:title", literal{text: f.Name})
	r.say("dcat:accessURL", reference(address))
	r.say("dcat:downloadURL", reference(address+"/files/"+f.Name))
	r.say("dcterms:format", literal{text: mediaTypeOf(f.Media)})
	r.say("dcat:byteSize", literal{text: strconv.Itoa(f.Size), kind: "xsd:nonNegativeInteger"})
	r.say("dcterms:license", reference(a.deps.License))
	sum := resource{kind: "spdx:Checksum"}
	sum.say("spdx:algorithm", reference("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"))
	sum.say("spdx:checksumValue", literal{text: f.SHA256.String(), kind: "xsd:hexBinary"})
	r.say("spdx:checksum", sum)
	return r
}

// mediaTypeOf leaves the parameters out. What a manifest names was checked.
func mediaTypeOf(media string) string {
	if plain, _, err := mime.ParseMediaType(media); err == nil {
		return plain
	}
	return export.MediaPX
}
