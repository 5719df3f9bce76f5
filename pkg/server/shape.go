package server

import (
	"encoding/json"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// shape is what may stand in a place, as the listing tells it.
type shape struct {
	Title   string // of one that has a heading of its own
	Name    string // of a shape that is told elsewhere; then nothing else of it is
	Kind    string
	Facts   [][]phrase
	Prose   [][]phrase
	Items   *shape
	Choices []shape
	Members []member
}

type member struct {
	Title    string
	Required bool
	Shape    shape
}

// kinds are the words for types.
var kinds = map[string]string{
	"object": "an object", "array": "a list", "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
}

func (o outline) shape(b branch) shape {
	if _, name := o.resolve(b); name != "" {
		return shape{Name: name, Prose: prose(b.text("description"))}
	}
	s := shape{Kind: kinds[b.text("type")], Facts: factsOf(b), Prose: prose(b.text("description"))}
	if s.Kind == "" {
		s.Kind = "anything"
	}
	if items := b.at("items"); items.there() {
		inner := o.shape(items)
		s.Items = &inner
	}
	for _, choice := range b.at("oneOf").items() {
		s.Kind = "one of these"
		s.Choices = append(s.Choices, o.shape(choice))
	}
	required := b.texts("required")
	for name, property := range b.at("properties").members() {
		s.Members = append(s.Members, member{name, slices.Contains(required, name), o.shape(property)})
	}
	if others := b.at("additionalProperties"); others.there() && others.node.Kind == yaml.MappingNode {
		s.Members = append(s.Members, member{Title: "(any other name)", Shape: o.shape(others)})
	}
	return s
}

// bounds are the words for what bounds a value; {} stands for it.
var bounds = []struct{ name, words string }{
	{"format", "format `{}`"},
	{"pattern", "matches `{}`"},
	{"minLength", "of {} characters or more"},
	{"maxLength", "of at most {} characters"},
	{"minimum", "{} or more"},
	{"maximum", "at most {}"},
	{"minItems", "of {} entries or more"},
	{"maxItems", "of at most {} entries"},
	{"default", "`{}` if left out"},
	{"example", "such as `{}`"},
}

func factsOf(b branch) (all [][]phrase) {
	if codes := b.texts("enum"); len(codes) > 0 {
		all = append(all, inPhrases("one of `"+strings.Join(codes, "`, `")+"`"))
	}
	for _, bound := range bounds {
		if value := b.at(bound.name); value.there() && value.node.Kind == yaml.ScalarNode {
			all = append(all, inPhrases(strings.ReplaceAll(bound.words, "{}", value.node.Value)))
		}
	}
	if b.text("uniqueItems") == "true" {
		all = append(all, inPhrases("none of them twice"))
	}
	if b.text("nullable") == "true" {
		all = append(all, inPhrases("or `null`"))
	}
	return all
}

// written is an example as it is sent: text as it stands, anything else as JSON
// in the contract's order.
func written(n *yaml.Node, indent string) string {
	if n == nil {
		return ""
	}
	if n.Kind == yaml.ScalarNode && indent == "" {
		return n.Value
	}
	deeper := indent + "  "
	var parts []string
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			parts = append(parts, quoted(n.Content[i].Value)+": "+written(n.Content[i+1], deeper))
		}
		return enclosed("{", parts, "}", indent)
	case yaml.SequenceNode:
		for _, item := range n.Content {
			parts = append(parts, written(item, deeper))
		}
		return enclosed("[", parts, "]", indent)
	case yaml.AliasNode:
		return written(n.Alias, indent)
	}
	if n.Tag == "!!str" || n.Tag == "!!timestamp" {
		return quoted(n.Value)
	}
	return n.Value
}

// enclosed puts short lists on one line.
func enclosed(begin string, parts []string, end, indent string) string {
	line := begin + strings.Join(parts, ", ") + end
	if len(line)+len(indent) <= 90 && !strings.Contains(line, "\n") {
		return line
	}
	deeper := "\n" + indent + "  "
	return begin + deeper + strings.Join(parts, ","+deeper) + "\n" + indent + end
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""` // no string fails
	}
	return string(b)
}
