package server

import (
	"errors"
	"iter"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

var errEmptyContract = errors.New("it is empty")

// branch is a place in the contract; that of nothing has nothing in it.
type branch struct{ node *yaml.Node }

// at follows names downwards.
func (b branch) at(path ...string) branch {
	for _, name := range path {
		var next branch
		for key, value := range b.members() {
			if key == name {
				next = value
			}
		}
		b = next
	}
	return b
}

// members are those of a mapping, in the contract's order.
func (b branch) members() iter.Seq2[string, branch] {
	return func(yield func(string, branch) bool) {
		if b.node == nil || b.node.Kind != yaml.MappingNode {
			return
		}
		for i := 0; i+1 < len(b.node.Content); i += 2 {
			if !yield(b.node.Content[i].Value, branch{b.node.Content[i+1]}) {
				return
			}
		}
	}
}

// items are those of a list.
func (b branch) items() (all []branch) {
	if b.node == nil || b.node.Kind != yaml.SequenceNode {
		return nil
	}
	for _, n := range b.node.Content {
		all = append(all, branch{n})
	}
	return all
}

func (b branch) there() bool { return b.node != nil }

// text is a member that is a single value, "" if there is none.
func (b branch) text(name string) string {
	if v := b.at(name); v.there() {
		return v.node.Value
	}
	return ""
}

// texts are the values of a list.
func (b branch) texts(name string) (all []string) {
	for _, item := range b.at(name).items() {
		all = append(all, item.node.Value)
	}
	return all
}

// outline reads the contract for the listing.
type outline struct{ root branch }

// resolve follows a reference within the contract, and gives the last part of
// it as a name; without one, b is itself.
func (o outline) resolve(b branch) (branch, string) {
	path, ok := strings.CutPrefix(b.text("$ref"), "#/")
	if !ok {
		return b, ""
	}
	parts := strings.Split(path, "/")
	return o.root.at(parts...), parts[len(parts)-1]
}

func (o outline) operations() (all []listedOperation) {
	for path, methods := range o.root.at("paths").members() {
		for method, op := range methods.members() {
			if method == "parameters" {
				continue
			}
			listed := listedOperation{
				Method: strings.ToUpper(method), Path: path, ID: op.text("operationId"), Summary: op.text("summary"),
				Permissions: permissionsOf(op), Prose: prose(op.text("description")), tags: op.texts("tags"),
			}
			for _, p := range slices.Concat(methods.at("parameters").items(), op.at("parameters").items()) {
				listed.Parameters = append(listed.Parameters, o.parameter(p))
			}
			if body, _ := o.resolve(op.at("requestBody")); body.there() {
				listed.Body = &listedBody{body.text("required") == "true", o.contents(body)}
			}
			for status, answer := range op.at("responses").members() {
				listed.Answers = append(listed.Answers, o.answer(status, answer))
			}
			all = append(all, listed)
		}
	}
	return all
}

// permissionsOf names what an operation asks for, "" for a public one.
func permissionsOf(op branch) string {
	var all []string
	for _, scheme := range op.at("security").items() {
		for name := range scheme.members() {
			all = append(all, scheme.texts(name)...)
		}
	}
	return strings.Join(all, ", ")
}

func (o outline) parameter(b branch) listedParameter {
	p, _ := o.resolve(b)
	return listedParameter{
		Name: p.text("name"), In: p.text("in"), Required: p.text("required") == "true",
		Shape: o.shape(p.at("schema")), Prose: prose(p.text("description")),
	}
}

func (o outline) answer(status string, b branch) listedAnswer {
	answer, shared := o.resolve(b)
	listed := listedAnswer{Status: status, Shared: shared, Description: answer.text("description"), Contents: o.contents(answer)}
	for name := range answer.at("headers").members() {
		listed.Headers = append(listed.Headers, name)
	}
	return listed
}

func (o outline) contents(of branch) (all []listedContent) {
	for media, content := range of.at("content").members() {
		c := listedContent{Media: media}
		if schema := content.at("schema"); schema.there() {
			s := o.shape(schema)
			c.Shape = &s
		}
		if example := content.at("example"); example.there() {
			c.Examples = append(c.Examples, listedExample{Text: written(example.node, "")})
		}
		for name, example := range content.at("examples").members() {
			shown, _ := o.resolve(example)
			if len(name) < 2 || name == "one" { // says nothing
				name = ""
			}
			c.Examples = append(c.Examples, listedExample{name, written(shown.at("value").node, "")})
		}
		all = append(all, c)
	}
	return all
}
