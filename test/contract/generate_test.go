package contract

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"pgregory.net/rapid"
)

// maker makes values that a schema allows. What schemas cannot say - which
// organisations there are, which fields the codebook has - it takes from pools,
// by the name of the member, so that requests get past the first door.
type maker struct {
	random *rand.Rand
	canary string // in every text that is free
	pools  map[string][]string
}

func (m maker) chance(percent int) bool { return m.random.IntN(100) < percent }

// between gives a number from least to most, both included.
func (m maker) between(least, most int) int { return least + m.random.IntN(most-least+1) }

func pick[T any](m maker, of []T) T { return of[m.random.IntN(len(of))] }

// value makes a value of the schema for the member or parameter of the name.
func (m maker) value(s *openapi3.Schema, name string) any {
	switch {
	case len(s.OneOf) > 0:
		return m.value(pick(m, s.OneOf).Value, name)
	case len(s.AllOf) > 0:
		return m.value(s.AllOf[0].Value, name)
	case len(s.Enum) > 0:
		return m.sampled(s.Enum)
	case s.Type.Is("object"):
		return m.object(s)
	case s.Type.Is("array"):
		return m.list(s, name)
	case s.Type.Is("integer"), s.Type.Is("number"):
		return m.number(s, name)
	case s.Type.Is("boolean"):
		return raw(fmt.Sprint(m.chance(50)))
	}
	return quoted(m.text(s, name))
}

func (m maker) sampled(values []any) any {
	v := pick(m, values)
	if text, ok := v.(string); ok {
		return quoted(text)
	}
	return raw(fmt.Sprint(v))
}

func (m maker) object(s *openapi3.Schema) *object {
	o := &object{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if slices.Contains(s.Required, name) || m.chance(40) {
			*o = append(*o, member{name, m.value(s.Properties[name].Value, name)})
		}
	}
	return o
}

// list makes few items, or as many as there may be.
func (m maker) list(s *openapi3.Schema, name string) *list {
	least, most := int(s.MinItems), 3
	if s.MaxItems != nil {
		if most = min(most, int(*s.MaxItems)); *s.MaxItems <= 64 && m.chance(5) {
			least, most = int(*s.MaxItems), int(*s.MaxItems)
		}
	}
	l := &list{}
	for range m.between(least, max(least, most)) {
		*l = append(*l, m.value(s.Items.Value, name))
	}
	return l
}

// number is at a bound half of the time.
func (m maker) number(s *openapi3.Schema, name string) raw {
	if pool := m.pools[name]; len(pool) > 0 && m.chance(70) {
		return raw(pick(m, pool))
	}
	least, most := -3, 3000
	if s.Min != nil {
		least = int(*s.Min)
	}
	if s.Max != nil {
		most = int(*s.Max)
	}
	most = max(least, most)
	if m.chance(50) {
		return raw(fmt.Sprint(pick(m, []int{least, most})))
	}
	return raw(fmt.Sprint(m.between(least, most)))
}

// text is what the pools have, what the pattern allows, or hostile.
func (m maker) text(s *openapi3.Schema, name string) string {
	if pool := m.pools[name]; len(pool) > 0 && m.chance(80) {
		return pick(m, pool)
	}
	switch {
	case s.Pattern != "":
		return rapid.StringMatching(s.Pattern).Example(m.random.IntN(1 << 30))
	case s.Format == "date":
		return fmt.Sprintf("2025-%02d-%02d", m.between(1, 12), m.between(1, 28))
	}
	text := []rune(m.canary + pick(m, hostile))
	most := 200
	if s.MaxLength != nil {
		most = int(*s.MaxLength)
	}
	if m.chance(10) {
		text = []rune(strings.Repeat("å", most)) // the longest
	}
	return string(text[:min(len(text), most)])
}

// hostile are texts that were somebody's undoing.
var hostile = []string{
	"", " ", "x", "Åsa", "' OR 1=1 --", "\"; DROP TABLE records; --", "1) OR (1=1", "%27", "%00", "../../etc/passwd", "..\\..\\", "file:///etc/passwd",
	"<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "=cmd|' /C calc'!A0", "+1", "-1", "@x", "\t\r\n", "\r\nSet-Cookie: a=b",
	"\u0000", "\u202e", "\u200b", "\ufeff", "ſ", "ﬀ", "ｎｕｌｌ", "а", "é", "e\u0301", "👩‍👩‍👧", "\U0010ffff", "\ufffd", "null", "undefined", "NaN",
	"true", "1e999", "-0", "0x7f", "19811218-9876", "070-174 06 05", "a@example.org", "59.3293, 18.0686", "$where", "*", "[]", "{}", "\\", "`",
}
