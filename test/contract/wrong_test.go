package contract

import (
	"maps"
	"slices"
	"strings"
)

// wrongTree does one thing to a value that makes it wrong, as a rule, and says
// which. sure: the contract cannot allow it, though a parser that forgives
// would not notice.
type wrongTree struct {
	name string
	sure bool
	do   func(m maker, v any) bool // false: there was nothing to do it to
}

var wrongTrees = []wrongTree{
	{"another type", false, func(m maker, v any) bool {
		return m.at(spots(v), func(s spot) { s.put(pick(m, scalars)) })
	}},
	{"a member is missing", false, func(m maker, v any) bool {
		return m.at(members(v), func(s spot) { *s.of = append((*s.of)[:s.at:s.at], (*s.of)[s.at+1:]...) })
	}},
	{"an unknown member", true, func(m maker, v any) bool {
		o, ok := v.(*object)
		if ok {
			name := pick(m, []string{m.canary, "org_id", "id", "status", "created_at", "tag", "__proto__", ""})
			*o = append(*o, member{name, quoted(m.canary)})
		}
		return ok
	}},
	{"beyond the limits", false, func(m maker, v any) bool { return m.at(spots(v), m.outgrow) }},
	{"a hostile text", false, func(m maker, v any) bool {
		return m.at(spots(v), func(s spot) { s.put(quoted(m.canary + pick(m, hostile))) })
	}},
	{"other letters", true, func(m maker, v any) bool {
		return m.at(members(v), func(s spot) {
			name := (*s.of)[s.at].name
			(*s.of)[s.at].name = pick(m, []string{strings.ToUpper(name), strings.ToUpper(name[:1]) + name[1:], name + " ", " " + name, name + "\u0000"})
		})
	}},
	{"a member stands twice", true, func(m maker, v any) bool {
		return m.at(members(v), func(s spot) { *s.of = append(*s.of, (*s.of)[s.at]) })
	}},
}

// at does it to one of the spots.
func (m maker) at(all []spot, do func(spot)) bool {
	if len(all) == 0 {
		return false
	}
	do(pick(m, all))
	return true
}

// outgrow makes a value larger than anything allows.
func (m maker) outgrow(s spot) {
	switch v := s.value().(type) {
	case *list:
		grown := list{}
		for range 300 {
			grown = append(grown, append(*v, raw(`"`+m.canary+`"`))[0])
		}
		s.put(&grown)
	case *object:
		deep := any(v)
		for range 40 {
			deep = &object{{m.canary, deep}}
		}
		s.put(deep)
	default:
		s.put(pick(m, append(tooLarge, quoted(m.canary+strings.Repeat("x", 5000)))))
	}
}

var (
	scalars  = []any{raw("null"), raw("true"), raw("0"), raw("-1"), raw("1.5"), raw(`""`), raw(`"x"`), &list{}, &object{}, &list{raw("null")}, &list{&list{}}}
	tooLarge = []raw{"1e400", "1e999999999", "-0", "-1", "9007199254740993", "99999999999999999999", "2100", "1999", "2025.0", "2.025e3"}
)

// wrongBytes spoil a body as a whole; none of them is what it claims to be.
var wrongBytes = map[string]func(m maker, body string) string{
	"nothing":       func(maker, string) string { return "" },
	"trailing data": func(m maker, body string) string { return body + "{\"" + m.canary + "\":1}" },
	"cut":           func(_ maker, body string) string { return body[:len(body)-1] },
	"a mark first":  func(_ maker, body string) string { return "\ufeff" + body },
	"bad UTF-8":     func(m maker, body string) string { return strings.Replace(body, "{", "{\""+m.canary+"\xff\":1,", 1) },
	"NUL":           func(_ maker, body string) string { return body + "\x00" },
	"a list":        func(_ maker, body string) string { return "[" + body + "]" },
	"null":          func(maker, string) string { return "null" },
	"surrogate":     func(m maker, _ string) string { return `{"` + m.canary + `":"\ud800"}` },
	"deep":          func(maker, string) string { return strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000) },
	"a comment":     func(m maker, body string) string { return "/*" + m.canary + "*/" + body },
	"huge":          func(_ maker, body string) string { return body + strings.Repeat(" ", 2<<20) },
}

// spoil makes one thing about a request wrong.
func (m maker) spoil(d *draft) {
	ways := []func(*draft){m.spoilQuery, m.spoilHeader}
	if d.bodied {
		ways = append(ways, m.spoilBytes, m.spoilMedia)
	}
	if len(d.path) > 0 {
		ways = append(ways, m.spoilPath)
	}
	if d.tree != nil { // the most of what can be wrong
		ways = append(ways, m.spoilTree, m.spoilTree, m.spoilTree, m.spoilTree, m.spoilTree, m.spoilTree)
	}
	pick(m, ways)(d)
}

func (m maker) spoilTree(d *draft) {
	way := pick(m, wrongTrees)
	if way.do(m, d.tree) {
		d.what, d.refused, d.body = way.name, way.sure, render(d.tree)
	}
}

func (m maker) spoilBytes(d *draft) {
	name := pick(m, slices.Sorted(maps.Keys(wrongBytes)))
	if !strings.HasPrefix(d.body, "{") {
		d.what, d.body = "hostile bytes", d.body+pick(m, hostile)
		return
	}
	d.what, d.body = name, wrongBytes[name](m, d.body)
	d.refused = d.media == "application/json"
}

func (m maker) spoilMedia(d *draft) {
	d.what, d.refused = "another media type", true
	d.media = pick(m, []string{
		"application/xml", "multipart/form-data; boundary=x", "application/json; charset=utf-16", m.canary, "application/" + m.canary, "text/html", "*/*",
	})
}

func (m maker) spoilQuery(d *draft) {
	d.what, d.refused = "an unknown parameter", true
	name, value := m.canary, pick(m, hostile)
	if len(d.query) > 0 {
		one := pick(m, d.query)
		switch m.between(0, 2) {
		case 0:
			d.what, name, value = "a parameter twice", one[0], one[1]
		case 1:
			d.what, name, value = "a parameter in other letters", strings.ToUpper(one[0]), one[1]
		case 2:
			d.what = "a hostile parameter"
			d.query = slices.DeleteFunc(d.query, func(p [2]string) bool { return p[0] == one[0] })
			name, value = one[0], m.canary+value
		}
	}
	d.query = append(d.query, [2]string{name, value})
}

func (m maker) spoilPath(d *draft) {
	d.what = "a hostile name in the path"
	name := pick(m, slices.Sorted(maps.Keys(d.path)))
	text := pick(m, hostile)
	d.path[name] = pick(m, []string{
		m.canary + text, text + m.canary, strings.ToUpper(d.path[name]) + "X", d.path[name] + " ", d.path[name] + "\u0000", "-1", "0", "1e3", "9999999999", "２０２５",
		strings.Repeat(m.canary, 100),
	})
}

// spoilHeader never breaks the framing: that is the business of net/http.
func (m maker) spoilHeader(d *draft) {
	name := pick(m, []string{
		"If-Match", "If-None-Match", "If-Modified-Since", "Content-Encoding", "Accept", "Accept-Language", "Range", "Expect",
		"X-Http-Method-Override", "X-Forwarded-For", "Origin", "Cookie",
	})
	value := pick(m, []string{
		m.canary, `"` + m.canary + `"`, "*", `"v1-00"`, `"v0"`, `W/"v1"`, "gzip", "sv;q=" + m.canary, "bytes=0-" + m.canary, "DELETE",
		strings.Repeat("a", 4000) + m.canary, "\u00e5" + m.canary,
	})
	d.what = "a hostile " + name
	d.header.Set(name, value)
}
