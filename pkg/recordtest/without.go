package recordtest

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// Without gives body, a JSON object, without one member.
func Without(body []byte, name string) []byte {
	d := jsontext.NewDecoder(bytes.NewReader(body))
	must(d.ReadToken())
	out := []byte{'{'}
	for d.PeekKind() == '"' {
		member := must(d.ReadToken()).String()
		value := must(d.ReadValue())
		if member == name {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = fmt.Appendf(out, `%q:%s`, member, value)
	}
	return append(out, '}')
}

// must is for the examples, which are correct JSON.
func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("the example is not a JSON object: %v", err))
	}
	return v
}
