package server

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed listing.html
var listingHTML string

var listingPage = template.Must(template.New("listing").Parse(listingHTML))

// listingPolicy allows the page its own style sheet and nothing else: it has no script.
const listingPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// outline is the part of the contract that the listing shows.
type outline struct {
	Info struct {
		Title   string `yaml:"title"`
		Version string `yaml:"version"`
	} `yaml:"info"`
	Tags []struct {
		Name        string `yaml:"name"`
		Description string `yaml:"description"`
	} `yaml:"tags"`
	Paths map[string]map[string]yaml.Node `yaml:"paths"`
}

type outlineOperation struct {
	Method, Path string                `yaml:"-"`
	ID           string                `yaml:"operationId"`
	Summary      string                `yaml:"summary"`
	Description  string                `yaml:"description"`
	Tags         []string              `yaml:"tags"`
	Security     []map[string][]string `yaml:"security"`
}

// Permissions names what the operation asks for, "" for a public one.
func (o outlineOperation) Permissions() string {
	var all []string
	for _, s := range o.Security {
		for _, scopes := range s {
			all = append(all, scopes...)
		}
	}
	return strings.Join(all, ", ")
}

// phrase is a piece of a description: text, or a word of code between backticks.
type phrase struct {
	Text string
	Code bool
}

// Prose gives the description in phrases.
func (o outlineOperation) Prose() []phrase {
	if o.Description == "" {
		return nil
	}
	var all []phrase
	for i, text := range strings.Split(o.Description, "`") {
		all = append(all, phrase{text, i%2 == 1})
	}
	return all
}

type listingTag struct {
	Name, Description string
	Operations        []outlineOperation
}

type listingData struct {
	Title, Version string
	Tags           []listingTag
}

// renderListing writes the contract's operations as a plain page, for those
// whom Swagger UI leaves out: it works without script and with a screen reader.
func renderListing(contract []byte) ([]byte, error) {
	var o outline
	if err := yaml.Unmarshal(contract, &o); err != nil {
		return nil, fmt.Errorf("server: contract: %w", err)
	}
	all, err := o.operations()
	if err != nil {
		return nil, err
	}
	data := listingData{Title: o.Info.Title, Version: o.Info.Version}
	for _, tag := range o.Tags {
		mine := slices.DeleteFunc(slices.Clone(all), func(op outlineOperation) bool { return !slices.Contains(op.Tags, tag.Name) })
		data.Tags = append(data.Tags, listingTag{tag.Name, tag.Description, mine})
	}
	var page bytes.Buffer
	err = listingPage.Execute(&page, data)
	return page.Bytes(), err
}

func (o outline) operations() ([]outlineOperation, error) {
	var all []outlineOperation
	for _, path := range slices.Sorted(maps.Keys(o.Paths)) {
		for _, method := range []string{"get", "put", "post", "delete"} {
			node, ok := o.Paths[path][method]
			if !ok {
				continue
			}
			op := outlineOperation{Method: strings.ToUpper(method), Path: path}
			if err := node.Decode(&op); err != nil {
				return nil, fmt.Errorf("server: contract: %s %s: %w", method, path, err)
			}
			all = append(all, op)
		}
	}
	return all, nil
}
