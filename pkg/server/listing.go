package server

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed listing.html
var listingHTML string

var listingPage = template.Must(template.New("listing").Parse(listingHTML))

// listingPolicy allows the page its own style sheet and its icon: it has no script.
const listingPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// phrase is a piece of a description: text, or a word of code between backticks.
type phrase struct {
	Text string
	Code bool
}

// inPhrases takes a line apart.
func inPhrases(line string) (all []phrase) {
	for i, text := range strings.Split(strings.ReplaceAll(line, "**", ""), "`") {
		if text != "" {
			all = append(all, phrase{text, i%2 == 1})
		}
	}
	return all
}

// prose takes a description apart into paragraphs.
func prose(description string) (all [][]phrase) {
	for paragraph := range strings.SplitSeq(strings.TrimSpace(description), "\n\n") {
		if line := strings.Join(strings.Fields(paragraph), " "); line != "" {
			all = append(all, inPhrases(line))
		}
	}
	return all
}

type listingTag struct {
	Name, Description string
	Operations        []listedOperation
}

type listedOperation struct {
	Method, Path, ID, Summary, Permissions string
	Prose                                  [][]phrase
	Parameters                             []listedParameter
	Body                                   *listedBody
	Answers                                []listedAnswer
	tags                                   []string
}

type listedParameter struct {
	Name, In string
	Required bool
	Shape    shape
	Prose    [][]phrase
}

type listedBody struct {
	Required bool
	Contents []listedContent
}

// listedAnswer is one that an operation gives. Shared names the one that
// several operations give; then it stands elsewhere.
type listedAnswer struct {
	Status, Description, Shared string
	Headers                     []string
	Contents                    []listedContent
}

// listedContent is a body in a media type.
type listedContent struct {
	Media    string
	Shape    *shape
	Examples []listedExample
}

type listedExample struct{ Name, Text string }

type listingData struct {
	Title, Version string
	Prose          [][]phrase
	Tags           []listingTag
	Answers        []listedAnswer // those that are shared; Status is their name
	Shapes         []shape
}

// renderListing writes the whole contract as a plain page, for those whom
// Swagger UI leaves out: it works without script and with a screen reader.
func renderListing(contract []byte) ([]byte, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(contract, &root); err != nil {
		return nil, fmt.Errorf("server: contract: %w", err)
	}
	if len(root.Content) == 0 {
		return nil, fmt.Errorf("server: contract: %w", errEmptyContract)
	}
	o := outline{branch{root.Content[0]}}
	info := o.root.at("info")
	data := listingData{Title: info.text("title"), Version: info.text("version"), Prose: prose(info.text("description"))}
	all := o.operations()
	for _, tag := range o.root.at("tags").items() {
		name := tag.text("name")
		mine := slices.DeleteFunc(slices.Clone(all), func(op listedOperation) bool { return !slices.Contains(op.tags, name) })
		data.Tags = append(data.Tags, listingTag{name, tag.text("description"), mine})
	}
	for name, answer := range o.root.at("components", "responses").members() {
		listed := o.answer(name, answer)
		data.Answers = append(data.Answers, listed)
	}
	for name, schema := range o.root.at("components", "schemas").members() {
		s := o.shape(schema)
		s.Title = name
		data.Shapes = append(data.Shapes, s)
	}
	var page bytes.Buffer
	err := listingPage.Execute(&page, data)
	return page.Bytes(), err
}
