package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// object is a JSON object as it is sent: in order, and with whatever stands
// twice. Values are object, list or raw.
type object []member

type member struct {
	name  string
	value any
}

type list []any

// raw is JSON as it stands.
type raw string

func quoted(s string) raw {
	text, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return raw(text)
}

// render writes a tree as JSON.
func render(v any) string {
	switch v := v.(type) {
	case *object:
		var members []string
		for _, m := range *v {
			members = append(members, string(quoted(m.name))+":"+render(m.value))
		}
		return "{" + strings.Join(members, ",") + "}"
	case *list:
		var items []string
		for _, item := range *v {
			items = append(items, render(item))
		}
		return "[" + strings.Join(items, ",") + "]"
	case raw:
		return string(v)
	}
	return "null"
}

// spot is a value of a tree in its place.
type spot struct {
	of *object // nil where it stands in a list
	in *list
	at int
}

func (s spot) value() any {
	if s.of != nil {
		return (*s.of)[s.at].value
	}
	return (*s.in)[s.at]
}

func (s spot) put(v any) {
	if s.of != nil {
		(*s.of)[s.at].value = v
		return
	}
	(*s.in)[s.at] = v
}

// spots lists every value below v.
func spots(v any) (all []spot) {
	switch v := v.(type) {
	case *object:
		for i, m := range *v {
			all = append(append(all, spot{of: v, at: i}), spots(m.value)...)
		}
	case *list:
		for i, item := range *v {
			all = append(append(all, spot{in: v, at: i}), spots(item)...)
		}
	}
	return all
}

// members lists the spots that have a name.
func members(v any) []spot {
	return slices.DeleteFunc(spots(v), func(s spot) bool { return s.of == nil })
}

// parse reads JSON that the tests wrote themselves.
func parse(text []byte) any {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return parseNext(d)
}

func parseNext(d *json.Decoder) any {
	token, err := d.Token()
	if err != nil {
		panic(err)
	}
	switch token {
	case json.Delim('{'):
		o := &object{}
		for d.More() {
			name, _ := parseNext(d).(raw)
			*o = append(*o, member{strings.Trim(string(name), `"`), parseNext(d)})
		}
		_, _ = d.Token()
		return o
	case json.Delim('['):
		l := &list{}
		for d.More() {
			*l = append(*l, parseNext(d))
		}
		_, _ = d.Token()
		return l
	}
	if text, ok := token.(string); ok {
		return quoted(text)
	}
	return raw(fmt.Sprint(token))
}

// unquoted is what a JSON string says.
func unquoted(s raw) (text string) {
	if err := json.Unmarshal([]byte(s), &text); err != nil {
		panic(err)
	}
	return text
}
