package claim

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep elements may lie in each other; Word's own documents
// stay below fifty.
const maxDepth = 256

var errDepth = errors.New("elements lie too deep")

// The namespaces of WordprocessingML: transitional, strict, and the one in which
// the same content stands in an older form.
var (
	wordSpaces = []string{
		"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
		"http://purl.oclc.org/ooxml/wordprocessingml/main",
	}
	compatibilitySpace = "http://schemas.openxmlformats.org/markup-compatibility/2006"
)

// wordReader follows the XML of one part.
type wordReader struct {
	d      *Document
	part   Part
	number int // of paragraphs begun
	depth  int
	// hidden is how many elements are open whose text is not part of the document
	// as it stands: deleted, moved away, or there once more in an older form.
	hidden int
	texts  int // open elements that hold text
	open   []int
	tables []cell // open ones, the innermost last
	count  int    // tables begun
}

// readXML takes well-formed UTF-8 without a DTD; encoding/xml knows no other
// entities than XML's own five.
func readXML(d *Document, part Part, from io.Reader) error {
	r := &wordReader{d: d, part: part}
	for _, p := range d.paragraphs {
		r.count = max(r.count, p.cell.table)
	}
	decoder := xml.NewDecoder(from)
	for {
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := r.take(token); err != nil {
			return err
		}
	}
}

func (r *wordReader) take(token xml.Token) error {
	switch t := token.(type) {
	case xml.Directive:
		return errors.New("a document type")
	case xml.StartElement:
		if r.depth++; r.depth > maxDepth {
			return errDepth
		}
		return r.start(t)
	case xml.EndElement:
		r.depth--
		r.end(t.Name)
	case xml.CharData:
		if r.texts > 0 {
			return r.write(string(t))
		}
	}
	return nil
}

// hides are the elements whose content does not count: what a document under
// review has had taken away, and how a paragraph looked before.
var hides = []string{"del", "moveFrom", "pPrChange"}

func (r *wordReader) start(t xml.StartElement) error {
	if !slices.Contains(wordSpaces, t.Name.Space) {
		if t.Name == (xml.Name{Space: compatibilitySpace, Local: "Fallback"}) {
			r.hidden++
		}
		return nil
	}
	switch name := t.Name.Local; name {
	case "p":
		return r.begin()
	case "t":
		r.texts++
	case "tab", "br", "cr":
		return r.write(" ")
	case "noBreakHyphen":
		return r.write("-")
	case "pStyle":
		r.style(value(t))
	case "tbl":
		r.count++
		r.tables = append(r.tables, cell{table: r.count})
	case "tr", "tc":
		r.step(name)
	default:
		if slices.Contains(hides, name) {
			r.hidden++
		}
	}
	return nil
}

func (r *wordReader) end(name xml.Name) {
	if !slices.Contains(wordSpaces, name.Space) {
		if name == (xml.Name{Space: compatibilitySpace, Local: "Fallback"}) {
			r.hidden--
		}
		return
	}
	switch {
	case name.Local == "p":
		r.open = r.open[:len(r.open)-1]
	case name.Local == "t":
		r.texts--
	case name.Local == "tbl":
		r.tables = r.tables[:len(r.tables)-1]
	case slices.Contains(hides, name.Local):
		r.hidden--
	}
}

// begin opens a paragraph. A text box lies inside the paragraph that it is
// anchored in, so that several can be open.
func (r *wordReader) begin() error {
	r.number++
	p := paragraph{part: r.part, number: r.number}
	if len(r.tables) > 0 {
		p.cell = r.tables[len(r.tables)-1]
	}
	r.open = append(r.open, len(r.d.paragraphs))
	return r.d.add(p)
}

func (r *wordReader) step(name string) {
	if len(r.tables) == 0 {
		return
	}
	at := &r.tables[len(r.tables)-1]
	if name == "tr" {
		at.row, at.column = at.row+1, 0
		return
	}
	at.column++
}

// write adds to the innermost open paragraph, as one text whatever the runs
// that it is cut into.
func (r *wordReader) write(text string) error {
	if r.hidden > 0 || len(r.open) == 0 {
		return nil
	}
	p := &r.d.paragraphs[r.open[len(r.open)-1]]
	p.text = append(p.text, []rune(text)...)
	return r.d.count(utf8.RuneCountInString(text))
}

// style knows headings by the names that Word gives their styles.
func (r *wordReader) style(name string) {
	if r.hidden > 0 || len(r.open) == 0 {
		return
	}
	p := &r.d.paragraphs[r.open[len(r.open)-1]]
	name = strings.ToLower(strings.ReplaceAll(name, " ", ""))
	if name == "title" || name == "rubrik" {
		p.heading = 1
	}
	for _, prefix := range []string{"heading", "rubrik"} {
		rest, found := strings.CutPrefix(name, prefix)
		if n, err := strconv.Atoi(rest); found && err == nil && n >= 1 && n <= 9 {
			p.heading = n
		}
	}
}

// value is the attribute that most of Word's elements have.
func value(t xml.StartElement) string {
	for _, a := range t.Attr {
		if a.Name.Local == "val" {
			return a.Value
		}
	}
	return ""
}
