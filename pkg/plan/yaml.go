package plan

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v3"

	"manniskohandel.se/casestat/pkg/fault"
)

// maxDepth is deeper than any plan.
const maxDepth = 16

// jsonFromYAML turns the plain part of YAML (mappings with text keys, lists,
// text, whole numbers, true and false) into JSON. Aliases, tags of one's own
// and merge keys are refused: a plan must read as what it is.
func jsonFromYAML(document []byte) ([]byte, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(document))
	var root yaml.Node
	if err := decoder.Decode(&root); err != nil {
		return nil, fault.New(fault.Malformed, CodeMalformed)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Malformed, CodeMalformed)
	}
	var w yamlWriter
	if err := w.node(root.Content[0], "", 0); err != nil {
		return nil, err
	}
	return w.out, nil
}

type yamlWriter struct{ out []byte }

func (w *yamlWriter) node(n *yaml.Node, at string, depth int) error {
	if depth > maxDepth {
		return refuse(fault.Malformed, CodeMalformed, at)
	}
	if n.Anchor != "" {
		return refuse(fault.Invalid, CodeWrongType, at)
	}
	switch n.Kind {
	case yaml.MappingNode:
		return w.mapping(n, at, depth)
	case yaml.SequenceNode:
		return w.sequence(n, at, depth)
	case yaml.ScalarNode:
		return w.scalar(n, at)
	}
	return refuse(fault.Invalid, CodeWrongType, at)
}

func (w *yamlWriter) mapping(n *yaml.Node, at string, depth int) error {
	if n.ShortTag() != "!!map" {
		return refuse(fault.Invalid, CodeWrongType, at)
	}
	seen := make(map[string]bool)
	w.out = append(w.out, '{')
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode || key.ShortTag() != "!!str" || key.Anchor != "" {
			return refuse(fault.Invalid, CodeUnknownKey, at)
		}
		inside := at + "/" + escape(key.Value)
		if seen[key.Value] {
			return refuse(fault.Invalid, CodeDuplicateKey, inside)
		}
		seen[key.Value] = true
		if i > 0 {
			w.out = append(w.out, ',')
		}
		if err := w.text(key.Value, inside); err != nil {
			return err
		}
		w.out = append(w.out, ':')
		if err := w.node(n.Content[i+1], inside, depth+1); err != nil {
			return err
		}
	}
	w.out = append(w.out, '}')
	return nil
}

func (w *yamlWriter) sequence(n *yaml.Node, at string, depth int) error {
	if n.ShortTag() != "!!seq" {
		return refuse(fault.Invalid, CodeWrongType, at)
	}
	w.out = append(w.out, '[')
	for i, item := range n.Content {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		if err := w.node(item, at+"/"+strconv.Itoa(i), depth+1); err != nil {
			return err
		}
	}
	w.out = append(w.out, ']')
	return nil
}

func (w *yamlWriter) scalar(n *yaml.Node, at string) error {
	switch n.ShortTag() {
	case "!!str":
		return w.text(n.Value, at)
	case "!!int":
		value, err := strconv.Atoi(n.Value)
		if err != nil {
			return refuse(fault.Invalid, CodeWrongType, at)
		}
		w.out = strconv.AppendInt(w.out, int64(value), 10)
		return nil
	case "!!bool":
		if n.Value == "true" || n.Value == "false" {
			w.out = append(w.out, n.Value...)
			return nil
		}
	}
	return refuse(fault.Invalid, CodeWrongType, at)
}

func (w *yamlWriter) text(s, at string) (err error) {
	if w.out, err = jsontext.AppendQuote(w.out, s); err != nil {
		return refuse(fault.Invalid, CodeText, at)
	}
	return nil
}

// escape writes a key as a part of a JSON pointer.
func escape(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}
