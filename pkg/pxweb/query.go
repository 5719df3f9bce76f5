package pxweb

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"manniskohandel.se/casestat/pkg/codelist"
	"manniskohandel.se/casestat/pkg/export"
)

// query is what a client asks of a table. The zero query asks for the default
// selection in Swedish.
type query struct {
	lang      codelist.Lang
	selection []variable
	placement placement
	format    format
	style     style
}

// variable selects from one variable.
type variable struct {
	code     string
	codelist string // "": the variable's own values
	single   bool   // of an aggregation, the values that it is made of
	values   []string
}

// placement says which variables run down and which run across; empty: as the
// table has it.
type placement struct {
	Heading []string `json:"heading"`
	Stub    []string `json:"stub"`
}

// parameters are those of a query string. Names are read without regard to
// case, and those that mean nothing here are passed over: real clients send them.
type parameters map[string][]string

func parametersOf(raw string) (parameters, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, refused(CodeQueryString)
	}
	p := make(parameters, len(values))
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		lower := strings.ToLower(name)
		p[lower] = append(p[lower], values[name]...)
	}
	return p, nil
}

// one gives the first value, "" if there is none.
func (p parameters) one(name string) string {
	if len(p[name]) == 0 {
		return ""
	}
	return strings.TrimSpace(p[name][0])
}

// list gives the values, separated by commas outside parentheses.
func (p parameters) list(name string) []string {
	var all []string
	for _, given := range p[name] {
		all = append(all, split(given)...)
	}
	return all
}

// split cuts at commas outside parentheses and leaves empty pieces out.
func split(text string) []string {
	var pieces []string
	depth, from := 0, 0
	cut := func(to int) {
		if piece := strings.TrimSpace(text[from:to]); piece != "" {
			pieces = append(pieces, piece)
		}
		from = to + 1
	}
	for i := range len(text) {
		switch c := text[i]; {
		case c == '(':
			depth++
		case c == ')':
			depth = max(0, depth-1)
		case c == ',' && depth == 0:
			cut(i)
		}
	}
	cut(len(text))
	return pieces
}

// of gives the parameters name[variable], by variable in lower case.
func (p parameters) of(name string) map[string][]string {
	found := make(map[string][]string)
	for key, given := range p {
		if inside, ok := strings.CutPrefix(key, name+"["); ok {
			if code, closed := strings.CutSuffix(inside, "]"); closed {
				found[code] = given
			}
		}
	}
	return found
}

// flag reads a yes or no; left out, it is no.
func (p parameters) flag(name string) (bool, error) {
	text := strings.ToLower(p.one(strings.ToLower(name)))
	yes, err := strconv.ParseBool(cmp.Or(text, "false"))
	if err != nil {
		return false, refused(CodeParameter, "/"+name)
	}
	return yes, nil
}

// language reads lang.
func (p parameters) language() (codelist.Lang, error) {
	switch lang := codelist.Lang(strings.ToLower(p.one("lang"))); lang {
	case "":
		return codelist.Swedish, nil
	case codelist.Swedish, codelist.English:
		return lang, nil
	}
	return "", refused(CodeLanguage, "/lang")
}

// query reads all that the query string says of a selection.
func (p parameters) query() (q query, err error) {
	if q.lang, err = p.language(); err != nil {
		return q, err
	}
	if q.format, err = formatOf(p.one("outputformat")); err != nil {
		return q, err
	}
	if q.style, err = styleOf(p.list("outputformatparams")); err != nil {
		return q, err
	}
	q.placement = placement{Heading: p.list("heading"), Stub: p.list("stub")}
	for code := range p.of("valuecodes") {
		q.selection = append(q.selection, variable{code: code, values: p.list("valuecodes[" + code + "]")})
	}
	slices.SortFunc(q.selection, func(a, b variable) int { return strings.Compare(a.code, b.code) })
	return q, nil
}

// complete adds to each variable the codelist that the query string names for
// it; one in the body counts more.
func (p parameters) complete(selection []variable) []variable {
	lists, outputs := p.of("codelist"), p.of("outputvalues")
	out := slices.Clone(selection)
	for i := range out {
		code := strings.ToLower(out[i].code)
		if named := lists[code]; out[i].codelist == "" && len(named) > 0 {
			out[i].codelist = strings.TrimSpace(named[0])
		}
		if how := outputs[code]; len(how) > 0 {
			out[i].single = strings.EqualFold(strings.TrimSpace(how[0]), "single")
		}
	}
	return out
}

// format is how data are written.
type format string

const (
	jsonStat format = "json-stat2"
	csv      format = "csv"
	xlsx     format = "xlsx"
	px       format = "px"
)

// formats are those that there are, the default one first.
var formats = []format{jsonStat, csv, xlsx, px}

func formatOf(text string) (format, error) {
	if text == "" {
		return jsonStat, nil
	}
	f := format(strings.ToLower(text))
	if !slices.Contains(formats, f) {
		return "", refused(CodeFormat, "/outputFormat")
	}
	return f, nil
}

// style is how a table for reading is written.
type style struct {
	named     []string // as they were given
	codes     bool
	texts     bool
	title     bool
	separator byte
}

// styleOf reads outputFormatParams.
func styleOf(names []string) (style, error) {
	s := style{named: names, separator: ','}
	labels, separators := 0, 0
	for _, name := range names {
		switch strings.ToLower(name) {
		case "usecodes":
			s.codes, labels = true, labels+1
		case "usetexts":
			s.texts, labels = true, labels+1
		case "usecodesandtexts":
			s.codes, s.texts, labels = true, true, labels+1
		case "includetitle":
			s.title = true
		case "separatortab":
			s.separator, separators = '\t', separators+1
		case "separatorspace":
			s.separator, separators = ' ', separators+1
		case "separatorsemicolon":
			s.separator, separators = ';', separators+1
		default:
			return s, refused(CodeParameter, "/outputFormatParams")
		}
	}
	if labels > 1 || separators > 1 {
		return s, refused(CodeParameter, "/outputFormatParams")
	}
	s.texts = s.texts || !s.codes
	return s, nil
}

// dress writes the labels as the style wants them.
func (s style) dress(c *export.Cube) {
	if !s.codes {
		return
	}
	for i, d := range c.Dimensions {
		for j, cat := range d.Categories {
			c.Dimensions[i].Categories[j].Label = s.label(cat.Code, cat.Label)
		}
		c.Dimensions[i].Label = s.label(d.Code, d.Label)
	}
}

func (s style) label(code string, label codelist.Text) codelist.Text {
	if !s.texts || label == same(code) {
		return same(code)
	}
	return codelist.Text{SV: code + " " + label.SV, EN: code + " " + label.EN}
}
